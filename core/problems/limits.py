"""Where the theory ends: descent with real steps, noise, momentum, decay and biases, beside the exact flow.

Legend: f(x) = Σ_k a_k σ_γ(w_k·x + b_k); θ = (a, w, b); g = −∂L/∂θ; η ↔ step size, the same for all layers; δ_k = a_k² −
‖w_k‖² (− b_k² where it is counted); t = steps·η ↔ time of the flow; arrays are [run, …], runs are seeds.
Model "neuron": one linear neuron on whitened inputs (paper section 3), L = ½‖β − β*‖²; its flow is known exactly.
Model "relu": HIDDEN ReLU neurons on SAMPLES points of a teacher, L = ½ mean (f − y)²; its flow is descent with steps
FINE times smaller.

core.training.real_steps states what one step does to δ_k; over a fixed time the drift grows as η: on the minimal model it is
η ∫ (g_a² − ‖g_w‖²) dt along the exact flow.
Label noise of variance σ² on whitened inputs adds η²σ²(‖w‖² − d a²) a step on average, until ‖w‖² = d a².
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_trapezoid

from core.datasets.teacher_student import draw as teacher_student
from core.params import Curves, Params, knob
from core.theory.single_neuron import exact_flow, split
from core.training.real_steps import Descent, Task

HIDDEN, SAMPLES = 8, 20
RUNS = 8
FRAMES = 120
GRID = 400
FINE = 20
MAX_STEPS = 40_000
SIZES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 0.9, 1.1, 1.3)


@dataclass(frozen=True)
class Limits(Params):
    """What is done to the minimal model that the theory does not allow."""

    eta: float = knob(0.2, "Step η / largest stable", low=0.01, high=1.5, step=0.01, help="1 is the edge of stability.")
    delta: float = knob(1.0, "Relative scale δ", low=-4.0, high=4.0, step=0.1, help="At the start.")
    noise: float = knob(
        0.0, "Label noise σ", low=0.0, high=2.0, step=0.05, help="New noise on every label, every step."
    )
    momentum: float = knob(0.0, "Momentum μ", low=0.0, high=0.95, step=0.05)
    decay: float = knob(0.0, "Weight decay λ", low=0.0, high=0.5, step=0.01)
    model: str = knob(
        "neuron", "Network", options={"neuron": "one linear neuron, d = 2", "relu": f"{HIDDEN} ReLU neurons, d = 2"}
    )
    batch: int = knob(100, "Batch", low=5, high=100, step=5, unit="%", help="Share of the data in each step.")
    bias: bool = knob(False, "Bias", help="A bias per neuron, trained; not counted in δ.")
    horizon: float = knob(8.0, "Time", low=2.0, high=40.0, step=1.0, help="Time of the flow, steps × η.")
    seed: int = knob(0, "Seed", low=0, high=99, step=1)

    @property
    def noisy(self) -> bool:
        return self.noise > 0 or self.batch < 100

    def descent(self, here: Task, rate: float, runs: int, seed: int | None = None) -> Descent:
        """Descent with everything that is done to it here."""
        settings = {name: getattr(self, name) for name in ("momentum", "decay", "noise", "batch")}
        return Descent(here, rate, runs=runs, seed=self.seed if seed is None else seed, **settings)


IDLE = {"seed": {"model": ("neuron",), "noise": (0.0,), "batch": (100,)}}
"""By control, the others and those of their values at which, all together, it does nothing: it then rests."""

PRESETS = {
    "small steps": Limits(),
    "the edge of stability": Limits(eta=1.08, horizon=20.0),
    "label noise": Limits(eta=0.3, delta=2.0, noise=0.5, horizon=40.0),
    "mini-batches": Limits(model="relu", batch=25, delta=0.5, horizon=40.0),
    "momentum": Limits(eta=0.02, momentum=0.9),
    "weight decay": Limits(eta=0.05, decay=0.1, delta=2.0, horizon=20.0),
    "biases": Limits(model="relu", bias=True, eta=0.1, delta=1.0, horizon=40.0),
}


@dataclass(frozen=True)
class Solution:
    """Runs at up to FRAMES times beside the flow; time is steps·η, over 1 − μ with momentum.

    δ is the mean over neurons; formula adds up the steps' exact changes.
    """

    times: np.ndarray  # [t]
    delta: np.ndarray  # [run, t]
    counted: np.ndarray  # [run, t] δ with the bias counted among the in-weights
    formula: np.ndarray  # [run, t]
    predicted: np.ndarray  # [t] first order in η along the flow
    loss: np.ndarray  # [run, t]
    flow_loss: np.ndarray  # [t]
    error: np.ndarray  # [run, t] of the function, relative to its largest size along the flow
    rate: float
    edge: float
    diverged: bool
    sizes: np.ndarray  # [size] η / largest stable
    drift: np.ndarray  # [size] |δ(T) − δ(0)| of plain descent
    drift_predicted: np.ndarray  # [size]
    a: np.ndarray  # [t, m] the first run's weights
    w: np.ndarray  # [t, m, 2]
    X: np.ndarray  # [n, 2]

    @property
    def worst(self) -> float:
        return float(self.error.max())


def task(problem: Limits) -> Task:
    """The model's start and data; inputs of the neuron are whitened, XᵀX = I, with β* = (0, 1), β₀ = (−1, 0)."""
    if problem.model == "neuron":
        a, w = split(np.array([-1.0, 0.0]), problem.delta)
        X, y = np.eye(2), np.array([0.0, 1.0])
        return Task(np.array([float(a)]), np.asarray(w)[None], np.zeros(1), X, y, 1.0, 1.0, problem.bias)
    drawn = teacher_student(d=2, n=SAMPLES, width=HIDDEN, seed=problem.seed, tests=1)
    W, a = drawn.student.scaled(0.5, problem.delta)
    slope_up = np.sqrt(2) * drawn.X
    return Task(a, W, np.zeros(HIDDEN), slope_up, drawn.teacher.labels(slope_up), 0.0, 1 / SAMPLES, problem.bias)


