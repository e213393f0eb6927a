"""Reading a network that someone brings: an NPZ or safetensors file, or the text that SNIPPET prints. Never a pickle.

Legend: data ↔ the file's bytes; W_l ↔ [out, in] in the order of the network; a vector that is not a bias is the last
layer of a network with one output. Every array of the file is accounted for; what the file leaves open is asked, and what
belongs to no plain chain of fully connected layers is named.

Ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.layers import Entry, Layers, make_layers
from core.training.initialisation.norms import SNIPPET, Norms, norms_of, read_text
from core.training.initialisation.weights.composed import Composed, compose
from core.training.initialisation.weights.layout import Arrangement, Puzzle, arrange, shown
from core.training.initialisation.weights.naming import path, prefixes, short, under
from core.training.initialisation.weights.questions import FILE_DECIDES, Choice, Question
from core.training.initialisation.weights.reading import MAX_BYTES, MAX_WEIGHTS, SAVE, read_arrays, read_npz
from core.training.initialisation.weights.roles import COUNTER, MATRIX, NORM, SPECIAL, STACK, VECTOR, roles
from core.training.initialisation.weights.vectors import Vectors, nameless, place_biases, sort_vectors

__all__ = ["MAX_BYTES", "MAX_WEIGHTS", "SNIPPET", "Norms", "norms_of", "read_npz", "read_text", "read_weights"]

MAX_LAYERS = 12
MOST_PARTS = 40


def read_weights(data: bytes, choice: Choice = FILE_DECIDES) -> Layers:
    """The network in an NPZ or safetensors file, recognised by its content; `choice` answers what the file leaves open.

    Raises OutsideTheory for files too large, damaged, or whose arrays do not form a chain of fully connected layers of
    finite real numbers; its subclass Question where more than one reading fits, OtherFormat for pickles and their like.
    """
    stored = read_arrays(data)
    return network_from(stored.arrays, choice, ordered=stored.ordered)


def parts_of(data: bytes) -> list[str]:
    """The beginnings of names under which a file holds a network of its own: what Choice.only can be."""
    stored = read_arrays(data)
    return _parts(stored.arrays, stored.ordered)


def beginnings_in(data: bytes) -> list[str]:
    """The beginnings that some names of a file share: what may be another state of the network."""
    return prefixes([name for name, array in read_arrays(data).arrays.items() if array.ndim > 1])[:MOST_PARTS]


def layers_in(data: bytes, only: str = "") -> list[str]:
    """What could be a layer in a file, or in one part of it: what Choice.order is made of."""
    arrays = compose(_selected(read_arrays(data).arrays, only)[0]).arrays
    found = roles(arrays)
    return [short(name) for name, role in found.items() if role in (MATRIX, VECTOR) and arrays[name].ndim == 2]


def network_from(arrays: Mapping[str, np.ndarray], choice: Choice = FILE_DECIDES, *, ordered: bool = True) -> Layers:
    """The chain of fully connected layers among named arrays; `ordered` where their order is that of the network."""
    selected, outside = _selected(arrays, choice.only, choice.apart)
    whole = compose(selected)
    role = roles(whole.arrays)
    given = _given(choice.order, whole.arrays)
    if not given:
        _refuse_special(role, whole.arrays, arrays, choice, ordered)
    matrices = [name for name, kind in role.items() if (name in given if given else kind == MATRIX)]
    matrices = [name for name in matrices if whole.arrays[name].ndim != 1]
    vectors = [name for name, kind in role.items() if kind == VECTOR or (name in given and name not in matrices)]
    found = sort_vectors(whole.arrays, matrices, vectors, given, ordered)
    layers = [*matrices, *found.readouts]
    _check_count(layers, role, whole.arrays, arrays, choice, ordered)
    shapes = {name: _shape(whole.arrays[name]) for name in layers}
    lengths = {layer: whole.arrays[bias].size for layer, bias in found.biases.items() if layer in shapes}
    given_choice = replace(choice, order=tuple(given))
    plan = _arranged(shapes, lengths, found.readouts, ordered, given_choice, arrays)
    outs = {name: shapes[name][1] if name in plan.flipped else shapes[name][0] for name in plan.order}
    if given:
        found.left = [name for name in found.left if _near(name, given) and nameless(name)]
    placed = place_biases(found, whole.arrays, plan.order, outs, ordered)
    return _layers(arrays, outside, whole, role, found, plan, placed)


def _selected(arrays: Mapping[str, np.ndarray], only: str, apart: str = "") -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of the part that was chosen, and the names of all others."""
    if {name.lower() for name in arrays} == {"x", "y"}:
        raise OutsideTheory("A file of weights is needed", got="data (arrays X and y)", do="Give it as the data.")
    names = under(only, arrays) if only else list(arrays)
    if not arrays:
        raise OutsideTheory("A balance needs two layers of weights", got="a file without arrays", do=SAVE)
    if apart and not under(apart, arrays):
        raise _no_part(arrays, apart)
    if not names:
        raise _no_part(arrays, only)
    left_out = set(under(apart, arrays)) if apart else set()
    chosen = {name: arrays[name] for name in names if name not in left_out}
    return chosen, [name for name in arrays if name not in chosen]


