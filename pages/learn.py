"""Learn and teach: glossary, legend, theorems, the paper's figures, lesson plan, worksheet, lesson builder, citations."""

from dataclasses import dataclass

import streamlit as st

from core.figures.legend import Legend, figures
from core.papers import PAPERS
from core.params import Params, knob
from core.problems.regime_map import ASSET, early_ranks, load
from pages import BY_STEM, PAGES
from pages.classes.lesson_part import show_class
from pages.classes.speaker import show_speaker as show_speaker_of_class
from pages.lessons.handout import spelled
from pages.lessons.learn.builder import builder, exercise_query
from pages.lessons.learn.figures_of_paper import FIGURES, thumbnail
from pages.lessons.learn.speaker import speaker
from pages.lessons.learn.theorems import INDEX
from pages.lessons.lessons import LESSONS
from pages.shared.address import write
from pages.shared.cache import painted, remember
from pages.shared.controls import arrive
from pages.shared.explain.glossary import anchor
from pages.shared.explain.notebooks import REFERENCE
from pages.shared.explain.symbols import indexed, symbols
from pages.shared.plot import plot
from pages.shared.prose import formula, glossary, hovering, pieces, prose, said, tucked

STEM = "learn"
PARTS = ("glossary", "legend", "theorems", "figures", "plan", "class", "speaker", "worksheet", "builder", "cite")
RENAMED = {"marks": "legend", "index": "theorems"}  # what links of earlier days call a part


@dataclass(frozen=True)
class Reading(Params):
    """What of this page is open; in the address as every page's controls are."""

    part: str = knob("glossary", "part", options=dict.fromkeys(PARTS, ""))
    answers: bool = knob(False, "with the answers")


def words_by_page(kind: str) -> list[tuple[str, str]]:
    """(stem, words) of the pieces "## kind: stem" whose page exists, in the pages' order."""
    return [
        (page.stem, pieces(STEM)[f"{kind}: {page.stem}"]) for page in PAGES if f"{kind}: {page.stem}" in pieces(STEM)
    ]


def show_glossary() -> None:
    lines = [
        f"- <span id='{anchor(term)}'></span>**{term}**: {indexed(meaning)}" for term, meaning in glossary().items()
    ]
    st.markdown("\n".join(lines), unsafe_allow_html=True)
    with tucked("symbols"):
        st.markdown("\n".join(f"- **{one}**, {name}: {indexed(meaning)}" for one, (name, meaning) in symbols().items()))


def show_marks() -> None:
    prose(STEM, "marks")
    plot(*painted(figures, Legend(), None))


def show_index() -> None:
    prose(STEM, "index")
    rows = [f"[{BY_STEM[e.stem].title}]({e.link}) | {e.shown} | {e.paper} | `{e.code}` | {e.cited}" for e in INDEX]
    rows += [
        f"[{BY_STEM[row.stem].title}]({row.link}) | {row.preset} | figure {row.panel} | `{row.code}` | {row.cited}"
        for row in FIGURES
    ]
    head = "| Page | What is seen | In the paper | In the code | Cite |"
    st.markdown("\n".join([head, "|---|---|---|---|---|", *(f"| {row} |" for row in rows)]))
    prose(STEM, "reference" if REFERENCE.exists() else "no reference")


def show_figures() -> None:
    prose(STEM, "figures")
    for row in FIGURES:
        seen, words = st.columns((1, 2), vertical_alignment="center")
        seen.html(thumbnail(row))
        with words:
            st.markdown(f"**Figure {row.panel}** · [{BY_STEM[row.stem].title}: {row.preset}]({row.link})")
            prose(STEM, f"figure: {row.panel}", **row.numbers(row.problem, row.solution))


def show_plan() -> None:
    prose(STEM, "plan")
    for stem, words in words_by_page("plan"):
        page = BY_STEM[stem]
        links = [f"[open]({stem})"]
        if stem in LESSONS:
            links += [f"[steps, on the projector]({stem}?step=1&present=true)", f"[prediction]({stem}?predict=true)"]
        if exercise := exercise_query(stem):
            links.append(f"[exercise for phones]({stem}?{spelled(exercise)})")
        st.markdown(f"{words}\n\n{page.title}: {' · '.join(links)}")


def show_worksheet() -> None:
    answers = st.toggle("With the answers", key="answers")
    text = []
    for stem, tasks in words_by_page("worksheet"):
        text.append(f"### {BY_STEM[stem].title}\n\n{tasks}")
        if answers:
            numbers = remember(early_ranks)(remember(load)(ASSET)) if stem == "regime_map" else {}
            text.append(f"*Answers*\n\n{said(STEM, f'answers: {stem}', **numbers)}")
    whole = "\n\n".join(text)
    st.markdown(whole)
    st.download_button(
        "Worksheet as Markdown", f"# Worksheet\n\n{whole}\n", "worksheet.md", "text/markdown", key="sheet"
    )
    st.caption(hovering(said(STEM, "print")))


def show_citations() -> None:
    prose(STEM, "cite")
    for key in dict.fromkeys(key for page in PAGES for key in page.papers):
        st.code(PAPERS[key].bibtex, language="bibtex", wrap_lines=True)


def show_builder() -> None:
    prose(STEM, "builder")
    builder()


def show_speaker() -> None:
    if "class" in st.query_params:
        show_speaker_of_class()
        return
    speaker()
    prose(STEM, "speaker")


SHOW = {
    "glossary": show_glossary,
    "legend": show_marks,
    "theorems": show_index,
    "figures": show_figures,
    "plan": show_plan,
    "class": show_class,
    "speaker": show_speaker,
    "worksheet": show_worksheet,
    "builder": show_builder,
    "cite": show_citations,
}

prose(STEM, "intro")
formula(r"\delta=\eta_w\,a^2-\eta_a\,\lVert w\rVert^2,\qquad\dot\delta=0\ \text{ along gradient flow}")
if (old := st.query_params.get("part")) in RENAMED:
    st.query_params["part"] = RENAMED[old]
for note in arrive(Reading):
    st.warning(note, icon=":material/link_off:")
part = st.segmented_control(
    "Part",
    PARTS,
    default="glossary",
    required=True,
    format_func=str.capitalize,
    key="part",
    label_visibility="collapsed",
)
write(Reading(part, bool(st.session_state.get("answers"))))
st.subheader(part.capitalize(), anchor=False)
SHOW[part]()
