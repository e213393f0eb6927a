"""Files into a checked pair: the network, its state before, and data that fit it; what page and command both do.

Nothing here opens a file: bytes come in, and a Question or refusal leaves as one sentence.
"""

from dataclasses import dataclass

from core.errors import OutsideTheory
from core.training.initialisation.layers import Layers
from core.training.initialisation.own_data import How, OwnData, check_fit, read_data
from core.training.initialisation.weights.naming import under
from core.training.initialisation.weights.questions import Choice
from core.training.initialisation.weights.reading import read_arrays
from core.training.initialisation.weights_file import network_from, read_weights


@dataclass(frozen=True)
class DataChoice:
    """How a data file is to be read: the task, the target's column, and what is decided about a text file."""

    task: str = "auto"
    target: str = ""
    how: How = How()


def data_for(data: bytes, choice: DataChoice, sizes: tuple[int, int] | None) -> OwnData:
    """The data, read for a network of these inputs and outputs and compared with them at once (None: for any)."""
    outputs = None if sizes is None else sizes[1]
    found = read_data(data, task=choice.task, target=choice.target, how=choice.how, outputs=outputs)
    return found if sizes is None else check_fit(found, *sizes)


def state_before(weights: bytes, before: bytes, prefix: str, choice: Choice, after: Layers) -> Layers | None:
    """The earlier state of `after`: from a file of its own, or from the part `prefix` of the same file; None without.

    Layers are taken in the order in which those of `after` were found, so that a question is asked once.
    """
    if not (before or prefix):
        return None
    stored = read_arrays(before or weights)
    if prefix and not under(prefix, stored.arrays):
        raise OutsideTheory(
            f"No array's name begins with {prefix!r}", got=", ".join(list(stored.arrays)[:6]), do="Choose another prefix."
        )
    only = prefix or choice.only
    names = [_moved(name, choice.only, only) for name in after.names]
    known = all(name in stored.arrays or any(key.startswith(name) for key in stored.arrays) for name in names)
    order = tuple(names) if known and choice.order else ()
    return network_from(stored.arrays, Choice(order, choice.layout, only), ordered=stored.ordered)


def _moved(name: str, old: str, new: str) -> str:
    return new + name.removeprefix(old) if old else name


def later_part(weights: bytes, prefix: str, choice: Choice) -> Choice:
    """The choice for the later state where both lie in one file and only the earlier part is named: all the rest."""
    if not prefix or choice.only or choice.order:
        return choice
    names = list(read_arrays(weights).arrays)
    rest = [name for name in names if name not in under(prefix, names)]
    heads = {head for name in rest if (head := _head(name))}
    return Choice(choice.order, choice.layout, next(iter(heads))) if len(heads) == 1 else choice


def _head(name: str) -> str:
    for at, sign in enumerate(name):
        if sign in "./_-":
            return name[: at + 1]
    return ""


def network_in(weights: bytes, choice: Choice) -> Layers:
    """The network in a file of weights."""
    return read_weights(weights, choice)
