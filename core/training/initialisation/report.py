"""What an initialisation will do: imbalance per neuron in units of the target, the fast layer, and what to multiply.

Legend: δ_k ↔ imbalance of hidden unit k; η_l ↔ rates; L ↔ number of layers; δ̂_k ↔ dimensionless δ: for two layers
δ/(√(η_aη_w)‖slope‖), for L layers δ/(η_l η_{l+1} u^{2/L}) with u = ‖slope‖/Π√η (weights over √η have rates 1);
τ_k = √(‖a_k‖‖w_k‖) ↔ overall scale; α ↔ lever: first layer divided, last multiplied (paper section 6).

The command `python -m core.training.diagnose` prints it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.theory.states import imbalance_of_squares
from core.training.initialisation.laws import LEVELS
from core.training.initialisation.layers import Entry, Layers, checked_rates
from core.training.initialisation.lever import incoming, lever, multiplied, no_lever, pytorch_lines, unchanged, unit
from core.training.initialisation.movement import Movement
from core.training.initialisation.norms import Norms, norms_of
from core.training.initialisation.schemes import probe_inputs, speed_profile
from core.training.initialisation.slope import Slope

BAND = 0.1
BASIS = (
    f"Within ±{BAND:g} counts as balanced: in the minimal model a start of a tenth of the target's size then turns "
    "within a factor 1.6 of the balanced time."
)
LAYERS_ALONE = "No slope: δ alone has no meaning without the scale of data and target. Give data, or state the slope."


@dataclass(frozen=True)
class Pair:
    """Imbalance between two neighbouring layers: δ over the units between them, and δ̂ where the slope is known."""

    below: str
    above: str
    units: int
    mean: float
    spread: float
    quantiles: tuple[float, ...]
    downstream: float
    dimensionless: tuple[float, ...] | None


@dataclass(frozen=True)
class Report:
    """Everything the page and the command say. quantiles at LEVELS; `factors` one per layer, their product is 1.

    no_lever says why the factors are all 1, where they must be. task, notes and arrays tell how the files were read.
    """

    layers: tuple[str, ...]
    shapes: tuple[tuple[int, int], ...]
    rates: tuple[float, ...]
    pairs: tuple[Pair, ...]
    tau: float
    slope: Slope | None
    no_slope: str
    regime: str
    basis: str
    speed: tuple[float, ...] | None
    fast_layer: str
    aim: float
    factors: tuple[float, ...]
    reached: float | None
    unchanged: float | None
    warnings: tuple[str, ...]
    pytorch: str
    no_lever: str = ""
    task: str = ""
    notes: tuple[str, ...] = ()
    arrays: tuple[Entry, ...] = ()
    movement: Movement | None = None


def diagnose(
    network: Layers | Norms,
    *,
    slope: Slope | None = None,
    no_slope: str = LAYERS_ALONE,
    aim: float = 0.5,
    rates: Sequence[float] | None = None,
    X: np.ndarray | None = None,
    weight_decay: float = 0.0,
    adam: bool = False,
    task: str = "",
    notes: Sequence[str] = (),
    movement: Movement | None = None,
) -> Report:
    """The report for a network or its pasted norms.

    aim is the mean δ̂ that the factors should give (without a slope: the mean δ). rates override the network's own. X
    are inputs for the speed profile (isotropic ones otherwise). `no_slope` says why there is none; task and notes are what
    reading the data found. Raises OutsideTheory where nothing can be said.
    """
    if isinstance(network, Layers) and rates is not None:
        network = network.at_rates(rates)
    norms = norms_of(network) if isinstance(network, Layers) else network
    speeds = network.rates if isinstance(network, Layers) else checked_rates(rates, len(norms.names))
    if not np.isfinite(aim):
        raise OutsideTheory("The aim must be finite", got=aim, do="Choose a number such as 0.5.")
    pairs = _pairs(norms, speeds, slope)
    factors = lever(norms, speeds, aim, slope)
    regime, basis = _regime(norms, pairs, slope)
    speed = _speed(network, X) if isinstance(network, Layers) else None
    return Report(
        layers=norms.names,
        shapes=norms.shapes,
        rates=speeds,
        pairs=pairs,
        tau=_tau(norms),
        slope=slope,
        no_slope="" if slope else no_slope,
        regime=regime,
        basis=basis,
        speed=speed,
        fast_layer=_fast(norms, pairs, speed),
        aim=aim,
        factors=factors,
        reached=_mean_balance(multiplied(norms, factors), speeds, slope) if len(factors) == 2 else None,
        unchanged=unchanged(network, factors) if isinstance(network, Layers) else None,
        warnings=_warnings(norms, weight_decay, adam),
        pytorch="" if no_lever(norms) else pytorch_lines(norms, factors),
        no_lever=no_lever(norms),
        task=task,
        notes=(*(network.notes if isinstance(network, Layers) else ()), *notes),
        arrays=network.entries if isinstance(network, Layers) else (),
        movement=movement,
    )


def _pairs(norms: Norms, rates: Sequence[float], slope: Slope | None) -> tuple[Pair, ...]:
    found = []
    for k, delta in enumerate(per_neuron(norms, rates)):
        quantiles = np.quantile(delta, LEVELS)
        scaled = None if slope is None else tuple((quantiles / unit(rates, k, slope)).tolist())
        found.append(
            Pair(
                norms.names[k],
                norms.names[k + 1],
                delta.size,
                float(delta.mean()),
                float(delta.std()),
                tuple(quantiles.tolist()),
                float((delta < 0).mean()),
                scaled,
            )
        )
    return tuple(found)


def per_neuron(norms: Norms, rates: Sequence[float]) -> list[np.ndarray]:
    """δ_k of every hidden unit, one array per pair: what the histogram shows."""
    return [
        imbalance_of_squares(norms.columns[k + 1], incoming(norms, k), eta_a=rates[k + 1], eta_w=rates[k])
        for k in range(len(norms.names) - 1)
    ]


def _tau(norms: Norms) -> float:
    """Median over the first hidden layer of √(‖a_k‖‖w_k‖)."""
    return float(np.median((norms.columns[1] * incoming(norms, 0)) ** 0.25))


def _mean_balance(norms: Norms, rates: Sequence[float], slope: Slope | None) -> float:
    mean = float(per_neuron(norms, rates)[0].mean())
    return mean if slope is None else mean / unit(rates, 0, slope)


def _regime(norms: Norms, pairs: Sequence[Pair], slope: Slope | None) -> tuple[str, str]:
    """The word for the median neuron at the slope's range, and what it rests on; refused without a slope."""
    if slope is None:
        return "not known", "Without a slope no regime is named."
    if norms.normalised:
        return "not known", "With normalisation layers δ does not fix the regime."
    middle = LEVELS.index(0.5)
    medians = [p.dimensionless[middle] for p in pairs if p.dimensionless is not None]
    centre = max(medians, key=abs)
    stretch = 2 / len(norms.names)
    ends = [centre * (slope.value / end) ** stretch for end in (slope.low, slope.high)]
    words = list(dict.fromkeys(_word(value) for value in (ends[0], centre, ends[1])))
    spread = f"{min(ends):.3g} to {max(ends):.3g}" if slope.low != slope.high else f"{centre:.3g}"
    return " or ".join(words), f"Median δ̂ {spread} over the slope's range. {BASIS}"


