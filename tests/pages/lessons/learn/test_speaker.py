"""What the speaker's window is told: every step in its order, as HTML of which nothing of Markdown or TeX is left."""

import re

from pages import PAGES
from pages.lessons.learn.speaker import notes
from pages.lessons.lessons import LESSONS

MARKS = re.compile(r"\*\w|\*\*|`|\$|\\[a-z]")


def test_every_step_has_notes_without_marks():
    told = notes()
    wanted = [
        (page.stem, k + 1) for page in PAGES if page.stem in LESSONS for k in range(len(LESSONS[page.stem].steps))
    ]
    assert [(one["stem"], one["number"]) for one in told] == wanted
    for one in told:
        for words in one["words"]:
            plain = re.sub(r"<[^>]+>", "", words)
            assert words.startswith("<") and not MARKS.search(plain), f"{one['stem']} {one['number']}: {plain}"


def test_a_formula_is_written_as_one():
    [rates] = [one for one in notes() if one["name"] == "the rates alone" and one["stem"] == "geometry"]
    assert "<math" in "".join(rates["words"])
