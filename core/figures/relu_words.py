"""The ReLU picture's words: which network is which, and what its map and its flips have come to."""

from core.figures import style
from core.problems.relu import Solution
from core.training.plane import Run

REDRAWN, FROZEN = 15, 2


def both(solution: Solution):
    """Each network with its (τ, δ)."""
    return tuple(zip((solution.main, solution.rival), solution.starts, strict=True))


def name(start: tuple[float, float]) -> str:
    """A network by its (τ, δ)."""
    return f"{style.side_mark(start[1])} τ = {start[0]:g}, δ = {start[1]:g}"


def map_title(run: Run, k: int) -> str:
    """What has become of the regions by frame k."""
    if k in (-1, len(run.time) - 1) and run.loss[-1] > 0.5 * run.loss[0]:
        return "Map drawn, nothing learnt"
    flipped = 100 * float(run.flipped[k])
    word = "redrawn" if flipped > REDRAWN else "turned a little" if flipped > FROZEN else "as it was"
    return f"Map {word}: {flipped:.2g}% flipped"


def comparison(solution: Solution, k: int) -> str:
    """Both networks’ flips by frame k, each named."""
    one, two = (f"{style.side_mark(start[1])} τ = {start[0]:g}: {run.flipped[k]:.0%}" for run, start in both(solution))
    return f"Flipped {one}, {two}"


def words(run: Run, start: tuple[float, float]) -> str:
    """A run’s end, for a listener."""
    return (
        f"tau = {start[0]:g}, delta = {start[1]:g}, {style.side_name(start[1])}: {100 * float(run.flipped[-1]):.0f}% of "
        f"activations flipped, parameter distance {run.distance[-1]:.3g}, final loss {run.loss[-1]:.2g}"
    )


def alt(run: Run, start: tuple[float, float], what: str) -> str:
    """A picture’s text alternative."""
    return f"{what} of the ReLU network's conic regions by parity. {words(run, start)}"
