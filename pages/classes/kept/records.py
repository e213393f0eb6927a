"""What the store tells: a class, a tally, what a goal has come to, and what phones offer to show."""

from collections.abc import Mapping
from dataclasses import dataclass

Query = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Class:
    """A class as its members see it.

    made: when it began, seconds since the epoch; said: counts what the teacher did; scene: counts the pictures sent to
    everyone, the last one being `query` on page `stem`; question and round: the vote, on page `asked`, sent with scene
    `asked_in`; goal: as a link spells it, set at `goal_at` on page `goal_stem`; at_stem, at_step: what the projector shows.
    """

    code: str
    made: float
    said: int
    scene: int
    stem: str
    query: Query
    question: int
    round: int
    asked: str
    asked_in: int
    revealed: bool
    goal: str
    goal_stem: str
    goal_at: float
    at_stem: str
    at_step: int

    @property
    def voting(self) -> bool:
        """Whether choices are taken."""
        return bool(self.asked) and not self.revealed


@dataclass(frozen=True)
class Tally:
    """rounds: for each round of the question the votes by choice; phones: how many are here."""

    rounds: tuple[tuple[int, ...], ...]
    phones: int

    @property
    def answered(self) -> int:
        """How many have answered in the last round."""
        return sum(self.rounds[-1]) if self.rounds else 0


@dataclass(frozen=True)
class Reached:
    """How many have reached the goal, of how many, and after how many seconds the first of them (None: nobody yet)."""

    count: int
    phones: int
    first: float | None


@dataclass(frozen=True)
class Offer:
    """What one phone would like to show."""

    phone: str
    animal: str
    stem: str
    query: Query
