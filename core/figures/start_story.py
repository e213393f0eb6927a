"""The pictures of the story on Start: one weight, a see-saw of two, the race, what rich means, neurons, the map.

PANELS names them in order; each has its own frames, so each step of the story runs on its own cursor. Titles follow it.
"""

from typing import Any

import numpy as np

from core.figures import network, start, style, teacher_student
from core.figures.palette import SCALES
from core.figures.picture import Picture, moving
from core.problems.start import Start
from core.problems.start_story import FIRST_WEIGHT, GOAL, PAIR_DELTAS, PRODUCT, Story, Told, moments

PANELS = ("weight", "see-saw", "race", "kernels", "turn", "neurons ▲", "neurons ▼", "map")
WIDTHS = (1, 1, 1, 1.4, 1, 1, 1, 1)
HEIGHT = 420
FINEST = 127
SYMBOLS = ["triangle-down", "circle", "triangle-up"]
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0)


def figures(story: Story, told: Told) -> tuple[Picture, ...]:
    """One picture for each word of PANELS."""
    up, down = told.neurons
    return (
        weight(story, told),
        pair(story, told),
        race(told),
        kernels(story, told),
        turn(story, told),
        neurons(up, "neurons ▲"),
        neurons(down, "neurons ▼"),
        field(story, told),
    )


def weight(story: Story, told: Told) -> Picture:
    """A ball on the parabola of the error; the network is a single line."""
    alt = f"The error of a network with one weight; the weight rolls from {FIRST_WEIGHT:g} to 1, where no error is left"
    picture = _figure(story, "weight", "One weight rolls down to no error", alt, "the weight", "error")
    across = np.linspace(-1.5, 2.6, 80)
    picture.lay(xaxis={"range": [-1.5, 2.6]}, yaxis={"range": [-0.15, 3.1]})
    picture.add(style.line(across, _error(across), style.LOSS_LINE, "error of this weight", width=4))
    picture.add(style.points([1.0], [0.0], style.MINIMA, "no error left", size=18, symbol="star"))
    style.label(picture, 1.0, 0.0, "no error left", style.MINIMA, yshift=22, xanchor="center", xshift=0)
    [place] = picture.add(style.points(told.weight[-1:], _error(told.weight[-1:]), style.INK, "now", size=20))
    alone = network.chain("of one weight", told.weight[:, None], 0.0)
    picture.network = network.in_front(network.picture([{**alone, "single": True}]), ("one weight",))
    frames = ([{"x": style.f32([w]), "y": style.f32([_error(w)])}] for w in told.weight)
    style.told(picture, (f"One weight rolls down: its error is {_error(w):.2f}" for w in told.weight))
    return picture.move([place], *frames)


def pair(story: Story, told: Told) -> Picture:
    """Three pairs with one product, each on the curve that keeps its δ, to the curve of the goal's product."""
    tilts = ", ".join(f"{d:g}" for d in PAIR_DELTAS)
    alt = f"Two weights against each other; three pairs with the product {PRODUCT:g} move to the product {GOAL:g}, "
    alt += f"each on a hyperbola of its own delta: {tilts}"
    picture = _figure(story, "see-saw", "One product, three pairs", alt, "first weight", "second weight")
    reach = {"range": [0, 2.6], "constrain": "domain"}
    picture.lay(xaxis=reach, yaxis={**reach, "scaleanchor": "x"})
    across = np.linspace(0.15, 2.6, 160)
    picture.add(style.line(across, PRODUCT / across, style.EQUIVALENT, "the same function", width=3))
    picture.add(style.line(across, GOAL / across, style.MINIMA, "no error left", width=3))
    style.label(picture, 2.55, PRODUCT / 2.55, "the same function", style.EQUIVALENT, xanchor="right", yshift=-14)
    style.label(picture, 0.83, GOAL / 0.83, "no error left", style.MINIMA)
    colours = [style.side_colour(d) for d in PAIR_DELTAS]

    def now(k: int) -> list[dict]:
        ways = zip(told.pair_w, told.pair_a, colours, start.WORDS, strict=True)
        trails = [style.line(w[: k + 1], a[: k + 1], colour, word, width=6) for w, a, colour, word in ways]
        here = style.points(told.pair_w[:, k], told.pair_a[:, k], colours, "now", size=17, symbol=SYMBOLS)
        return [*trails, here]

    places = picture.add(*now(-2))
    runs = zip(start.WORDS, told.pair_w, told.pair_a, PAIR_DELTAS, strict=True)
    copies = [network.copy(name, w[:, None, None], a[:, None], delta) for name, w, a, delta in runs]
    picture.network = network.in_front(network.picture(copies), start.PLAINLY)
    product = (told.pair_a * told.pair_w).T
    style.told(
        picture, (f"One goal, three ways: the product is ▼ {p[0]:.2f}, ● {p[1]:.2f}, ▲ {p[2]:.2f}" for p in product)
    )
    return picture.move(places, *([moving(trace) for trace in now(k)] for k in range(told.pair_times.size)))


