"""What is sent of a network: widths to a 32767th, flips where a sign differs, and every role's trace exists."""

import numpy as np
import pytest

from core.figures import exact, geometry, network, start
from core.problems.exact import Exact
from core.problems.exact import solve as solve_exact
from core.problems.geometry import Geometry
from core.problems.geometry import solve as solve_geometry
from core.problems.start import Start
from core.problems.start import solve as solve_start


def test_weights_are_sent_coarse_but_true():
    W = np.random.default_rng(0).normal(size=(7, 5, 2))
    sent = network.copy("one", W, W[..., 0], -1.0)["W"]
    assert sent["values"].dtype == np.int16
    assert sent["values"] / network.FINEST * sent["scale"] == pytest.approx(W, abs=sent["scale"] / network.FINEST)


def test_flips_are_the_changes_of_sign():
    W = np.array([[[1.0, 0.0], [0.0, 1.0]], [[-1.0, 0.0], [0.0, 2.0]], [[-1.0, 0.1], [0.0, -2.0]]])
    assert network.flips(W, np.array([[1.0, 0.0], [0.0, 1.0]])).tolist() == [[0, 0], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    "figures, problem, solve",
    [
        (geometry.figures, Geometry(), solve_geometry),
        (exact.figures, Exact(), solve_exact),
        (start.figures, Start(), solve_start),
    ],
)
def test_roles_and_handles_point_at_what_there_is(figures, problem, solve):
    solution = solve(problem)
    pictures = figures(problem, solution)
    assert sum(bool(picture.flow) for picture in pictures) == sum(bool(picture.network) for picture in pictures) == 1
    for picture in pictures:
        assert all(0 <= role["place"] < len(picture.data) for role in picture.roles)
        for handle in picture.handles:
            assert all(handle["values"][field] == getattr(problem, field) for field in handle["fields"])
    names = {handle["name"] for picture in pictures for handle in picture.handles}
    assert {"time", "beta_star"} <= names


@pytest.mark.parametrize("problem", [Geometry(), Exact(), Start()])
def test_controls_that_are_dragged_take_fine_steps(problem):
    knobs = type(problem).knobs()
    for name in {"delta", "norm", "target_norm"} & knobs.keys():
        assert knobs[name].step <= 0.01
    for name in {"angle", "target_angle"} & knobs.keys():
        assert knobs[name].step <= 1
