"""The batched engine and the experiments on a GPU: device, correctness, times, where a round's time goes; never gates.

Without a GPU a few networks of the paper's size run on the CPU, against the compiled engine. `--tiny` walks through every line
of the GPU's part in small sizes, on whatever is there.
"""

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.problems import teacher_student
from core.problems.regime_map import ASSET
from core.training import graphs, regime_map
from core.training.device import describe, gpus
from core.training.measures import Measures
from core.training.practice import filters, grokking, hierarchy, kernel_movement
from core.training.practice import harness as ground
from core.training.regime_map import DELTAS, PAPER, TAUS, Problem, on_device, sweep
from core.training.relu import arguments, batched, capture
from core.training.relu.capture import borrow
from core.training.relu_flow import Accuracy, integrate
from core.training.threads import one_thread

MEANT = {"train_loss": 1e-7}
"""Below this a measure of a network says nothing but how rounding has ended it."""
OWN = Problem(d=30, n=300, width=30, rate=0.0, checkpoints=PAPER.checkpoints[:-2])
MOVEMENT = kernel_movement.Problem(alphas=kernel_movement.SCALES[:2], seeds=1, steps=100, data="digits")
HIERARCHY = hierarchy.Problem(seeds=1, sizes=(2048,), epochs=12)
GROKKING = grokking.Problem(seeds=1, steps=300, rows=("all weights",))
FILTERS = filters.Problem(alphas=(1,), seeds=1, epochs=1, samples=5000, data="patches", controls=("as it is",))


@dataclass(frozen=True)
class Sizes:
    """What the GPU's part runs: every how manieth τ and δ, seeds, and how large."""

    every: int
    own: Problem
    own_seeds: int
    paper: Problem
    seeds: int
    round_shape: tuple[int, int, int, int, int]
    experiments: tuple
    planes: tuple[tuple[int, int], ...]
    few: tuple[int, ...]


EXPERIMENTS = ((kernel_movement, MOVEMENT), (hierarchy, HIERARCHY), (grokking, GROKKING), (filters, FILTERS))
PLANES = ((200, 200), (400, 400), (600, 600))
FULL = Sizes(1, OWN, 4, PAPER, 16, (16, 72, 1000, 100, 50), EXPERIMENTS, PLANES, (4, 17, 72))
TINY = Sizes(
    16,
    replace(OWN, d=5, n=20, width=6, checkpoints=(10, 100)),
    1,
    replace(PAPER, checkpoints=PAPER.checkpoints[:2]),
    1,
    (2, 3, 40, 5, 6),
    (
        (kernel_movement, replace(MOVEMENT, alphas=(1,), steps=2, probe=4)),
        (hierarchy, replace(HIERARCHY, alphas=(1.0,), sizes=(512,), epochs=2, width=8)),
        (grokking, replace(GROKKING, modulus=7, width=8, steps=10, taus=(0.5,))),
        (filters, replace(FILTERS, samples=200)),
    ),
    ((5, 4),),
    (1, 2),
)


def wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def setting(device: str) -> None:
    """What the numbers below hang on."""
    print(f"device: {describe(device)}; torch {torch.__version__}, CUDA {torch.version.cuda}")
    print(f"TF32 in products (must be False): {torch.backends.cuda.matmul.allow_tf32}", flush=True)


def correctness(device: str) -> None:
    """Descent, and the flow, of a few small networks against the compiled engine."""
    rng = np.random.default_rng(0)
    W, a, X, y = rng.normal(size=(3, 8, 4)), rng.normal(size=(3, 8)), rng.normal(size=(25, 4)), rng.normal(size=25)
    layers = {"rate": 0.003, "eta_a": 1.0, "eta_w": 1.0, "slope": 0.0}
    given, steps, close = arguments.checked(W, a, X, y, **layers), [10, 1000], Accuracy(tolerance=1e-3, stop=0.0)
    for method, ticks in (("descent", 8), ("chebyshev", 1)):
        here = integrate(W, a, X, y, rate=0.003, checkpoints=steps, method=method, accuracy=close)
        there = batched.snapshots(given, steps, method=method, accuracy=close, device=device, ticks=ticks)
        off = [np.abs(now.W - W).max() / np.abs(now.W).max() for now, (_, W, _) in zip(here, there, strict=True)]
        print(f"{method}, largest relative difference of a weight from the compiled engine: {max(off):.1e}", flush=True)


def timed(name: str, problem: Problem, cells: list, device: str) -> dict:
    """Train the cells and say how long it took; (tau, delta, seed) → Measures."""
    begun = time.perf_counter()
    found = dict(on_device.trained(problem, cells, sweep.drawn, sweep.cell_rate, device))
    seconds = time.perf_counter() - begun
    refused = sum(not isinstance(one, Measures) for one in found.values())
    how = f", {refused} refused" if refused else ""
    print(
        f"{name}: {len(cells)} networks in {seconds:.1f} s, {1e3 * seconds / len(cells):.1f} ms each{how}", flush=True
    )
    return found


def against_the_stored_map(found: dict, every: int) -> None:
    """Means over the seeds found, against the same seeds' means in the stored map of the CPU."""
    seeds = sorted({seed for _, _, seed in found})
    plane = [(float(tau), float(delta)) for tau in TAUS[::every] for delta in DELTAS[::every]]
    with np.load(ASSET) as stored:
        for name in regime_map.MEASURES:
            ours = np.array([np.mean([getattr(found[*at, seed], name) for seed in seeds], axis=0) for at in plane])
            chosen = stored[name][[seed - 100 for seed in seeds], ::every, ::every]
            theirs = chosen.astype(float).mean(0).reshape(len(plane), -1)[:, : ours.shape[1]]
            off = (np.abs(ours - theirs) / np.abs(theirs))[np.abs(theirs) > MEANT.get(name, 0.0)]
            low, high = np.median(off), np.quantile(off, 0.95)
            print(f"  {name}: median {low:.2%}, 95 % within {high:.2%}, worst {off.max():.2%}", flush=True)


