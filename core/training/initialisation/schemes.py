"""SCHEMES: usual initialisations, and networks drawn from them; a new scheme is one row of this table.

Legend: d ↔ d ↔ inputs; m ↔ width ↔ hidden units; c ↔ outputs; W ↔ first layer [m, d]; A ↔ last layer [c, m];
η_w, η_a ↔ rate of the first and the last layer; δ_k = η_w‖a_k‖² − η_a‖w_k‖² ↔ imbalance of neuron k (paper section 5).

Schemes with a factor in the forward pass (NTK, mean-field, μP) are written in effective weights, those that multiply
the inputs: a factor s on a weight is the same network with weight s·v and learning rate s²·η.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.layers import Layers, layer_kernels, make_layers

PROBES = 256


def _one(fan_in: int, fan_out: int, place: str) -> float:
    return 1.0


@dataclass(frozen=True)
class Scheme:
    """How a layer starts: shape of the law of its entries, their variance, and the layer's learning rate.

    `variance` and `rate` take (fan_in, fan_out, place), place one of "first", "hidden", "last".
    """

    label: str
    shape: str
    variance: Callable[[int, int, str], float]
    rate: Callable[[int, int, str], float] = _one
    two_layers_only: bool = False


def _mup_variance(fan_in: int, fan_out: int, place: str) -> float:
    return 1 / fan_in**2 if place == "last" else 1 / fan_in


def _mup_rate(fan_in: int, fan_out: int, place: str) -> float:
    return {"first": float(fan_out), "hidden": 1.0, "last": 1 / fan_in}[place]


SCHEMES = {
    "torch": Scheme("PyTorch nn.Linear default", "uniform", lambda i, o, p: 1 / (3 * i)),
    "kaiming_uniform": Scheme("Kaiming (He) uniform", "uniform", lambda i, o, p: 2 / i),
    "kaiming_normal": Scheme("Kaiming (He) normal", "normal", lambda i, o, p: 2 / i),
    "xavier_uniform": Scheme("Xavier (Glorot) uniform", "uniform", lambda i, o, p: 2 / (i + o)),
    "xavier_normal": Scheme("Xavier (Glorot) normal", "normal", lambda i, o, p: 2 / (i + o)),
    "lecun": Scheme("LeCun normal", "normal", lambda i, o, p: 1 / i),
    "ntk": Scheme("NTK parameterisation", "normal", lambda i, o, p: 1 / i, lambda i, o, p: 1 / i),
    "mean_field": Scheme("Mean-field", "normal", _mup_variance, _mup_rate, two_layers_only=True),
    "mup": Scheme("μP (SGD)", "normal", _mup_variance, _mup_rate),
    "orthogonal": Scheme("Orthogonal", "orthogonal", lambda i, o, p: 1 / max(i, o)),
    "custom": Scheme("Custom variances", "normal", lambda i, o, p: 1 / i),
}


@dataclass(frozen=True)
class LayerStart:
    """One layer at initialisation: sizes, shape of the law of its entries, their variance, learning rate."""

    fan_in: int
    fan_out: int
    shape: str
    variance: float
    rate: float


def layer_starts(
    scheme: str,
    sizes: Sequence[int],
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    gain_w: float = 1.0,
    gain_a: float = 1.0,
) -> tuple[LayerStart, ...]:
    """The layers of a network of these sizes (inputs, hidden …, outputs), first to last.

    eta_w, eta_a multiply the scheme's rates of the first and the last layer, gain_w, gain_a their variances. Raises
    OutsideTheory for a scheme that the table does not hold.
    """
    if scheme not in SCHEMES:
        raise OutsideTheory("The scheme is unknown", got=scheme, do=f"Choose one of {', '.join(SCHEMES)}.")
    law, last = SCHEMES[scheme], len(sizes) - 2
    starts = []
    for index, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
        place = "first" if index == 0 else "last" if index == last else "hidden"
        own = {"first": eta_w, "last": eta_a, "hidden": 1.0}[place]
        gain = {"first": gain_w, "last": gain_a, "hidden": 1.0}[place]
        variance = law.variance(fan_in, fan_out, place) * gain
        starts.append(LayerStart(fan_in, fan_out, law.shape, variance, law.rate(fan_in, fan_out, place) * own))
    return tuple(starts)


def draw(starts: Sequence[LayerStart], seed: int) -> Layers:
    """One network drawn from the laws of its layers, float64."""
    generator = np.random.default_rng(seed)
    weights = [draw_matrix(start, generator) for start in starts]
    return make_layers(weights, rates=[start.rate for start in starts])


def draw_matrix(start: LayerStart, generator: np.random.Generator) -> np.ndarray:
    """One layer's weights [fan_out, fan_in]."""
    shape = (start.fan_out, start.fan_in)
    if start.shape == "uniform":
        half = np.sqrt(3 * start.variance)
        return generator.uniform(-half, half, shape)
    normal = generator.standard_normal(shape)
    if start.shape == "normal":
        return np.sqrt(start.variance) * normal
    tall = normal if shape[0] >= shape[1] else normal.T
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    gain = np.sqrt(start.variance * max(shape))
    return gain * (q if shape[0] >= shape[1] else q.T)


def probe_inputs(d: int, count: int = PROBES) -> np.ndarray:
    """Isotropic inputs [count, d], squared length d on average: what the speed profile uses when no data are given."""
    return np.random.default_rng(0).standard_normal((count, d))


def speed_profile(layers: Layers, X: np.ndarray) -> np.ndarray:
    """Each layer's share of the trace of the tangent kernel on X, summing to 1: which layer moves the function.

    NaN where no layer does: on these inputs every unit that would carry a change is off or weighs nothing.
    """
    traces = np.array([np.trace(block) for block in layer_kernels(layers, X)])
    total = traces.sum()
    return traces / total if total > 0 else np.full(len(traces), np.nan)
