"""The check behind the page: own files take the scheme's place, law and sample agree, the mini-run starts equal."""

import io

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.figures.initialisation import figures, trained
from core.problems import initialisation as check
from core.problems.initialisation import PRESETS, Case, Problem, drawn, solve, solve_case
from core.problems.initialisation_run import SEEDS, compare
from core.training.initialisation.weights_file import norms_of

RNG = np.random.default_rng(0)


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


NET = drawn(Problem(width=16, d=4))
WEIGHTS = npz(w=NET.weights[0], a=NET.weights[1])
X = RNG.standard_normal((60, 4))
DATA = npz(X=X, y=3.0 * X[:, 0])


@pytest.mark.parametrize("name", PRESETS)
def test_presets_draw_and_reach_their_aim(name):
    problem = PRESETS[name]
    solution = solve(problem)
    for picture in figures(problem, solution):
        picture.figure()
        assert len(picture.frames) == check.FRAMES
    np.testing.assert_allclose(solution.sample.sum(1), 1)
    if problem.hidden == 1:
        assert solution.report.reached == pytest.approx(problem.aim)
        assert (solution.exact.sum(1) > 0.9).all()


def test_sample_follows_the_law():
    solution = solve(Problem(width=1024))
    assert np.abs(np.cumsum(solution.sample[0]) - np.cumsum(solution.exact[0])).max() < 0.06


def test_uploaded_weights_and_data_replace_the_scheme():
    solution = solve_case(Case(Problem(), weights=WEIGHTS, data=DATA))
    report = solution.report
    assert report.shapes == ((16, 4), (1, 16)) and report.slope is not None
    assert report.slope.value == pytest.approx(3, rel=0.3) and solution.exact.size == 0
    [picture.figure() for picture in figures(Problem(), solution)]


def test_data_alone_set_the_scheme_to_their_size():
    solution = solve_case(Case(Problem(), data=npz(X=RNG.standard_normal((40, 300)), y=RNG.standard_normal(40))))
    assert solution.report.shapes[0] == (32, 300) and solution.exact.size


def test_data_that_cannot_tell_leave_delta_without_a_unit():
    solution = solve_case(Case(Problem(), weights=WEIGHTS, data=npz(X=X, y=np.zeros(60)), task="regression"))
    assert solution.report.slope is None and "cannot be estimated" in solution.report.no_slope
    assert not solution.tau.size
    [picture.figure() for picture in figures(Problem(), solution)]


def test_cases_are_keyed_by_content():
    one, two = Case(Problem(), weights=WEIGHTS), Case(Problem(), weights=WEIGHTS + b" ")
    assert one != two and hash(one) != hash(two)
    assert one == Case(Problem(), weights=bytes(WEIGHTS)) and hash(one) == hash(Case(Problem(), weights=bytes(WEIGHTS)))


@pytest.mark.parametrize(
    "case", [Case(Problem(width=8, d=4)), Case(Problem(), weights=WEIGHTS, data=DATA)], ids=["scheme", "files"]
)
def test_mini_run_compares_the_same_function(case):
    *_, last = compare(case)
    assert last.done == last.total
    np.testing.assert_allclose(last.run.test_loss[0, :, 0], last.run.test_loss[1, :, 0], rtol=1e-8)
    assert last.run.test_loss.shape[1] == SEEDS
    [picture.figure() for picture in trained(case.problem, last.run)]


def test_files_that_do_not_fit_get_a_sentence():
    with pytest.raises(OutsideTheory, match="inputs"):
        solve_case(Case(Problem(), weights=WEIGHTS, data=npz(X=X[:, :3], y=X[:, 0])))
    with pytest.raises(OutsideTheory, match="at most"):
        next(compare(Case(Problem(width=1024, d=200, hidden=2))))


def test_pasted_norms_are_reported_but_not_trained():
    norms = norms_of(NET)
    text = (
        '{"names": ["a", "b"], "shapes": [[16, 4], [1, 16]], "norms": [], "biases": [null, null], '
        f'"rows": {[r.tolist() for r in norms.rows]}, "columns": {[c.tolist() for c in norms.columns]}}}'
    )
    case = Case(Problem(), pasted=text)
    solution = solve_case(case)
    assert solution.report.pairs[0].units == 16 and not solution.speed.size
    [picture.figure() for picture in figures(Problem(), solution)]
    with pytest.raises(OutsideTheory, match="weights"):
        next(compare(case))
