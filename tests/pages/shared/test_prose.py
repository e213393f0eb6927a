"""How words and formulas are set where room is short."""

import pytest

from pages.shared.prose import in_lines, pieces

LONG = r"\delta_{t+1}=(1-\eta\lambda)^2\delta_t+\eta^2\left(v_a^2-\lVert v_w\rVert^2\right)"


@pytest.mark.parametrize(
    "tex, lines",
    [
        (r"\delta=\eta_w a^2,\qquad\dot\delta=0", 1),
        (LONG, 1),
        (rf"{LONG},\qquad\eta=0.1,\quad\mu=0", 3),
        (rf"\left({LONG}\quad a\right),\quad\mu=0", 1),
        (rf"\text{{{LONG} \quad a}},\quad\mu=0", 1),
    ],
    ids=["short", "of one part", "of three parts", "a quad in brackets", "a quad in a group"],
)
def test_a_long_formula_is_broken_between_its_parts(tex, lines):
    set_in = in_lines(tex)
    assert set_in.count(r"\\") == (lines - 1) and (lines > 1) == set_in.startswith(r"\begin{gathered}")
    for part in tex.split(r"\quad"):
        assert part.split(r"\qquad")[0] in set_in


def test_what_a_phone_folds_has_a_name_one_line_long():
    assert all(len(label) <= 48 and "\n" not in label for label in pieces("phone").values())
