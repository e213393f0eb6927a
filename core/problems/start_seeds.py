"""How often Start's race of ReLU networks goes as in the picture, read from the stored races of many seeds."""

from pathlib import Path

import numpy as np

from core.training.races import Problem
from core.training.results.files import Arrays
from core.training.results.result import read_problem, read_result

ASSET = Path(__file__).parents[2] / "assets" / "precomputed" / "races.npz"
REMAKE = "Make it with python -m core.training.races --output assets/precomputed/races.npz."


def read(path: Path = ASSET) -> tuple[Arrays, Problem]:
    """The ends of all races and their setting. Raises Unavailable where the file is missing or damaged."""
    found, made = read_result(path, REMAKE)
    problem = read_problem(Problem, made)
    return found, problem if isinstance(problem, Problem) else Problem()


def words(found: Arrays, problem: Problem) -> dict[str, str]:
    """In how many seeds ▲ fits first, flips most and moves its weights least, and both of the first two."""
    reached = np.where(np.isfinite(found["reached"]), found["reached"], np.inf)
    fits, flips = reached.argmin(axis=1) == 2, found["flipped"].argmax(axis=1) == 2
    counts = {
        "up_first": fits & np.isfinite(reached[:, 2]),
        "up_flips": flips,
        "up_least": found["distance"].argmin(axis=1) == 2,
        "up_both": fits & flips,
        "down_fewest": found["flipped"].argmin(axis=1) == 0,
    }
    sizes = {"seeds": str(found["seed"].size), "last_seed": str(found["seed"][-1]), "of_delta": f"{problem.delta:g}"}
    return {name: str(int(holds.sum())) for name, holds in counts.items()} | sizes