def race(told: Told) -> Picture:
    """The Start page's own picture, to be looked at only."""
    picture = start.race(Start(), told.race)
    picture.handles, picture.roles, picture.flow = [], [], {}
    away = np.linalg.norm(told.race.beta - told.race.beta_star, axis=-1).T
    titles = (f"Away from the goal: ▼ {far[0]:.2f}, ● {far[1]:.2f}, ▲ {far[2]:.2f}" for far in away)
    return style.told(picture, titles)


def kernels(story: Story, told: Told) -> Picture:
    """K(x, x′) of ▲ and ▼ before (upper row) and now (lower row), one scale for all four."""
    up, down = told.turned[:, -1]
    alt = "Kernels K(x, x') of the upstream and the downstream network, before and after training, as heat maps; the "
    alt += f"first stands still (S = {up:.2g}), the second turns (S = {down:.2g})"
    picture = _figure(story, "kernels", "Which inputs are treated alike", alt, "", "")
    side, gap = told.inputs.size, 3
    picture.lay(xaxis={"visible": False, "range": [-8, 2 * side + gap], "constrain": "domain"})
    picture.lay(yaxis={"visible": False, "range": [-5, 2 * side + gap + 4], "scaleanchor": "x", "constrain": "domain"})
    picture.lay(margin={"l": 8, "r": 8, "b": 12})
    scale = float(np.abs(told.kernels).max()) / FINEST
    coarse = np.round(told.kernels / scale).astype(np.int8)
    columns = [k * (side + gap) for k in (0, 1)]
    before = [_heat(K[0], x, side + gap, f"{word} before") for K, x, word in zip(coarse, columns, "▲▼", strict=True)]
    now = [_heat(K[-1], x, 0, f"{word} now") for K, x, word in zip(coarse, columns, "▲▼", strict=True)]
    picture.add(*before)
    places = picture.add(*now)
    for text, y in (("before", 1.5 * side + gap), ("now", 0.5 * side)):
        style.label(picture, -1, y, text, xanchor="right", xshift=-4)
    style.label(picture, side + gap / 2, 0, "→ input x, ↑ input x′", xanchor="center", xshift=0, yshift=-12)
    for word, x, colour in (("▲ lazy", columns[0], style.UPSTREAM), ("▼ rich", columns[1], style.DOWNSTREAM)):
        style.label(picture, x + side / 2, 2 * side + gap, word, colour, xanchor="center", yanchor="bottom", xshift=0)
    return picture.move(places, *([{"z": K} for K in pair_of] for pair_of in coarse.swapaxes(0, 1)))


def turn(story: Story, told: Told) -> Picture:
    """S as the angle between the kernel before and the kernel now: cos = 1 − S."""
    angles = np.arccos(1 - told.turned)
    up, down = np.degrees(angles[:, -1])
    alt = (
        f"The kernel as an arrow, before and now: the upstream one has turned by {up:.0f} degrees, the downstream one "
    )
    alt += f"by {down:.0f}"
    picture = _figure(story, "turn", "How far the kernel has turned", alt, "", "")
    bare = {"visible": False, "constrain": "domain"}
    picture.lay(xaxis={**bare, "range": [-0.15, 1.3]}, yaxis={**bare, "range": [-1.6, 1.25], "scaleanchor": "x"})
    picture.lay(margin={"l": 8, "r": 8, "b": 12})
    feet, colours = (0.0, -1.4), (style.UPSTREAM, style.DOWNSTREAM)
    for y, word, colour in zip(feet, ("▲ lazy: stands still", "▼ rich: turns"), colours, strict=True):
        picture.add(_arrow(0.0, y, style.EQUIVALENT, "before"))
        style.label(picture, 0.0, y - 0.12, word, colour, xshift=0)

    def now(k: int) -> list[dict]:
        return [_arrow(a, y, c, "now") for a, y, c in zip(angles[:, k], feet, colours, strict=True)]

    places = picture.add(*now(-1))
    style.told(picture, (f"Turned: ▲ S = {S[0]:.2f}, ▼ S = {S[1]:.2f}" for S in told.turned.T))
    return picture.move(places, *([moving(trace) for trace in now(k)] for k in range(told.race.times.size)))


