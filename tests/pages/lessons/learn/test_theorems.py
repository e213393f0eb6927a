"""The index names pages that exist and functions that can be imported."""

import importlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.papers import PAPERS
from pages import BY_STEM, PAGES
from pages.lessons.learn.figures_of_paper import FIGURES
from pages.lessons.learn.theorems import INDEX, OTHERS
from pages.lessons.picture import parts_of
from pages.shared.prose import pieces
from tests.pages.test_pages import ROOT

STATEMENTS = ["theorem 3.1", "theorem 4.1", "theorem 4.2", "theorem B.6", "theorem B.8", "theorem B.9", "theorem B.10"]
STATEMENTS += ["equation 9", "proposition C.2", "appendix A.2"]


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry.code)
def test_a_row_of_the_index(entry):
    module, _, name = entry.code.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
    assert entry.stem in BY_STEM
    assert entry.cited.count("Kunin et al. 2024") == (entry.code != "core.theory.wide_linear.exact_flow")


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry.code)
def test_a_row_links_to_where_it_is_seen(entry):
    target = urlsplit(entry.link)
    assert target.path == entry.stem and (not entry.preset or entry.preset in BY_STEM[entry.stem].presets())
    assert parse_qs(target.query).get("open", [""]) == [entry.part] and (
        not entry.part or entry.part in parts_of(entry.stem)
    )


BELOW = {entry.link: entry for entry in INDEX if entry.part}


@pytest.mark.parametrize("link", BELOW)
def test_a_link_opens_its_part(link, charts):
    test = arrived(link)
    assert not test.exception and not [warning.value for warning in test.warning if "link" in warning.value]
    assert f"{BELOW[link].stem}-{BELOW[link].part}" in {chart["file"] for chart in charts(test)}
    assert test.query_params["open"] == BELOW[link].part


def arrived(link: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM[urlsplit(link).path].file)
    for name, values in parse_qs(urlsplit(link).query).items():
        test.query_params[name] = values
    test.run()
    return test.run()  # what is trained beside its theory is there at the second look


def test_an_unknown_part_is_named_and_a_known_one_opened():
    test = arrived("wide?open=attic,gaussian")
    assert [warning.value for warning in test.warning] == ["The link opens an unknown part, attic; it is ignored."]
    assert any("8 seeds" in block.value for block in test.markdown)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_numbered_statement_has_a_row(statement):
    assert any(re.search(rf"{re.escape(statement)}(?!\d)", entry.paper) for entry in INDEX)


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row.panel)
def test_every_figure_has_a_row_with_its_code_and_citation(row):
    module, _, name = row.code.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name)) and "Kunin et al. 2024" in row.cited


def test_the_index_cites_what_there_is():
    assert OTHERS.keys() <= {entry.code for entry in INDEX}
    assert {key for keys in OTHERS.values() for key in keys} <= PAPERS.keys()
    assert PAPERS["domine2024"].short == "Dominé et al. 2024" and PAPERS["chizat2019"].families[0] == "Chizat"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_cites_is_named_in_its_words(page):
    words = "\n".join(pieces(page.stem).values())
    for paper in (PAPERS[key] for key in page.papers if key != "kunin2024"):
        assert paper.families[0] in words and str(paper.year) in words, paper.key
