"""The batched engine: on a GPU the whole regime map and smaller sweeps, without one a few cells of the paper's size.

Prints the device, times (capture apart) and how far means over seeds lie from the stored map, never gates. A GPU's errors
mean nothing where "train" lies below 1e-7.
"""

import time

import numpy as np

from core.problems.regime_map import ASSET
from core.training import regime_map
from core.training.device import describe, gpus, told
from core.training.regime_map import PAPER, Problem, on_device, sweep
from core.training.threads import one_thread

OWN = Problem(d=30, n=300, width=30, rate=0.0, checkpoints=PAPER.checkpoints[:-2])


def timed(name: str, problem: Problem, cells: list, device: str) -> dict:
    """Train the cells and say how long it took; (tau, delta, seed) → FinishedCell."""
    begun = time.perf_counter()
    with told(print):
        found = {
            (c.tau, c.delta, c.seed): c
            for c in regime_map.run_cells(cells, problem=problem, store=False, device=device)
        }
    seconds = time.perf_counter() - begun
    print(f"{name}: {len(cells)} networks in {seconds:.1f} s, {1e3 * seconds / len(cells):.1f} ms each", flush=True)
    return found


def against_the_stored_map(found: dict) -> None:
    """Means over the seeds found, against the same seeds' means in the stored map of the CPU."""
    seeds = sorted({seed for _, _, seed in found})
    with np.load(ASSET) as stored:
        for name in regime_map.MEASURES:
            theirs = stored[name][[seed - 100 for seed in seeds]].astype(float).mean(0)
            ours = np.array(
                [
                    [
                        np.mean([getattr(found[float(t), float(d), s], name) for s in seeds], axis=0)
                        for d in regime_map.DELTAS
                    ]
                    for t in regime_map.TAUS
                ]
            )
            off = np.abs(ours - theirs) / np.abs(theirs)
            print(
                f"  {name}: median {np.median(off):.2%}, 95 % within {np.quantile(off, 0.95):.2%}, worst {off.max():.2%}"
            )


def on_a_gpu() -> None:
    timed(
        "first call of this process, capture included (own sizes, 17 × 17 × 4)",
        OWN,
        regime_map.grid(seeds=range(100, 104)),
        "cuda",
    )
    timed("the same again, captured rounds found", OWN, regime_map.grid(seeds=range(100, 104)), "cuda")
    timed("one seed at the paper's size, first", PAPER, regime_map.grid(seeds=[100]), "cuda")
    timed("one seed at the paper's size, again", PAPER, regime_map.grid(seeds=[100]), "cuda")
    against_the_stored_map(timed("the whole map", PAPER, regime_map.grid(), "cuda"))


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
            mean = [np.mean([getattr(found[(*place, s)], name) for s in seeds], axis=0) for found in (other, one)]
            errors[name] = float(np.abs(mean[0] / mean[1] - 1).max())
        print(f"  {place}: largest error of the means: " + ", ".join(f"{n} {e:.2%}" for n, e in errors.items()))


def main() -> None:
    one_thread()
    if gpus():
        print(f"device: {describe('cuda')}")
        on_a_gpu()
    else:
        print("NO GPU HERE: the batched engine runs on the CPU instead, a few networks of the paper's size")
        on_the_cpu()


if __name__ == "__main__":
    main()
