"""Which axis of a stored matrix is the output: by convention of the name, by the only fit, or a question.

[out, in]: PyTorch's nn.Linear `weight`. [in, out]: `kernel` of Keras and Flax, `coefs_` of scikit-learn, GPT-2's Conv1D
(c_fc, c_proj), ONNX MatMul. Other names say nothing: then both are tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import OutsideTheory
from core.training.initialisation.weights.naming import path, short, words
from core.training.initialisation.weights.order import GIVEN, NUMBERS, chained, orders
from core.training.initialisation.weights.questions import LAYOUTS, Choice, Question

Shapes = Mapping[str, tuple[int, int]]
ADVICE = (
    "Say how they are stored: --layout out_in ([out, in], PyTorch) or in_out ([in, out], Keras, x @ W); "
    "or give their order: --order first,second,…"
)


@dataclass(frozen=True)
class Arrangement:
    """Names in the order of the network, which of them are to be transposed, and what both rest on."""

    order: tuple[str, ...]
    flipped: frozenset[str]
    notes: tuple[str, ...]


def convention(name: str) -> str | None:
    """ "out_in" or "in_out" where a name follows a known convention."""
    parts = path(name) or [name]
    said = set(words(parts[-1]))
    if "kernel" in said or "coefs" in said or "MatMul" in name or {"c_fc", "c_proj"} & set(parts):
        return "in_out"
    return "out_in" if "weight" in said else None


def arrange(
    shapes: Shapes, biases: Mapping[str, int], rows: Sequence[str], ordered: bool, choice: Choice
) -> Arrangement:
    """Order and layout of matrices of these stored shapes.

    biases: length of the bias that belongs to a matrix by name; rows: those that are one row of weights, always [1, in];
    choice.order, if any, is taken as it stands (full names). Raises Question where more than one reading fits, or none.
    """
    known = {name: "out_in" if name in rows else convention(name) for name in shapes}
    if choice.layout not in LAYOUTS:
        raise OutsideTheory("No such layout", got=repr(choice.layout), do="Choose one of " + ", ".join(LAYOUTS) + ".")
    if choice.layout != "auto":
        known = {name: "out_in" if name in rows else choice.layout for name in shapes}
    open_names = [name for name, layout in known.items() if layout is None]
    trials = [
        {**known, **dict.fromkeys(open_names, layout)} for layout in (("out_in", "in_out") if open_names else ("",))
    ]
    tried = [_try(shapes, biases, trial, ordered, choice) for trial in trials]
    viable = [(trial, found, how) for trial, (found, how) in zip(trials, tried, strict=True) if found]
    if len(viable) > 1:
        raise _ask_layout("Both layouts fit, and they are different networks", shapes)
    if not viable:
        raise _no_chain(shapes, biases, known, rows, ordered, choice)
    trial, found, how = viable[0]
    if len(found) > 1:
        raise Question(
            "The file does not say in which order its layers follow, and more than one fits",
            got=shown(shapes),
            do=f"Give it, from the input on: --order {','.join(short(name) for name in found[0])}, or another.",
            about="order",
            choices=[short(name) for name in found[0]],
        )
    turned = bool(open_names) and trial[open_names[0]] == "in_out"
    if turned and how not in (NUMBERS, GIVEN) and not _told_by_biases(open_names, shapes, biases):
        raise _ask_layout(
            "The layers follow one another in the file's order only as [in, out], which their names do not say", shapes
        )
    return _arrangement(found[0], trial, how, open_names, choice)


def _try(shapes: Shapes, biases: Mapping[str, int], trial: Mapping, ordered: bool, choice: Choice) -> tuple[list, str]:
    sizes = {name: shape[::-1] if trial[name] == "out_in" else shape for name, shape in shapes.items()}
    if any(sizes[name][1] != length for name, length in biases.items()):
        return [], ""
    if choice.order:
        return ([list(choice.order)] if chained(choice.order, sizes) else []), GIVEN
    return orders(list(shapes), sizes, ordered)


def _told_by_biases(names: Sequence[str], shapes: Shapes, biases: Mapping[str, int]) -> bool:
    return any(name in biases and shapes[name][0] != shapes[name][1] for name in names)


def _arrangement(order: Sequence[str], trial: Mapping, how: str, open_names: list[str], choice: Choice) -> Arrangement:
    flipped = frozenset(name for name in order if trial[name] == "in_out")
    why = "as given" if choice.layout != "auto" else "the only one that fits" if open_names else "by the names"
    layout = "[in, out]" if flipped else "[out, in]"
    return Arrangement(
        tuple(order),
        flipped,
        (
            f"Order of the layers: {how} (--order overrides it).",
            f"Matrices are stored {layout}: {why} (--layout overrides it).",
        ),
    )


def _no_chain(shapes: Shapes, biases, known: Mapping, rows: Sequence[str], ordered: bool, choice: Choice) -> Question:
    """The question that no reading answers; where all matrices fit transposed, it is one of layout."""
    other = {name: "out_in" if name in rows or layout == "in_out" else "in_out" for name, layout in known.items()}
    if choice.layout == "auto" and None not in known.values() and _try(shapes, biases, other, ordered, choice)[0]:
        return _ask_layout("The layers follow one another only if transposed, against what their names say", shapes)
    return Question(
        "The layers must follow one another: each takes what the one before gives",
        got=shown(shapes),
        do="Give their order (--order first,second,…; those left out are not used), a part of the file (--only PREFIX), or "
        "how they are stored (--layout in_out transposes matrices saved as [in, out]).",
        about="order",
        choices=[short(name) for name in shapes],
    )


def _ask_layout(what: str, shapes: Shapes) -> Question:
    return Question(what, got=shown(shapes), do=ADVICE, about="layout", choices=("out_in", "in_out"))


def shown(shapes: Shapes, most: int = 6) -> str:
    """Names with their shapes, the first few."""
    found = [f"{name} {list(shape)}" for name, shape in list(shapes.items())[:most]]
    return ", ".join(found) + (f" and {len(shapes) - most} more" if len(shapes) > most else "")
