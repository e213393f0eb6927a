"""Parts that are folded away: nothing of them is computed until they are opened, and then each is sound and tells its error."""

import pytest
from streamlit.testing.v1 import AppTest

from pages import BY_STEM
from tests.pages.test_pages import ROOT, check_chart

FOLDS = [
    ("relu", "kernel", {}, "quation 9", 3),
    ("teacher_student", "kernel", {}, "quation 9", 3),
    ("wide", "mirror", {}, "dual variable", 2),
    ("wide", "neurons", {}, "Theorem 4.2", 2),
    ("wide", "neurons", {"delta": -10}, "no neuron reaches", 2),
    ("wide", "neurons", {"start": "neurons"}, "Beyond theorem 4.2", 2),
    ("wide", "gaussian", {}, "8 seeds", 2),
    ("deep", "square", {}, "square width", 3),
    ("deep", "square", {"imbalance": 1}, "our extension", 3),
    ("deep", "square", {"imbalance": -1}, "only one direction", 0),
]


def opened(stem: str, fold: str, query: dict) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM[stem].file)
    test.session_state[f"fold_{fold}"] = True
    for key, value in query.items():
        test.query_params[key] = str(value)
    test.run()
    return test.run()  # what is trained beside its theory is there at the second look


@pytest.mark.parametrize("stem, fold, query, words, panels", FOLDS)
def test_an_opened_part_is_sound(stem, fold, query, words, panels, charts):
    test = opened(stem, fold, query)
    assert not test.exception
    sent = [chart for chart in charts(test) if chart["file"] == f"{stem}-{fold}"]
    assert [len(chart["panels"]) for chart in sent] == ([panels] if panels else [])
    for chart in sent:
        check_chart(chart)
    texts = [part.value for part in (*test.markdown, *test.warning)]
    assert any(words in text for text in texts)


COSTLY = {
    "relu": ("relu_kernel.history",),
    "teacher_student": ("relu_kernel.history",),
    "wide": ("wide_theorems.preconditioner_sum", "wide_theorems.gaussian", "wide_run.mirrored"),
    "deep": ("deep_square.simulate",),
}


@pytest.mark.parametrize("stem", COSTLY)
def test_a_folded_part_is_not_computed(stem, charts, monkeypatch):
    for name in COSTLY[stem]:
        monkeypatch.setattr(f"core.problems.{name}", None)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM[stem].file)
    test.run()
    folds = {f"{stem}-{fold}" for own, fold, *_ in FOLDS if own == stem}
    assert not test.exception and folds.isdisjoint(chart["file"] for chart in charts(test))
