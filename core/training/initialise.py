"""Usual initialisations and the law of the per-neuron imbalance δ that they give, before any training.

Legend: d ↔ d ↔ inputs; m ↔ width ↔ hidden units; c ↔ outputs; W ↔ first layer [m, d]; A ↔ last layer [c, m];
η_w, η_a ↔ rate of the first and the last layer; δ_k = η_w‖a_k‖² − η_a‖w_k‖² ↔ imbalance of neuron k (paper section 5).

Schemes with a factor in the forward pass (NTK, mean-field, μP) are written in effective weights, those that multiply
the inputs: a factor s on a weight is the same network with weight s·v and learning rate s²·η.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.layers import Layers, imbalance, layer_kernels, make_layers
from core.training.squared_norm import Constant, Law, NormalSquares, SphereSquares, UniformSquares

LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
PROBES = 256
WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


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
class Problem(Params):
    """One initialisation, the size of the network, and the target it is meant for."""

    scheme: str = knob("torch", "Initialisation", options={key: scheme.label for key, scheme in SCHEMES.items()})
    width: int = knob(32, "Width m", options=dict.fromkeys(WIDTHS, ""), help="Hidden units in each hidden layer.")
    d: int = knob(10, "Inputs d", low=1, high=200, step=1, help="Dimension of the input.")
    slope: float = knob(
        1.0, "Slope of the target", low=0.01, high=100.0, scale="log", help="‖slope‖: change of y per unit of input."
    )
    aim: float = knob(
        0.5,
        "Aim: δ / slope",
        low=-10.0,
        high=10.0,
        scale="asinh",
        smallest=0.1,
        help="The dimensionless mean δ that the rescaled network should have.",
    )
    outputs: int = knob(1, "Outputs c", low=1, high=10, step=1, help="Dimension of the output.")
    hidden: int = knob(1, "Hidden layers", low=1, high=5, step=1, help="1 is the two-layer network of the paper.")
    eta_w: float = knob(
        1.0, "Rate of the first layer η_w", low=0.01, high=100.0, scale="log", help="On top of the scheme's own."
    )
    eta_a: float = knob(
        1.0, "Rate of the last layer η_a", low=0.01, high=100.0, scale="log", help="On top of the scheme's own."
    )
    gain_w: float = knob(1.0, "Custom: first layer's variance × d", low=0.001, high=1000.0, scale="log")
    gain_a: float = knob(1.0, "Custom: last layer's variance × m", low=0.001, high=1000.0, scale="log")
    seed: int = knob(0, "Seed", low=0, high=9999, step=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if SCHEMES[self.scheme].two_layers_only and self.hidden > 1:
            raise OutsideTheory(
                "Mean-field is defined here for one hidden layer",
                got=f"{self.hidden} hidden layers",
                do="Choose μP, which agrees with it for one hidden layer and extends to more.",
            )


PRESETS = {
    "nn.Linear": Problem(),
    "wide nn.Linear": Problem(width=256),
    "steep target": Problem(slope=10.0),
    "μP is balanced": Problem(scheme="mup"),
    "other rates, same weights": Problem(eta_w=2.0, eta_a=0.05),
    "four layers": Problem(hidden=3, width=64),
}


@dataclass(frozen=True)
class LayerStart:
    """One layer at initialisation: sizes, shape of the law of its entries, their variance, learning rate."""

    fan_in: int
    fan_out: int
    shape: str
    variance: float
    rate: float


def layer_starts(problem: Problem, ends: tuple[int, int] | None = None) -> tuple[LayerStart, ...]:
    """The layers of the problem's network, first to last; `ends` (inputs, outputs) of own data override the problem's."""
    scheme = SCHEMES[problem.scheme]
    d, outputs = ends or (problem.d, problem.outputs)
    sizes = (d, *(problem.width,) * problem.hidden, outputs)
    starts = []
    for index, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
        place = "first" if index == 0 else "last" if index == problem.hidden else "hidden"
        own = {"first": problem.eta_w, "last": problem.eta_a, "hidden": 1.0}[place]
        gain = {"first": problem.gain_w, "last": problem.gain_a, "hidden": 1.0}[place]
        variance = scheme.variance(fan_in, fan_out, place) * (gain if problem.scheme == "custom" else 1.0)
        starts.append(LayerStart(fan_in, fan_out, scheme.shape, variance, scheme.rate(fan_in, fan_out, place) * own))
    return tuple(starts)


def incoming_law(start: LayerStart) -> Law:
    """Law of ‖w_k‖², the squared norm of a row [fan_in]."""
    return _law(start, start.fan_in, start.fan_out)


def outgoing_law(start: LayerStart) -> Law:
    """Law of ‖a_k‖², the squared norm of a column [fan_out]."""
    return _law(start, start.fan_out, start.fan_in)


def _law(start: LayerStart, terms: int, across: int) -> Law:
    if start.shape == "uniform":
        return UniformSquares(terms, start.variance)
    if start.shape == "normal":
        return NormalSquares(terms, start.variance)
    gain_squared = start.variance * max(start.fan_in, start.fan_out)
    return Constant(gain_squared) if across <= terms else SphereSquares(terms, across, gain_squared)


@dataclass(frozen=True)
class ImbalanceLaw:
    """Law of δ = p·Q_out − q·Q_in, with Q_out and Q_in independent; in weight² × rate.

    p is the rate of the lower layer, q that of the upper one. cdf integrates over the quantiles of Q_in, split where
    Q_out starts; measured error below 1e-4 in probability.
    """

    outgoing: Law
    incoming: Law
    p: float
    q: float

    @property
    def mean(self) -> float:
        """p E‖a‖² − q E‖w‖²; for PyTorch's default with one output 1/(3m) − 1/3."""
        return self.p * self.outgoing.mean - self.q * self.incoming.mean

    @property
    def spread(self) -> float:
        """Standard deviation."""
        return float(np.hypot(self.p * self.outgoing.variance**0.5, self.q * self.incoming.variance**0.5))

    def cdf(self, delta) -> np.ndarray:
        """P(δ_k ≤ delta) for delta[...]."""
        delta = np.asarray(delta, dtype=float)
        if isinstance(self.incoming, Constant):
            return self.outgoing.cdf((delta + self.q * self.incoming.value) / self.p)
        if isinstance(self.outgoing, Constant):
            return 1 - self.incoming.cdf((self.p * self.outgoing.value - delta) / self.q)
        nodes, weights = np.polynomial.legendre.leggauss(120)
        nodes, weights = (nodes + 1) / 2, weights / 2
        first = self.incoming.cdf(-delta[..., None] / self.q)
        quantile = first + (1 - first) * nodes**2
        values = self.outgoing.cdf((delta[..., None] + self.q * self.incoming.ppf(quantile)) / self.p)
        return np.clip((1 - first[..., 0]) * (values * 2 * nodes * weights).sum(-1), 0, 1)

    def quantiles(self, levels=LEVELS) -> np.ndarray:
        """δ at the probability levels, from a table of the distribution function over mean ± 12 spreads."""
        grid = self.grid()
        values = np.maximum.accumulate(self.cdf(grid))
        keep = np.concatenate([[True], np.diff(values) > 0])
        if keep.sum() < 2:
            return np.full(len(levels), self.mean)
        return np.interp(levels, values[keep], grid[keep])

    def grid(self, points: int = 600) -> np.ndarray:
        """Values of δ that hold all but a negligible part of the probability, denser around the mean."""
        bend = np.linspace(-1, 1, points)
        return self.mean + 12 * max(self.spread, 1e-300) * np.sinh(4 * bend) / np.sinh(4)


