"""What is computed once and shared by all visitors: answers by their problem, figures by what they show."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

S = TypeVar("S")

ANSWERS, FIGURES = 300, 150


def remember(solve: Callable[[Any], S]) -> Callable[[Any], S]:
    """solve, its answers kept by the (frozen) problem. They are shared: nobody may write into them."""
    return lambda problem: _answer(_name(solve), repr(problem), solve, problem)


def painted(draw: Callable[[Any, Any], S], problem: Any, solution: Any) -> S:
    """draw(problem, solution), kept by the problem."""
    return _figure(_name(draw), repr(problem), draw, problem, solution)


@st.cache_resource(max_entries=ANSWERS, show_spinner=False)
def _answer(name: str, key: str, _solve: Callable[[Any], Any], _problem: Any) -> Any:
    return _solve(_problem)


@st.cache_resource(max_entries=FIGURES, show_spinner=False)
def _figure(name: str, key: str, _draw: Callable[[Any, Any], Any], _problem: Any, _solution: Any) -> Any:
    return _draw(_problem, _solution)


def _name(function: Callable) -> str:
    return f"{function.__module__}.{function.__qualname__}"
