"""Implicit bias in space: three inputs, the solutions among their β, and where each δ lands (paper, figure 4)."""

import numpy as np

from core.figures import style
from core.figures.exact import colour_of
from core.figures.picture import Picture, moving
from core.problems.implicit_bias import FAN, Landings, Space

MOST_SIDE = 2.6


def in_space(problem: Landings, example: Space, run=None) -> tuple[Picture]:
    """Three inputs: the solutions, where each δ will land, and (with `run`) the paths that go there."""
    shown = np.concatenate([example.landing, example.beta_0[None]])
    reach = min(MOST_SIDE, max(1.0, 1.15 * float(np.abs(shown).max())))
    what = "plane" if problem.null == 2 else "line"
    title = f"Solutions fill a {what}; diamonds are predicted"
    if run is not None:
        title = f"All seven land within {style.number(run.gap)} of the prediction"
    alt = f"Three inputs: the solutions fill a {what}, and seven landing points lie on it from "
    alt += (
        " to ".join(f"({p[0]:.2f}, {p[1]:.2f}, {p[2]:.2f})" for p in example.landing[[0, -1]]) + " for delta = -4 to 4"
    )
    picture = style.space(
        problem, short="space", title=title, alt=alt, axes=("β₁", "β₂", "β₃"), reach=reach, height=460
    )
    picture.add(_solution_set(problem, example, 1.6 * reach))
    gaps = np.linalg.norm(np.diff(example.track, axis=0), axis=-1) > 0.5
    track = np.insert(example.track, np.flatnonzero(gaps) + 1, np.nan, axis=0)
    picture.add(style.line3d(track, style.INK, "β(∞) for δ from −10 to 10", width=4))
    colours = [colour_of(delta) for delta in FAN]
    picture.add(style.points3d(example.landing, colours, "predicted β(∞)", size=6, symbol="diamond"))
    finite = example.ends[np.isfinite(example.ends).all(axis=1)]
    picture.add(style.points3d(finite, style.EQUIVALENT, "δ = ±∞", size=5, symbol="square-open"))
    picture.add(style.points3d(example.beta_0[None], style.INK, "β₀, start", size=6, symbol="circle-open"))
    if run is None:
        return (picture,)
    for path, colour in zip(run.beta, colours, strict=True):
        picture.add(style.line3d(path, colour, "gradient flow", width=6))
    places = picture.add(style.points3d(run.beta[:, -1], colours, "now", size=5))
    steps = range(run.times.size)
    picture.move(places, *([moving(style.points3d(run.beta[:, k], colours, "now", size=5))] for k in steps))
    return (picture,)


def _solution_set(problem: Landings, example: Space, far: float) -> dict:
    if problem.null == 1:
        ends = example.beta_star + np.array([-far, far])[:, None] * example.null[0]
        return style.line3d(ends, style.MINIMA, "zero loss", width=8)
    u, v = np.meshgrid([-far, far], [-far, far])
    corners = example.beta_star + u[..., None] * example.null[0] + v[..., None] * example.null[1]
    flat = [[0, style.MINIMA], [1, style.MINIMA]]
    x, y, z = (style.f32(corners[..., k]) for k in range(3))
    return {
        "type": "surface",
        "x": x,
        "y": y,
        "z": z,
        "opacity": 0.25,
        "colorscale": flat,
        "showscale": False,
        "hoverinfo": "skip",
    }
