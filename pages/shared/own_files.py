"""What a visitor brings to the check of an initialisation: uploads, and a control for each thing that a file leaves open.

Each control is called like the command's switch, since notes and questions name the switch. Files stay in this session.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.problems.initialisation import Case, Problem
from core.training.initialisation.norms import SNIPPET
from core.training.initialisation.own_data import DECIMALS, HEADERS, SEPARATORS, TASKS, How
from core.training.initialisation.report import Report
from core.training.initialisation.weights.formats import FORMATS
from core.training.initialisation.weights.questions import LAYOUTS, Choice, OtherFormat, Question
from core.training.initialisation.weights_file import beginnings_in, layers_in, parts_of
from pages.shared.cache import remember
from pages.shared.prose import line_of_code, prose, table

STEM = "initialisation"
WEIGHTS = ["npz", "safetensors", "pt", "pth", "ckpt", "bin", "h5", "hdf5", "keras", "pkl", "joblib", "onnx", "msgpack"]
WEIGHTS += ["npy", "mat", "gguf"]
DATA = ["csv", "txt", "tsv", "dat", "npz", "xlsx", "xls", "parquet", "mat", "npy"]
ALL, NONE = "the whole file", "none"


def own_case(problem: Problem) -> tuple[Case | None, Any]:
    """What was brought, if anything, and the place above the controls where a question about it is put."""
    with st.expander("Your own network and data"):
        prose(STEM, "own")
        asked = st.container()
        left, right = st.columns(2)
        with left:
            weights, choice, before, prefix = _weights()
            pasted = _pasted() if not weights else ""
        with right:
            data, target, task, how = _data()
            adam = st.toggle("Trained with Adam", key="file_adam")
            decay = st.number_input("Weight decay", 0.0, 1.0, 0.0, step=0.01, key="file_decay")
    if not (weights or data or before or pasted):
        return None, asked
    case = Case(problem, weights, pasted, data, target, task, adam, float(decay), choice, before, prefix, how)
    return case, asked


def _weights() -> tuple[bytes, Choice, bytes, str]:
    """The later weights, the decisions about them, and the earlier state as a file or as a part of the same one."""
    if st.context.is_embedded:
        prose("initialisation", "embedded")
    weights = _bytes(
        st.file_uploader("Weights (NPZ or safetensors)", type=WEIGHTS, key="file_weights", max_upload_size=20)
    )
    _other_formats()
    choice = _choice(weights) if weights else Choice()
    before = _bytes(
        st.file_uploader(
            "The same network before (--before), optional", type=WEIGHTS, key="file_before", max_upload_size=20
        )
    )
    parts = _asked(beginnings_in, before or weights) if before or weights else []
    prefix = NONE
    if parts:
        prefix = st.selectbox("Part that is the state before (--before-prefix)", [NONE, *parts], key="file_prefix")
    return weights, choice, before, "" if prefix in (NONE, None) else prefix


def _choice(weights: bytes) -> Choice:
    parts = _asked(parts_of, weights)
    only = ALL
    if parts:
        only = st.selectbox("Part of the file (--only)", [ALL, *parts], key="file_only")
    part = "" if only in (ALL, None) else only
    layers = _asked(layers_in, weights, part)
    order: list[str] = []
    if len(layers) > 1:
        order = st.multiselect(
            "Layers, from the input on (--order)",
            layers,
            key="file_order",
            placeholder="as the file says; or choose them in their order",
        )
    layout = st.segmented_control(
        "Matrices are stored (--layout)",
        list(LAYOUTS),
        default="auto",
        required=True,
        key="file_layout",
        help="\n".join(f"- **{key}**: {meaning}" for key, meaning in LAYOUTS.items()),
    )
    return Choice(tuple(name for name in order if name in layers), layout, part)


def _asked(look: Callable[..., list[str]], *inputs: bytes | str) -> list[str]:
    """What a file offers to choose from; nothing where it cannot be read, which the check itself will say."""
    try:
        return remember(look)(*inputs)
    except Refusal:
        return []


def _pasted() -> str:
    st.caption("Or run this beside your model and paste the line it prints:")
    line_of_code(SNIPPET)
    return st.text_area("Printed line", key="file_pasted", height=80).strip()


def _other_formats() -> None:
    fold = st.popover("Other formats: .pt, .ckpt, .h5, .keras, .pkl, .onnx", key="file_formats", on_change="rerun")
    if fold.open:
        with fold:
            prose(STEM, "formats")
            for lines in dict.fromkeys(known.lines for known in FORMATS):
                st.code(lines, language=None)


def _data() -> tuple[bytes, str, str, How]:
    data = _bytes(st.file_uploader("Data (CSV or NPZ), optional", type=DATA, key="file_data", max_upload_size=10))
    target = st.text_input("Target column (--target; empty: the last)", key="file_target").strip()
    task = st.segmented_control("Task (--task)", list(TASKS), default="auto", required=True, key="file_task")
    with st.popover("How the text is read", key="file_how"):
        separator = _pick("Separator (--separator)", list(SEPARATORS), "file_separator")
        decimal = _pick("Decimal sign (--decimal)", list(DECIMALS), "file_decimal")
        header = _pick("First row names the columns (--header)", list(HEADERS), "file_header")
        index = st.text_input("Column that numbers the rows (--index; or none)", key="file_index").strip() or "auto"
        encoding = st.text_input("Encoding (--encoding)", key="file_encoding").strip() or "auto"
    return data, target, task, How(separator, decimal, header, index, encoding)


def _pick(label: str, options: Sequence[str], key: str) -> str:
    return st.selectbox(label, options, key=key)


def _bytes(uploaded: Any) -> bytes:
    return uploaded.getvalue() if uploaded else b""


def show_refusal(error: Refusal, asked: Any) -> None:
    """A question or a refusal, beside the controls that answer it and where the result would stand."""
    question = isinstance(error, Question)
    for place, show in (
        (asked, asked.warning if question else asked.error),
        (st, st.warning if question else st.error),
    ):
        show(str(error), icon=":material/help:" if question else ":material/error:")
        if isinstance(error, OtherFormat) and place is asked:
            place.code(error.lines, language=None)
    st.caption("The controls stand under “Your own network and data”.")


def show_reading(report: Report) -> None:
    """How the files were read: every guess with its switch, and every array of the file with what became of it."""
    if report.notes:
        st.caption("**How the files were read.** " + " ".join(report.notes))
    if not report.arrays:
        return
    used = sum(entry.used for entry in report.arrays)
    with st.expander(f"Every array of the file: {used} of {len(report.arrays)} are used", key="file_reading"):
        rows = [
            {
                "array": f"`{entry.name}`",
                "shape": " × ".join(map(str, entry.shape)) or "–",
                "used as, or why not": entry.use if entry.used else f"not used: {entry.use}",
            }
            for entry in report.arrays
        ]
        table(rows)
