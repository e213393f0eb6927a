"""The regime map: one ReLU network for each (τ, δ, seed), and how far its kernel, its activations and it have moved.

τ ↔ tau ↔ √(|a_k|‖w_k‖)      δ ↔ delta ↔ η_w a_k² − η_a‖w_k‖² of every neuron at the start
checkpoint ↔ step counts of gradient descent at the rate problem.rate/τ², or the automatic one (cell_rate)
kernel, Hamming, parameter distance, train and test loss ↔ [checkpoint] of one cell; see core.training.measures

Setting: paper, section 5 and appendix D.1 (figures 1b, 5b, 10); PAPER is that of the figures, 17 × 17 × 16 seeds.
`python -m core.training.regime_map` computes it all; see core.training.regime_map.command.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from core.datasets.teacher_student import TeacherStudent, outputs
from core.errors import OutsideTheory, Unavailable
from core.kernels import relu_kernel_distance
from core.params import Params, knob
from core.training import measures
from core.training.device import choose_device, reason, tell
from core.training.measures import MEASURES, Measures
from core.training.regime_map import on_device, published_draws
from core.training.regime_map.cells import Cell, checked
from core.training.relu_flow import Snapshot, automatic_rate, fastest, integrate
from core.training.results.parts import Parts, Place, open_parts
from core.training.threads import cores

CHECKPOINTS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
LARGEST = 20_000_000
ALGORITHM = 1
"""Part of the kept cells' key: raise it when the same problem and cell would come out differently."""


class StepCounts(Mapping):
    """Any whole number of steps from 0 to 10⁷ is a choice; the half decades are the ones offered."""

    def __contains__(self, step: object) -> bool:
        return isinstance(step, int) and 0 <= step <= 10_000_000

    def __getitem__(self, step: int) -> str:
        return f"{step:,}"

    def __iter__(self) -> Iterator[int]:
        return iter(CHECKPOINTS)

    def __len__(self) -> int:
        return len(CHECKPOINTS)


@dataclass(frozen=True)
class Problem(Params):
    """Sizes, teacher, rate and checkpoints that all cells of a map share; the defaults are the paper's."""

    d: int = knob(100, "Input dimension d", low=2, high=400, step=1)
    n: int = knob(1000, "Training samples n", low=4, high=4000, step=1)
    width: int = knob(50, "Hidden neurons", low=2, high=400, step=2, help="Even: the start pairs mirror images.")
    teacher: int = knob(3, "Teacher neurons", low=1, high=40, step=1)
    rate: float = knob(
        0.005, "Rate × τ²", low=0, high=10, step=0.0005, help="Each cell descends at this over τ²; 0 = automatic."
    )
    checkpoints: tuple = knob(CHECKPOINTS, "Steps shown", options=StepCounts(), many=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "checkpoints", tuple(sorted(set(self.checkpoints))))
        if not self.checkpoints:
            raise OutsideTheory("a map needs a checkpoint", got="none", do="Give for example (100, 1000, 10000).")
        if self.width % 2:
            raise OutsideTheory(
                "the start pairs each neuron with its mirror image, so the width must be even",
                got=self.width,
                do=f"Use {self.width + 1}.",
            )
        if self.teacher > self.width:
            raise OutsideTheory(
                "the student must be able to hold the teacher", got=f"{self.teacher} teacher neurons", do="Lower it."
            )
        size = self.n * self.d * self.width
        if size > LARGEST:
            raise OutsideTheory(
                f"n·d·width may be at most {LARGEST:,}, four times the paper's, so that a cell takes seconds",
                got=f"{size:,}",
                do="Lower n, d or the width.",
            )


PAPER = Problem()


@dataclass(frozen=True)
class FinishedCell(Measures):
    """One network of the map, trained: its measures at each checkpoint, arrays [k], and its place.

    `refused` is "", or the sentence why there is no such run; then the measures are NaN.
    """

    tau: float
    delta: float
    seed: int
    checkpoint: np.ndarray
    refused: str = ""


def run_cells(
    cells: Iterable[Cell],
    *,
    problem: Problem = PAPER,
    store: Place = None,
    executor: Executor | None = None,
    device: str = "cpu",
) -> Generator[FinishedCell, None, None]:
    """Train the networks (tau, delta, seed) and yield each when it is finished; kept ones come first and at once.

    store: a folder of finished cells, keyed by (problem, cell); None is the user's cache, False keeps nothing. A folder
    that cannot be written is reported to the log and left out. executor: any concurrent.futures executor (threads,
    processes, a Dask cluster's get_executor()); without one, cells run here, one after the other. Closing the generator
    cancels what has not begun. Results do not depend on the executor. A cell that diverges comes as NaN, with the reason.
    device: "cpu", "cuda" (all cells together on a GPU; should it fail, that is told in a sentence and the executor does the
    rest) or "auto", which takes a GPU where it pays. Single cells are chaotic: a GPU's agree with the CPU's in their means.
    Raises OutsideTheory for a cell with τ ≤ 0, a δ that is not finite or a seed below 0, Unavailable for an absent device.
    """
    wanted = list(dict.fromkeys(checked(cell) for cell in cells))
    device = device if device == "auto" else choose_device(device)
    return _run(wanted, problem, kept_cells(store, problem), executor, device)


def kept_cells(store: Place, problem: Problem) -> Parts:
    """The finished cells of a problem on disk."""
    return open_parts(store, "regime_map", problem, MEASURES, version=ALGORITHM)


def expected_seconds(problem: Problem, cells: int) -> float:
    """CPU seconds that so many cells take on one ordinary core."""
    return cells * (0.01 + 0.4 * problem.n * problem.d * problem.width / 5e6)