def neurons(one: Any, short: str) -> Picture:
    """Figure 1a's neurons of one network; its title tells the error left and the flips."""
    problem = teacher_student.PAPER_PANELS["upstream" if short.endswith("▲") else "downstream"]
    picture = teacher_student.neurons(problem, one, height=HEIGHT)
    picture.layout["meta"]["short"], picture.network = short, {}
    picture.lay(xaxis={"title": {"text": "input 1"}}, yaxis={"title": {"text": "input 2"}})
    at = moments(one.run.time.size)
    picture.frames = [picture.frames[k] for k in at]
    left, flipped = one.run.loss[at] / one.run.loss[0], one.run.flipped[at]
    titles = (f"{short[-1]} error left {e:.0%}, flipped {f:.0%}" for e, f in zip(left, flipped, strict=True))
    return style.told(picture, titles)


def field(story: Story, told: Told) -> Picture:
    """The regime map over training, and where the three networks of the step before stand."""
    steps = [f"{count:,}" for count in told.checkpoint]
    alt = (
        f"Test error over overall scale tau and relative scale delta after {steps[-1]} steps, lowest at small tau; the "
    )
    alt += "networks of the story stand at tau = 0.1 and delta = -1 and 1"
    picture = _figure(story, "map", "Who has understood", alt, "size of the whole, τ", "tilt of the see-saw, δ")
    shown = np.log10(told.understood).swapaxes(1, 2)
    bare = {"showgrid": False, "zeroline": False}
    ticks = {"tickvals": [float(np.log10(t)) for t in TICKS], "ticktext": [f"{t:g}" for t in TICKS]}
    picture.lay(xaxis={**ticks, **bare}, yaxis=bare, margin={"b": 72})
    heat = {
        "type": "heatmap",
        "x": style.f32(np.log10(told.tau)),
        "y": style.f32(told.delta),
        "z": style.f32(shown[-1]),
        "zmin": float(shown.min()),
        "zmax": float(shown.max()),
        "colorscale": _stops(SCALES["test loss"]),
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "text": [[f"τ {tau:.3g}, δ {style.number(delta)}" for tau in told.tau] for delta in told.delta],
        "hovertemplate": "%{text}: error 10<sup>%{z:.1f}</sup><extra></extra>",
    }
    places = picture.add(heat)
    font = {"size": 15, "color": "#ffffff", "shadow": "0 0 4px #000, 0 0 3px #000, 0 0 2px #000"}
    for delta, words in ((1.0, "▲ you are here: fast and rich"), (0.0, "● rich"), (-1.0, "▼ late")):
        picture.add(style.points([-1.0], [delta], "#ffffff", "you are here", size=16, symbol="circle-open"))
        style.label(picture, -1.0, delta, words, font=font, xshift=14)
    style.label(picture, np.log10(1.1), 0.0, "lazy", font=font)
    style.told(picture, (f"Who has understood after {count} steps: the bright ones" for count in steps))
    return picture.move(places, *([{"z": style.f32(z)}] for z in shown))


def _figure(story: Story, short: str, title: str, alt: str, x: str, y: str) -> Picture:
    return style.figure(story, short=short, title=title, alt=alt, x=x, y=y, height=HEIGHT)


def _error(weight: Any) -> Any:
    return (weight - 1) ** 2 / 2


def _heat(K: np.ndarray, x: float, y: float, name: str) -> dict[str, Any]:
    """One kernel as a heat map with its corner at (x, y); its first row is the lowest."""
    return {
        "type": "heatmap",
        "name": name,
        "x0": x + 0.5,
        "y0": y + 0.5,
        "z": K,
        "zmin": -FINEST,
        "zmax": FINEST,
        "colorscale": _stops(SCALES["kernel"]),
        "showscale": False,
        "hovertemplate": f"{name}: K(x, x′) is %{{z}} of {FINEST}<extra></extra>",
    }


def _stops(colours: tuple[str, ...]) -> list[list]:
    return [[k / (len(colours) - 1), colour] for k, colour in enumerate(colours)]


def _arrow(angle: float, y: float, colour: str, name: str) -> dict[str, Any]:
    """From (0, y) one unit along this angle."""
    head = {"symbol": "arrow", "size": [0, 18], "angleref": "previous", "color": colour, "opacity": 1}
    shaft = style.line([0, np.cos(angle)], [y, y + np.sin(angle)], colour, name, width=5)
    return {**shaft, "mode": "lines+markers", "marker": head}