def edge(problem: Limits) -> float:
    """The largest step at which descent is stable near the minimum that the flow reaches: 2/λ, times 1 + μ.

    λ is the largest eigenvalue of the loss's curvature there; at zero loss that is the tangent kernel's.
    """
    here = task(problem)
    a, w, b = _flow_end(problem, here)
    z = here.X @ w.T + b
    gate = np.where(z > 0, 1.0, here.slope)
    value = gate * z
    inner = (gate * a**2) @ gate.T * (here.X @ here.X.T + (1.0 if here.biased else 0.0))
    return float(2 / np.linalg.eigvalsh(here.share * (value @ value.T + inner))[-1] * (1 + problem.momentum))


def _flow_end(problem: Limits, here: Task) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if problem.model == "neuron" and not problem.bias:
        a, w = exact_flow(here.a, here.w, here.y, np.array([1e4]))
        return a[:, 0], w[:, 0], here.b
    walk = Descent(here, 0.05)
    for _ in range(2000):
        walk.step()
    return walk.a[0], walk.w[0], walk.b[0]


def solve(problem: Limits) -> Solution:
    """Descent as asked over RUNS seeds (one where nothing is random), the flow beside it, and the drift against η."""
    here, largest = task(problem), edge(problem)
    rate = problem.eta * largest
    pace = rate / (1 - problem.momentum)
    steps = int(min(MAX_STEPS, max(2, np.ceil(problem.horizon / pace))))
    marks = np.unique(np.linspace(0, steps, FRAMES).astype(int))
    runs = RUNS if problem.noisy else 1
    walk = problem.descent(here, rate, runs)
    seen, weights, last = [], [], 0
    for mark in marks:
        while last < mark and not walk.blown:
            walk.step()
            last += 1
        if walk.blown:
            break
        seen.append(
            (walk.delta().mean(-1), walk.counted().mean(-1), walk.formula.mean(-1), walk.loss(), walk.outputs())
        )
        weights.append((walk.a[0].copy(), walk.w[0].copy()))
    delta, counted, formula, loss, outputs = (np.stack(column, axis=1) for column in zip(*seen, strict=True))
    times = marks[: delta.shape[1]] * pace
    grid = np.union1d(times, problem.horizon * np.linspace(0, 1, GRID) ** 2)
    flow, flow_loss, pull = _flow(problem, here, grid)
    drifted = cumulative_trapezoid(pull, grid, initial=0)
    kept = np.searchsorted(grid, times)
    flow, flow_loss = flow[kept], flow_loss[kept]
    size = max(float(np.sqrt(np.square(flow).sum(-1).max())), 1e-12)
    sizes = np.array(SIZES)
    total = abs(float(np.interp(problem.horizon, grid, drifted)))
    return Solution(
        times,
        delta,
        counted,
        formula,
        float(start_delta(here)) + rate * drifted[kept],
        loss,
        flow_loss,
        np.sqrt(np.square(outputs - flow).sum(-1)) / size,
        rate,
        largest,
        walk.blown,
        sizes,
        _drifts(problem, here, largest),
        sizes * largest / (1 + problem.momentum) * total,
        a=np.stack([a for a, _ in weights]),
        w=np.stack([w for _, w in weights]),
        X=here.X,
    )


