"""A class of twenty that are not there: simulated phones that join, vote, talk, reach goals and offer a picture.

They write into the store as phones do, from one thread of this process, until the rehearsal or the class ends.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

from core.errors import Refusal
from pages import BY_STEM
from pages.classes.kept.records import Class
from pages.classes.kept.store import Store
from pages.classes.scene import known
from pages.lessons.guide import question

LOG = logging.getLogger("lab.classes")
STUDENTS, AT_ONCE, LONGEST_S, LOOK_S, LEFT_S = 20, 5, 3600.0, 0.5, 5.0
RIGHT_AT_FIRST, RIGHT_AFTER_A_TALK = 0.4, 0.75
VOTES_WITHIN_S, GOALS_WITHIN_S = 15.0, 90.0


class Rehearsal:
    """One class's simulated students; `step` is what they do at each look."""

    def __init__(self, store: Store, code: str, seed: int | None = None) -> None:
        self.store, self.code, self.choice = store, code, random.Random(seed)
        self.names = [f"rehearsal-{k}" for k in range(STUDENTS)]
        self.plans: dict[tuple, list[tuple[float, str]]] = {}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=_run, args=(self,), name=f"rehearsal {code}", daemon=True)

    def begin(self) -> None:
        for name in self.names:
            self.store.join(self.code, name)
        self.stay()

    def step(self, now: float) -> bool:
        """What is due at this time; False when the class is over."""
        klass = self.store.find(self.code)
        if klass is None:
            return False
        if klass.voting:
            for name in self._due(("vote", klass.question, klass.round), now, VOTES_WITHIN_S, self.names):
                self.store.vote(self.code, name, klass.question, klass.round, self._opinion(klass))
        if klass.goal:
            for name in self._due(("goal", klass.goal_at), now, GOALS_WITHIN_S, self.names[: STUDENTS * 3 // 5]):
                self.store.reach(klass, name)
        if klass.scene and not klass.voting:
            for name in self._due(("offer", klass.scene), now, VOTES_WITHIN_S, self.names[:1]):
                self.store.offer(self.code, name, klass.stem, known(BY_STEM[klass.stem], klass.query))
        return True

    def stay(self) -> None:
        for name in self.names:
            self.store.seen(self.code, name)

    def leave(self) -> None:
        for name in self.names:
            self.store.leave(self.code, name)

    def _due(self, what: tuple, now: float, within: float, names: list[str]) -> list[str]:
        """Whose time has come: each gets a random one when this is first seen."""
        plan = self.plans.setdefault(what, [(now + self.choice.uniform(0.1, 1) * within, name) for name in names])
        due = [name for at, name in plan if at <= now]
        self.plans[what] = [(at, name) for at, name in plan if at > now]
        return due

    def _opinion(self, klass: Class) -> int:
        asked = question(klass.asked)
        if self.choice.random() < (RIGHT_AFTER_A_TALK if klass.round > 1 else RIGHT_AT_FIRST):
            return asked.right
        return self.choice.choice([k for k in range(len(asked.choices)) if k != asked.right])


RUNNING: dict[str, Rehearsal] = {}


def begin(store: Store, code: str) -> bool:
    """Let twenty simulated students join; False where this process rehearses as much as it can."""
    if code in RUNNING or len(RUNNING) >= AT_ONCE:
        return code in RUNNING
    RUNNING[code] = Rehearsal(store, code)
    RUNNING[code].thread.start()
    return True


def end(code: str) -> None:
    """The simulated students have left when this returns."""
    if one := RUNNING.get(code):
        one.ended.set()
        one.thread.join(LEFT_S)


def _run(one: Rehearsal, clock: Callable[[], float] = time.monotonic) -> None:
    last, signed = clock() + LONGEST_S, clock()
    try:
        one.begin()
        while not one.ended.wait(LOOK_S) and clock() < last and one.step(clock()):
            if clock() - signed > 60:
                signed = clock()
                one.stay()
        one.leave()
    except Refusal as error:
        LOG.warning("the rehearsal of a class ended: %s", error)
    finally:
        RUNNING.pop(one.code, None)
