"""What pages say, element by element: nothing is raw (no underscore, no TeX, no nan), cursors have names, and a control that
does nothing now rests."""

import re

import pytest

from pages import PAGES

CASES = [(page, name) for page in PAGES for name in (None, *page.presets())]
IDS = [f"{page.stem}: {name or 'default'}" for page, name in CASES]
SET_IN_TYPE = re.compile(r"\$\$?[^$]+\$\$?|`[^`]+`|\]\((?:\"[^\"]*\"|[^)\"])*\)|https?://\S+", re.DOTALL)
RAW = re.compile(
    r"[^\W\d_]_[^\W_]|[_^]\{|\\[a-z]+|(?<![\w-])(?:nan|inf|None)(?!\w)"  # subscripts, TeX, what is not there
    r"|\d[eE][+-]?\d|×10⁻[²³⁴⁵⁶⁷⁸⁹][⁰¹²³⁴⁵⁶⁷⁸⁹]|(?<![\w.⁻-])-[\d.]"  # machine numbers, rounding, a hyphen for a minus
)
WORDS = ("body", "label", "help", "delta", "placeholder")
NOT_READ = ("code", "bidi_component", "json", "latex")
CURSORS = {"t", "step", "steps", "epoch", "fitted", "rescaled", "training data", "δ", "|δ|", "cursor’s δ"}


def elements(block) -> list:
    """Every element below a block, in order."""
    found = []
    for child in block.children.values():
        found += elements(child) if hasattr(child, "children") else [child]
    return found


def said(test) -> list[str]:
    """Every text of a page: what is written, named, told on hovering, offered as a choice."""
    texts = []
    for one in elements(test.main):
        if one.type in NOT_READ:
            continue
        texts += [text for name in WORDS if isinstance(text := getattr(one.proto, name, ""), str)]
        texts += [str(option) for option in getattr(one, "options", []) if not str(option).startswith("-")]
    return [text for text in texts if text and not text.startswith("<")]


def raw(text: str) -> list[str]:
    return RAW.findall(SET_IN_TYPE.sub(" ", text))


@pytest.mark.parametrize("page, name", CASES, ids=IDS)
def test_nothing_that_is_read_is_raw(page, name, as_shown):
    assert not [text[:200] for text in said(as_shown.test) if raw(text)]


@pytest.mark.parametrize("page, name", CASES, ids=IDS)
def test_what_pictures_say_is_not_raw_and_cursors_are_named(page, name, as_shown):
    for chart in as_shown.charts():
        cursor = chart["cursor"] or {"symbol": "t", "label": "time", "names": []}
        assert cursor["symbol"] in CURSORS, "a cursor is named by a word or a known symbol"
        texts = [cursor["label"], *cursor["names"]]
        for panel in chart["panels"]:
            figure = panel["figure"]
            texts += [panel["short"], panel["name"], figure["layout"]["title"]["text"]]
            texts += figure["layout"]["meta"].get("titles", [])
            texts += [note["text"] for note in figure["layout"].get("annotations", [])]
            texts += [trace[key] for trace in figure["data"] for key in ("name", "hovertemplate") if key in trace]
        assert not [text for text in texts if raw(re.sub(r"%\{[^}]*\}|<[^>]*>", " ", text))]


def test_raw_is_found():
    assert raw("of η_w a²") and raw(r"so \eta a") and raw("correlation nan") and raw("n_c = 8")
    assert (
        raw("moved by 2.3e-33")
        and raw("1.88×10⁻³² apart")
        and raw("δ = -4")
        and not raw("δ = −4")
        and not raw("2026-11-27, two-layer")
    )
    assert not raw(r"of $\eta_w a^2$, `a_b` and [δ](learn#a_b 'x')") and not raw("a financial plan")
