"""Theorems 4.1, 4.2 and B.6 drawn along a run of the wide network, and Δ of Gaussian networks by width."""

from functools import lru_cache

import numpy as np

from core.figures import dashes, style
from core.figures.picture import Picture, moving
from core.figures.wide import against_time, subscript
from core.problems.wide import WideNetwork
from core.problems.wide_theorems import SEEDS, Gaussian, Mirror, Sum
from core.theory.linear_modes import hyperbolic_entropy

STRONGEST = 100
"""An entry of M is sent as a whole percentage of the largest one of the run."""
GAP = 0.22
"""Between two maps, in their own widths."""
LOW, HIGH = 250, 400
"""The height of one row of maps, and of more."""
LEAST = 1e-17
ENTROPY_DELTAS = np.array([0.0, *np.geomspace(0.01, 30, 40)])
STRENGTHS = np.linspace(-2, 2, 121)
SIGNED = [[0.0, style.NEGATIVE], [0.5, style.NOTHING], [1.0, style.POSITIVE]]


def summands(problem: WideNetwork, found: Sum) -> tuple[Picture, Picture]:
    """Each neuron's M_k, and beside them their sum, theorem 4.2's closed form and what is left between the two."""
    alt = (
        f"The preconditioner of a {problem.d}-{problem.h}-{problem.c} network at delta = {found.delta:.3g} as heat maps: "
        f"{problem.h} neurons' parts, which sum to it within {found.apart.max():.1e} of its size, and theorem 4.2's closed "
        f"form, which is off by {found.off.max():.1e} at most"
    )
    top = max(float(np.abs(maps).max()) for maps in (found.terms, found.whole, found.formula)) or 1.0
    neurons = [(f"M{subscript(k + 1)}", found.terms[:, k]) for k in range(problem.h)]
    sums = [
        ("Σ Mₖ = M", found.terms.sum(axis=1)),
        ("theorem 4.2", found.formula),
        ("difference", found.formula - found.whole),
    ]
    height = LOW if problem.h <= _columns(problem.h) else HIGH
    title = f"Each neuron's part; they sum to M within {style.number(float(found.apart.max()))}"
    parts = _mosaic(problem, "neurons", title, alt, neurons, top, _columns(problem.h), "+", height)
    away = [f"Theorem 4.2 is off by {style.number(float(off))} now" for off in found.off]
    whole = _mosaic(problem, "sum", away[-1], alt, sums, top, 3, "", height)
    return parts, style.told(whole, away)


def mirror(problem: WideNetwork, found: Mirror) -> tuple[Picture, Picture]:
    """The dual variable of each mode on the integral of its gradient, and their difference below the eye's reach."""
    worst = float(found.error.max())
    alt = (
        f"Dual variables of {found.dual.shape[1]} modes at delta = {found.delta:.3g} and the integrals of their gradients "
        f"along the run; they differ by {worst:.1e} of the largest at most"
    )
    curves = found.times
    picture = against_time(problem, curves, "━ −∫ ∂L/∂s dt ╌ gain of q′<sub>δ</sub>(s)", alt, "dual variable")
    errors = against_time(
        problem, curves, f"Apart by ≤ {style.number(worst)} of the largest", "Error strip. " + alt, ""
    )
    for k in range(found.dual.shape[1]):
        width = 8 - 3 * k / found.dual.shape[1]
        integral = style.line(curves[1:], found.integral[1:, k], style.EQUIVALENT, f"integral {k + 1}", width=width)
        dual = style.line(
            curves[1:], found.dual[1:, k], style.INK, f"dual of s{subscript(k + 1)}", width=2.5, dash=dashes.THEORY
        )
        picture.add(integral, dual)
    errors.add(style.line(curves[1:], np.maximum(found.error[1:], LEAST), style.WARNING, "difference", width=3))
    errors.lay(yaxis={"type": "log", "exponentformat": "power", "range": [-17.5, 1.5], "dtick": 4})
    return picture, errors


