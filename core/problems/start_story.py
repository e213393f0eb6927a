"""The story that Start tells in six steps: what each of its pictures shows, along that picture's own time.

1 one weight: f = w x, L = (w − 1)²/2 ↔ weight[T] at roll[T]
2 two weights: f = a w x from a w = ½ towards 2 ↔ pair_a, pair_w [3, T] at pair_times[T]; a² − w² = δ (paper section 3)
3 the race ↔ race, the Start page's own three networks (▼ ● ▲)
4 the kernel K(x, x′) of ▲ and ▼ in that race, for inputs round the circle ↔ kernels[2, T, n, n] at inputs[n] (degrees), each
  over its own norm; S(0, t) ↔ turned[2, T], from these very arrays (paper, "Notation")
5 fifty ReLU neurons each ↔ neurons, ▲ and ▼ of figure 1a
6 the regime map of figure 1b ↔ understood[step, τ, δ], mean test loss over the seeds at checkpoint[step]
"""

from dataclasses import dataclass, replace

import numpy as np

from core.kernels.relu import kernel_distance
from core.params import Params
from core.problems import regime_map, start, teacher_student
from core.theory import single_neuron
from core.theory.checks import Floats
from core.theory.single_neuron_kernel import ntk

MOMENTS = 60
INPUTS = 24
FIRST_WEIGHT, PRODUCT, GOAL = -1.2, 0.5, 2.0
PAIR_DELTAS = (-3.0, 0.0, 3.0)


@dataclass(frozen=True)
class Story(Params):
    """Nothing is to be chosen in it; whoever wants to choose goes on to free play."""


@dataclass(frozen=True)
class Told:
    """What the six pictures are drawn from; shapes in the module's legend."""

    roll: Floats
    weight: Floats
    pair_times: Floats
    pair_a: Floats
    pair_w: Floats
    race: start.Linear
    inputs: Floats
    kernels: Floats
    turned: Floats
    neurons: tuple[teacher_student.Solution, teacher_student.Solution]
    tau: Floats
    delta: Floats
    checkpoint: np.ndarray
    understood: Floats


def solve(story: Story) -> Told:
    """All six, from the same functions as the pages they lead to."""
    roll, pair_times = np.linspace(0, 4, MOMENTS), np.linspace(0, 3, MOMENTS)
    a_0, w_0 = single_neuron.split([PRODUCT], np.array(PAIR_DELTAS))
    a, w = single_neuron.exact_flow(a_0, w_0, [GOAL], pair_times)
    race = _race()
    inputs, kernels = kernels_of(race)
    panels = [teacher_student.PAPER_PANELS[name] for name in ("upstream", "downstream")]
    up, down = (teacher_student.solve(panel) for panel in panels)
    field = regime_map.load(regime_map.ASSET)
    mean = regime_map.over_seeds(field, "test loss", "mean", 0)
    return Told(
        roll=roll,
        weight=1 + (FIRST_WEIGHT - 1) * np.exp(-roll),
        pair_times=pair_times,
        pair_a=a,
        pair_w=w[..., 0],
        race=race,
        inputs=inputs,
        kernels=kernels,
        turned=np.array([kernel_distance(K[0], K) for K in kernels]),
        neurons=(up, down),
        tau=field.tau,
        delta=field.delta,
        checkpoint=field.checkpoint,
        understood=np.moveaxis(mean, -1, 0),
    )


def moments(count: int) -> np.ndarray:
    """Which of so many moments are told: at most MOMENTS of them, evenly, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, MOMENTS)).round().astype(int))


def _race() -> start.Linear:
    """The Start page's race at the told moments."""
    whole = start.solve(start.Start())
    assert isinstance(whole, start.Linear)
    at = moments(whole.times.size)
    along = ("a", "w", "beta", "alignment", "kernel_distance", "loss")
    return replace(whole, times=whole.times[at], **{name: getattr(whole, name)[:, at] for name in along})


def kernels_of(race: start.Linear) -> tuple[Floats, Floats]:
    """(inputs[n] in degrees, K[2, T, n, n] of ▲ and ▼ over their norms) along a race (paper, section 3)."""
    inputs = np.arange(INPUTS) * 360.0 / INPUTS
    X = np.stack([np.cos(np.radians(inputs)), np.sin(np.radians(inputs))], axis=-1)
    K = np.stack([ntk(race.a[k], race.w[k], X) for k in (2, 0)])
    return inputs, K / np.sqrt((K**2).sum((-2, -1)))[..., None, None]
