"""Links, codes and snippets are made here, from nothing but the link."""

import html
import re
from urllib.parse import parse_qs, urlsplit

from pages.lessons.handout import iframe, qr_code, root, spelled


def test_a_spelled_query_is_read_back():
    query = {"goal": "loss<0.01@5", "lock": "delta,tau", "deltas": ["-4", "4"], "name": "a b&c=d#e"}
    link = f"http://lab.example/geometry?{spelled(query)}"
    read = parse_qs(urlsplit(link).query)
    assert read == {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    assert "goal=loss<0.01@5" in link and "lock=delta,tau" in link


def test_the_code_is_an_svg_of_its_own_on_white():
    svg = qr_code("http://lab.example/geometry?delta=1")
    assert svg.startswith("<svg") and "#fff" in svg and "<title>" in svg
    assert not re.search(r"(?:href|src)=", svg)
    assert svg != qr_code("http://lab.example/geometry?delta=2")


def test_the_snippet_escapes_its_link_and_asks_for_the_embedded_page():
    link = 'http://lab.example/geometry?goal=loss<1&x="'
    source = re.search(r'src="([^"]*)"', iframe(link))
    assert html.unescape(source[1]) == link + "&embed=true"
    assert "?embed=true" in iframe("http://lab.example/geometry")


def test_the_root_of_a_page():
    assert root("http://lab.example/geometry") == "http://lab.example"
    assert root("https://lab.example:8501/course/geometry") == "https://lab.example:8501/course"
    assert root("http://lab.example") == "http://lab.example"
