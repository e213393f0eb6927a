"""Terms are marked once, never inside formulas, code or links, and always with their own meaning."""

import re

from pages.shared.prose import glossary
from pages.shared.prose import hovering as with_hover

LINK = re.compile(r'\[([^\]]+)\]\(learn\?part=glossary#([\w-]+) "([^"]+)"\)')


def test_a_term_is_marked_at_its_first_mention_only():
    text = with_hover("A Lazy network is lazy; **kernel distance** tells, in $lazy$ and `rich`.")
    assert [link[0] for link in LINK.findall(text)] == ["Lazy", "kernel distance"]
    assert "$lazy$" in text and "`rich`" in text


def test_the_longest_term_wins():
    found = LINK.findall(with_hover("It is delayed rich."))
    assert [link[0] for link in found] == ["delayed rich"]


def test_parts_of_words_and_existing_links_are_left():
    assert with_hover("laziness, enrich, [rich](x)") == "laziness, enrich, [rich](x)"


def test_taking_the_marks_out_gives_the_text_back():
    text = "Upstream is fast; the *saddle* waits. Whitened inputs, gradient flow, a level set."
    assert LINK.sub(r"\1", with_hover(text)) == text


def test_every_meaning_is_a_sentence_without_marks_that_a_tooltip_would_show():
    assert len(glossary()) >= 20
    for term, meaning in glossary().items():
        assert meaning.endswith(".") and not set('*`[]"') & set(meaning), term
