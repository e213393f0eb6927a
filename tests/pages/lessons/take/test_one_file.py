"""One file: complete without a network, small enough, and made once for all who ask for the same."""

import base64
import gzip
import json
import re

import pytest

from core.errors import OutsideTheory
from core.papers import PAPERS
from core.problems.geometry import Geometry
from pages import BY_STEM
from pages.lessons.take.one_file import MOST, MOST_TOLD, Scene, one_file
from pages.lessons.take.words import html_of

PAGE = BY_STEM["geometry"]
LINK = "http://lab.example/geometry?delta=1&angle=90"


def unpacked(text: str, name: str) -> str:
    inside = re.search(rf'<script id="{name}" type="text/plain">(.*?)</script>', text, re.DOTALL)
    return gzip.decompress(base64.b64decode(inside[1])).decode()


@pytest.fixture(scope="module")
def text():
    return one_file(PAGE, [Scene(json.dumps({"panels": []}), "<p>Look.</p>")], LINK)


def test_it_holds_plotly_the_chart_and_what_it_shows(text):
    assert unpacked(text, "lab-plotly").startswith("/**\n* plotly.js")
    assert json.loads(unpacked(text, "lab-scenes")) == [{"told": '{"panels": []}', "words": "<p>Look.</p>"}]
    assert "class Chart" in text and 'class="lab-chart"' in text
    assert "«" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def test_it_asks_no_network(text):
    markup = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert "default-src 'none'" in text
    assert not re.search(r"\bsrc=|@import|url\((?!\"data:)", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
    assert set(re.findall(r'href="([^"]+)"', markup)) == {
        "data:,",
        LINK.replace("&", "&amp;"),
        PAPERS["kunin2024"].url,
    }


def test_it_says_where_it_is_from(text):
    assert "Lazy–Rich Lab" in text and "@inproceedings{kunin2024" in text and LINK.replace("&", "&amp;") in text


def test_it_is_small(text):
    assert len(text.encode()) < 2_500_000 < MOST


def test_too_much_is_refused_before_the_work():
    with pytest.raises(OutsideTheory, match=r"at most 6 MB; got 24\.0 MB"):
        one_file(PAGE, [Scene("x" * (MOST_TOLD + 1), "")], LINK)


@pytest.mark.parametrize(
    "text, html",
    [
        ("**one.** two", "<p><strong>one.</strong> two</p>\n"),
        ("[there](relu?delta=1&tau=2)", '<p><a href="http://lab/relu?delta=1&amp;tau=2">there</a></p>\n'),
        ("[paper](https://arxiv.org)", '<p><a href="https://arxiv.org">paper</a></p>\n'),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
    ],
)
def test_words_become_html(text, html):
    assert html_of(text, "http://lab") == html


def test_a_formula_becomes_mathml():
    assert "<msub>" in html_of(r"rate $\eta_a$", "http://lab") and "$" not in html_of(r"rate $\eta_a$", "http://lab")


def test_nothing_of_the_visitor_is_in_the_link():
    from pages.shared.address import spelled

    assert spelled(Geometry(delta=1.0)) == {"delta": "1"}
