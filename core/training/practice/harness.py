"""Ground shared by the four experiments in practice: parts that resume, what was run and how, the committed results.

part       ↔ an index into the result's leading axes, e.g. (seed,): one batched training, the unit of resuming
train      ↔ a generator of (step, steps, arrays) for one part; each yield holds all its arrays, NaN where not reached
Snapshot   ↔ the whole result so far; done of total counts hundredths of the work
made       ↔ how a result came to be: command, date, device, CPU seconds, settings, versions (stored as JSON text)

Ours: the experiments themselves are those of the paper's section 6.
"""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import OutsideTheory, Unavailable
from core.params import Params, knob
from core.training.device import describe
from core.training.results.files import Arrays
from core.training.results.parts import Parts, Place, open_parts
from core.training.results.result import provenance, read_problem, read_result, write_result

PRECOMPUTED = Path(__file__).parents[3] / "assets" / "precomputed"
LOOK_EVERY = 50
"""Steps between two looks at a GPU, at the least."""

ALGORITHM = 1
"""Part of the kept parts' key: raise it when the same problem and part would come out differently."""

SIDES = ("downstream: the last layer learns faster", "standard", "upstream: the first layer learns faster")

Part = tuple[int, ...]


@dataclass(frozen=True)
class Experiment:
    """One experiment: its committed Problem, and how a part is trained.

    solution: a frozen dataclass whose fields are the names of `axes(problem)` and of the arrays that `train` yields.
    seconds: the CPU seconds to expect for a Problem on one ordinary core.
    resolve_data: the Problem with nothing left open ("auto" data replaced by what is there), and a sentence about it or "".
    shown: fields of the Problem that only say what is shown of a result; training does not read them.
    options, variant: of a further committed result: what the module's command needs for it, and what its file's name ends on.
    """

    name: str
    committed: Any
    solution: type
    axes: Callable[[Any], Arrays]
    parts: Callable[[Any], tuple[Part, ...]]
    train: Callable[[Any, Part, str], Iterator[tuple[int, int, Arrays]]]
    seconds: Callable[[Any], float]
    resolve_data: Callable[[Any], tuple[Any, str]] = lambda problem: (problem, "")
    shown: tuple[str, ...] = ()
    options: str = ""
    variant: str = ""

    @property
    def file(self) -> str:
        """The committed file's stem."""
        return self.name + self.variant

    @property
    def remake(self) -> str:
        """The command that makes it again."""
        return f"python -m core.training.practice.{self.name}{self.options}"


@dataclass(frozen=True)
class Snapshot:
    """The result so far, `done` of `total` hundredths of the work; a finished run has done == total."""

    done: int
    total: int
    cpu_seconds: float
    solution: Any


@dataclass(frozen=True)
class Result:
    """A finished run read from a file: the Problem, its Solution and how it was made."""

    problem: Any
    solution: Any
    made: Mapping[str, Any]


def run(experiment: Experiment, problem: Params, *, device: str = "cpu", store: Place = False) -> Iterator[Snapshot]:
    """Train every part of `problem`, yielding the result so far; finished parts are read from and kept in `store`."""
    disk = kept_parts(experiment, problem, store)
    parts = experiment.parts(problem)
    finished: dict[Part, Arrays] = {}
    spent = 0.0
    for part in parts:
        kept = disk.read(part)
        if kept is not None:
            finished[part] = {name: value for name, value in kept.items() if name != "cpu_seconds"}
            spent += float(kept["cpu_seconds"])
            yield _snapshot(experiment, problem, finished, len(finished), spent)
            continue
        begun = time.process_time()
        for step, steps, arrays in experiment.train(problem, part, device):
            seen = {**finished, part: arrays}
            spent_now = spent + time.process_time() - begun
            if step < steps:
                yield _snapshot(experiment, problem, seen, len(finished) + step / steps, spent_now)
        cost = time.process_time() - begun
        spent += cost
        finished[part] = arrays
        disk.write(part, {**arrays, "cpu_seconds": np.array(cost)})
        yield _snapshot(experiment, problem, finished, len(finished), spent)


def assemble(axes: Mapping[str, np.ndarray], finished: Mapping[Part, Arrays]) -> Arrays:
    """Stack the parts' arrays on their leading axes; parts that are missing stay NaN."""
    first = next(iter(finished.values()))
    depth = len(next(iter(finished)))
    lengths = tuple(len(axis) for axis in [axis for axis in axes.values() if axis.ndim][:depth])
    whole = {name: np.full(lengths + np.shape(value), np.nan, np.float32) for name, value in first.items()}
    for part, arrays in finished.items():
        for name, value in arrays.items():
            whole[name][part] = value
    return whole


def _snapshot(experiment: Experiment, problem: Any, parts: dict[Part, Arrays], done: float, spent: float) -> Snapshot:
    axes = experiment.axes(problem)
    solution = experiment.solution(**axes, **assemble(axes, parts))
    return Snapshot(int(100 * done / len(experiment.parts(problem))), 100, spent, solution)


def kept_parts(experiment: Experiment, problem: Params, store: Place) -> Parts:
    """The finished parts on disk of every problem that differs from this one in the number of seeds or in what is shown."""
    apart = {"seeds", *experiment.shown}
    settings = {name: _floats(value) for name, value in dataclasses.asdict(problem).items() if name not in apart}
    own = {field.name for field in dataclasses.fields(experiment.solution)} - set(experiment.axes(problem))
    key = json.dumps([experiment.name, settings])
    return open_parts(store, "experiments", key, {*own, "cpu_seconds"}, version=ALGORITHM)


