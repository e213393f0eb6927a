"""A control that moves no picture in some mode rests there, and only there: page × mode × control."""

import dataclasses
import importlib
import json

import pytest

from core.errors import Refusal
from pages import BY_STEM
from pages.server.first_sketch import solver

ELSEWHERE = {
    "start": (),
    "geometry": (),
    "exact": ("solver", "rate", "noise", "batch", "seed"),
    "implicit_bias": ("solver", "rate", "null"),
    "deep": (),
    "wide": ("descent",),
    "initialisation": (),
    "limits": (),
}
"""Pages solved at once, and their controls that move something else than the page's own picture: a simulation, a part below."""
DEEP_ENOUGH = {"deep": {"depth": 8}}
"""What makes every control of a page count."""


def other(knob, value):
    """Another value of a control."""
    if knob.options is not None:
        found = next(option for option in knob.options if option != value and (not knob.many or option not in value))
        return (found,) if knob.many else found
    if isinstance(value, bool):
        return not value
    if knob.scale != "linear":
        return next(v for v in reversed(knob.grid[:-1]) if v < value) if value > knob.grid[0] else knob.grid[1]
    step = max(knob.step or 0, (knob.high - knob.low) / 7)
    return type(value)(value + step if value + step <= knob.high else value - step)


def drawn(stem: str, problem) -> str:
    """The page's pictures, without the controls' values that they carry."""
    pictures = importlib.import_module(f"core.figures.{stem}").figures(problem, solver(BY_STEM[stem])(problem))
    figures = [json.loads(picture.json()) for picture in pictures]
    return json.dumps([{**one, "layout": {**one["layout"], "meta": None}} for one in figures])


def modes(stem: str) -> list:
    """The page's default, and each way in which the table says that controls rest."""
    kind, idle = type(next(iter(BY_STEM[stem].presets().values()))), table(stem)
    ways = [{}, *({name: values[0] for name, values in others.items()} for others in idle.values())]
    return [kind(**{**DEEP_ENOUGH.get(stem, {}), **way}) for k, way in enumerate(ways) if way not in ways[:k]]


def table(stem: str) -> dict:
    return getattr(importlib.import_module(BY_STEM[stem].model), "IDLE", {})


def rests(stem: str, name: str, problem) -> bool:
    others = table(stem).get(name)
    return bool(others) and all(getattr(problem, one) in values for one, values in others.items())


CASES = [(stem, problem) for stem in ELSEWHERE for problem in modes(stem)]


@pytest.mark.parametrize("stem, problem", CASES, ids=[f"{stem}: {problem.changed()}" for stem, problem in CASES])
def test_what_moves_nothing_rests(stem, problem):
    here, wrong = drawn(stem, problem), []
    for name, knob in type(problem).offered().items():
        if name in ELSEWHERE[stem] or not knob.drawn:
            continue
        try:
            moved = drawn(stem, dataclasses.replace(problem, **{name: other(knob, getattr(problem, name))})) != here
        except Refusal:
            continue
        if moved == rests(stem, name, problem):
            wrong.append(f"{name} {'moves' if moved else 'does nothing'}")
    assert not wrong
