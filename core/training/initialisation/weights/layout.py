"""Which axis of a stored matrix is the output: by convention of the name, by the only fit, or a question.

[out, in]: PyTorch's nn.Linear `weight`. [in, out]: `kernel` of Keras and Flax, `coefs_` of scikit-learn, GPT-2's Conv1D
(c_fc, c_proj), ONNX MatMul. Other names say nothing: then both are tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import OutsideTheory
from core.training.initialisation.weights.naming import path, short, words
from core.training.initialisation.weights.order import GIVEN, NUMBERS, chained, fitting, orders
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


@dataclass(frozen=True)
class Puzzle:
    """Matrices of these stored shapes, to be put in order and turned.

    biases: length of the bias that belongs to a matrix by name; rows: those that are one row of weights, always [1, in];
    ordered: whether the container keeps an order; choice.order, if any, is taken as it stands (full names).
    """

    shapes: Shapes
    biases: Mapping[str, int]
    rows: Sequence[str]
    ordered: bool
    choice: Choice

    def known(self) -> dict[str, str | None]:
        """The layout of each matrix as given, or by convention of its name; None where neither says."""
        given = self.choice.layout
        return {
            name: "out_in" if name in self.rows else convention(name) if given == "auto" else given
            for name in self.shapes
        }

    def sizes(self, layouts: Mapping) -> dict[str, tuple[int, int]]:
        """(in, out) of each matrix under these layouts."""
        return {n: (shape[1], shape[0]) if layouts[n] == "out_in" else shape for n, shape in self.shapes.items()}

    def solve(self, layouts: Mapping) -> tuple[list[list[str]], str]:
        """Up to two orders under these layouts, and what they rest on; none where biases or shapes do not fit."""
        sizes = self.sizes(layouts)
        if any(sizes[name][1] != length for name, length in self.biases.items()):
            return [], ""
        if self.choice.order:
            return ([list(self.choice.order)] if chained(self.choice.order, sizes) else []), GIVEN
        return orders(list(self.shapes), sizes, self.ordered)


def arrange(puzzle: Puzzle) -> Arrangement:
    """The order and layout that fit. Raises Question where more than one reading does, or none."""
    if puzzle.choice.layout not in LAYOUTS:
        raise OutsideTheory("No such layout", got=repr(puzzle.choice.layout), do=f"Choose one of {', '.join(LAYOUTS)}.")
    known = puzzle.known()
    free = [name for name, layout in known.items() if layout is None]
    trials = [{**known, **dict.fromkeys(free, layout)} for layout in (("out_in", "in_out") if free else ("",))]
    viable = [(trial, *puzzle.solve(trial)) for trial in trials if puzzle.solve(trial)[0]]
    if len(viable) > 1:
        raise _ask_layout("Both layouts fit, and they are different networks", puzzle.shapes)
    viable = viable or _column_last(puzzle, known, free)
    if not viable:
        raise _no_chain(puzzle, known)
    trial, found, how = viable[0]
    if len(found) > 1:
        raise _ask_order(
            "The file does not say in which order its layers follow, and more than one fits", puzzle, found[0]
        )
    turned = bool(free) and all(trial[name] == "in_out" for name in free)
    if turned and how not in (NUMBERS, GIVEN) and not _told_by_biases(free, puzzle):
        what = "The layers follow one another in the file's order only as [in, out], which their names do not say"
        raise _ask_layout(what, puzzle.shapes)
    return _arrangement(found[0], trial, how, free, puzzle.choice)


def _column_last(puzzle: Puzzle, known: Mapping, free: Sequence[str]) -> list[tuple]:
    """W [m, d] with a readout a [m, 1]: the one column is turned, all others are [out, in]."""
    columns = [name for name in free if puzzle.shapes[name][1] == 1]
    if len(columns) != 1 or len(free) < 2:
        return []
    trial = {**known, **dict.fromkeys(free, "out_in"), columns[0]: "in_out"}
    found, how = puzzle.solve(trial)
    return [(trial, found, how)] if len(found) == 1 and found[0][-1] == columns[0] else []


def _told_by_biases(names: Sequence[str], puzzle: Puzzle) -> bool:
    return any(name in puzzle.biases and puzzle.shapes[name][0] != puzzle.shapes[name][1] for name in names)


def _arrangement(order: Sequence[str], trial: Mapping, how: str, free: Sequence[str], choice: Choice) -> Arrangement:
    flipped = frozenset(name for name in order if trial[name] == "in_out")
    why = "as given" if choice.layout != "auto" else "the only one that fits" if free else "by the names"
    layout = "[in, out]" if flipped else "[out, in]"
    if flipped and any(trial[name] == "out_in" for name in free):
        layout = f"[out, in], but {', '.join(short(name) for name in flipped)} [in, out]"
    return Arrangement(
        tuple(order),
        flipped,
        (
            f"Order of the layers: {how} (--order overrides it).",
            f"Matrices are stored {layout}: {why} (--layout overrides it).",
        ),
    )


def _no_chain(puzzle: Puzzle, known: Mapping) -> Question:
    """The question that no reading answers: of order where another order fits, of layout where all fit transposed."""
    if None not in known.values() and not puzzle.choice.order:
        others = fitting(list(puzzle.shapes), puzzle.sizes(known))
        if others:
            return _ask_order("The layers do not fit in the order of the file, but in another", puzzle, others[0])
    other = {name: "out_in" if name in puzzle.rows or how == "in_out" else "in_out" for name, how in known.items()}
    if puzzle.choice.layout == "auto" and None not in known.values() and puzzle.solve(other)[0]:
        what = "The layers follow one another only if transposed, against what their names say"
        return _ask_layout(what, puzzle.shapes)
    return Question(
        "The layers must follow one another: each takes what the one before gives",
        got=shown(puzzle.shapes),
        do="Give their order (--order first,second,…; those left out are not used), a part of the file (--only PREFIX), or "
        "how they are stored (--layout in_out transposes matrices saved as [in, out]).",
        about="order",
        choices=[short(name) for name in puzzle.shapes],
    )


def _ask_order(what: str, puzzle: Puzzle, one: Sequence[str]) -> Question:
    names = [short(name) for name in one]
    do = f"Give it, from the input on: --order {','.join(names)}, or another."
    return Question(what, got=shown(puzzle.shapes), do=do, about="order", choices=names)


def _ask_layout(what: str, shapes: Shapes) -> Question:
    return Question(what, got=shown(shapes), do=ADVICE, about="layout", choices=("out_in", "in_out"))


def shown(shapes: Shapes, most: int = 6) -> str:
    """Names with their shapes, the first few."""
    found = [f"{name} {list(shape)}" for name, shape in list(shapes.items())[:most]]
    return ", ".join(found) + (f" and {len(shapes) - most} more" if len(shapes) > most else "")
