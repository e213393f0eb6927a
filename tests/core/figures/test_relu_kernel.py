"""Pictures of the kernel's movement: they move together, are small, and say what the numbers say."""

import numpy as np
import pytest

from core.figures.relu_kernel import figures
from core.problems import relu
from core.problems.relu_kernel import history, told


@pytest.mark.parametrize(
    "problem", [relu.Problem(), relu.Problem(slope=1.0, width=2), relu.Problem(points=50, width=100)]
)
def test_three_panels_move_together_and_are_small(problem):
    solution = relu.solve(problem)
    found = history(solution.main, solution.X, solution.y, slope=problem.slope)
    drawn = figures(problem, found, solution.main.a[0], solution.phases[0])
    assert [len(picture.frames) for picture in drawn] == [len(found.shown)] * 3
    assert sum(len(picture.json()) for picture in drawn) < 300_000
    heat, movers, way = drawn
    assert np.abs(heat.data[0]["z"]).max() == 127 and heat.data[0]["z"].dtype == np.int8
    assert told(found)["half"] in movers.layout["title"]["text"]
    assert told(found)["flips"] in way.layout["title"]["text"] and way.phases["runs"]
    for picture in drawn:
        picture.figure()
