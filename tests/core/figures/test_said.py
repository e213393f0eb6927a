"""What titles say of a run is what its arrays say, at the ends of every slider."""

import importlib

import numpy as np
import pytest

from core.figures import exact as drawn
from core.figures import exact_scales, limits, start, wide
from core.figures.phases import words
from core.figures.ranges import open_ranges
from core.figures.style import spoken
from core.numbers import number
from core.problems import exact, geometry, wide_run
from core.problems import limits as of_limits
from core.problems import start as of_start
from core.problems.wide import WideNetwork
from core.theory.phases import Phases
from pages import PAGES

TITLES = [
    ({}, "Downstream loses its size first", "Upstream aligns first", "Some are still on their way"),
    ({"deltas": (4,)}, "No start loses half of its size", "Aligned from t = 0.345 on", "Every path ends at β*"),
    ({"norm": 3.0}, "Every start loses half of its size", "Upstream aligns first", "Some are still on their way"),
    ({"target_angle": 180.0}, "No start loses half of its size", "Aligned from the start", "Every path ends at β*"),
    ({"angle": -90.0}, "Every start loses half of its size", "w points straight away from β*", "Some are still on"),
    ({"deltas": (-4,), "horizon": 1.0}, "Downstream loses its size first", "Not yet aligned", "None is there yet"),
    ({"deltas": (-4, -1)}, "Every start loses half", "The larger δ, the sooner w aligns", "Some are still on"),
]


@pytest.mark.parametrize("given, size, aligned, path", TITLES, ids=lambda one: str(one)[:40])
def test_exacts_titles_are_read_from_the_curves(given, size, aligned, path):
    problem = exact.Exact(**given)
    titles = [picture.layout["title"]["text"] for picture in drawn.figures(problem, exact.solve(problem))]
    for told, place in ((size, 0), (aligned, 1), (path, 3)):
        assert titles[place].startswith(told)
    assert len(problem.deltas) > 1 or " to " not in titles[2], "one δ has one distance"


@pytest.mark.parametrize(
    "given, told",
    [
        ({}, "▼ waits longer than |δ|"),
        ({"target_norm": 3.0}, "▼ waits the longer, the larger |δ|"),
        ({"angle": -70.0}, "▼ never turns to β*"),
        ({"target_angle": 180.0}, "w points along β* from the start"),
    ],
)
def test_half_times_are_titled_by_what_they_are(given, told):
    problem = exact.Exact(**given)
    assert exact_scales.scales(problem, exact.time_scales(problem))[0].layout["title"]["text"].startswith(told)


@pytest.mark.parametrize("delta, most", [(4.0, "▼"), (8.0, "●")])
def test_who_is_called_rich_has_changed_most(delta, most):
    problem = of_start.Start(delta=delta)
    solution = of_start.solve(problem)
    titles = [picture.layout["title"]["text"] for picture in start.figures(problem, solution)]
    assert titles[2].startswith(f"Rich: {most}") and titles[2].endswith("▲ 0.00")
    assert "> 20" not in titles[1] and np.isfinite(solution.reached[0]) == ("not by" not in titles[1])


@pytest.mark.parametrize("given, proportional", [({}, True), ({"delta": -3.65, "horizon": 22.0}, False)])
def test_drift_is_called_proportional_only_where_it_is(given, proportional):
    problem = of_limits.Limits(**given)
    solution = of_limits.solve(problem)
    near = np.abs(solution.drift[:3] / solution.drift_predicted[:3] - 1).max() < limits.AS_THE_FORMULA
    title = limits.drift(problem, solution).layout["title"]["text"]
    assert title.startswith("Drift grows as η") == near == proportional


@pytest.mark.parametrize("begun, tested", [("isotropic", True), ("pytorch", False)])
def test_a_run_beside_itself_is_no_test(begun, tested):
    problem = WideNetwork(start=begun)
    title = wide.comparison(problem, wide_run.compare(problem))[1].layout["title"]["text"]
    assert title.startswith("Relative error") == tested


def test_who_starts_on_the_goal_neither_fits_nor_turns():
    solution = geometry.solve(geometry.Geometry(target_angle=180.0))
    assert words(solution.phases[0])["order"] == "neither" and not solution.paths[0].loss.any()


@pytest.mark.parametrize(
    "turned, fitted, order", [(1.0, 1.2, "together"), (1.3, 1.0, "fit, turn"), (1.0, 1.3, "turn, fit")]
)
def test_what_comes_at_once_comes_together(turned, fitted, order):
    found = Phases(*(np.empty((0, 2)),) * 2, turned, fitted, 1e-17, 1.0, 1.0)
    assert words(found)["order"] == order and words(found)["angle"] == "0"


@pytest.mark.parametrize(
    "value, told",
    [(0.00084, "8.40×10⁻⁴"), (0.0015, "0.0015"), (1000.0, "1000"), (-0.0, "0"), (-2.5, "−2.5"), (1e6, "1.00×10⁶")],
)
def test_a_number_is_written_one_way(value, told):
    assert number(value) == told


@pytest.mark.parametrize("text, told", [("(-0, 1)", "(0, 1)"), ("-0.00 and -0.05", "0.00 and −0.05")])
def test_nothing_has_no_sign(text, told):
    assert spoken(text) == told


WITH_OPEN_AXES = {"exact"}
SOLVED = [page for page in PAGES if page.stem in WITH_OPEN_AXES]


@pytest.mark.parametrize("page", SOLVED, ids=lambda page: page.stem)
def test_an_open_axis_has_the_range_of_all_moments(page):
    """Wherever the cursor stood, and whatever was shown before: a link opens the same picture."""
    model, figures = importlib.import_module(page.model), importlib.import_module(f"core.figures.{page.stem}").figures
    seen = 0
    for problem in page.presets().values():
        for picture in figures(problem, model.solve(problem)):
            ranges = open_ranges(picture.layout, picture.data, picture.frames)
            for axis, (low, high) in ranges.items():
                assert low < high and "range" not in picture.layout[axis]
            seen += len(ranges)
            still = {axis for axis in picture.layout if axis[1:5] == "axis" and "range" not in picture.layout[axis]}
            assert still == ranges.keys()
    assert seen
