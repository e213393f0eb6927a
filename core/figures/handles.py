"""What of a picture can be taken hold of, and which traces follow the hand: declared here, drawn by the chart.

A handle is a plain dictionary {name, label, kind, values, words, …}: `values` are those of the controls it moves, by their
fields; `words` how these are spelled aloud; `flow` names what of the picture's flow it moves ("beta_0", "beta_star",
"deltas"), where the chart can follow by the closed form. Low, high and step of each value are those of its control.

A role tells which curve of that flow a trace shows: {place, run, at, x, y[, z]} (assets/chart/flow.js).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.figures.picture import Picture
from core.figures.style import INK, MINIMA
from core.params import Params

TIME = {"name": "time", "label": "time cursor", "kind": "time", "values": {}, "words": {}, "fields": []}


def polar(
    problem: Params,
    name: str,
    label: str,
    *,
    angle: str,
    norm: str | float,
    flow: str = "",
    offset: float = 0.0,
    side: int = 1,
) -> dict[str, Any]:
    """A point of the plane at direction offset + side · problem.angle (degrees) and size problem.norm, or a fixed one."""
    fields = [angle, norm] if isinstance(norm, str) else [angle]
    size = _knob(problem, norm) if isinstance(norm, str) else {"fixed": norm}
    return {
        **_named(problem, name, label, fields, {"": "", angle: "angle", str(norm): "size"}, flow),
        "kind": "polar",
        "angle": {**_knob(problem, angle), "offset": offset, "side": side},
        "norm": size,
        "colour": MINIMA if name == "beta_star" else INK,
    }


def along(
    problem: Params, name: str, label: str, *, field: str, axis: str, at: float, word: str, offset: float = 0.0
) -> dict[str, Any]:
    """A value along one axis ("x" or "y"), from `offset` on, `at` on the other one."""
    named = _named(problem, name, label, [field], {field: word}, "")
    return {**named, "kind": "along", "axis": axis, "at": at, "offset": offset, "knob": _knob(problem, field)}


def entries(
    problem: Params,
    places: np.ndarray,
    indices: "Sequence[int] | np.ndarray",
    *,
    field: str,
    step: float,
    colour: str = INK,
) -> dict[str, Any]:
    """Single data at places[n, 2], whose numbers are `indices`: each a handle of its own ("datum-7") once the visitor asks
    for them. What the word problem.field tells of each are its first numbers."""
    knob = type(problem).knobs()[field]
    return {
        "name": "datum",
        "label": "datum",
        "kind": "entries",
        "values": {field: getattr(problem, field)},
        "words": {},
        "fields": [field],
        "flow": "",
        "homes": np.round(places, 3).tolist(),
        "indices": [int(k) for k in indices],
        "knob": {"field": field, "low": knob.low, "high": knob.high, "step": step, "numbers": knob.entries},
        "colour": colour,
    }


def component(
    problem: Any, name: str, label: str, *, angle: str, part: int, size: float, at: float, upright: str
) -> dict[str, Any]:
    """The start's w₁ (part 0) or w₂ (part 1), of length `size`, on the axis `upright` where the other one shows `at`: it
    turns the start."""
    named = _named(problem, name, label, [angle], {angle: "angle"}, "beta_0")
    more = {"part": part, "size": size, "at": at, "upright": upright, "norm": float(problem.norm)}
    return {**named, "kind": "component", "angle": _knob(problem, angle), **more}


def equivalents(problem: Params, name: str, label: str, *, field: str) -> dict[str, Any]:
    """The start in space, along the weights that compute the same function; δ is where it stands on them."""
    named = _named(problem, name, label, [field], {field: "δ"}, "deltas")
    return {**named, "kind": "equivalents", "knob": _knob(problem, field)}


def unrolled(
    problem: Params, name: str, label: str, *, angle: str, size: str, side: str, delta: float
) -> dict[str, Any]:
    """The start on the unrolled level set: across by the direction of w (degrees from β*), up by a."""
    named = _named(problem, name, label, [angle, size], {angle: "angle", size: "size"}, "beta_0")
    upper = getattr(problem, side) == "upper"
    more = {"side": side, "upper": upper, "delta": delta}
    return {**named, "kind": "unrolled", "angle": _knob(problem, angle), "size": _knob(problem, size), **more}


def pair(problem: Params, name: str, label: str, *, x: str, y: str, log: bool) -> dict[str, Any]:
    """A point of a map whose axes are two controls; log: the map's x is log₁₀ of its control."""
    named = _named(problem, name, label, [x, y], {x: "τ", y: "δ"}, "")
    return {**named, "kind": "pair", "x": {**_knob(problem, x), "log": log}, "y": {**_knob(problem, y), "log": False}}


def time(earliest: float | None = None) -> dict[str, Any]:
    """The cursor's line against time; earliest: where a log axis shows the cursor's first value."""
    return {**TIME, "earliest": earliest}


def flow(problem: Any, times: np.ndarray, deltas: Any, *, kind: str = "neuron", **more: Any) -> dict[str, Any]:
    """What the closed form needs: start, target, rates, level sets; problem has beta_0 and, if they are not 1, eta_a, eta_w
    and sign. kind: which solver follows (assets/chart/flow.js)."""
    if kind != "landings":
        more = {"beta_star": [float(b) for b in problem.beta_star]} | more
    return {
        "kind": kind,
        "times": [float(t) for t in times],
        "earliest": float(times[1]),
        "deltas": [float(d) for d in deltas],
        "beta_0": [float(b) for b in problem.beta_0],
        "eta_a": float(getattr(problem, "eta_a", 1.0)),
        "eta_w": float(getattr(problem, "eta_w", 1.0)),
        "sign": int(getattr(problem, "sign", 1)),
        **more,
    }


def role(picture: Picture, place: int, run: int | str | None, at: str, **axes: Any) -> None:
    """The trace at `place` shows these curves of run `run` (None: one point of each; "cursor": that of the cursor's δ),
    the part `at` of them; or what `at` names otherwise, with what that needs."""
    picture.roles.append({"place": place, "run": run, "at": at, **axes})


def _named(problem: Params, name: str, label: str, fields: list[str], words: dict, flow: str) -> dict[str, Any]:
    values = {field: float(getattr(problem, field)) for field in fields}
    return {"name": name, "label": label, "values": values, "words": words, "fields": fields, "flow": flow}


def _knob(problem: Params, field: str) -> dict[str, Any]:
    knob = type(problem).knobs()[field]
    assert knob.low is not None and knob.high is not None
    if knob.scale != "linear":
        return {"field": field, "low": knob.low, "high": knob.high, "step": 1, "grid": [float(v) for v in knob.grid]}
    step = knob.step if knob.step is not None else 0.01
    assert math.isfinite(step)
    return {"field": field, "low": knob.low, "high": knob.high, "step": step}