def _no_part(arrays: Mapping[str, np.ndarray], prefix: str) -> OutsideTheory:
    known = ", ".join(prefixes(arrays)[:8]) or ", ".join(list(arrays)[:6])
    return OutsideTheory(f"No array's name begins with {prefix!r}", got=known, do="Choose one of these beginnings.")


def _given(order: Sequence[str], arrays: Mapping[str, np.ndarray]) -> list[str]:
    """The full names of the layers that the reader named, by full or short name, or by the only one that ends so."""
    full = []
    for wanted in order:
        exact = [name for name in arrays if wanted in (name, short(name)) and arrays[name].ndim in (1, 2)]
        exact = [name for name in exact if arrays[name].ndim == 2] or exact
        ends = [name for name in arrays if path(short(name))[-len(path(wanted)) :] == path(wanted)]
        matches = exact or [name for name in ends if arrays[name].ndim == 2]
        if len(matches) != 1 or matches[0] in full:
            raise OutsideTheory(
                "The order names each layer once, by its name in the file",
                got=repr(wanted),
                do=f"Choose from {', '.join(short(name) for name in arrays if arrays[name].ndim == 2)}.",
            )
        full += matches
    return full


def _refuse_special(role: Mapping[str, str], whole, arrays, choice: Choice, ordered: bool) -> None:
    """Attention, recurrence, convolutions and the like are named; where a part of the file can be read, it is asked for."""
    special = [name for name, kind in role.items() if kind in SPECIAL]
    if not special:
        return
    name = special[0]
    parts = [] if choice.only else _parts(arrays, ordered)
    layers = [short(other) for other, kind in role.items() if kind == MATRIX]
    do = f"Choose the fully connected layers: --only {' or '.join(parts[:6])}." if parts else _alone(role[name], layers)
    raise Question(
        f"{name} must be a fully connected layer, a matrix [out, in]",
        got=f"an array of shape {list(whole[name].shape)}, by name and shape {role[name]}",
        do=do,
        about="only" if parts else "order" if len(layers) > 1 else "",
        choices=parts or (layers if len(layers) > 1 else []),
    )


def _alone(kind: str, layers: Sequence[str]) -> str:
    if kind == STACK:
        return "Save one of the networks alone, W[0] for instance."
    if len(layers) > 1:
        return (
            f"Name the fully connected layers in their order: --order {','.join(layers[:MAX_LAYERS])}, or some of them."
        )
    return "Convolutions, attention and recurrence have no balance per neuron of this kind."


def _parts(arrays: Mapping[str, np.ndarray], ordered: bool) -> list[str]:
    """The parts of a checkpoint that are networks by themselves, or would be once their order is told."""
    found: list[str] = []
    for prefix in prefixes(arrays)[:MOST_PARTS]:
        try:
            network_from(arrays, Choice(only=prefix), ordered=ordered)
        except Question as question:
            if question.about != "layout" and not question.what.startswith("The file does not say"):
                continue
        except OutsideTheory:
            continue
        found.append(prefix)
    return found


