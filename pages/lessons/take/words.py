"""The house's Markdown as HTML for a file of its own: links lead to the laboratory, formulas are MathML.

What only Streamlit writes (icons, colours) does not occur in the words that are taken away; a test looks.
"""

import re
from functools import lru_cache

from latex2mathml.converter import convert
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_FORMULA = re.compile(r"\$([^$\n]+)\$")
_LINK = re.compile(r'href="(?![a-z]+:)([^"]*)"')


@lru_cache(maxsize=512)
def html_of(text: str, home: str) -> str:
    """The words as HTML; `home` is the laboratory's address, to which their links are relative."""
    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        formulas.append(convert(found[1]))
        return f"\x02{len(formulas) - 1}\x03"

    html = _MARKDOWN.render(_FORMULA.sub(keep, text))
    html = _LINK.sub(lambda found: f'href="{home}/{found[1].lstrip("/")}"', html)
    return re.sub("\x02(\\d+)\x03", lambda found: formulas[int(found[1])], html)
