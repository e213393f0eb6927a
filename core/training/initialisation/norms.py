"""A network known by its squared norms alone: all that δ needs, and what SNIPPET prints beside somebody's model.

Legend: W_l ↔ [out, in] in the order of the network; rows[l][k] ↔ ‖row k of W_l‖²; columns[l][j] ↔ ‖column j of W_l‖².

Ours.
"""

import json
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.layers import Layers

MAX_TEXT = 2_000_000
KNOWN = ("Norm", "PReLU", "Parametrization")
SNIPPET = """\
import json, torch
linear = [(n, m) for n, m in model.named_modules() if isinstance(m, torch.nn.Linear)]
norms = [n for n, m in model.named_modules() if "Norm" in type(m).__name__]
total = lambda v, axis: v.detach().double().square().sum(axis).tolist()
print(json.dumps({
    "names": [n for n, _ in linear], "shapes": [list(m.weight.shape) for _, m in linear], "norms": norms,
    "rows": [total(m.weight, 1) for _, m in linear], "columns": [total(m.weight, 0) for _, m in linear],
    "biases": [None if m.bias is None else m.bias.detach().double().square().tolist() for _, m in linear],
    "others": [type(m).__name__ for n, m in model.named_modules() if [*m.parameters(False)] and (n, m) not in linear],
}))
"""


@dataclass(frozen=True)
class Norms:
    """Squared norms of a network's weights: all that δ needs. What pasted text holds and what Layers reduces to.

    rows[l][k] ‖in-weights of unit k‖² of layer l; columns[l][j] ‖out-weights of its input j‖²; biases[l][k] squared; keys as in
    Layers.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, int], ...]
    rows: tuple[np.ndarray, ...]
    columns: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray | None, ...]
    normalised: bool = False
    keys: tuple[tuple[str, str], ...] = ()


def norms_of(layers: Layers) -> Norms:
    """The squared norms of a whole network."""
    return Norms(
        layers.names,
        tuple((w.shape[0], w.shape[1]) for w in layers.weights),
        tuple(np.square(w).sum(1) for w in layers.weights),
        tuple(np.square(w).sum(0) for w in layers.weights),
        tuple(None if b is None else b**2 for b in layers.biases),
        layers.normalised,
        layers.keys,
    )


def read_text(text: str) -> Norms:
    """What SNIPPET printed: squared norms per unit, names, biases, normalisation layers; checked like a file."""
    if len(text) > MAX_TEXT:
        raise OutsideTheory("The pasted text is too long", got=f"{len(text):,} characters", do="Upload a file instead.")
    try:
        found = json.loads(text)
        names, shapes = tuple(map(str, found["names"])), tuple((int(o), int(i)) for o, i in found["shapes"])
        rows = tuple(_squares(v, n) for v, (n, _) in zip(found["rows"], shapes, strict=True))
        columns = tuple(_squares(v, n) for v, (_, n) in zip(found["columns"], shapes, strict=True))
        biases = tuple(None if v is None else _squares(v, n) for v, (n, _) in zip(found["biases"], shapes, strict=True))
        normalised = bool(found.get("norms"))
        others = [kind for kind in map(str, found.get("others", ())) if not any(word in kind for word in KNOWN)]
    except OutsideTheory:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise OutsideTheory(
            "The pasted text must be what the snippet printed",
            got=f"{text.strip()[:40]!r}",
            do="Run the snippet beside your model and paste its one line of output, all of it.",
        ) from error
    if others:
        raise OutsideTheory(
            "The model must be a plain chain of nn.Linear",
            got=f"modules {', '.join(sorted(set(others)))}",
            do="Run the snippet on its fully connected part: model = model.classifier, for instance.",
        )
    _check_chain(names, shapes)
    if not any(row.any() for row in rows):
        raise OutsideTheory(
            "The layers must not all be zero", got="zeros", do="Run the snippet on a model with weights."
        )
    return Norms(names, shapes, rows, columns, biases, normalised)


def _squares(values, count: int) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.shape != (count,) or not np.isfinite(array).all() or (array < 0).any():
        raise OutsideTheory(
            "Squared norms must be finite, not negative, one per unit",
            got=f"{array.size} values for {count} units",
            do="Paste the whole line; if the model holds NaN, save it again.",
        )
    return array


def _check_chain(names, shapes) -> None:
    if len(shapes) < 2 or len(names) != len(shapes):
        raise OutsideTheory("A balance needs two layers of weights", got=len(shapes), do="Use a model with two.")
    for (out, _), (_, into), name in zip(shapes, shapes[1:], names[1:], strict=False):
        if out != into:
            raise OutsideTheory(
                f"{name} must take what the layer below gives ({out} values)",
                got=into,
                do="Only plain chains of nn.Linear are covered; register the modules in the order they are used.",
            )
