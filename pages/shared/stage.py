"""Stage: what one run of a page knows of the lesson round it. The frame makes it, controls and charts read it.

It lives in the session and is made anew at each run, so a fragment that runs later still finds the newest one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.params import Params
from pages.shared.link import Link

PRESENTER_SCALE = 1.6
_OPENINGS = "_openings"
MOVED = "_moved_by_hand"
"""Set while a handle's values wait for the controls to be drawn."""


@dataclass
class Stage:
    """link: what was asked; curtain: the picture waits, veiled traces unseen; act: a new word here replays the picture;
    highlight: the trace that matters now; story: what each step of a told lesson shows, for the browser to turn; sketch:
    what may be drawn into which veiled picture; pinned: A of a comparison, which takes the picture's place; entries: the
    navigation's pages by stem, to turn to; shown: what the page has registered (pages/shared/registry.py); reached: the
    link's goal, as a link spells it, once the picture has reached it; idle: controls that do nothing now, and why; symbols:
    those that formulas have shown; says, below, foot: the rooms above the picture, for further sections and at the page's
    end (containers); sentence: what to look for; drawn: the pictures of hero and how they are drawn; offer(page): what the
    frame adds to the take-away; clocked: a clock has asked for this run, not a hand."""

    stem: str = ""
    link: Link = field(default_factory=Link)
    curtain: bool = False
    veil: tuple[str, ...] = ()
    act: str = ""
    highlight: tuple[str, ...] = ()
    story: list[dict[str, Any]] | None = None
    sketch: dict[str, Any] | None = None
    pinned: Params | None = None
    kinds: dict[str, type[Params]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    idle: dict[str, str] = field(default_factory=dict)
    symbols: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    entries: Mapping[str, Any] = field(default_factory=dict)
    shown: Any = None
    reached: str = ""
    cursor: Any = None
    sentence: str = ""
    drawn: tuple[tuple[Any, ...], dict[str, Any]] | None = None
    offer: Callable[[Any], None] | None = None
    clocked: bool = False
    says: Any = None
    below: Any = None
    foot: Any = None

    @property
    def scale(self) -> float:
        """How much larger than on a desk type and lines are."""
        return PRESENTER_SCALE if self.link.present else 1.0

    @property
    def bound_to_lesson(self) -> bool:
        """A link that hides or locks controls: presets would lead round it."""
        return bool(self.link.hide or self.link.lock)

    def directions(self) -> dict[str, Any]:
        """What the page's main chart is told."""
        return {
            "curtain": self.curtain,
            "veil": self.veil,
            "act": self.act,
            "highlight": self.highlight,
            "scale": self.scale,
            "story": self.story,
            "step": self.link.step,
            "sketch": self.sketch,
        }


def stage() -> Stage:
    """This session's Stage of the newest run; an empty one outside the frame."""
    found = st.session_state.get("_stage")
    return found if isinstance(found, Stage) else Stage()


def set_stage(new: Stage) -> Stage:
    st.session_state["_stage"] = new
    return new


def openings() -> str:
    """A word that changes whenever a picture is asked for as a whole: it then opens anew, cursor and view included."""
    return f"{stage().stem} {st.session_state.get(_OPENINGS, 0)}"


def open_anew() -> None:
    st.session_state[_OPENINGS] = st.session_state.get(_OPENINGS, 0) + 1


def on_phone() -> bool:
    """Whether the browser calls itself a phone: then one control stands in view and the rest is folded."""
    return "Mobi" in str(st.context.headers.get("User-Agent", ""))
