"""What moves a ReLU network's kernel: the kernel itself, the neurons and samples that change it, and its way over time."""

from typing import Any

import numpy as np

from core.figures import dashes, handles, phases, style
from core.figures.picture import Picture, moving
from core.params import Params
from core.problems.relu_kernel import History, told
from core.theory.phases import Phases

HEIGHT = 360
SIGNED = [[0, style.EQUIVALENT], [0.5, "rgba(0,0,0,0)"], [1, style.KERNEL]]
FINEST = 127
ABOVE: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "xshift": 0}


def figures(problem: Params, found: History, signs: np.ndarray, run: Phases) -> tuple[Picture, Picture, Picture]:
    """K between all samples, who changes it, and how far it has gone by weights and by flips; one frame each kept time.

    signs[m]: those of the readouts; run: the phases of the same run.
    """
    return kernel(problem, found), movers(problem, found, signs), way(problem, found, run)


def kernel(problem: Params, found: History) -> Picture:
    """K_ij, samples sorted by the direction of x, over its largest entry of that moment."""
    picture = style.figure(
        problem,
        short="kernel",
        title="Kernel K between samples, now",
        alt=f"Heat map of the tangent kernel between {found.kernel.shape[1]} samples, sorted by direction. {_alt(found)}",
        x="sample j, by direction of x",
        y="sample i",
        height=HEIGHT,
    )
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": ""}
    picture.lay(xaxis={**bare, "constrain": "domain"}, yaxis={**bare, "scaleanchor": "x", "autorange": "reversed"})
    tones = np.round(found.kernel * FINEST).astype(np.int8)
    heat = {"type": "heatmap", "z": tones[-1], "zmin": -FINEST, "zmax": FINEST, "colorscale": SIGNED}
    places = picture.add({**heat, "showscale": False, "hoverinfo": "skip"})
    style.label(picture, 0.0, 1.0, "■ K > 0", style.KERNEL, **ABOVE)
    style.label(picture, 0.5, 1.0, "■ K < 0", style.EQUIVALENT, **ABOVE)
    return picture.move(places, *([{"z": one}] for one in tones))


def movers(problem: Params, found: History, signs: np.ndarray) -> Picture:
    """How much each neuron's part and each sample's row of the kernel has changed, each at its direction."""
    words = told(found)
    picture = style.figure(
        problem,
        short="movers",
        title=f"Half of the change comes from {words['half']} of {words['count']} neurons",
        alt=f"Change of each neuron's and each sample's part of the kernel against its direction. {_alt(found)}",
        x="direction of w_k, of x_i (degrees)",
        y="part changed, over ‖K(0)‖",
        height=HEIGHT,
    )
    top = 1.08 * max(float(found.neurons.max()), float(found.samples.max()), 1e-12)
    picture.lay(xaxis={"range": [-180, 180], "dtick": 90}, yaxis={"range": [-0.03 * top, top], "nticks": 5})

    def now(k: int) -> list[dict]:
        rows = [style.points(found.angle, found.samples[k], style.EQUIVALENT, "sample", size=7, symbol="line-ew-open")]
        for sign, colour, symbol in ((1, style.POSITIVE, "circle"), (-1, style.NEGATIVE, "x")):
            mine = np.sign(signs) == sign
            name = f"neuron, a {'>' if sign > 0 else '<'} 0"
            size = {"size": 8, "opacity": 0.8}
            rows.append(
                style.points(found.direction[k, mine], found.neurons[k, mine], colour, name, symbol=symbol, **size)
            )
        return rows

    places = picture.add(*now(-1))
    for place, (words_of, colour) in enumerate(
        (("● a > 0", style.POSITIVE), ("✕ a < 0", style.NEGATIVE), ("– sample", style.EQUIVALENT))
    ):
        style.label(picture, (0.0, 0.3, 0.6)[place], 1.0, words_of, colour, **ABOVE)
    return picture.move(places, *([moving(trace) for trace in now(k)] for k in range(len(found.shown))))


def way(problem: Params, found: History, run: Phases) -> Picture:
    """The path the kernel has gone, by flips and by weights, and t‖K̇‖ by the formula, over log time."""
    words = told(found)
    time = found.time[1:]
    picture = style.figure(
        problem,
        short="way",
        title=f"Flips move it: {words['flips']} of its way, weights {words['weights']}",
        alt=f"Way of the kernel by flips and by weights against time. {_alt(found)}",
        x="flow time t (log)",
        y="way, over ‖K(0)‖",
        height=HEIGHT,
    )
    picture.lay(xaxis=style.log_axis(float(time[0]), float(time[-1])))
    top = 1.08 * max(float(found.flips[-1]), float(found.weights[-1]), float(found.rate.max()), 1e-12)
    picture.lay(yaxis={"range": [-0.03 * top, top]})
    rows = (
        (found.flips, style.FLIPS, dashes.SOLID, "by flips"),
        (found.weights, style.DISTANCE, dashes.SOLID, "by weights"),
        (found.rate, style.KERNEL, dashes.KERNEL, "t‖K̇‖"),
    )
    for place, (values, colour, dash, name) in enumerate(rows):
        picture.add(style.line(time, values[1:], colour, name, width=3, dash=dash))
        style.label(picture, (0.0, 0.33, 0.74)[place], 1.0, f"{dash.mark} {name}", colour, **ABOVE)
    phases.shade(picture, [("", "", run)])
    picture.handles.append(handles.time(float(time[0])))
    moments = np.maximum(found.time[found.shown], time[0])

    def cursor(t: float) -> dict:
        return style.line([t, t], [-0.03 * top, top], style.INK, width=1.5)

    places = picture.add(cursor(moments[-1]))
    return picture.move(places, *([moving(cursor(t))] for t in moments))


def _alt(found: History) -> str:
    words = told(found)
    return (
        f"By flips the kernel goes {found.flips[-1]:.3g} times its first size, by weights {found.weights[-1]:.3g}; "
        f"the formula for its rate leaves {words['error']} of the way unexplained"
    )
