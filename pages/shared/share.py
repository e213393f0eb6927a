"""What a visitor takes away: numbers as CSV and NPZ, a script that draws the same picture, and whom to cite."""

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from core import __version__
from core.papers import PAPERS
from core.params import Params
from pages import BY_STEM
from pages.shared.explain.notebooks import NOTEBOOK, notebook_of
from pages.shared.explain.units import quantity
from pages.shared.prose import hovering, pieces, prose
from pages.shared.registry import Shown
from pages.shared.stage import stage


def takeaway(page: Shown, *more: str) -> None:
    """The foot of a page: what it has registered, to download, further pieces of its words, and where it stands in the
    paper ("## source")."""
    with stage().foot or st.container():
        with st.container(key="take_away"):
            fold = st.expander("Take it away: data, script, citation", key="take_open", on_change="rerun")
        for piece in more:
            prose(page.stem, piece)
        st.caption(hovering(pieces(page.stem).get("source", "")))
    if not fold.open:
        return
    with fold:
        left, middle, right, last = st.columns(4)
        left.download_button("Numbers as CSV", lambda: csv(page), f"{page.stem}.csv", "text/csv", key="take_csv")
        middle.download_button("Arrays as NPZ", lambda: npz(page), f"{page.stem}.npz", key="take_npz")
        code = script(page.problem, page.solve, page.figures)
        right.download_button("Script as .py", code.encode, f"{page.stem}.py", "text/x-python", key="take_script")
        if notebook := notebook_of(page.stem):
            last.download_button(
                "Notebook as .ipynb", notebook.read_bytes, notebook.name, NOTEBOOK, key="take_notebook"
            )
        if offer := stage().offer:
            offer(page)
        st.code(code, language="python", wrap_lines=True)
        for key in BY_STEM[page.stem].papers:
            st.code(PAPERS[key].bibtex, language="bibtex", wrap_lines=True)


def script(problem: Params, solve: Callable, draw: Callable) -> str:
    """A script that uses core alone: it solves the same problem and writes each panel as an HTML file."""
    kind = type(problem)
    changed = ", ".join(f"{name}={value!r}" for name, value in problem.changed().items())
    names = sorted({kind.__name__, solve.__name__})
    same_home = kind.__module__ == solve.__module__
    imports = [f"from {kind.__module__} import {', '.join(names) if same_home else kind.__name__}"]
    if not same_home:
        imports.append(f"from {solve.__module__} import {solve.__name__}")
    return "\n".join(
        [
            f'"""The same picture without the app: run beside the folder core, writes {kind.__name__}-*.html."""',
            "",
            f"from {draw.__module__} import {draw.__name__}",
            *imports,
            "",
            f"problem = {kind.__name__}({changed})",
            f"solution = {solve.__name__}(problem)",
            f"for number, figure in enumerate({draw.__name__}(problem, solution), 1):",
            f'    figure.write_html(f"{kind.__name__}-{{number}}.html")',
            "",
        ]
    )


def about(page: Shown) -> list[str]:
    """What stands at the head of the data: what they are, of which problem, and each quantity with its unit."""
    settings = ", ".join(f"{name} = {value}" for name, value in page.problem.changed().items()) or "the default setting"
    first = f"Lazy–Rich Lab {__version__}, page {page.stem}: {settings}"
    known = [quantity(page.stem, name) for name in page.arrays]
    return [first, PAPERS[BY_STEM[page.stem].papers[0]].url, *(str(one) for one in known if one)]


def csv(page: Shown) -> bytes:
    """The arrays as columns below lines that begin with "#" (pandas.read_csv(file, comment="#") skips them); those of
    another length than the first stay out (they are in the NPZ)."""
    arrays = page.arrays
    rows = len(next(iter(arrays.values())))
    columns: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if len(array) == rows:
            flat = np.asarray(array).reshape(rows, -1)
            names = [name] if flat.shape[1] == 1 else [f"{name}_{k + 1}" for k in range(flat.shape[1])]
            columns |= dict(zip(names, flat.T, strict=True))
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in about(page))
    table = np.column_stack(list(columns.values()))
    np.savetxt(text, table, delimiter=",", header=",".join(columns), comments="", fmt="%.10g")
    return text.getvalue().encode()


def npz(page: Shown) -> bytes:
    """All arrays by their names on the page, and `about`, lines of text that tell their units; loads with
    allow_pickle=False."""
    file = io.BytesIO()
    arrays = {name: np.asarray(array) for name, array in page.arrays.items()}
    np.savez_compressed(file, allow_pickle=False, about=np.array(about(page)), **arrays)
    return file.getvalue()


def arrays_of(solution: Any) -> dict[str, np.ndarray]:
    """The numeric array fields of a frozen solution, for downloads."""
    fields = {field.name: getattr(solution, field.name) for field in dataclasses.fields(solution)}
    return {name: value for name, value in fields.items() if isinstance(value, np.ndarray) and value.ndim}
