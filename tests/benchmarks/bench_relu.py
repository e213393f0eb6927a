"""The ReLU engine at the paper's size: cost and accuracy against plain float64 descent, and which CPU path to take.

Prints ratios, never gates. `--steps 100000` compares further (ten times as long); `--seeds 2` with fewer networks.
"""

import argparse
import itertools
import time

import numpy as np
import torch

from core.datasets import teacher_student
from core.training.measures import MEASURES
from core.training.regime_map import PAPER, accuracy, grid, published_draws, run_cell
from core.training.regime_map.accuracy import CELLS
from core.training.relu.gradient import pack, velocity
from core.training.relu.state import new_work
from core.training.relu_flow import automatic_rate, integrate

FIGURE_1A = ((0.1, 0.0), (2.0, 0.0), (0.1, 1.0), (0.1, -1.0))


def plain_step(W, a, X, y, rate):
    """One step of full-batch gradient descent as one writes it down, float64 numpy."""
    Z = X @ W.T
    hidden = np.maximum(Z, 0)
    residual = 2 / len(y) * (hidden @ a - y)
    grad_a = hidden.T @ residual
    grad_W = ((Z >= 0) * residual[:, None] * a).T @ X
    return W - rate * grad_W, a - rate * grad_a


def cost_of_a_cell() -> None:
    data = published_draws.draw(seed=100)
    W, a = data.student.scaled(0.1, 0.0)
    _, plain = clocked(lambda: plain_run(W, a, data.X, data.y, 200))
    step = plain / 200
    run_cell(PAPER, (2.0, 0.0, 100))
    print(
        f"plain numpy step {1e3 * step:.3f} ms; 10^6 steps {1e6 * step:.0f} CPU s (extrapolated, measures not counted)"
    )
    each = []
    for tau, delta in CELLS:
        _, seconds = clocked(lambda tau=tau, delta=delta: run_cell(PAPER, (tau, delta, 100)))
        each.append(seconds)
        print(f"  τ {tau:3g} δ {delta:4g}: {seconds:.2f} CPU s with all measures, ratio {1e6 * step / seconds:.0f}")
    mean = float(np.mean(each))
    cells = len(grid())
    print(
        f"mean ratio {1e6 * step / mean:.0f}; {cells} cells on two idle cores: {cells * mean / 120:.1f} min (extrapolated)"
    )


def plain_run(W, a, X, y, steps):
    for _ in range(steps):
        W, a = plain_step(W, a, X, y, 0.5)
    return W, a


def errors_of_the_engine(last: int, seeds: int) -> None:
    problem = accuracy.Problem(seeds=seeds, last=last)
    found = accuracy.errors(accuracy.arrays(problem, accuracy.runs(problem)))
    print(f"error of the mean over {seeds} seeds against exact descent, % (train loss only above {accuracy.FAINT:g}):")
    for place, (tau, delta) in enumerate(CELLS):
        for k, step in enumerate(problem.steps):
            shown = ", ".join(f"{name} {100 * found[name][place, k]:.2f}" for name in MEASURES)
            print(f"  τ {tau:3g} δ {delta:4g} step {step:>9,}: {shown}", flush=True)


def explicit_methods(seeds: int) -> None:
    """How far the methods that follow the flow are from descent on small networks, where "auto" would take every step."""
    print(
        f"d 5, n 40, m 20, η λ_max 0.02, step 10⁴, {seeds} seeds × 4 (τ, δ): distance from descent, median and worst, %:"
    )
    for method in ("growing", "batched", "chebyshev"):
        found = np.array([apart(method, *start) for start in itertools.product(FIGURE_1A, range(seeds))])
        middle, worst = 100 * np.median(found, axis=0), 100 * found.max(axis=0)
        print(f"  {method}: weights {middle[0]:.2f}, {worst[0]:.1f}; loss {middle[1]:.2f}, {worst[1]:.1f}", flush=True)


def apart(method: str, scales: tuple[float, float], seed: int) -> tuple[float, float]:
    """The relative distance of the weights and of the loss of one network after 10⁴ steps."""
    data = teacher_student.draw(d=5, n=40, width=20, seed=seed, tests=1)
    W, a = data.student.scaled(*scales)
    rate = 0.02 * automatic_rate(W, a, data.X)
    settings = {"rate": rate, "checkpoints": [10_000]}
    (one,) = integrate(W, a, data.X, data.y, method="descent", **settings)
    (other,) = integrate(W, a, data.X, data.y, method=method, **settings)
    return np.linalg.norm(one.W - other.W) / np.linalg.norm(one.W), abs(other.loss / one.loss - 1)


