"""Integrations that end, and how far they may be believed.

`within(velocity, most)` is the same velocity, until it has been asked `most` times: a flow that asks for more evaluations
than a visitor would wait for is refused. A branch that an integration decides is believed by how much errors may have
grown on the way, in e-foldings.
"""

from collections.abc import Callable

from core.errors import OutsideTheory
from core.theory.checks import Floats

MOST = 50_000
"""Evaluations of a velocity: about a second."""
TRUSTED = 14.0
"""e-foldings by which the errors of a coarse run may grow and still not matter."""
LOST = 33.0
"""e-foldings by which rounding itself grows large enough to decide."""


def within(velocity: Callable[[float, Floats], Floats], most: int = MOST) -> Callable[[float, Floats], Floats]:
    """velocity(t, state), which raises OutsideTheory instead of an answer once it has answered `most` times. Ours."""
    asked = 0

    def counted(t: float, state: Floats) -> Floats:
        nonlocal asked
        asked += 1
        if asked > most:
            raise OutsideTheory(
                "The flow is too stiff to integrate",
                got=f"{most:,} evaluations without an end",
                do="Shorten the time, or choose layers and data of more even sizes.",
            )
        return velocity(t, state)

    return counted
