"""What the page Initialisation claims of PyTorch's default, read from the survey's stored tables."""

from pathlib import Path

import numpy as np

from core.training.initialisation.survey import AIM, SAMPLES, D
from core.training.results.files import Arrays
from core.training.results.result import read_result

ASSET = Path(__file__).parents[2] / "assets" / "precomputed" / "survey.npz"
REMAKE = "Make it with python -m core.training.initialisation.survey --output assets/precomputed/survey.npz."
LEAST_WIDTH, LEAST_INPUTS = 8, 5


def read(path: Path = ASSET) -> tuple[Arrays, int]:
    """Both tables, and over how many seeds. Raises Unavailable where the file is missing or damaged."""
    tables, made = read_result(path, REMAKE)
    return tables, int(made["problem"]["seeds"])


def words(tables: Arrays, seeds: int) -> dict[str, str]:
    """The claim's numbers, and table 2 as lines of a table, one for each slope."""
    below, sizes, inputs = tables["below"], tables["size"], tables["inputs"]
    inside = below[np.ix_(sizes >= LEAST_WIDTH, inputs >= LEAST_INPUTS)]
    share = {(m, d): float(below[i, j]) for i, m in enumerate(sizes.tolist()) for j, d in enumerate(inputs.tolist())}
    return {
        "least": f"{np.floor(100 * inside.min()):.0f}%",
        "narrow": f"{share[4, 3]:.0%}",
        "single": f"{share[8, 1]:.0%}",
        "aim": f"{AIM:g}",
        "inputs": str(D),
        "samples": str(SAMPLES),
        "seeds": str(seeds),
        "widths": _listed(tables["width"]),
        "early": str(tables["steps"][0]),
        "late": str(tables["steps"][1]),
        "rows": "\n".join(_line(tables, place) for place in range(tables["slope"].size)),
    }


def _line(tables: Arrays, place: int) -> str:
    """| slope | median δ̂, from … to … | ratios by width (wins) after the early and the late steps |"""
    medians = dict.fromkeys(_signed(value) for value in np.sort(tables["median"][:, place])[::-1])
    ratios, wins = tables["ratio"][:, place], tables["wins"][:, place]
    late = (
        f"{', '.join(f'{ratio:.2f}' for ratio in ratios[:, k])} ({', '.join(map(str, wins[:, k]))})"
        for k in range(ratios.shape[1])
    )
    ends = list(medians)
    return f"| {tables['slope'][place]:g} | {' to '.join(dict.fromkeys((ends[0], ends[-1])))} | {' | '.join(late)} |"


def _signed(value: float) -> str:
    return f"{value:#.2g}".replace("-", "−")


def _listed(values: np.ndarray) -> str:
    return f"{', '.join(map(str, values[:-1]))} and {values[-1]}"