def entropy(problem: WideNetwork) -> tuple[Picture]:
    """q_δ(s)/q_δ(1) as |δ| grows from 0: from |s| to s². The frames run over |δ|; ℓ1- and ℓ2-like ends stay as ghosts."""
    s = STRENGTHS
    alt = (
        "Hyperbolic entropy q of delta, scaled to 1 at s = 1, between the absolute value (delta to 0) and the square "
        f"(delta large); the controls stand at delta = {problem.delta:g}"
    )
    picture = style.figure(
        problem,
        short="penalty",
        title="From ℓ₁-like to ℓ₂-like as |δ| grows",
        alt=alt,
        x="singular value s",
        y="q<sub>δ</sub>(s) / q<sub>δ</sub>(1)",
    )
    picture.lay(yaxis={"range": [-0.15, 4.1]}, xaxis={"range": [-2, 2]})
    picture.add(style.line(s, np.abs(s), style.EQUIVALENT, "|s|", width=2, dash=dashes.THEORY))
    picture.add(style.line(s, s**2, style.EQUIVALENT, "s²", width=2, dash=dashes.THEORY))
    style.label(picture, 1.95, 1.3, "|s|  (δ → 0)", style.EQUIVALENT, xanchor="right", xshift=0)
    style.label(picture, 1.86, 3.46, "s²  (|δ| → ∞)", style.EQUIVALENT, xanchor="right", xshift=-10)
    places = picture.add(_entropy_line(s, abs(problem.delta)))
    return (picture.move(places, *([_entropy_frame(float(delta))] for delta in entropy_deltas(problem))),)


def isotropy(problem: WideNetwork, found: Gaussian) -> tuple[Picture, Picture]:
    """Δ − δI by width: its entries fall like 1/√N, its spectrum does not; and how far theorem 4.2 is off."""
    widest, last = int(found.widths[-1]), found.spectral[-1].mean()
    alt = (
        f"Square Gaussian networks of width 4 to {widest}, {SEEDS} seeds each, delta = {found.delta:.3g}: a typical entry of "
        f"Delta minus delta I falls to {found.entry[-1].mean():.3g} of the layers' size, its spectral norm comes to {last:.3g}"
    )
    title = f"Entries of Δ − δI fall like 1/√N; its norm stays {style.number(float(last))}"
    picture = style.figure(problem, short="isotropy", title=title, alt=alt, x="width N = d = h = c", y="over p + q")
    rows = [
        (found.spectral, style.WARNING, "largest |eigenvalue|", np.full(len(found.widths), found.spectral_limit)),
        (found.entry, style.DISTANCE, "typical entry", found.entry_theory),
    ]
    for values, colour, name, theory in rows:
        _seeds(picture, found, values, colour, name)
        picture.add(style.line(found.widths, theory, style.INK, f"{name}, theory", width=1.5, dash=dashes.THEORY))
    picture.lay(xaxis=_widths(found), yaxis=style.log_axis(0.03, 6))
    style.key(
        picture,
        (("● largest |eigenvalue|  ╌ limit N → ∞", style.WARNING),),
        (("● typical entry  ╌ theory", style.DISTANCE),),
    )
    end = style.number(float(found.off[-1].mean()))
    off = style.figure(
        problem,
        short="theorem 4.2",
        title=f"Theorem 4.2 stays off by {end} of M",
        alt=f"Relative error of theorem 4.2 at the start of the same networks: {end} at width {widest}",
        x="width N",
        y="‖formula − M‖ / ‖M‖",
    )
    _seeds(off, found, found.off, style.KERNEL, "theorem 4.2 off")
    off.lay(xaxis=_widths(found), yaxis={"range": [0, 1.15 * float(found.off.max())]})
    return picture, off


