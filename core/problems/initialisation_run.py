"""The mini-run beside an initialisation: the network as it is and as rescaled, trained side by side over seeds."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import OutsideTheory
from core.problems.initialisation import Case, brought, solve_case
from core.theory.regime import Regime, classify
from core.training.device import falling_back, own_device
from core.training.initialisation import mini_run
from core.training.initialisation.layers import Layers
from core.training.initialisation.own_data import OwnData
from core.training.initialisation.survey import teacher_split

SEEDS = 5
MAX_TRAINED = 300_000


@dataclass(frozen=True)
class Progress:
    """The mini-run so far: `done` of `total` checkpoints, and its newest Snapshot."""

    done: int
    total: int
    run: mini_run.Snapshot


def measured(run: mini_run.Snapshot) -> tuple[Regime, Regime] | None:
    """The regime that each variant's run was in, from means over seeds of S(0, t) and train loss; None at the start."""
    if len(run.step) < 2:
        return None
    times, moved, loss = run.time.mean(1), run.kernel_distance.mean(1), run.train_loss.mean(1)
    first, second = (classify(times[v], moved[v], loss[v]) for v in range(len(mini_run.VARIANTS)))
    return first, second


def compare(case: Case) -> Iterator[Progress]:
    """Train "as is" and "rescaled" over SEEDS seeds: fresh draws of a scheme, or new splits for a network brought."""
    network, data, _ = brought(case)
    if not isinstance(network, Layers):
        raise OutsideTheory("Training needs the weights", got="norms alone", do="Upload the weights as a file.")
    if sum(w.size for w in network.weights) > MAX_TRAINED:
        raise OutsideTheory(
            f"The mini-run trains at most {MAX_TRAINED:,} weights",
            got=f"{sum(w.size for w in network.weights):,}",
            do="Take a smaller network; the report above holds for this one.",
        )
    report = solve_case(case).report
    if report.no_lever:
        raise OutsideTheory(
            "There is no lever to compare with", got=report.no_lever, do="Bring weights that are not zero."
        )
    seed = case.problem.seed
    starts = [brought(case, seed + k)[0] if not case.weights else network for k in range(SEEDS)]
    splits = [_split(case, data, network, seed + k) for k in range(SEEDS)]
    layers = [start for start in starts if isinstance(start, Layers)]

    def run(device: str) -> Iterator[mini_run.Snapshot]:
        return mini_run.run(layers, splits, report.factors, device=device)

    for snapshot in falling_back(run, own_device()):
        yield Progress(len(snapshot.step), snapshot.total, snapshot)


def _split(case: Case, data: OwnData | None, network: Layers, seed: int) -> mini_run.Split:
    if data is not None:
        return mini_run.split(data.X, data.y, seed)
    return teacher_split(network.inputs, case.problem.slope, seed, outputs=network.outputs)
