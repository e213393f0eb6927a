"""A command or a file that the documentation names is there: targets of make, modules to run, paths."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("assets/prose/*.md")])
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
OURS = r"(?:core|pages|scripts|tests|assets|docs|deploy)"


def module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


KINDS = {
    "a target of make": (r"(?:`make |^make (?=\w+ +#))(\w+)", TARGETS.__contains__),
    "a module to run": (rf"python -m ({OURS}[\w.]*\w)", module),
    "a path": (rf"`({OURS}/[\w./-]+)`", lambda name: (ROOT / name).exists()),
    "a benchmark": (r"`(bench_\w+\.py)`", lambda name: (ROOT / "tests/benchmarks" / name).exists()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_texts_name_is_there(kind):
    named, there = KINDS[kind]
    found = [(text.name, name) for text in TEXTS for name in re.findall(named, text.read_text(), re.M)]
    assert found and [(text, name) for text, name in found if not there(name)] == []


def test_what_is_no_file_can_be_asked_for():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    assert set(phony) == TARGETS