def _seeds(picture: Picture, found: Gaussian, values: np.ndarray, colour: str, name: str) -> None:
    at = np.repeat(found.widths, values.shape[1])
    picture.add(style.points(at, values.ravel(), colour, f"{name}, one seed", size=4, opacity=0.5))
    picture.add(style.line(found.widths, values.mean(axis=1), colour, f"{name}, mean of {SEEDS}", width=3))


def _widths(found: Gaussian) -> dict:
    low, high = float(found.widths[0]), float(found.widths[-1])
    ticks = [int(width) for width in found.widths]
    return {"type": "log", "range": [np.log10(low / 1.15), np.log10(high * 1.15)], "tickvals": ticks}


def _columns(count: int) -> int:
    return count if count <= 4 else int(np.ceil(count / 2)) if count <= 8 else 4


def _mosaic(
    problem, short: str, title: str, alt: str, maps: list, top: float, columns: int, between: str, height: int
) -> Picture:
    """Heat maps in rows on one pair of axes, each named; frame k holds the k-th moment of all of them."""
    n, rows = maps[0][1].shape[-1], -(-len(maps) // columns)
    step = n * (1 + GAP)
    picture = style.figure(problem, short=short, title=title, alt=alt, height=height)
    bare = {"visible": False, "fixedrange": True}
    picture.lay(margin={"l": 8, "r": 8, "t": 52, "b": 8})
    picture.lay(
        xaxis={**bare, "range": [-0.5 - 0.03 * n, columns * step - GAP * n - 0.5 + 0.03 * n], "constrain": "domain"}
    )
    bottom, above = rows * step - GAP * n - 0.5 + 0.03 * n, -0.5 - GAP * n
    picture.lay(yaxis={**bare, "range": [bottom, above], "scaleanchor": "x", "constrain": "domain"})
    corners = [((k % columns) * step, (k // columns) * step) for k in range(len(maps))]
    places = []
    for k, ((name, values), (x, y)) in enumerate(zip(maps, corners, strict=True)):
        places += picture.add(_map(values[0], top, name, x, y))
        edge = {"x0": x - 0.5, "x1": x + n - 0.5, "y0": y - 0.5, "y1": y + n - 0.5}
        picture.layout["shapes"].append({"type": "rect", **edge, "line": {"color": style.EQUIVALENT, "width": 1}})
        style.label(picture, x + (n - 1) / 2, y - 0.5, name, xanchor="center", yanchor="bottom", xshift=0)
        if between and k % columns:
            style.label(picture, x - 0.5 - GAP * n / 2, y + (n - 1) / 2, between, xanchor="center", xshift=0)
    moments = range(len(maps[0][1]))
    frames = ([moving(_map(values[k], top, "", 0, 0)) for _, values in maps] for k in moments)
    return picture.move(places, *frames)


def _map(values: np.ndarray, top: float, name: str, x: float, y: float) -> dict:
    return {
        "type": "heatmap",
        "z": np.round(STRONGEST * values / top).astype(np.int8),
        "x0": x,
        "dx": 1,
        "y0": y,
        "dy": 1,
        "zmin": -STRONGEST,
        "zmax": STRONGEST,
        "colorscale": SIGNED,
        "showscale": False,
        "name": name,
        "hovertemplate": f"{name}: %{{z}}% of the largest entry<extra></extra>",
    }


def entropy_deltas(problem: WideNetwork) -> np.ndarray:
    """The |δ| of the frames, the problem's own among them."""
    return np.union1d(ENTROPY_DELTAS, abs(problem.delta))


@lru_cache(maxsize=128)
def _entropy_frame(delta: float) -> dict:
    return moving(_entropy_line(STRENGTHS, delta))


def _entropy_line(s: np.ndarray, delta: float) -> dict:
    q = hyperbolic_entropy(s, delta) / hyperbolic_entropy(1.0, delta) if delta > 0 else np.abs(s)
    return style.line(s, q, style.UPSTREAM, "q<sub>δ</sub>, scaled", width=5)