def sweeps(sizes: Sizes, device: str) -> None:
    def cells(seeds: int) -> list:
        return regime_map.grid(TAUS[:: sizes.every], DELTAS[:: sizes.every], range(100, 100 + seeds))

    capture.forget()
    timed("own sizes, first call, capture included (aim: again under 3 s)", sizes.own, cells(sizes.own_seeds), device)
    timed("own sizes, captured rounds found", sizes.own, cells(sizes.own_seeds), device)
    timed("one seed at the paper's size, first call", sizes.paper, cells(1), device)
    timed("one seed at the paper's size, again (aim: under 5 s)", sizes.paper, cells(1), device)
    timed("all seeds at the paper's size, first call", sizes.paper, cells(sizes.seeds), device)
    whole = timed("all seeds at the paper's size, again (aim: under 20 s)", sizes.paper, cells(sizes.seeds), device)
    against_the_stored_map(whole, sizes.every)


def where_it_pays(sizes: Sizes, device: str) -> None:
    """Planar runs and small numbers of cells, beside one core: from which size on a GPU is sooner."""
    for samples, width in sizes.planes:
        problem = teacher_student.Problem(samples=samples, width=width, tau=2.0)
        places = ("cpu", device, device)
        seconds = [teacher_student.solve(replace(problem, device=place)).seconds for place in places]
        print(
            "plane {} x {}: a core {:.2f} s, here {:.2f}, again {:.2f} s".format(samples, width, *seconds), flush=True
        )
    cells = regime_map.grid(TAUS, DELTAS, (100,))
    for count in sizes.few:
        chosen = cells[:: max(1, len(cells) // count)][:count]
        begun = time.perf_counter()
        for cell in chosen[:4]:
            regime_map.run_cell(sizes.paper, cell)
        core = (time.perf_counter() - begun) / len(chosen[:4])
        timed(f"a few cells, {core:.2f} s each on a core", sizes.paper, chosen, device)


def a_round(sizes: Sizes, device: str) -> None:
    """Milliseconds of a captured tick, and the kernels that take the most of it as written."""
    engine = borrow(sizes.round_shape, torch.float32, device, {"eta_a": 1.0, "eta_w": 1.0, "slope": 0.0}, 1e-2, 8)
    for go, name in ((engine.go, "captured"), (lambda: engine.slots.round(8), "as written")):
        go()
        wait(device)
        begun = time.perf_counter()
        for _ in range(10):
            go()
        wait(device)
        print(f"a tick of {sizes.round_shape} {name}: {1e3 * (time.perf_counter() - begun) / 80:.3f} ms")
    kinds = [torch.profiler.ProfilerActivity.CPU] + [torch.profiler.ProfilerActivity.CUDA] * (device != "cpu")
    with torch.profiler.profile(activities=kinds) as profile:
        engine.slots.round(8)
        wait(device)
    by = "self_device_time_total" if device != "cpu" else "self_cpu_time_total"
    print(profile.key_averages().table(sort_by=by, row_limit=12, max_name_column_width=60), flush=True)


def experiments(sizes: Sizes, device: str) -> None:
    """Each experiment's part, its steps captured and as written."""
    captures = graphs._captures
    for experiment, problem in sizes.experiments:
        for name, rule in (("captured", captures), ("as written", lambda state: False)):
            graphs._captures = rule
            begun = time.perf_counter()
            last = list(ground.run(experiment.EXPERIMENT, problem, device=device))[-1]
            loss = float(np.nanmean(last.solution.train_loss))
            print(f"{experiment.EXPERIMENT.name}, {name}: {time.perf_counter() - begun:.2f} s, train loss {loss:.4g}")
    graphs._captures = captures


def on_the_cpu() -> None:
    """The batched engine against the compiled one at the paper's size, means over seeds; the cost of both."""
    seeds, places = range(100, 102), ((0.1, 0.0), (0.5, 0.5), (2.0, 0.0))
    cells = [(*place, seed) for place in places for seed in seeds]
    begun = time.process_time()
    one = {cell: regime_map.run_cell(PAPER, cell) for cell in cells}
    middle = time.process_time()
    other = dict(on_device.trained(PAPER, cells, sweep.drawn, sweep.cell_rate, "cpu"))
    spent = time.process_time() - middle
    print(
        f"compiled {(middle - begun) / len(cells):.2f}, batched {spent / len(cells):.2f} CPU s a network, measures included"
    )
    for place in places:
        errors = {}
        for name in regime_map.MEASURES:
            mean = [np.mean([getattr(found[*place, s], name) for s in seeds], axis=0) for found in (other, one)]
            errors[name] = float(np.abs(mean[0] / mean[1] - 1).max())
        print(f"  {place}: largest error of the means: " + ", ".join(f"{n} {e:.2%}" for n, e in errors.items()))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--tiny", action="store_true", help="small sizes, on the CPU where there is no GPU")
    tiny = options.parse_args().tiny
    one_thread()
    if not gpus() and not tiny:
        print("NO GPU HERE: the batched engine runs on the CPU instead, a few networks of the paper's size")
        on_the_cpu()
        return
    sizes, device = TINY if tiny else FULL, "cuda" if gpus() else "cpu"
    for part in (setting, correctness):
        part(device)
    for measured in (sweeps, where_it_pays, a_round, experiments):
        measured(sizes, device)


if __name__ == "__main__":
    main()
