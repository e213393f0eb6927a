"""Initialisation: where the neurons start in units of the target, which layer is fast, and the mini-run's curves.

Frames of the first three run from the network as it is (0%) to the rescaled one (100%).
"""

import numpy as np

from core.figures import dashes, style
from core.figures.picture import Picture, moving
from core.problems.initialisation import Problem, Solution
from core.training.initialisation.laws import LEVELS
from core.training.initialisation.mini_run import VARIANTS, Snapshot
from core.training.initialisation.report import BAND

MEASURES = (
    ("test_loss", "Test loss", "test loss", True),
    ("kernel_distance", "Kernel moved", "kernel distance S(0, t)", False),
    ("flipped_share", "Activations flipped", "share of activations flipped", False),
)
DASHES = (dashes.SOLID, dashes.OTHER)


def figures(problem: Problem, solution: Solution) -> tuple[Picture, ...]:
    """Histogram of δ̂; the layers' shares of speed and the cloud on the regime map, where they are known."""
    pictures = [histogram(problem, solution)]
    if solution.speed.size:
        pictures.append(speed(problem, solution))
    if solution.tau.size:
        pictures.append(cloud(problem, solution))
    if solution.report.no_lever:
        for picture in pictures:
            picture.frames.clear()
    return tuple(pictures)


def histogram(problem: Problem, solution: Solution) -> Picture:
    """Share of neurons in each bin of δ̂; the line is what the law of the initialisation expects."""
    report = solution.report
    axis = "δ̂ = δ / (√(η<sub>a</sub>η<sub>w</sub>)‖slope‖)" if report.slope else "δ (no slope known)"
    if len(report.factors) > 2:
        unit = "δ / (η<sub>l</sub>η<sub>l+1</sub>u<sup>2/L</sup>)" if report.slope else "δ"
        axis = f"δ̂ = {unit} between layers {solution.pair + 1} and {solution.pair + 2}"
    picture = style.figure(problem, short="δ", title=_title(solution), alt=_alt(solution), x=axis, y="share of neurons")
    top = max(solution.sample.max(), solution.exact.max() if solution.exact.size else 0.0)
    picture.lay(
        xaxis={"range": [solution.edges[0], solution.edges[-1]]}, yaxis={"range": [0, 1.12 * top], "tickformat": ".0%"}
    )
    if report.slope:
        band = {"type": "rect", "yref": "paper", "x0": -BAND, "x1": BAND, "y0": 0, "y1": 1, "layer": "below"}
        picture.layout["shapes"].append({**band, "fillcolor": style.BALANCED, "opacity": 0.15, "line": {"width": 0}})
    style.key(picture, (("▼ downstream", style.DOWNSTREAM), ("▲ upstream", style.UPSTREAM)))
    places = picture.add(*_bins(solution, 0))
    return picture.move(places, *([moving(t) for t in _bins(solution, k)] for k in range(len(solution.percent))))


def _title(solution: Solution) -> str:
    ends = [f"{share:.0%}" for share in solution.downstream[[0, -1]]]
    mark = "▼" if solution.downstream[0] >= 0.5 else "▲"
    median = f"median {style.number(_median(solution))}"
    if solution.report.pairs[solution.pair].dimensionless and abs(_median(solution)) <= BAND:
        first = f"● As is, the neurons count as balanced ({median})"
        return f"{first}; no lever" if solution.report.no_lever else f"{first}; rescaled, {ends[1]} are downstream"
    if solution.report.no_lever:
        return f"{mark} {ends[0]} of neurons are downstream ({median}); no lever"
    return f"{mark} As is, {ends[0]} of neurons are downstream ({median}); rescaled, {ends[1]}"


def _median(solution: Solution) -> float:
    pair = solution.report.pairs[solution.pair]
    return (pair.dimensionless or pair.quantiles)[LEVELS.index(0.5)]


