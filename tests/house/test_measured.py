"""What was measured stands in no prose as bare digits: it is filled from arrays, so that it follows what is computed anew."""

import re

import pytest

from pages.shared.prose import FOLDER, pieces

NUMBER = re.compile(r"[−-]?(?<![\w.,^_₀-₉])\d+(?:[.,]\d+)*(?:\s?%)?")
SYMBOL = r"(?:[±|]?[αβδτηγλμνξσ]|η_\w|n_c|[acdhmnsvLP]|‖β\*‖|‖β₀‖|β\*|a₀|cos φ)"
SET = r"[−±-]?[\d/¼½¾]+(?:[.,]\d+)*"
LISTED = rf"{SET}(?:(?:,| and| or| to) {SET})*"
BY_FORM = {
    "a formula": r"\$[^$]*\$|`[^`]*`|\([^()]*[αδτηκβ√²][^()]*\)",
    "a link": r"\]\([^)]*\)",
    "a reference": r"(?:[Ff]igures?|[Tt]heorems?|[Ss]ections?|[Ee]quations?|[Aa]ppendix|[Pp]roposition|notebook)s? "
    r"(?:[A-Z]\.)?\d+(?:\.\d+)*\w?(?:\(\w\))?(?:(?:,| and| to) (?:[A-Z]\.)?\d+(?:\.\d+)*\w?)*",
    "a year": r"(?:\(|\b)(?:19|20)\d\d\b\)?",
    "a chosen setting": rf"{SYMBOL}\s?(?:=|≫|≪|<|>|≤|≥|→)\s?{LISTED}",
    "a place in a list": r"(?m)^\d+\. ",
    "a power of ten": r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+",
    "an angle or a size of an image": r"\d+°|\d+ × \d+(?: × \d+)?",
}
PIECES_OF_SETTINGS = ("settings", "formats", "headless", "quantities")
PLAIN = {"0", "1", "2", "-1", "-2", "100%"}
"""Ends of scales, halves and first places: no result."""
CONSTANTS = {
    "class": {"0.0.0.0": "an address"},
    "deep": {"8": "layers of a preset", "6": "layers of a preset", "3": "which layer"},
    "filters": {
        "64": "filters",
        "3.94": "smoothness of white noise, from Δ alone",
        "10": "α of the page's question",
        "0.75": "smoothness of a constant filter, from Δ alone",
        "-10": "part of a name",
        "75": "quality of the JPEG files",
        "50,000": "size of the data set",
    },
    "geometry": {"4": "δ of the question", "-4": "δ of the question"},
    "grokking": {"10": "a factor"},
    "hierarchy": {
        "95%": "level of an interval",
        "4,096": "samples",
        "10": "α",
        "100": "α",
        "250": "epochs",
        "0.001": "where a run stops",
    },
    "implicit_bias": {"10": "δ of the question"},
    "initialisation": {
        "1000": "steps of the map",
        "50": "width of the map",
        "100": "inputs of the map",
        "3": "from the law of the initialisation",
        "10": "slope or inputs",
        "20": "megabytes",
        "20,000": "rows",
        "300": "steps",
        "200": "points",
        "32": "neurons of the question",
    },
    "kernel_movement": {"0.4": "threshold of what is called together"},
    "landscape": {"150": "weights of the student"},
    "learn": {
        "100": "end of the paper's run",
        "-5": "part of a name",
        "30": "α of the paper",
        "30,000": "steps of the paper",
        "0.25": "the paper's β*",
        "0.5": "the paper's β*",
        "0.001": "goal of an exercise",
        "10": "time of the exercise",
        "-4": "δ of a task",
        "4": "δ of a task, a power",
        "3": "from the law of the initialisation",
        "-3.75": "computed by hand in the answer",
        "1%": "error asked for in a task",
        **dict.fromkeys(("5", "6", "8"), "the paper's counts, minutes of the plan"),
        **dict.fromkeys(("15", "24", "31", "40", "47", "50"), "minutes of the plan"),
    },
    "limits": {"5%": "amber from here", "0.19": "between two formulas in figure 3's setting: no run"},
    "regime_map": {
        **{"100": "inputs, steps", "50": "neurons", "10": "part of a scale", "16": "seeds", "3,000": "step asked for"},
        "5": "seeds of the comparison",
    },
    "start": {"50": "neurons", "59": "last of the seeds", "60": "number of the seeds"},
    "wide": {"6": "inputs or outputs", "3": "neurons", "0.1": "below it the measured word is lazy"},
}
"""By page: what is set, defined or counted in the text itself, and why."""


def bare(text: str) -> list[str]:
    """The numbers of a text whose form does not say that they are constants."""
    for form in BY_FORM.values():
        text = re.sub(form, " ", text)
    return NUMBER.findall(text)


def measured(stem: str, name: str, text: str) -> list[str]:
    """Bare numbers of a piece that no table allows."""
    if name in PIECES_OF_SETTINGS:
        return []
    known = PLAIN | CONSTANTS.get(stem, {}).keys()
    return [number for number in bare(text) if number.replace("−", "-") not in known]


@pytest.mark.parametrize("stem", sorted(file.stem for file in FOLDER.glob("*.md")))
def test_results_in_prose_are_filled_from_arrays(stem):
    """Write «name» and give its number where the piece is said; what is no result goes into CONSTANTS, with its reason."""
    found = {name: numbers for name, text in pieces(stem).items() if (numbers := measured(stem, name, text))}
    assert found == {}


COUNTED = re.compile(r"«\w*(?:seeds|runs)\w*»|\bseeds? \d+ to \d+|\b(?:[Ss]ixteen|[Ff]ive|eight) (?:networks|seeds)")


@pytest.mark.parametrize("stem", sorted(file.stem for file in FOLDER.glob("*.md")))
def test_results_over_seeds_print_their_count(stem):
    """A piece that gives measured numbers and speaks of seeds says of how many."""
    said = {name: text for name, text in pieces(stem).items() if "«" in text and re.search(r"\bseeds\b", text)}
    assert [name for name, text in said.items() if not COUNTED.search(text)] == []


TOLD = {
    "a result": ("It ends at S = 0.71.", ["0.71"]),
    "a share": ("Some 64% have flipped by then.", ["64%"]),
    "a time": ("All is done by t ≈ 0.04.", ["0.04"]),
    "a setting": ("At δ = −4 and α = 0.03, 0.1 and 10.", []),
    "a reference": ("Figures 2 and 7, theorem B.10, appendix A.2 and equation 9.", []),
    "a year": ("Fort et al. (2020) and Luo et al. 2021.", []),
    "a formula": ("It is $\\frac{3}{4}$, or 10⁻³.", []),
    "filled": ("It ends at «end».", []),
}


@pytest.mark.parametrize("text, numbers", TOLD.values(), ids=TOLD)
def test_what_counts_as_a_bare_number(text, numbers):
    assert bare(text) == numbers
