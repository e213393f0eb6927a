"""What the vectors of a file are: biases by name and by place, a last layer with one output, gains; or a question.

A vector x.weight with a bias of length 1, or one called a, out, head or readout, is a last layer with one output. Any other
vector of weights between matrices is a gain (RMSNorm, PReLU): never a bias, never left out in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.weights.naming import bias_names, path, says_bias, short, template, words
from core.training.initialisation.weights.questions import Question

READOUTS = {"a", "v", "out", "output", "head", "readout"}
WEIGHTS = {"weight", "weights", "kernel", "w", "coefs"}


@dataclass
class Vectors:
    """Vectors sorted: biases by the layer they belong to, readouts, gains (a gain of length 1 is a PReLU's slope), open."""

    biases: dict[str, str] = field(default_factory=dict)
    readouts: list[str] = field(default_factory=list)
    gains: list[str] = field(default_factory=list)
    slopes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def sort_vectors(
    arrays: Mapping[str, np.ndarray],
    matrices: Sequence[str],
    vectors: Sequence[str],
    given: Sequence[str],
    ordered: bool,
) -> Vectors:
    """The vectors by what their names and lengths say; `given` are layers that the reader has named."""
    found = Vectors(readouts=[name for name in vectors if name in given])
    _name_biases(found, arrays, [*matrices, *found.readouts], vectors)
    rest = [name for name in vectors if name not in found.readouts and name not in found.biases.values()]
    widths = {size for name in matrices for size in arrays[name].shape}
    for name in rest:
        could_be = not given and not says_bias(name) and arrays[name].size in widths
        if could_be and _reads_out(name, arrays, matrices, vectors):
            found.readouts.append(name)
        elif could_be and len(matrices) > 1 and _weighs(name, matrices):
            _ask_or_gain(found, name, arrays, matrices, ordered)
        elif _weighs(name, matrices) and not says_bias(name) and len(matrices) > 1:
            (found.slopes if arrays[name].size == 1 else found.gains).append(name)
        else:
            found.left.append(name)
    _only_readout(found, arrays, matrices, given, ordered)
    _name_biases(found, arrays, found.readouts, found.left)
    found.left = [name for name in found.left if name not in found.biases.values()]
    return found


def _name_biases(found: Vectors, arrays, layers: Sequence[str], vectors: Sequence[str]) -> None:
    for layer in layers:
        known = [name for name in bias_names(layer) if name in vectors and name != layer]
        if known and layer not in found.biases:
            found.biases[layer] = known[0]


def _reads_out(name: str, arrays: Mapping[str, np.ndarray], matrices: Sequence[str], vectors: Sequence[str]) -> bool:
    if any(arrays[bias].size == 1 for bias in bias_names(name) if bias in vectors):
        return True
    return len(matrices) > 1 and bool(set(words(path(short(name))[-1] if path(short(name)) else name)) & READOUTS)


def _weighs(name: str, matrices: Sequence[str]) -> bool:
    """A name like those of weights; numbered names without words ("arr_2") say nothing."""
    last = set(words(path(name)[-1])) if path(name) else set()
    like = template(name) in {template(matrix) for matrix in matrices}
    return bool(last & WEIGHTS) or (like and not {"arr"} & last and bool(last))


def _ask_or_gain(found: Vectors, name: str, arrays, matrices: Sequence[str], ordered: bool) -> None:
    """A vector of weights after all matrices may be a last layer or a gain; before one of them it is a gain."""
    places = list(arrays)
    series = [matrix for matrix in matrices if template(matrix) == template(name)]
    after = all(places.index(matrix) < places.index(name) for matrix in matrices) if ordered or series else True
    if not after:
        found.gains.append(name)
        return
    layers = [short(matrix) for matrix in matrices]
    raise Question(
        f"{name} [{arrays[name].size}] may be a last layer with one output, or a gain (RMSNorm, PReLU)",
        got="a vector of weights without a bias after the last matrix",
        do=f"Name the layers, from the input on: --order {','.join([*layers, short(name)])} with it, or without it.",
        about="order",
        choices=[*layers, short(name)],
    )


def _only_readout(found: Vectors, arrays, matrices: Sequence[str], given: Sequence[str], ordered: bool) -> None:
    """With a single matrix the network needs a vector for its last layer: the only one that could be, or the last."""
    if len(matrices) != 1 or found.readouts or given:
        return
    pool = [n for n in [*found.left, *found.gains] if not says_bias(n) and arrays[n].size in arrays[matrices[0]].shape]
    if len(pool) > 1 and not ordered:
        raise Question(
            "Several vectors may be the last layer",
            got=", ".join(f"{name} [{arrays[name].size}]" for name in pool),
            do=f"Name the layers: --order {short(matrices[0])},{pool[0]}, or another.",
            about="order",
            choices=[short(matrices[0]), *pool],
        )
    if pool:
        found.readouts.append(pool[-1])
        found.left = [name for name in found.left if name != pool[-1]]
        found.gains = [name for name in found.gains if name != pool[-1]]


def place_biases(
    found: Vectors, arrays: Mapping[str, np.ndarray], order: Sequence[str], outs: Mapping[str, int], ordered: bool
) -> list[str]:
    """Give the vectors still left to layers, by place or as the only fit; raise OutsideTheory for one that fits nowhere.

    Returns the names of those that were placed so. By place: right after its matrix, or all in the layers' order after them.
    """
    before = set(found.left)
    if ordered:
        _after_their_matrix(found, arrays, order, outs)
        _doubt(found, [name for name in before if name not in found.left], order, arrays)
        _in_the_layers_order(found, arrays, order, outs)
    _only_fit(found, arrays, order, outs)
    if found.left:
        raise OutsideTheory(
            f"{found.left[0]} belongs to no layer by its name or its place",
            got=f"a vector of length {arrays[found.left[0]].size} beside layers with "
            f"{', '.join(str(outs[layer]) for layer in order)} outputs",
            do="Name biases like their weights (fc1.weight, fc1.bias), or choose without it (--only, --order).",
        )
    return [name for name in arrays if name in before]


def nameless(name: str) -> bool:
    """A name that says bias, or nothing ("arr_1", "3"): such a vector may belong to a layer by its place alone."""
    return says_bias(name) or not set(words(path(name)[-1] if path(name) else name)) - {"arr"}


def _after_their_matrix(found: Vectors, arrays, order: Sequence[str], outs: Mapping[str, int]) -> None:
    """Vectors right after their matrix; those with a name of their own ("log_std") only if every layer has one."""
    places = list(arrays)
    pairs = []
    for layer in order:
        after = places[places.index(layer) + 1 :][:1]
        if layer not in found.biases and after and after[0] in found.left and arrays[after[0]].size == outs[layer]:
            pairs.append((layer, after[0]))
    if all(nameless(name) for _, name in pairs) or len(pairs) + len(found.biases) == len(order):
        for layer, name in pairs:
            _place(found, layer, name)


def _in_the_layers_order(found: Vectors, arrays, order: Sequence[str], outs: Mapping[str, int]) -> None:
    bare = [layer for layer in order if layer not in found.biases][: len(found.left)]
    if [arrays[name].size for name in found.left] == [outs[layer] for layer in bare]:
        for layer, name in zip(bare, list(found.left), strict=True):
            _place(found, layer, name)


def _only_fit(found: Vectors, arrays, order: Sequence[str], outs: Mapping[str, int]) -> None:
    for name in list(found.left):
        fits = [layer for layer in order if layer not in found.biases and outs[layer] == arrays[name].size]
        rivals = [other for other in found.left if arrays[other].size == arrays[name].size]
        if len(fits) == 1 and len(rivals) == 1 and says_bias(name):
            _place(found, fits[0], name)


def _place(found: Vectors, layer: str, name: str) -> None:
    found.biases[layer] = name
    found.left.remove(name)


def _doubt(found: Vectors, placed: Sequence[str], order: Sequence[str], arrays: Mapping[str, np.ndarray]) -> None:
    """A nameless vector at the very end, in a network without other biases, may also be a last layer."""
    alone = len(placed) == 1 and len(found.biases) == 1 and found.biases.get(order[-1]) == placed[0]
    if (
        alone
        and len(order) > 1
        and not says_bias(placed[0])
        and arrays[placed[0]].size > 1
        and order[-1] not in found.readouts
    ):
        layers = [short(name) for name in order]
        raise Question(
            f"{placed[0]} [{arrays[placed[0]].size}] may be the last layer's bias, or a last layer with one output",
            got="a vector without a telling name",
            do=f"Name the layers: --order {','.join([*layers, placed[0]])} with it, --order {','.join(layers)} without.",
            about="order",
            choices=[*layers, placed[0]],
        )
