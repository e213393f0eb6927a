"""The very networks and data of the published sweep (seeds 100 to 115), drawn in the published order.

seed ↔ seed ↔ sets the teacher, the unscaled student and the data; τ and δ only scale the student
X, X_test ↔ [n, d], [10 000, d] ↔ unit rows, drawn in float32 as published and kept as float64

The stream is torch's, from a private generator: the same seed gives the same numbers as the global one, and threads do
not disturb each other. The published code first draws layers whose values it throws away; they are drawn here too.
"""

import numpy as np
import torch

from core.datasets.teacher_student import Teacher, TeacherStudent, mirrored
from core.errors import OutsideTheory

TEST_SEED = 201
TESTS = 10_000


def draw(*, d: int = 100, n: int = 1000, width: int = 50, teachers: int = 3, seed: int = 100) -> TeacherStudent:
    """Teacher, mirrored student, training and test data of one seed; the defaults are the paper's sizes (figure 1b).

    Raises OutsideTheory for sizes below 1, an odd width or a negative seed.
    """
    if min(d, n, teachers) < 1 or width < 2 or width % 2 or seed < 0:
        raise OutsideTheory(
            "the published draws need sizes of 1 or more, an even width and a seed of 0 or more",
            got=f"d={d}, n={n}, width={width}, teachers={teachers}, seed={seed}",
            do="Use for example d=100, n=1000, width=50, teachers=3, seed=100.",
        )
    generator = torch.Generator().manual_seed(seed)
    _throw_away_layers(generator, d, teachers)
    teacher = Teacher(_unit_rows(generator, teachers, d), _signs(generator, teachers))
    _throw_away_layers(generator, d, width)
    student = mirrored(_unit_rows(generator, width // 2, d), _signs(generator, width // 2))
    X = _unit_rows(generator, n, d)
    X_test = _unit_rows(torch.Generator().manual_seed(TEST_SEED), TESTS, d)
    return TeacherStudent(teacher, student, X, teacher.labels(X), X_test, teacher.labels(X_test))


def _throw_away_layers(generator: torch.Generator, d: int, width: int) -> None:
    for count in (width * d, width):
        torch.empty(count).uniform_(generator=generator)


def _unit_rows(generator: torch.Generator, count: int, d: int) -> np.ndarray:
    rows = torch.randn(count, d, generator=generator)
    return (rows / rows.norm(dim=1, keepdim=True)).double().numpy()


def _signs(generator: torch.Generator, count: int) -> np.ndarray:
    return torch.randn(count, generator=generator).sign().double().numpy()