def reference_is_plain_descent() -> None:
    """Single networks are chaotic: a start changed by 1e-7 ends as far away as the compiled run from the plain one."""
    data = published_draws.draw(seed=100)
    W, a = data.student.scaled(0.1, 1.0)
    nudged = W * (1 + 1e-7 * np.random.default_rng(0).standard_normal(W.shape))
    print("distance from plain float64 numpy descent at (0.1, 1), relative to the way gone:")
    for steps in (10, 300):
        (snap,) = integrate(W, a, data.X, data.y, rate=0.5, checkpoints=[steps], method="descent")
        plain, _ = plain_run(W, a, data.X, data.y, steps)
        other, _ = plain_run(nudged, a, data.X, data.y, steps)
        own, chaos = (np.linalg.norm(V - plain) / np.linalg.norm(plain - W) for V in (snap.W, other))
        print(f"  step {steps}: compiled descent {own:.1e}, plain descent from a start nudged by 1e-7 {chaos:.1e}")


def paths(repeats: int = 100) -> None:
    """ms for one gradient of one network at the paper's size, float32 products, one thread."""
    torch.set_num_threads(1)
    data = published_draws.draw(seed=100)
    W, a = data.student.scaled(0.1, 0.0)
    theta = pack(W, a)
    speed = np.empty_like(theta)
    for kind in (np.float32, np.float64):
        work = new_work(data.X, data.y, len(a), kind, eta_a=1.0, eta_w=1.0, slope=0.0)
        velocity(theta, speed, work)
        report(f"numba, {kind.__name__} products", lambda w=work: velocity(theta, speed, w), repeats)
    X, y, W_32, a_32 = (torch.tensor(v, dtype=torch.float32) for v in (data.X, data.y, W.T.copy(), a))
    report("torch, in place, float32", in_place(X, y, W_32, a_32), repeats)
    report("torch, out of place, float32", lambda: torch_gradient(X, y, W_32, a_32), repeats)
    try:
        compiled = torch.compile(torch_gradient)
        compiled(X, y, W_32, a_32)
        report("torch.compile, float32", lambda: compiled(X, y, W_32, a_32), repeats)
    except Exception as error:
        print(f"  torch.compile: not available here ({type(error).__name__})")


def torch_gradient(X, y, W, a):
    Z = X @ W
    hidden = Z.clamp_min(0)
    signal = (2.0 / y.numel()) * (y - hidden @ a)
    return X.mT @ ((Z >= 0) * signal[:, None] * a), hidden.mT @ signal


def in_place(X, y, W, a):
    """torch_gradient with all work arrays made once."""
    Z, hidden, f = torch.empty(len(X), len(a)), torch.empty(len(X), len(a)), torch.empty(len(X))
    grad_W, grad_a = torch.empty_like(W), torch.empty_like(a)

    def step():
        torch.mm(X, W, out=Z)
        torch.clamp_min(Z, 0, out=hidden)
        torch.mv(hidden, a, out=f)
        f.neg_().add_(y).mul_(2.0 / y.numel())
        torch.mv(hidden.mT, f, out=grad_a)
        Z.ge_(0).mul_(f[:, None]).mul_(a)
        torch.mm(X.mT, Z, out=grad_W)

    return step


def report(name: str, step, repeats: int) -> None:
    for _ in range(5):
        step()
    _, seconds = clocked(lambda: [step() for _ in range(repeats)])
    print(f"  {name}: {1e3 * seconds / repeats:.3f} ms")


def clocked(function):
    begun = time.process_time()
    return function(), time.process_time() - begun


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--steps", type=int, default=10_000)
    options.add_argument("--seeds", type=int, default=5)
    chosen = options.parse_args()
    cost_of_a_cell()
    print("one gradient at the paper's size, CPU:")
    paths()
    reference_is_plain_descent()
    explicit_methods(4 * chosen.seeds)
    errors_of_the_engine(chosen.steps, chosen.seeds)


if __name__ == "__main__":
    main()
