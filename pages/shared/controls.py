"""One bound widget per knob: a control's key is its field's name and its URL parameter.

A link's bad value never reaches a widget: it is replaced by the nearest allowed one, and the page says so.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

from core.errors import OutsideTheory
from core.params import Knob, Params
from pages.shared.stage import on_phone, open_anew, stage

P = TypeVar("P", bound=Params)

NOTES = "_replaced"


def controls(kind: type[P], *, shown: Sequence[str], more: Sequence[str] = (), where: Any = None) -> P:
    """Draw `shown` in a row (at most five) and `more` folded under "More", and return the problem they describe.

    A choice of many gets a row of its own. A lesson's link may hide or lock controls; on a phone one stays in view.
    Fields named in neither keep their defaults. A combination that the problem refuses is reported in one sentence
    at the controls, and the page goes on with the last one that was allowed.
    """
    knobs = kind.knobs()
    defaults = {name: field.default for name, field in kind.__dataclass_fields__.items()}
    where = where or st.container()
    scene = stage()
    scene.names |= {*shown, *more}
    values = defaults | {name: hidden(name, knobs[name], defaults[name]) for name in scene.link.hide if name in knobs}
    shown = [name for name in shown if name not in scene.link.hide]
    more = [name for name in more if name not in scene.link.hide]
    if on_phone():
        first = _first_slider(shown, knobs)
        shown, more = first, [name for name in (*shown, *more) if name not in first]
    linked = set(st.query_params)
    asked = [name for name in (*shown, *more) if name in linked]
    notes = [note for name in asked if (note := read_link(name, knobs[name], defaults[name]))]
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
        return _checked(kind, values)


def _folded(kind: type[Params], more: Sequence[str], knobs: dict[str, Knob], defaults: dict) -> dict[str, Any]:
    """The values under "More": its controls exist while it is open, or while one of them differs from its default."""
    fold = st.expander("More", key=f"more_{kind.__name__}", on_change="rerun")
    if not fold.open and not any(_changed(name, defaults[name]) for name in more):
        return {}
    values = {}
    columns = fold.columns(min(4, len(more)))
    for k, name in enumerate(more):
        with columns[k % len(columns)]:
            values[name] = control(name, knobs[name], defaults[name])
    return values


def _changed(name: str, default: Any) -> bool:
    value = st.session_state.get(name, default)
    return (tuple(value) if isinstance(value, list) else value) != default


def _first_slider(shown: Sequence[str], knobs: dict[str, Knob]) -> list[str]:
    """The control that a phone keeps in view: the first free slider, else the first control."""
    sliders = [name for name in shown if knobs[name].options is None and name not in stage().link.lock]
    return [*sliders, *shown][:1]


def _checked(kind: type[P], values: dict[str, Any]) -> P:
    last = f"_last_{kind.__name__}"
    try:
        problem = st.session_state[last] = kind(**values)
    except OutsideTheory as error:
        st.error(f"{error} The picture still shows the last setting that has one.", icon=":material/error:")
        problem = st.session_state[last] if last in st.session_state else kind()
    return problem


def hidden(name: str, knob: Knob, default: Any) -> Any:
    """The value of a control that a lesson's link leaves out: the link's own, held in the URL alone."""
    raw = st.query_params.get_all(name)
    return nearest(knob, raw if knob.many else raw[0], default)[0] if raw else default


def read_link(name: str, knob: Knob, default: Any) -> str | None:
    """Before the widget exists: read the link's value, put the nearest allowed one in its place; say if it changed."""
    raw = st.query_params.get_all(name)
    if name in st.session_state or not raw:
        return None
    value, exact = nearest(knob, raw if knob.many else raw[0], default)
    st.session_state[name] = list(value) if knob.many else value
    if exact:
        return None
    return f"The link asked for {name} = {', '.join(raw)[:40]}; {_allowed(knob)}. {_shown(value)} is used."