def _alt(solution: Solution) -> str:
    report = solution.report
    pair = report.pairs[solution.pair]
    what = "dimensionless delta" if pair.dimensionless else "delta"
    start = (
        f"Histogram of {what} over {pair.units} neurons: median {_median(solution):.3g}, "
        f"{solution.downstream[0]:.0%} downstream"
    )
    if report.no_lever:
        return f"{start}; {report.no_lever}"
    by = f"{report.factors[0]:.3g} and {report.factors[-1]:.3g}"
    return f"{start}; rescaled by {by}, {solution.downstream[-1]:.0%} downstream"


def _bins(solution: Solution, k: int) -> list[dict]:
    centres = (solution.edges[1:] + solution.edges[:-1]) / 2
    colours = [style.DOWNSTREAM if c < 0 else style.UPSTREAM for c in centres]
    bars = {
        "type": "bar",
        "x": style.f32(centres),
        "y": style.f32(solution.sample[k]),
        "width": float(np.diff(solution.edges[:2])[0]) * 0.92,
        "marker": {"color": colours, "opacity": 0.75},
        "name": "neurons of this network",
        "hovertemplate": "δ̂ about %{x:.3g}: %{y:.1%} of neurons<extra></extra>",
    }
    if not solution.exact.size:
        return [bars]
    return [bars, style.line(centres, solution.exact[k], style.INK, "expected from the law", width=2.5)]


def speed(problem: Problem, solution: Solution) -> Picture:
    """Each layer's share of the trace of the tangent kernel: which layer moves the function at the start."""
    report = solution.report
    title = f"Most of the motion is {_fastest(solution.speed[0])}"
    if not report.no_lever:
        title += f" as is, {_fastest(solution.speed[-1])} rescaled"
    alt = "Share of the tangent kernel's trace by layer as it is: " + ", ".join(
        f"layer {k + 1} {share:.0%}" for k, share in enumerate(solution.speed[0])
    )
    picture = style.figure(problem, short="speeds", title=title, alt=f"{alt}; {_alt(solution)}", y="share of the speed")
    names = [f"{k + 1}" for k in range(len(report.layers))]
    picture.lay(
        xaxis={"title": {"text": "layer, from the input"}, "type": "category"},
        yaxis={"range": [0, 1.14], "tickformat": ".0%"},
    )
    places = picture.add(_bars(names, solution.speed[0]))
    return picture.move(places, *([moving(_bars(names, row), "text")] for row in solution.speed))


def _fastest(shares: np.ndarray) -> str:
    best = int(np.argmax(shares))
    known = {0: "the first layer’s", len(shares) - 1: "the last layer’s"}
    return f"{known.get(best, f'layer {best + 1}’s')} ({shares[best]:.0%})"


def _bars(names: list[str], shares: np.ndarray) -> dict:
    last = len(names) - 1
    colours = [style.UPSTREAM if k == 0 else style.DOWNSTREAM if k == last else style.BALANCED for k in range(last + 1)]
    return {
        "type": "bar",
        "x": names,
        "y": style.f32(shares),
        "text": [f"{share:.0%}" for share in shares],
        "textposition": "outside",
        "marker": {"color": colours},
        "name": "layer",
        "hovertemplate": "layer %{x}: %{y:.1%} of the speed<extra></extra>",
    }