def _word(value: float) -> str:
    return "upstream" if value > BAND else "downstream" if value < -BAND else "balanced"


def _speed(layers: Layers, X: np.ndarray | None) -> tuple[float, ...] | None:
    inputs = probe_inputs(layers.weights[0].shape[1]) if X is None else X[:256]
    found = speed_profile(layers, inputs)
    return tuple(found.tolist()) if np.isfinite(found).all() else None


def _fast(norms: Norms, pairs: Sequence[Pair], speed: tuple[float, ...] | None) -> str:
    """The layer that moves the function most at the start; by the sign of the mean δ where weights are not known."""
    if speed is not None:
        return norms.names[int(np.argmax(speed))]
    return norms.names[0] if pairs[0].mean > 0 else norms.names[-1]


def _warnings(norms: Norms, weight_decay: float, adam: bool) -> tuple[str, ...]:
    found = []
    if any(bias is not None for bias in norms.biases[:-1]):
        found.append("Biases: δ is conserved only with the hidden unit's bias counted among its in-weights, as here.")
    if norms.normalised:
        found.append(
            "Normalisation layers: the weights below one keep their own norm under the flow, whatever lies above; δ across "
            "it is not conserved, and rescaling below it changes the step size alone, not the function."
        )
    if weight_decay > 0:
        found.append(f"Weight decay {weight_decay:g}: with equal rates δ shrinks as exp(−2ηλt); its sign stays.")
    if adam:
        found.append("Adam: δ is not conserved, not even by its flow; the histogram holds for the start only.")
    return tuple(found)