def run_cell(problem: Problem, cell: Cell) -> Measures:
    """Train one network; its measures [checkpoint]. Needs nothing but its arguments; OutsideTheory where it diverges."""
    return Measures.stack(row for _, row in watch_cell(problem, cell, problem.checkpoints))


def watch_cell(
    problem: Problem, cell: Cell, steps: Iterable[int], *, device: str = "cpu"
) -> Iterator[tuple[Snapshot, Measures]]:
    """Train one network, yielding each snapshot at `steps` with its measures, numbers."""
    data, X_test = drawn(problem, cell[2])
    W_0, a_0 = data.student.scaled(cell[0], cell[1])
    rate = cell_rate(problem, cell)
    row, last = None, None
    for snap in integrate(W_0, a_0, data.X, data.y, rate=rate, checkpoints=steps, device=device):
        if row is None or last is None or not np.array_equal(snap.W, last):
            row = measured(data, X_test, W_0, a_0, snap)
        last = snap.W
        yield snap, row


def cell_rate(problem: Problem, cell: Cell, sharpness: float | None = None) -> float:
    """Flow time per step of descent: problem.rate/τ²; automatic (rate 0) the paper's, slowed to d < 100 and to 1/λ_max.

    With inputs on the sphere λ_max grows as 1/d, so 5e-3/τ²·d/100 keeps the paper's pace at other dimensions.
    sharpness: λ_max at the start, where it is known.
    """
    if problem.rate > 0:
        return problem.rate / cell[0] ** 2
    return min(5e-5 * problem.d / cell[0] ** 2, _automatic(problem, cell) if sharpness is None else fastest(sharpness))


def _automatic(problem: Problem, cell: Cell) -> float:
    data, _ = drawn(problem, cell[2])
    W_0, a_0 = data.student.scaled(cell[0], cell[1])
    return automatic_rate(W_0, a_0, data.X)


def drawn(problem: Problem, seed: int) -> tuple[TeacherStudent, np.ndarray]:
    """The published draw of a seed, and its test inputs in float32."""
    return _drawn(problem.d, problem.n, problem.width, problem.teacher, seed)


@lru_cache(maxsize=4)
def _drawn(d: int, n: int, width: int, teacher: int, seed: int) -> tuple[TeacherStudent, np.ndarray]:
    data = published_draws.draw(d=d, n=n, width=width, teachers=teacher, seed=seed)
    return data, data.X_test.astype(np.float32)


def measured(data: TeacherStudent, X_test: np.ndarray, W_0, a_0, snap: Snapshot) -> Measures:
    """The five measures of one snapshot, numbers; X_test in float32."""
    answers = outputs(snap.W.astype(np.float32), snap.a.astype(np.float32), X_test)
    return Measures(
        kernel_distance=relu_kernel_distance(W_0, a_0, snap.W, snap.a, data.X),
        hamming_distance=measures.hamming_distance(W_0, snap.W, data.X),
        parameter_distance=measures.parameter_distance(W_0, a_0, snap.W, snap.a),
        train_loss=snap.loss,
        test_loss=np.mean((answers - data.y_test) ** 2),
    )


def _run(
    cells: list[Cell], problem: Problem, parts: Parts, executor: Executor | None, device: str
) -> Generator[FinishedCell, None, None]:
    missing = []
    for cell in cells:
        kept = parts.read(cell)
        if kept is None:
            missing.append(cell)
        else:
            yield _finished(problem, cell, Measures(**kept))
    fresh = _fresh(
        problem, missing, executor, on_device.chosen(device, expected_seconds(problem, len(missing)), cores())
    )
    try:
        for cell, found in fresh:
            if isinstance(found, Measures):
                parts.write(cell, found.arrays())
            yield _finished(problem, cell, found)
    finally:
        fresh.close()


def _fresh(problem: Problem, cells: list[Cell], executor: Executor | None, device: str):
    """(cell, outcome) of every cell; what a GPU that fails leaves undone goes to the executor, or is done here."""
    left = dict.fromkeys(cells)
    if device != "cpu" and left:
        try:
            for cell, found in on_device.trained(problem, cells, drawn, cell_rate, device):
                del left[cell]
                yield cell, found
        except (RuntimeError, Unavailable) as error:
            tell(f"The GPU failed ({reason(error)}); {len(left)} cells go on on the CPU.")
    rest = _here(problem, list(left)) if executor is None else _on(executor, problem, list(left))
    try:
        yield from rest
    finally:
        rest.close()


def _here(problem: Problem, cells: list[Cell]):
    for cell in cells:
        yield cell, _outcome(partial(run_cell, problem, cell))


def _on(executor: Executor, problem: Problem, cells: list[Cell]):
    futures = {executor.submit(run_cell, problem, cell): cell for cell in cells}
    try:
        for future in as_completed(futures):
            yield futures.pop(future), _outcome(future.result)
    except BrokenExecutor:
        raise Unavailable(
            "a worker process ended before its cell was finished",
            got=f"{len(futures)} cells to do",
            do="Start again: finished cells are kept.",
        ) from None
    finally:
        for future in futures:
            future.cancel()


def _outcome(result: Callable[[], Measures]) -> Measures | OutsideTheory:
    """A cell's measures, or why it has none: one that diverges does not end the others."""
    try:
        return result()
    except OutsideTheory as refused:
        return refused


def _finished(problem: Problem, cell: Cell, found: Measures | OutsideTheory) -> FinishedCell:
    steps, why = np.array(problem.checkpoints), ""
    if isinstance(found, OutsideTheory):
        found, why = Measures.full(steps.shape), str(found)
    named: dict[str, Any] = {**found.arrays(), **dict(zip(("tau", "delta", "seed"), cell, strict=True))}
    return FinishedCell(**named, checkpoint=steps, refused=why)
