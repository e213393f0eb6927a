"""Figure 1a of the paper: a student of many ReLU neurons learns a teacher of three, all of it in the plane.

paper            name               shape      unit
τ, δ             tau, delta         scalar     |a_i|‖w_i‖ = τ² and a_i² − ‖w_i‖² = δ at the start, for every neuron
η_a, η_w         eta_a, eta_w       scalar     learning rates of the two layers; the start does not depend on them
δ at η_a, η_w    conserved          scalar     η_w a_i² − η_a‖w_i‖², what the flow keeps
w*_k, a*_k       teacher            [k, 2], [k] unit directions and ±1
|a_i| w_i        run.beta           [t, m, 2]  the pictured trajectories, coloured by the sign of a_i
L_test           test_loss          [t]        exact mean of squares over the whole circle, not a sample
–                alignment          [t]        weighted cosine between neurons and teacher neurons of their sign

Time is the flow time of the mean of squares, learning rate × steps: the paper's 10⁶ steps at 1e-4 are 100.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import entries
from core.datasets import teacher_student
from core.datasets.teacher_student import Teacher, TeacherStudent
from core.params import Curves, Params, knob
from core.theory import relu_partition
from core.theory.phases import Phases, of_neurons
from core.theory.states import imbalance
from core.training import measures, plane
from core.training.device import timed
from core.training.offers import device_knob, up_to

Array = NDArray[np.float64]


TURNED = ("turn1", "turn2", "turn3")
DATA = ("shift", "moved")


def _turn(which: str):
    return knob(0.0, f"{which} teacher neuron, turned by", unit="°", low=-180, high=180, step=1)


@dataclass(frozen=True)
class Problem(Params):
    """One panel of figure 1a. The defaults are the paper's upstream panel."""

    delta: float = knob(
        1.0,
        "relative scale δ",
        low=-2,
        high=2,
        step=0.1,
        help="▲ above 0 the first layer learns faster, ▼ below 0 the second; a² − ‖w‖² of every neuron at the start",
    )
    tau: float = knob(
        0.1, "overall scale τ", low=0.02, high=4, scale="log", help="|a|‖w‖ = τ² for every neuron at the start"
    )
    seed: int = knob(58, "seed", low=0, high=99, step=1, help="draws teacher, student and data")
    samples: int = knob(
        20, "samples", low=1, high=1000, here=up_to(200), step=1, help="training points on the unit circle"
    )
    width: int = knob(
        50, "student neurons", low=2, high=1000, here=up_to(200), step=2, help="in pairs of equal w and opposite a"
    )
    teachers: int = knob(3, "teacher neurons", low=1, high=8, step=1)
    eta_a: float = knob(1.0, "rate η_a", low=0.01, high=100, scale="log", help="learning rate of the last layer")
    eta_w: float = knob(1.0, "rate η_w", low=0.01, high=100, scale="log", help="learning rate of the first layer")
    end: float = knob(100.0, "until t", low=1, high=1000, scale="log", help="flow time; the paper's is 100")
    rate: float = knob(
        0.0,
        "step size η",
        low=0,
        high=1,
        scale="asinh",
        smallest=1e-5,
        help="flow time per step of gradient descent; 0 chooses a stable one, at most the paper's 1e-4",
    )
    turn1: float = _turn("first")
    turn2: float = _turn("second")
    turn3: float = _turn("third")
    shift: float = knob(0.0, "first datum, shifted by", unit="°", low=-180, high=180, step=1)
    moved: str = knob(
        "",
        "data moved by hand",
        entries=1,
        low=0,
        high=360,
        help="Number and direction of each but the first: 7_120 puts datum 7 at 120°. Empty: none is moved.",
    )
    device: str = device_knob(plane.AUTO)

    def __post_init__(self) -> None:
        super().__post_init__()
        plane.check_even(self.width)

    @property
    def conserved(self) -> float:
        """δ at these learning rates, η_w a² − η_a‖w‖²; equals `delta` where both are 1."""
        if self.eta_a == self.eta_w:
            return self.eta_a * self.delta
        a, w = teacher_student.start_norms(self.tau, self.delta)
        return float(imbalance(a, [w], eta_a=self.eta_a, eta_w=self.eta_w))