def nearest(knob: Knob, raw: Any, default: Any) -> tuple[Any, bool]:
    """The allowed value nearest to a link's text, and whether it says the same."""
    if knob.options is not None:
        return _nearest_option(knob, raw, default)
    if isinstance(default, bool):
        word = str(raw).strip().lower()
        return (word == "true", True) if word in ("true", "false") else (default, False)
    try:
        number = float(raw)
    except ValueError:
        return default, False
    if math.isnan(number):
        return default, False
    assert knob.low is not None and knob.high is not None
    inside = min(max(number, knob.low), knob.high)
    if knob.scale != "linear":
        best = min(knob.grid, key=lambda v: abs(_spaced(knob, v) - _spaced(knob, inside)))
        return best, math.isclose(best, number, rel_tol=1e-9, abs_tol=1e-12)
    value = type(default)(round(inside) if isinstance(default, int) else inside)
    return value, value == number


def control(name: str, knob: Knob, default: Any) -> Any:
    """The widget a knob asks for, bound to the URL.

    The default is always given, beside a value in the session state too: links leave defaults out and only the widget
    knows them. Streamlit's warning about giving both is switched off in its configuration.
    """
    common: dict[str, Any] = {"key": name, "bind": "query-params", "help": knob.help or None}
    common["disabled"] = name in stage().link.lock
    common |= _starting(knob, default)
    label = f"{knob.label} ({knob.unit})" if knob.unit else knob.label
    if knob.options is not None:
        return _choice(label, knob, common)
    if isinstance(default, bool):
        return st.toggle(label, **common)
    if knob.scale != "linear":
        return st.select_slider(label, options=knob.grid, format_func=_shown, **common)
    kind = type(default)
    step = knob.step if knob.step is not None else (1 if kind is int else 0.01)
    assert knob.low is not None and knob.high is not None
    decimals = max(0, -math.floor(math.log10(step)))
    return st.slider(label, kind(knob.low), kind(knob.high), step=kind(step), format=f"%.{decimals}f", **common)


def set_problem(problem: Params) -> None:
    """Put a preset's values into the controls; to be used as a callback, before the widgets are drawn."""
    open_anew()
    changed = problem.changed()
    for name in type(problem).knobs():
        value = getattr(problem, name)
        value = list(value) if isinstance(value, tuple) else value
        if name not in stage().link.hide:
            st.session_state[name] = value
        elif name in changed:
            st.query_params[name] = value if isinstance(value, list) else str(value)
        else:
            st.query_params.pop(name, None)


def _choice(label: str, knob: Knob, common: dict[str, Any]) -> Any:
    """An option's key is its label and its URL text; what it means stands in the tooltip."""
    options = list(knob.options or {})
    meanings = "\n".join(f"- **{key}**: {meaning}" for key, meaning in (knob.options or {}).items() if meaning)
    common["help"] = "\n\n".join(filter(None, [knob.help, meanings])) or None
    if knob.many:
        return tuple(st.pills(label, options, selection_mode="multi", format_func=str, **common) or ())
    if len(options) > 5:
        return st.selectbox(label, options, format_func=str, **common)
    return st.segmented_control(label, options, format_func=str, required=True, **common)


def _starting(knob: Knob, default: Any) -> dict[str, Any]:
    if knob.options is not None and not knob.many and len(knob.options) > 5:
        return {"index": list(knob.options).index(default)}
    if knob.options is not None:
        return {"default": list(default) if knob.many else default}
    return {"value": default}


def _nearest_option(knob: Knob, raw: Any, default: Any) -> tuple[Any, bool]:
    by_text = {str(key): key for key in knob.options or {}}
    if not knob.many:
        return (by_text[raw], True) if raw in by_text else (default, False)
    chosen = tuple(dict.fromkeys(by_text[one] for one in raw if one in by_text))
    return (chosen, len(chosen) == len(raw)) if chosen else (default, False)


def _spaced(knob: Knob, value: float) -> float:
    if knob.scale == "log":
        return math.log(max(value, 1e-300))
    return math.asinh(value / knob.smallest)


def _shown(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return f"{value:g}"


def _allowed(knob: Knob) -> str:
    if knob.options is not None:
        return "the choices are " + ", ".join(map(str, knob.options))
    if knob.low is None:
        return "it is a switch, true or false"
    between = f"it goes from {knob.low:g} to {knob.high:g}"
    return between + (" in round steps" if knob.scale != "linear" else "")


def _say(notes: list[str], values: dict[str, Any]) -> None:
    if notes:
        st.session_state[NOTES] = (notes, values)
    kept, at = st.session_state.get(NOTES, ([], None))
    if at == values:
        for note in kept:
            st.warning(note, icon=":material/link_off:")
    else:
        st.session_state.pop(NOTES, None)