def start_delta(here: Task) -> float:
    """Mean δ of the start."""
    return float((here.a**2 - np.square(here.w).sum(-1)).mean())


def _flow(problem: Limits, here: Task, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outputs [t, n], loss [t] and g_a² − ‖g_w‖² − g_b² [t], mean over neurons, of plain gradient flow at `times`."""
    walk = Descent(here, 1.0)
    exact = problem.model == "neuron" and not problem.bias
    if exact:
        a, w = exact_flow(here.a, here.w, here.y, times)
    rows, now = [], 0.0
    for k, time in enumerate(times):
        if exact:
            walk.a, walk.w = a[None, :, k], w[None, :, k]
        else:
            count = max(1, int(np.ceil((time - now) / (edge_free(here) / FINE)))) if time > now else 0
            walk.rate = (time - now) / max(count, 1)
            for _ in range(count):
                walk.step()
            now = float(time)
        g_a, g_w, g_b = walk.force()
        pull = (g_a**2 - np.square(g_w).sum(-1) - g_b**2).mean(-1)
        rows.append((walk.outputs()[0], walk.loss()[0], pull[0]))
    outputs, loss, pulls = (np.array(column) for column in zip(*rows, strict=True))
    return outputs, loss, pulls


def edge_free(here: Task) -> float:
    """A step size of the order of the edge at the start, for the fine reference."""
    size = here.share * np.square(here.X).sum() * (np.square(here.a).sum() + np.square(here.w).sum() + 1)
    return float(2 / size)


def _drifts(problem: Limits, here: Task, largest: float) -> np.ndarray:
    """|δ(T) − δ(0)| of plain descent at SIZES × the largest stable step, over the problem's time; NaN where it blew up."""
    plain = largest / (1 + problem.momentum)
    found = []
    for size in SIZES:
        walk = Descent(here, size * plain)
        for _ in range(min(MAX_STEPS, max(2, int(np.ceil(problem.horizon / (size * plain)))))):
            walk.step()
            if walk.blown:
                break
        found.append(np.nan if walk.blown else abs(float(walk.counted().mean()) - start_delta(here)))
    return np.array(found)


def curves(problem: Limits, solution: Solution) -> Curves:
    """What two ways of training are compared by, over the cursor's values: means over the runs."""
    return solution.times, {"delta": solution.delta.mean(axis=0), "loss": solution.loss.mean(axis=0)}