def write(path: Path, experiment: Experiment, problem: Params, snapshot: Snapshot, command: str, device: str) -> None:
    """One result as an npz that loads without pickle: the Solution's arrays and how they came to be."""
    made = provenance(
        problem,
        command=command,
        device=describe(device),
        cpu_seconds=snapshot.cpu_seconds,
        experiment=experiment.name,
    )
    arrays = {field.name: getattr(snapshot.solution, field.name) for field in dataclasses.fields(snapshot.solution)}
    write_result(path, arrays, made)


def read(experiment: Experiment, path: Path | None = None) -> Result:
    """The result in `path`, by default the committed one.

    Raises Unavailable when it is absent, damaged, no result of this experiment or, where the committed one is asked for, of
    another problem than the committed one.
    """
    committed = PRECOMPUTED / f"{experiment.file}.npz"
    do = f"Make it again with: {experiment.remake} --output assets/precomputed/{committed.name}"
    arrays, made = read_result(path or committed, do if path is None else f"Make it again with: {experiment.remake}")
    problem = read_problem(type(experiment.committed), made)
    name = (path or committed).name
    if problem is None or (path is None and problem != experiment.committed):
        what = f"{name} must be a result of the {experiment.name} experiment with its committed settings"
        raise Unavailable(what, got=made.get("problem", "no settings"), do=do)
    if not _fits(experiment, problem, arrays):
        raise Unavailable(f"{name} must hold the arrays of the {experiment.name} experiment", got=sorted(arrays), do=do)
    return Result(problem, experiment.solution(**arrays), made)


def _fits(experiment: Experiment, problem: Params, arrays: Arrays) -> bool:
    """Whether the arrays are the Solution's, on the axes of the problem."""
    if arrays.keys() != {field.name for field in dataclasses.fields(experiment.solution)}:
        return False
    axes = experiment.axes(problem)
    return all(np.array_equal(arrays[name], axis) or _close(arrays[name], axis) for name, axis in axes.items())


def _close(stored: np.ndarray, axis: np.ndarray) -> bool:
    return stored.shape == axis.shape and stored.dtype.kind in "fiu" and np.allclose(stored, axis)


class Scales(Mapping):
    """Any α from 0.001 to 1000 is a choice; these are the ones offered."""

    def __init__(self, *offered: float):
        self.offered = offered

    def __contains__(self, alpha: object) -> bool:
        return isinstance(alpha, int | float) and 1e-3 <= alpha <= 1e3

    def __getitem__(self, alpha: float) -> str:
        return SIDES[1 + (alpha > 1) - (alpha < 1)]

    def __iter__(self) -> Iterator[float]:
        return iter(self.offered)

    def __len__(self) -> int:
        return len(self.offered)


class Looks:
    """When the host looks at values on the device, for which both must wait for each other: every so many steps.

    On a CPU a look costs nothing, so there it may come at every step.
    """

    def __init__(self, device: str):
        self.every = 1 if device == "cpu" else LOOK_EVERY
        self.last = -self.every

    def due(self, step: int) -> bool:
        """Whether to look at this step; the caller then does, and the next look is `every` steps away at least."""
        if step - self.last < self.every:
            return False
        self.last = step
        return True


def scales(*alphas: float) -> Any:
    """The knob of the lever α: some scales, by default all of the ones offered."""
    return knob(alphas, "Scales α", options=Scales(*alphas), many=True, help="The first layer is divided by α.")


def seeds(count: int) -> Any:
    """The knob of how many seeds a run has."""
    return knob(count, "Seeds", low=1, high=10, step=1, help="Independent starts, from the seed upwards.")


def seed() -> Any:
    """The knob of the (first) seed."""
    return knob(0, "Seed", low=0, high=20, step=1, help="Drawn bold where stored; the one a run on this page trains.")


def only(solution: Any, axis: str, position: int, values: tuple) -> Any:
    """The Solution with only the given values of one of its axes; `position` is the axis's place in the arrays."""
    chosen = np.isin(getattr(solution, axis), values)
    if not chosen.any():
        raise OutsideTheory(f"No stored run has this {axis}", got=values, do=f"Stored: {getattr(solution, axis)}.")
    arrays = {field.name: getattr(solution, field.name) for field in dataclasses.fields(solution)}
    cut = {name: np.compress(chosen, array, position) for name, array in arrays.items() if array.ndim > 1}
    return dataclasses.replace(solution, **cut, **{axis: arrays[axis][chosen]})


def within(seconds: float, most: int, cost: Callable[[int], float], step: int) -> int:
    """The largest multiple of `step` up to `most` that costs at most `seconds`; at least one step."""
    count = most // step
    while count > 1 and cost(count * step) > seconds:
        count -= max(1, count // 20)
    return max(1, count) * step


def _floats(value: Any) -> Any:
    """1 and 1.0 are the same setting."""
    if isinstance(value, tuple):
        return [_floats(one) for one in value]
    return value if isinstance(value, str) else float(value)


def made(file: str, remake: str) -> Mapping[str, Any]:
    """How the committed result of that stem came to be."""
    return read_result(PRECOMPUTED / f"{file}.npz", f"Make it again with: {remake}")[1]