@dataclass(frozen=True)
class Solution:
    """A finished panel: data X[n, 2], y[n], teacher and run, what compares them, along time, and where and for how many
    seconds it was trained."""

    X: Array
    y: Array
    teacher: Teacher
    run: plane.Run
    test_loss: Array
    alignment: Array
    conserved: float
    phases: Phases
    device: str = ""
    seconds: float = 0.0


PAPER_PANELS = {
    "upstream": Problem(tau=0.1, delta=1.0),
    "balanced": Problem(tau=0.1, delta=0.0),
    "downstream": Problem(tau=0.1, delta=-1.0),
    "lazy": Problem(tau=2.0, delta=0.0),
}
PRESETS = {
    "rich and rapid: upstream": PAPER_PANELS["upstream"],
    "rich: balanced": PAPER_PANELS["balanced"],
    "lazy: downstream": PAPER_PANELS["downstream"],
    "lazy: large": PAPER_PANELS["lazy"],
    "same start, other rates": Problem(tau=0.1, delta=0.0, eta_a=0.01, eta_w=100.0),
}


def solve(problem: Problem) -> Solution:
    """Train one panel. Raises OutsideTheory where the chosen step size diverges or takes too many steps."""
    task, W_0, a_0 = _start(problem)
    rates: dict[str, Any] = {"rate": problem.rate, "eta_a": problem.eta_a, "eta_w": problem.eta_w}
    run, device, seconds = timed(
        lambda device: plane.follow(W_0, a_0, task.X, task.y, end=problem.end, device=device, **rates), problem.device
    )
    return replace(observed(task, run, problem.conserved), device=device, seconds=seconds)


def pays(problem: Problem) -> bool:
    """Whether a GPU is worth while for this problem."""
    return plane.pays(problem.samples, problem.width)


def observed(task: TeacherStudent, run: plane.Run, conserved: float) -> Solution:
    """A run on a task, with its exact test loss and its alignment to the teacher."""
    test_loss = np.array([circle_loss(W, a, task.teacher) for W, a in zip(run.W, run.a, strict=True)])
    alignment = measures.alignment(run.W, run.a, task.teacher)
    phases = of_neurons(run.time, run.W, run.loss)
    return Solution(task.X, task.y, task.teacher, run, test_loss, alignment, conserved, phases)


def papers_four(problem: Problem) -> tuple[Solution, ...]:
    """The paper's four settings of (τ, δ) at unit rates, for this problem's seed, sizes and time."""
    names = ("seed", "samples", "width", "teachers", "end", *TURNED, *DATA, "device")
    kept = {name: getattr(problem, name) for name in names}
    return tuple(solve(Problem(tau=panel.tau, delta=panel.delta, **kept)) for panel in PAPER_PANELS.values())


def circle_loss(W: Array, a: Array, teacher: Teacher) -> float:
    """The exact mean of (f − f*)² over the unit circle; the difference of two ReLU networks is a network itself."""
    both = np.concatenate([W, teacher.directions]), np.concatenate([a, -teacher.readouts])
    return relu_partition.mean_square(relu_partition.sectors(*both))


def _start(problem: Problem):
    task = teacher_student.draw(
        d=2, n=problem.samples, width=problem.width, teachers=problem.teachers, seed=problem.seed, tests=1
    )
    return _moved(problem, task), *task.student.scaled(problem.tau, problem.delta)


def _moved(problem: Problem, task: TeacherStudent) -> TeacherStudent:
    """The task with the first teacher neurons turned and data moved; labels are the moved teacher's."""
    turns = np.zeros(len(task.teacher.directions))
    turns[: len(TURNED)] = [getattr(problem, name) for name in TURNED][: len(turns)]
    if not (turns.any() or problem.shift or problem.moved):
        return task
    teacher = Teacher(_rotated(task.teacher.directions, turns), task.teacher.readouts)
    X = np.concatenate([_rotated(task.X[:1], np.array([problem.shift])), task.X[1:]])
    for k, (degrees,) in entries.read(problem.moved, 1).items():
        if 0 < k < len(X):
            X[k] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return replace(task, teacher=teacher, X=X, y=teacher.labels(X), y_test=teacher.labels(task.X_test))


def _rotated(vectors: Array, degrees: Array) -> Array:
    turn = np.radians(degrees)
    x, y = vectors.T
    return np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1)


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values."""
    run = solution.run
    curves = {"test_loss": solution.test_loss, "train_loss": run.loss, "flips": run.flipped}
    return run.time, {**curves, "kernel_distance": run.kernel_distance}
