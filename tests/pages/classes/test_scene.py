"""A picture that is sent holds parameters its page knows, with values it allows, and nothing else."""

import pytest

from pages import BY_STEM, PAGES
from pages.classes.scene import known, problem_of


@pytest.mark.parametrize(
    "query, clean",
    [
        ({"delta": "2"}, {"delta": "2"}),
        ({"delta": "1e9"}, {"delta": "10"}),
        ({"delta": ["3", "2"]}, {"delta": "3"}),
        ({"delta": "-2"}, {}),
        ({"colour": "red", "<script>": "x", "class": "CDFHJ", "teach": "secret", "v": "1"}, {}),
        ({"lock": "delta,nothing", "hide": "angle"}, {"lock": "delta", "hide": "angle"}),
        ({"goal": "loss<0.01@3"}, {"goal": "loss<0.01@3"}),
        ({"goal": "win", "step": "99", "t": "nan", "cam": "1_2"}, {}),
        ({"t": "0.5", "step": "2", "predict": "true"}, {"t": "0.5", "step": "2", "predict": "true"}),
        ({"A": "delta:3,evil:1"}, {"A": "delta:3"}),
        ({"t": "1" * 400}, {}),
    ],
)
def test_only_what_the_page_knows_is_sent(query, clean):
    assert known(BY_STEM["geometry"], query) == clean
    assert known(BY_STEM["geometry"], clean) == clean


@pytest.mark.parametrize("page", [page for page in PAGES if page.has_problem], ids=lambda page: page.stem)
def test_every_preset_of_every_page_can_be_sent(page):
    for problem in page.presets().values():
        said = {n: list(map(str, v)) if isinstance(v, tuple) else str(v) for n, v in problem.changed().items()}
        assert problem_of(page, known(page, said)) == problem


def test_a_page_without_controls_sends_nothing():
    assert known(BY_STEM["learn"], {"part": "class"}) == {} and problem_of(BY_STEM["learn"], {}) is None