def cloud(problem: Problem, solution: Solution) -> Picture:
    """The neurons on the paper's (τ, δ) map in the target's units, over the map's mean test loss early in training."""
    reach = 1.25
    inside = (np.abs(solution.delta) <= reach).all(1)
    outside = "" if inside[0] else ", some beyond the edge"
    title = f"On the map the median goes from {_spot(solution, 0)} to {_spot(solution, -1)}{outside}"
    picture = style.figure(
        problem,
        short="map",
        title=title,
        alt=f"{title}. {_alt(solution)}",
        x="τ, target’s units (log)",
        y="δ, target’s units",
    )
    taus = np.concatenate([solution.tau, [0.1, 2.0]])
    low, high = np.log10(max(taus.min(), 1e-3)) - 0.1, np.log10(min(taus.max(), 1e2)) + 0.1
    ticks = [t for t in (0.01, 0.03, 0.1, 0.3, 1, 3, 10) if low <= np.log10(t) <= high]
    picture.lay(
        xaxis={
            "range": [low, high],
            "tickvals": [float(np.log10(t)) for t in ticks],
            "ticktext": [f"{t:g}" for t in ticks],
        },
        yaxis={"range": [-reach, reach]},
    )
    if solution.map_loss.size:
        picture.add(_map(solution))
    shown = np.clip(solution.delta, -0.985 * reach, 0.985 * reach)
    places = picture.add(_cloud(solution, shown[0]))
    return picture.move(places, *([moving(_cloud(solution, row))] for row in shown))


def _spot(solution: Solution, frame: int) -> str:
    middle = float(np.median(solution.delta[frame]))
    return f"{style.side_mark(middle)} δ = {style.number(middle)}"


def _map(solution: Solution) -> dict:
    return {
        "type": "heatmap",
        "x": style.f32(np.log10(solution.map_tau)),
        "y": style.f32(solution.map_delta),
        "z": style.f32(solution.map_loss.T),
        "colorscale": "Cividis",
        "reversescale": True,
        "opacity": 0.55,
        "colorbar": {"title": {"text": "test<br>loss"}, "thickness": 9, **_round_losses(solution)},
        "hoverinfo": "skip",
    }


def _round_losses(solution: Solution) -> dict:
    """Ticks of the colour bar, whose values are logarithms."""
    told = style.plain_ticks(float(solution.map_loss.min()), float(solution.map_loss.max()))
    return {**told, "tickvals": np.log10(told["tickvals"]).tolist()}


def _cloud(solution: Solution, delta: np.ndarray) -> dict:
    dots = style.points(np.log10(solution.tau), delta, style.MINIMA, "neuron", size=7)
    dots["marker"]["line"] = {"width": 1, "color": style.INK}
    dots |= {
        "customdata": style.f32(solution.tau),
        "hovertemplate": "neuron: τ %{customdata:.2g}, δ %{y:.2f}<extra></extra>",
    }
    return dots


def trained(problem: Problem, run: Snapshot) -> tuple[Picture, ...]:
    """Test loss, kernel distance and flips of both variants against steps; thick = mean, thin = each seed."""
    return tuple(_measure(problem, run, *measure) for measure in MEASURES)


def _measure(problem: Problem, run: Snapshot, name: str, short: str, words: str, log: bool) -> Picture:
    values = getattr(run, name)
    mean = np.exp(np.log(np.maximum(values, 1e-300)).mean(1)) if log else values.mean(1)
    ends = [style.number(float(row[-1])) for row in mean]
    title = f"{short}: {ends[0]} as is, {ends[1]} rescaled"
    alt = f"{title} after {run.step[-1]} steps, mean over {values.shape[1]} seeds; aim delta-hat {problem.aim:g}"
    picture = style.figure(
        problem, short=short.lower(), title=title, alt=alt, x="steps (log, from 1)", y=words, height=330
    )
    steps = np.maximum(run.step, 0.7)
    picture.lay(xaxis=style.log_axis(0.7, max(3.0, 3.5 * steps[-1])))
    if log:
        picture.lay(yaxis={"type": "log", "dtick": 1})
    for v, (variant, colour, dash) in enumerate(zip(VARIANTS, (style.DOWNSTREAM, style.UPSTREAM), DASHES, strict=True)):
        for row in values[v]:
            picture.add(style.line(steps, row, colour, width=1, opacity=0.35))
        picture.add(style.line(steps, mean[v], colour, f"{variant}, mean", dash=dash))
        at = np.log10(mean[v, -1]) if log else mean[v, -1]
        style.label(picture, np.log10(steps[-1]), at, variant, colour)
    return picture