def imbalance_laws(problem: Problem, ends: tuple[int, int] | None = None) -> tuple[ImbalanceLaw, ...]:
    """Law of δ_k for each pair of neighbouring layers, first to last."""
    starts = layer_starts(problem, ends)
    return tuple(
        ImbalanceLaw(outgoing_law(upper), incoming_law(lower), lower.rate, upper.rate)
        for lower, upper in itertools.pairwise(starts)
    )


def draw(problem: Problem, seed: int | None = None, ends: tuple[int, int] | None = None) -> Layers:
    """One network drawn from the scheme, float64; the problem's own seed unless one is given."""
    generator = np.random.default_rng(problem.seed if seed is None else seed)
    starts = layer_starts(problem, ends)
    weights = [_draw_matrix(start, generator) for start in starts]
    return make_layers(weights, rates=[start.rate for start in starts])


def _draw_matrix(start: LayerStart, generator: np.random.Generator) -> np.ndarray:
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


@dataclass(frozen=True)
class Solution:
    """The law of δ for each pair of layers, one drawn network beside it, and how fast each layer moves the function."""

    mean: np.ndarray  # [pair]
    spread: np.ndarray  # [pair]
    quantiles: np.ndarray  # [pair, level]
    below_zero: np.ndarray  # [pair] share of neurons with δ < 0
    grid: np.ndarray  # [pair, point]
    cdf: np.ndarray  # [pair, point]
    sample: np.ndarray  # [pair, width]
    speed: np.ndarray  # [layer] share of the trace of the tangent kernel, isotropic inputs


def solve(problem: Problem) -> Solution:
    """Exact law of δ with its quantiles (LEVELS), a drawn sample, and the learning-speed profile of that sample."""
    laws = imbalance_laws(problem)
    grids = np.stack([law.grid() for law in laws])
    layers = draw(problem)
    return Solution(
        mean=np.array([law.mean for law in laws]),
        spread=np.array([law.spread for law in laws]),
        quantiles=np.stack([law.quantiles() for law in laws]),
        below_zero=np.array([float(law.cdf(np.array(0.0))) for law in laws]),
        grid=grids,
        cdf=np.stack([law.cdf(grid) for law, grid in zip(laws, grids, strict=True)]),
        sample=np.stack(imbalance(layers)),
        speed=speed_profile(layers, probe_inputs(problem.d)),
    )


def probe_inputs(d: int, count: int = PROBES) -> np.ndarray:
    """Isotropic inputs [count, d], squared length d on average: what the speed profile uses when no data are given."""
    return np.random.default_rng(0).standard_normal((count, d))


def speed_profile(layers: Layers, X: np.ndarray) -> np.ndarray:
    """Each layer's share of the trace of the tangent kernel on X, summing to 1: which layer moves the function."""
    traces = np.array([np.trace(block) for block in layer_kernels(layers, X)])
    return traces / traces.sum()
