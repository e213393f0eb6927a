"""Units and meanings of what is downloaded, from assets/prose/units.md: "- name | unit | meaning", or "- page.name | …"
where a page means something of its own by a name. Most quantities are pure numbers; time is in units of 1/η.
"""

import functools
from dataclasses import dataclass

from pages.shared.prose import pieces


@dataclass(frozen=True)
class Quantity:
    """What an array's name stands for; unit "1" for a pure number."""

    name: str
    unit: str
    meaning: str

    def __str__(self) -> str:
        return f"{self.name} [{self.unit}]: {self.meaning}"


@functools.cache
def quantities() -> dict[str, Quantity]:
    rows = [line[2:].split(" | ", 2) for line in pieces("units")["quantities"].splitlines()]
    return {name: Quantity(name.rpartition(".")[2], unit, meaning) for name, unit, meaning in rows}


def quantity(stem: str, name: str) -> Quantity | None:
    """What this page means by a name; None where the table has no row for it."""
    known = quantities()
    return known.get(f"{stem}.{name}") or known.get(name)
