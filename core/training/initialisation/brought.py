"""Files that somebody brings, together: the network, its state before, and data that fit it. Page and command both use it.

Nothing here opens a file: bytes come in, and a question or a refusal leaves as one sentence.

Ours.
"""

from dataclasses import dataclass, replace

from core.training.initialisation.layers import Entry, Layers
from core.training.initialisation.own_data import AUTO, How, OwnData, check_fit, read_data
from core.training.initialisation.weights.naming import under
from core.training.initialisation.weights.questions import FILE_DECIDES, Choice
from core.training.initialisation.weights.reading import read_arrays
from core.training.initialisation.weights_file import network_from


@dataclass(frozen=True)
class DataChoice:
    """How a data file is to be read: the task, the target's column, and what is decided about a text file."""

    task: str = "auto"
    target: str = ""
    how: How = AUTO


def network_and_before(
    weights: bytes, before: bytes = b"", choice: Choice = FILE_DECIDES, prefix: str = ""
) -> tuple[Layers, Layers | None]:
    """The network, and its earlier state from a file of its own or from the part `prefix` (of that file, else of this one).

    The earlier state's layers are taken in the order of the later one's, so that a question is asked once.
    """
    stored = read_arrays(weights)
    apart = prefix if not before else ""
    after = network_from(stored.arrays, replace(choice, apart=apart), ordered=stored.ordered)
    if not (before or prefix):
        return after, None
    if apart:
        after = replace(after, entries=tuple(_earlier(entry, prefix) for entry in after.entries))
    other = read_arrays(before) if before else stored
    only = prefix or choice.only
    names = [_moved(name, choice.only, only) for name in after.names]
    known = all(any(key.startswith(name) for key in other.arrays) for name in names)
    same = Choice(tuple(names) if known else (), choice.layout, only)
    return after, network_from(other.arrays, same, ordered=other.ordered)


def _earlier(entry: Entry, prefix: str) -> Entry:
    """An array that is left out of the later state because it belongs to the earlier one."""
    return (
        replace(entry, used=True, use="the state before") if not entry.used and under(prefix, [entry.name]) else entry
    )


def _moved(name: str, old: str, new: str) -> str:
    """The name that a layer of the part `old` has in the part `new`: final.0 of "final" is init.0 of "init"."""
    return new + name.removeprefix(old) if name.startswith(old) else name


def data_for(data: bytes, choice: DataChoice, sizes: tuple[int, int] | None) -> OwnData:
    """The data, read for a network of these inputs and outputs and compared with them at once (None: for any)."""
    outputs = None if sizes is None else sizes[1]
    found = read_data(data, task=choice.task, target=choice.target, how=choice.how, outputs=outputs)
    return found if sizes is None else check_fit(found, *sizes)
