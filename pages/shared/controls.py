"""One widget per knob: a control's key is its field's name and its URL parameter (pages/shared/address.py).

A link's bad value never reaches a widget: it is replaced by the nearest allowed one, and the page says so.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from core.errors import OutsideTheory
from core.figures.style import spoken
from core.params import Knob, Params
from pages.shared import address
from pages.shared.explain.idle import Idle, named, resting
from pages.shared.explain.symbols import helped, indexed
from pages.shared.link_values import in_words, read_link
from pages.shared.put import put, put_again
from pages.shared.stage import MOVED, on_phone, open_anew, stage

P = TypeVar("P", bound=Params)

NOTES = "_replaced"


def controls(
    kind: type[P],
    *,
    shown: Sequence[str],
    more: Sequence[str] = (),
    later: Sequence[str] = (),
    idle: Mapping[str, Idle] | None = None,
    where: Any = None,
) -> P:
    """Draw `shown` in a row (at most five) and `more` folded under "More", and return the problem they describe.

    later: what moves a part further down only; `controls_of` draws these there, in the same run.
    idle: the controls that do nothing while all of these others have one of these values, as {"seed": {"network":
    ("linear",)}}; they rest then, and say why.
    A choice of many gets a row of its own. A lesson's link may hide or lock controls; on a phone one stays in view.
    Fields named in neither keep their defaults. A combination that the problem refuses is reported in one sentence
    at the controls, and the page goes on with the last one that was allowed.
    """
    knobs = kind.offered()
    defaults = defaults_of(kind)
    where = where or st.container()
    scene = stage()
    scene.kinds |= dict.fromkeys((*shown, *more, *later), kind)
    st.session_state[MOVED] = False  # the controls now show what a hand gave them
    scene.names |= {*shown, *more, *later}
    notes = arrive(kind)
    put_again((*shown, *more))
    scene.idle = resting(idle or {}, knobs, {name: _held(name, default) for name, default in defaults.items()})
    values = defaults | {name: _held(name, defaults[name]) for name in (*scene.link.hide, *later) if name in knobs}
    shown = [name for name in shown if name not in scene.link.hide and knobs[name].drawn]
    more = [name for name in more if name not in scene.link.hide and knobs[name].drawn]
    if on_phone():
        first = _first_slider(shown, knobs)
        shown, more = first, [name for name in (*shown, *more) if name not in first]
    with where:
        single = [name for name in shown if not knobs[name].many]
        for name in shown:
            if knobs[name].many:
                values[name] = control(name, knobs[name], defaults[name])
        for name, column in zip(single, st.columns(len(single)), strict=True) if single else ():
            with column:
                values[name] = control(name, knobs[name], defaults[name])
        if more:
            values |= _folded(kind, more, knobs, defaults)
        _say(notes, values)
        problem = _checked(kind, values)
    address.write(problem)
    return problem


def controls_of(kind: type[Params], later: Sequence[str]) -> None:
    """The controls of a part further down, which `controls` has been told of, in a row."""
    knobs, defaults = kind.offered(), defaults_of(kind)
    names = [name for name in later if name not in stage().link.hide and knobs[name].drawn]
    for name, column in zip(names, st.columns(len(names)), strict=True) if names else ():
        with column:
            control(name, knobs[name], defaults[name])


def defaults_of(kind: type[Params]) -> dict[str, Any]:
    return {name: field.default for name, field in kind.__dataclass_fields__.items()}


def arrive(kind: type[Params]) -> list[str]:
    """Before the widgets exist: put what the address asks for, or what the visitor brings, into the controls.

    Returns a sentence for each value of the link that had to be replaced by the nearest allowed one.
    """
    asked = address.news(kind)
    if asked is None:
        return []
    knobs, defaults = kind.offered(), defaults_of(kind)
    values = defaults | (address.brought(kind) if not asked else {})
    notes = []
    for name, raw in asked.items():
        values[name], note = read_link(name, knobs[name], raw, defaults[name])
        notes += [note] if note else []
    for name, value in values.items():
        st.session_state[name] = list(value) if isinstance(value, tuple) else value
    return notes


def _folded(kind: type[Params], more: Sequence[str], knobs: dict[str, Knob], defaults: dict) -> dict[str, Any]:
    """The values under "More": its controls exist while it is open, or while one of them differs from its default."""
    fold = st.expander("More", key=f"more_{kind.__name__}", on_change="rerun")
    if not fold.open and not any(_held(name, defaults[name]) != defaults[name] for name in more):
        return {}
    values = {}
    columns = fold.columns(min(4, len(more)))
    for k, name in enumerate(more):
        with columns[k % len(columns)]:
            values[name] = control(name, knobs[name], defaults[name])
    return values


def _held(name: str, default: Any) -> Any:
    value = st.session_state.get(name, default)
    return tuple(value) if isinstance(value, list) else value


def _first_slider(shown: Sequence[str], knobs: dict[str, Knob]) -> list[str]:
    """The control that a phone keeps in view: the first free slider, else the first control."""
    sliders = [name for name in shown if knobs[name].options is None and name not in stage().link.lock]
    return [*sliders, *shown][:1]


def _checked(kind: type[P], values: dict[str, Any]) -> P:
    last = f"_last_{kind.__name__}"
    try:
        problem = st.session_state[last] = kind(**values)
    except OutsideTheory as error:
        st.error(
            f"{spoken(str(error))} The picture still shows the last setting that has one.", icon=":material/error:"
        )
        problem = st.session_state[last] if last in st.session_state else kind()
    return problem


def control(name: str, knob: Knob, default: Any) -> Any:
    """The widget a knob asks for. The default is given beside a value in the session state too: Streamlit's warning
    about giving both is switched off in its configuration."""
    told = [stage().idle.get(name), helped(knob.label, knob.help)]
    common: dict[str, Any] = {"key": name, "help": "\n\n".join(filter(None, told)) or None}
    common["disabled"] = name in stage().link.lock or name in stage().idle
    common |= _starting(knob, default)
    label = indexed(f"{knob.label} ({knob.unit})" if knob.unit else knob.label)
    if knob.options is not None:
        return _choice(label, knob, common)
    if knob.entries:
        return st.text_input(label, **common)
    if isinstance(default, bool):
        return st.toggle(label, **common)
    if knob.scale != "linear":
        return st.select_slider(label, options=knob.grid, format_func=in_words, **common)
    kind = type(default)
    step = knob.step if knob.step is not None else (1 if kind is int else 0.01)
    assert knob.low is not None and knob.high is not None
    decimals = _decimals(step, _held(name, default))
    return st.slider(label, kind(knob.low), kind(knob.high), step=kind(step), format=f"%.{decimals}f", **common)


def _decimals(step: float, value: float) -> int:
    """As many as the step has; more where a value lies between two steps, as an angle of the paper may."""
    least = max(0, -math.floor(math.log10(step)))
    return next((k for k in range(least, least + 3) if math.isclose(value, round(value, k))), least + 3)


def set_problem(problem: Params) -> None:
    """Put a preset's values into the controls; to be used as a callback, before the widgets are drawn."""
    open_anew()
    address.put(type(problem))
    values = {name: getattr(problem, name) for name in type(problem).knobs()}
    put({name: list(value) if isinstance(value, tuple) else value for name, value in values.items()})


