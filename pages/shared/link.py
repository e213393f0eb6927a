"""What a link may ask of a page beside its controls' values, and how that is read and written.

    geometry?v=1&step=2&hide=eta_a,eta_w&lock=angle&goal=loss<0.01@5&predict=true&present=true&A=delta:2

step: guided step, from 1 · hide, lock: controls left out or fixed · goal: quantity < level @ latest time · predict: ask
before the picture moves · present: for a projector · A: the pinned problem of a comparison · t, cam, pic: the chart's
cursor, its camera and which picture a phone shows, from 1 · open: parts of the page that are unfolded, the first of them in
view · embed: inside another page · class: the code of a class, at: the last of its pictures that was seen, follow: no, or
left · teach: its teacher's secret · speaker: the speaker's window instead of the page. Whatever makes no sense is ignored,
and named in one sentence.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from core.figures.style import minus

VERSION = 1
RESERVED = ("v", "step", "hide", "lock", "goal", "predict", "present", "A", "t", "cam", "pic", "open")
OUTSIDE = ("class", "at", "follow", "teach", "speaker", "embed", "embed_options")

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_GOAL = re.compile(rf"\s*([a-z_]+)\s*([<>])\s*({_NUMBER})\s*(?:(?:@|,\s*t\s*=|\sby\s+t\s*=)\s*({_NUMBER}))?\s*", re.I)


@dataclass(frozen=True)
class Goal:
    """Reach `quantity` below (sign "<") or above (">") `level`, at a time no later than `by` (None: any)."""

    quantity: str
    sign: str
    level: float
    by: float | None = None

    def __str__(self) -> str:
        latest = "" if self.by is None else f"@{self.by:g}"
        return f"{self.quantity}{self.sign}{self.level:g}{latest}"

    @property
    def words(self) -> str:
        latest = "" if self.by is None else f" by t = {self.by:g}"
        return f"{self.quantity.replace('_', ' ')} {self.sign} {self.level:g}{latest}"

    def reached(self, times: np.ndarray, values: np.ndarray) -> tuple[float | None, float]:
        """The first time at which the goal holds (None: never in time), and the best value in time.

        times[T], values[T]; values that are not finite count as not reached.
        """
        in_time = np.isfinite(values) & (times <= (np.inf if self.by is None else self.by * (1 + 1e-9)))
        if not in_time.any():
            return None, float("nan")
        at, held = times[in_time], values[in_time]
        good = held < self.level if self.sign == "<" else held > self.level
        return (float(at[good.argmax()]) if good.any() else None), float(held.min() if self.sign == "<" else held.max())


@dataclass(frozen=True)
class Link:
    """What a link asks for, after reading. step 0: no guided step; pin "": nothing pinned."""

    step: int = 0
    hide: tuple[str, ...] = ()
    lock: tuple[str, ...] = ()
    goal: Goal | None = None
    predict: bool = False
    present: bool = False
    pin: str = ""

    def query(self) -> dict[str, str]:
        """The parameters that make this link; read() takes them back to an equal Link."""
        said = {
            "v": str(VERSION),
            "step": str(self.step) if self.step else "",
            "hide": ",".join(self.hide),
            "lock": ",".join(self.lock),
            "goal": str(self.goal or ""),
            "predict": "true" if self.predict else "",
            "present": "true" if self.present else "",
            "A": self.pin,
        }
        return {key: value for key, value in said.items() if value}


def read(query: Mapping[str, str], steps: int) -> tuple[Link, list[str]]:
    """The Link that a page's query makes, and a sentence for each thing that had to be ignored."""
    notes: list[str] = []
    link = Link(
        step=_step(query.get("step", ""), steps, notes),
        hide=_names(query.get("hide", "")),
        lock=_names(query.get("lock", "")),
        goal=_goal(query.get("goal", ""), notes),
        predict=_switch("predict", query, notes),
        present=_switch("present", query, notes),
        pin=query.get("A", "").strip(),
    )
    notes += _view(query)
    if query.get("v", str(VERSION)) != str(VERSION):
        asked = quoted(query["v"])
        notes.append(f"The link says it is of version {asked}; this laboratory reads links as version {VERSION}.")
    return link, notes


def unknown(query: Iterable[str], link: Link, known: set[str], bound: Iterable[str] = ()) -> list[str]:
    """A sentence for every control that a link names and the page does not have. bound: keys of other widgets."""
    there = known | set(bound)
    stray = [quoted(name) for name in query if name not in (*RESERVED, *OUTSIDE) and name not in there]
    notes = [f"The link names an unknown control, {name}; it is ignored." for name in stray]
    for word, names in (("hide", link.hide), ("lock", link.lock)):
        missing = [quoted(name) for name in names if name not in known]
        notes += [f"The link asks to {word} an unknown control, {name}; it is ignored." for name in missing]
    return notes


def unknown_parts(opened: Iterable[str], known: Iterable[str]) -> list[str]:
    """A sentence for every part that a link opens and the page does not have."""
    there = set(known)
    return [f"The link opens an unknown part, {quoted(name)}; it is ignored." for name in opened if name not in there]


def parse_goal(text: str) -> Goal | None:
    """The Goal that "test_loss<0.005@10" spells (also with ",t=10" or " by t=10"), or None."""
    found = _GOAL.fullmatch(text)
    if not found:
        return None
    quantity, sign, level, by = found.groups()
    goal = Goal(quantity.lower(), sign, float(level), float(by) if by else None)
    sane = np.isfinite(goal.level) and (goal.by is None or (np.isfinite(goal.by) and goal.by >= 0))
    return goal if sane else None


def _view(query: Mapping[str, str]) -> list[str]:
    """Sentences for a cursor or a camera that cannot be read."""
    asked = {"t": ("cursor", 1, "a number"), "cam": ("camera", 6, "six numbers"), "pic": ("picture", 1, "a number")}
    return [
        f"The link's {what}, {word} = {quoted(query[word])}, is not {form}; it is ignored."
        for word, (what, count, form) in asked.items()
        if query.get(word) and len(numbers(query[word])) != count
    ]


def numbers(text: str) -> list[float]:
    """The finite numbers that a link parts by "_"; none where one of them is not."""
    try:
        found = [float(part) for part in text.split("_")]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def _goal(text: str, notes: list[str]) -> Goal | None:
    if not text:
        return None
    goal = parse_goal(text)
    if goal is None:
        notes.append(f"The link's goal, {quoted(text)}, cannot be read; write it like goal=loss<0.01@5. It is ignored.")
    return goal


def _step(text: str, steps: int, notes: list[str]) -> int:
    if not text:
        return 0
    if text.isascii() and text.isdigit() and 1 <= int(text) <= steps:
        return int(text)
    has = f"has steps 1 to {steps}" if steps else "has no guided steps"
    notes.append(f"The link asks for step {quoted(text)}; this page {has}. It is ignored.")
    return 0


def _switch(name: str, query: Mapping[str, str], notes: list[str]) -> bool:
    word = query.get(name, "false").strip().lower()
    if word not in ("true", "false", "1", "0"):
        notes.append(f"The link says {name} = {quoted(word)}; it is a switch, true or false. It is ignored.")
    return word in ("true", "1")


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def quoted(text: str, most: int = 30) -> str:
    """What a link says, as the words that they are: cut, a true minus, and nothing of it set in type."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return minus(re.sub(r"([\\`*_\[\]<>$~|#])", r"\\\1", cut))
