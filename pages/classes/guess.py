"""Guessing codes is slow: wrong ones cost a token of the visitor's address, and one of all together.

Where none is left, codes of newcomers are not looked up at all, so a guesser does not learn whether one was right. Those
who are in a class already are let in as before.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

ADDRESS_BURST, ADDRESS_EVERY_S = 30.0, 2.0
ALL_BURST, ALL_EVERY_S = 100.0, 0.5
ADDRESSES = 1000


class Purse:
    """Tokens that come back, one every so many seconds."""

    def __init__(self, burst: float, every: float, now: float) -> None:
        self.burst, self.every = burst, every
        self.tokens, self.at = burst, now

    def has(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.at) / self.every)
        self.at = now
        return self.tokens >= 1


class Guesses:
    """What wrong codes have cost so far, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.lock = clock, threading.Lock()
        self.everybody = Purse(ALL_BURST, ALL_EVERY_S, clock())
        self.addresses: OrderedDict[str, Purse] = OrderedDict()
        self.wrong = 0

    def may(self, address: str) -> bool:
        """Whether a code from this address is looked up now."""
        with self.lock:
            now = self.clock()
            return self.everybody.has(now) and self._of(address, now).has(now)

    def was_wrong(self, address: str) -> None:
        with self.lock:
            self.wrong += 1
            self.everybody.tokens -= 1
            self._of(address, self.clock()).tokens -= 1

    def _of(self, address: str, now: float) -> Purse:
        purse = self.addresses.setdefault(address, Purse(ADDRESS_BURST, ADDRESS_EVERY_S, now))
        self.addresses.move_to_end(address)
        while len(self.addresses) > ADDRESSES:
            self.addresses.popitem(last=False)
        return purse


GUESSES = Guesses()