def _check_count(layers: Sequence[str], role, whole, arrays, choice: Choice, ordered: bool) -> None:
    if len(layers) < 2:
        raise OutsideTheory(
            "A balance needs two layers of weights",
            got=f"{len(layers)} matrices among {', '.join(list(whole)[:6])}",
            do="Save the weights of at least two fully connected layers.",
        )
    if len(layers) > MAX_LAYERS:
        parts = [] if choice.only else _parts(arrays, ordered)
        raise Question(
            f"At most {MAX_LAYERS} layers are read",
            got=len(layers),
            do=f"Choose a part: --only {' or '.join(parts[:6])}." if parts else "Name fewer layers with --order.",
            about="only" if parts else "order",
            choices=parts or [short(name) for name in layers],
        )


def _arranged(shapes, lengths, rows, ordered: bool, choice: Choice, arrays) -> Arrangement:
    """The arrangement; where the layers form no chain, but parts of the file do, the part is asked for."""
    try:
        return arrange(Puzzle(shapes, lengths, rows, ordered, choice))
    except Question as question:
        if choice.only or choice.order or not question.what.startswith("The layers must follow"):
            raise
        parts = _parts(arrays, ordered)
        if not parts:
            raise
        raise Question(
            "The layers must follow one another, and these are more than one network",
            got=shown(shapes),
            do=f"Choose one: --only {' or '.join(parts[:6])}; or name the layers in order: --order first,second,….",
            about="only",
            choices=parts,
        ) from question


def _near(name: str, given: Sequence[str]) -> bool:
    """Where layers were named, a vector without a layer matters only beside them: in the same module, or without one."""
    above = path(name)[:-1]
    return not above or any(path(layer)[: len(above)] == above for layer in given)


def _shape(array: np.ndarray) -> tuple[int, int]:
    return (1, array.size) if array.ndim == 1 else (array.shape[0], array.shape[1])


def _layers(arrays, outside, whole: Composed, role, found: Vectors, plan: Arrangement, placed: Sequence[str]) -> Layers:
    names = [short(name) for name in plan.order]
    weights = [
        whole.arrays[n].T if n in plan.flipped else whole.arrays[n].reshape(_shape(whole.arrays[n])) for n in plan.order
    ]
    biases = [whole.arrays[found.biases[n]] if n in found.biases else None for n in plan.order]
    uses = _uses(outside, whole, role, found, plan, placed)
    slopes = {float(whole.arrays[name].ravel()[0]) for name in found.slopes}
    notes = [*plan.notes, *(_slope_notes(slopes))]
    return make_layers(
        weights,
        biases,
        names=names,
        slope=float(np.mean(list(slopes))) if slopes else 0.0,
        normalised=whole.spectral or bool(found.gains) or NORM in role.values(),
        keys=[(whole.scales.get(name, name), found.biases.get(name, "")) for name in plan.order],
        entries=[Entry(name, tuple(map(int, arrays[name].shape)), *uses[name]) for name in arrays],
        notes=[*notes, *(["Weight norm: g and v are multiplied."] if whole.weight_norm else [])],
    )


def _slope_notes(slopes: set[float]) -> list[str]:
    if not slopes:
        return []
    if len(slopes) == 1:
        return [f"PReLU: its slope {next(iter(slopes)):g} is taken as the activation's leak."]
    return ["PReLU: its slopes differ; their mean is taken as the leak, so the layers' speeds are approximate."]


def _uses(outside, whole: Composed, role, found: Vectors, plan: Arrangement, placed: Sequence[str]) -> dict:
    """(used, what as or why not) for every array of the file."""
    uses = {name: (False, "outside the part that was chosen") for name in outside}
    uses |= {name: (True, what) for name, what in whole.parts.items()}
    for name, kind in role.items():
        uses[name] = (False, _unused(kind))
    for number, name in enumerate(plan.order, 1):
        turned = ", transposed from [in, out]" if name in plan.flipped else ""
        uses[name] = (True, f"weights of layer {number}{turned}")
        if name in found.biases:
            bias = found.biases[name]
            uses[bias] = (True, f"bias of layer {number}" + (", by its place or length" if bias in placed else ""))
    uses |= {name: (True, "the activation's slope (PReLU)") for name in found.slopes}
    uses |= {name: (False, "a gain per unit: normalisation, or PReLU") for name in found.gains}
    return uses


def _unused(kind: str) -> str:
    if kind == COUNTER:
        return "a counter, mask or single number"
    return f"not among the layers that were named: {kind}" if kind != NORM else "normalisation"
