"""The glossary: its terms, and the marking of them in other texts, so that hovering tells and clicking leads there."""

import functools
import re
from collections.abc import Mapping

ENTRY = re.compile(r"- \*\*(?P<term>[^*]+)\*\*: (?P<meaning>.+)")
PROTECTED = re.compile(
    r"(\$[^$]*\$|`[^`]*`|\[[^\]]*\]\((?:\x22[^\x22]*\x22|[^)\x22])*\)|^#.*$|:[a-z]+\[[^\]]*\])", re.MULTILINE
)


def read_terms(text: str) -> dict[str, str]:
    """Term → meaning, from lines "- **term**: meaning."."""
    found = map(ENTRY.fullmatch, text.splitlines())
    return {entry["term"]: entry["meaning"] for entry in found if entry}


def with_hover(text: str, terms: Mapping[str, str]) -> str:
    """Markdown in which the first mention of each term carries its meaning as a tooltip and leads to the glossary."""
    parts = PROTECTED.split(text)
    for term in sorted(terms, key=len, reverse=True):
        word = re.compile(rf"(?<![\w-])({re.escape(term)})(?![\w-])", re.IGNORECASE)
        link = functools.partial(_link, term, terms[term])
        for k in range(0, len(parts), 2):
            marked, times = word.subn(link, parts[k], count=1)
            if times:
                parts[k : k + 1] = PROTECTED.split(marked)
                break
    return "".join(parts)


def anchor(term: str) -> str:
    """The place of a term on the page Learn."""
    return term.lower().replace(" ", "-")


def _link(term: str, meaning: str, match: re.Match[str]) -> str:
    return f'[{match[1]}](learn?part=glossary#{anchor(term)} "{meaning}")'
