"""The symbols that pages write: where a text shows one, it explains it at the first mention, by hover, tap and key.

Their table is assets/prose/symbols.md, their pictures assets/symbols/. Texts carry a link whose title is the meaning, as a
glossary term's is (glossary.py); a chart gets one button with all its symbols; formulas a line of their own.
"""

import functools
import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from core.figures.style import spoken
from pages.shared.explain.glossary import PROTECTED

ASSETS = Path(__file__).parents[3] / "assets"
TABLE, PICTURES = ASSETS / "prose" / "symbols.md", ASSETS / "symbols"
ENTRY = re.compile(r"- \*\*(?P<symbol>[^*]+)\*\*, (?P<name>[^:]+): (?P<meaning>.+)")
ONE = r"(?:(?<![A-Za-z0-9_])[A-Za-z]|[α-ωΑ-Ω∂])_[A-Za-z0-9](?![A-Za-z0-9_])"
INDEXED = re.compile(rf"(?:{ONE})+")
SPELLED = {"δ": "delta", "τ": "tau", "β": "beta", "φ": "phi", "S": "S"}
TEX = {
    **{"δ": "delta", "τ": "tau", "β": "beta", "φ": "varphi", "η": "eta", "μ": "mu", "κ": "kappa", "ν": "nu"},
    **{"α": "alpha", "λ": "lambda", "θ": "theta", "Ψ": "Psi", "γ": "gamma", "σ": "sigma"},
}


class Symbol(NamedTuple):
    """Its short name, and its meaning in a sentence or two."""

    name: str
    meaning: str


@functools.cache
def symbols() -> dict[str, Symbol]:
    """Symbol → what it is, in the table's order."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {row["symbol"]: Symbol(row["name"], row["meaning"]) for row in map(ENTRY.fullmatch, lines) if row}


@functools.cache
def _written(symbol: str) -> re.Pattern[str]:
    """A symbol by itself, with what stands below: β₁, η_a, but no letter of a word."""
    return re.compile(rf"(?<!\w){symbol}(?:_[A-Za-z](?![A-Za-z0-9_])|[₀-₉\u0302]*(?![^\W\d]))")


def indexed(text: str) -> str:
    """Markdown in which η_a, η_w and their like are set in type, with what stands below them, and numbers are written as
    everywhere."""
    parts = PROTECTED.split(text)
    parts[::2] = [INDEXED.sub(_index, spoken(part)) for part in parts[::2]]
    return "".join(parts)


def _index(found: re.Match[str]) -> str:
    set_in_type = ((rf"\{TEX[one]}" if one in TEX else one) + below for one, below in re.findall("(.)(_.)", found[0]))
    return f"${''.join(set_in_type)}$"


@functools.lru_cache(maxsize=2048)
def found(text: str) -> tuple[str, ...]:
    """The known symbols that a text shows, in the table's order."""
    return tuple(symbol for symbol in symbols() if _written(symbol).search(text))


def with_symbols(text: str) -> str:
    """Markdown in which the first mention of each symbol carries its meaning as a tooltip."""
    parts = PROTECTED.split(text)
    for symbol, (name, meaning) in symbols().items():
        for k in range(0, len(parts), 2):
            there = _written(symbol).search(parts[k])
            if there:
                link = f'[{indexed(there[0])}](learn?part=glossary#{name.replace(" ", "-")} "{name}: {meaning}")'
                parts[k : k + 1] = PROTECTED.split(parts[k][: there.start()] + link + parts[k][there.end() :])
                break
    return "".join(parts)


def helped(label: str, help_text: str | None) -> str | None:
    """A control's help: first what the symbols of its label mean, then its own."""
    lines = [f"**{one}**, {symbols()[one].name}: {symbols()[one].meaning}" for one in found(label)]
    return indexed("\n\n".join([*lines, *([help_text] if help_text else [])])) or None


def shown(layout: dict) -> tuple[str, ...]:
    """The symbols that a picture's words show: its titles, its axes' and the notes in it."""
    axes = [axis for name, axis in layout.items() if re.fullmatch(r"[xy]axis\d*", name)]
    axes += [layout["scene"][name] for name in ("xaxis", "yaxis", "zaxis")] if "scene" in layout else []
    texts: Iterable[str] = [
        layout["title"]["text"],
        *layout["meta"].get("titles", ())[:1],
        *(axis.get("title", {}).get("text", "") for axis in axes),
        *(note["text"] for note in layout.get("annotations", ())),
    ]
    return found(" ".join(texts))


def of_formula(tex: str) -> tuple[str, ...]:
    """The known symbols that a formula shows."""
    return tuple(one for one, word in TEX.items() if re.search(rf"\\{word}(?![a-z])", tex))


@functools.cache
def templates() -> str:
    """What the browser shows where a symbol is asked for: its picture, if it has one, its name and its meaning."""
    made = []
    for symbol, (name, meaning) in symbols().items():
        picture = (PICTURES / f"{SPELLED[symbol]}.svg").read_text(encoding="utf-8") if symbol in SPELLED else ""
        told = re.sub(ONE, lambda found: f"{found[0][0]}<sub>{found[0][2:]}</sub>", html.escape(meaning))
        words = f"<p><b>{symbol}, {html.escape(name)}</b>: {told}</p>"
        made.append(f'<template data-symbol="{symbol}">{picture}{words}</template>')
    return "".join(made)
