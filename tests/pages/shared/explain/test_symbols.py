"""Every text of every page that shows a known symbol explains it at its first mention there, whatever kind of text it is."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages import PAGES
from pages.shared.explain.symbols import (
    PICTURES,
    SPELLED,
    found,
    helped,
    indexed,
    of_formula,
    shown,
    symbols,
    templates,
)
from pages.shared.prose import hovering

ROOT = Path(__file__).parents[4]
LINK = re.compile(r'\[([^\]]+)\]\(learn\?part=glossary#[\w-]+ "([^"]+)"\)')
UNSEEN = re.compile(r"\$[^$]*\$|`[^`]*`|\]\((?:\x22[^\x22]*\x22|[^)\x22])*\)|:[a-z]+\[[^\]]*\]|^#.*$", re.MULTILINE)
TEXTS = {
    "β₁ and β*, not alphabet or Sβ": ("β",),
    "S(0, t) = 0.2 beside δ = −4": ("δ", "S"),
    "Saddle, USA, η_w and Δ": ("η",),
    "∇Ψ(β)": ("β", "Ψ"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_counts_as_a_symbol(text):
    assert found(text) == TEXTS[text]


def test_the_table_is_whole():
    assert len(symbols()) >= 12
    for symbol, (name, meaning) in symbols().items():
        assert meaning.endswith(".") and name and '"' not in meaning, symbol
    assert all((PICTURES / f"{name}.svg").read_text().startswith("<svg") for name in SPELLED.values())
    assert templates().count("<svg") == 5 and templates().count("<template") == len(symbols())


def unexplained(text: str) -> set[str]:
    """Symbols that a text shows and no link in it explains."""
    said = {
        symbol for words, meaning in LINK.findall(text) for symbol in found(words) if symbols()[symbol].name in meaning
    }
    return set(found(UNSEEN.sub("", text))) - said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_text_of_a_page_explains_its_symbols(page, charts):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(page.file)
    test.run()
    glossary_itself = page.stem == "learn"
    texts = [] if glossary_itself else [e.value for kind in (test.markdown, test.caption) for e in kind]
    texts += [metric.label for metric in test.metric]
    assert {text[:80]: missing for text in texts if (missing := unexplained(text))} == {}
    for kind in ("slider", "select_slider", "toggle", "button_group", "selectbox"):
        for widget in test.get(kind):
            helps = getattr(widget.proto, "help", "")
            assert all(indexed(symbols()[one].meaning) in helps for one in found(widget.label)), widget.label
    for chart in charts(test):
        for panel in chart["panels"]:
            layout = panel["figure"]["layout"]
            axes = [layout.get(axis, {}).get("title", {}).get("text", "") for axis in ("xaxis", "yaxis")]
            assert set(found(" ".join([layout["title"]["text"], *axes]))) <= set(panel["symbols"])
    shown_before: set[str] = set()
    for text in (e.value for e in test.latex):
        shown_before |= set(of_formula(text))
    captions = " ".join(e.value for e in test.caption)
    assert all(f"[{one}]" in captions for one in shown_before)


def test_formulas_labels_and_scenes_are_read():
    assert of_formula(r"\dot\mu=\kappa\,(\varphi\lVert\beta_*\rVert-\mu)") == ("β", "φ", "μ", "κ")
    assert helped("seed", None) is None and "tilt" in str(helped("δ", "own"))
    scene = {
        "title": {"text": "x"},
        "meta": {},
        "scene": {n: {"title": {"text": "τ"}} for n in ("xaxis", "yaxis", "zaxis")},
    }
    assert shown(scene) == ("τ",)


def test_a_link_of_a_symbol_gives_its_text_back():
    text = "With **δ** = 4 and $\\delta$ and `δ`, S(0, t) stays; δ again."
    assert LINK.sub(r"\1", hovering(text)) == text
    assert json.dumps(hovering(text)).count("part=glossary") == 2
