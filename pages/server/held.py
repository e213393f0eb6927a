"""What a browser holds of the messages that it was sent."""

from collections.abc import Iterable

RUNS = 1
"""Ends of runs without use after which a message counts as forgotten: one fewer than in the browser."""
ANY = "any"


class Held:
    """One connection's account, kept in the order of what is sent; `brought`: what the browser held when it came."""

    def __init__(self, brought: Iterable[str]) -> None:
        self._age = dict.fromkeys(brought, RUNS)
        self._drawn_by = dict.fromkeys(self._age, ANY)

    def has(self, name: str, fragment: str) -> bool:
        """Whether the browser holds this message; from now on it does. A message stays its first fragment's."""
        there = name in self._age
        self._age[name] = 0
        self._drawn_by.setdefault(name, fragment)
        return there

    def a_run_ends(self, fragments: Iterable[str]) -> None:
        """A fragment's run lets go of its own old messages alone, a whole run, which names none, of all."""
        of = {*fragments}
        for name in list(self._age):
            self._age[name] += 1
            if self._age[name] > RUNS and (not of or self._drawn_by[name] in {*of, ANY}):
                del self._age[name], self._drawn_by[name]