def _choice(label: str, knob: Knob, common: dict[str, Any]) -> Any:
    """An option's key is its label and its URL text; what it means stands in the tooltip."""
    options = list(knob.options or {})
    meanings = "\n".join(f"- **{named(key)}**: {meaning}" for key, meaning in (knob.options or {}).items() if meaning)
    common["help"] = "\n\n".join(filter(None, [common["help"], indexed(meanings)])) or None
    if knob.many:
        return tuple(st.pills(label, options, selection_mode="multi", format_func=named, **common) or ())
    if len(options) > 5:
        return st.selectbox(label, options, format_func=named, **common)
    return st.segmented_control(label, options, format_func=named, required=True, **common)


def _starting(knob: Knob, default: Any) -> dict[str, Any]:
    if knob.options is not None and not knob.many and len(knob.options) > 5:
        return {"index": list(knob.options).index(default)}
    if knob.options is not None:
        return {"default": list(default) if knob.many else default}
    return {"value": default}


def _say(notes: list[str], values: dict[str, Any]) -> None:
    if notes:
        st.session_state[NOTES] = (notes, values)
    kept, at = st.session_state.get(NOTES, ([], None))
    if at == values:
        for note in kept:
            st.warning(note, icon=":material/link_off:")
    else:
        st.session_state.pop(NOTES, None)
