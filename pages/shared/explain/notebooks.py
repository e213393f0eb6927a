"""Which notebook of docs/notebooks/ belongs to which page, and where `make docs` puts the reference."""

from pathlib import Path

REFERENCE = Path(__file__).parents[3] / "docs" / "api" / "index.html"
FOLDER = Path(__file__).parents[3] / "docs" / "notebooks"
NOTEBOOK = "application/x-ipynb+json"
BELONGS = {
    "figures_2_to_4": ("start", "geometry", "exact", "implicit_bias", "landscape", "wide", "deep", "limits"),
    "own_sweep": ("relu", "teacher_student", "regime_map"),
    "check_initialisation": ("initialisation",),
    "before_and_after": ("kernel_movement", "filters", "hierarchy", "grokking"),
}


def notebook_of(stem: str) -> Path | None:
    """The page's notebook; None where there is none, or where it is not installed."""
    names = [name for name, stems in BELONGS.items() if stem in stems]
    return next((path for name in names if (path := FOLDER / f"{name}.ipynb").exists()), None)
