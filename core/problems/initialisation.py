"""One initialisation checked: what the page shows of a scheme or of a network that someone brings.

Legend: δ̂ ↔ dimensionless imbalance (core.training.initialisation.report); α ↔ lever: first layer ÷ α, last × α; frames
run from the network as it is (0%) to the rescaled one (100%), geometrically in α; bins share one set of edges.
On the regime map (paper, figure 1b) a neuron stands at τ√(s₀/‖slope‖) and δ̂ s₀, s₀ = √1.5 the root mean square slope of
that figure's teacher of three unit neurons.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory, Refusal
from core.params import Curves, Params, knob
from core.problems.regime_map import ASSET, load, row
from core.training.initialisation.brought import DataChoice, data_for, network_and_before
from core.training.initialisation.laws import ImbalanceLaw, imbalance_laws
from core.training.initialisation.layers import Layers, rescale
from core.training.initialisation.movement import movement
from core.training.initialisation.norms import Norms, norms_of, read_text
from core.training.initialisation.own_data import AUTO, How, OwnData
from core.training.initialisation.report import BAND, Report, diagnose, multiplied, per_neuron, unit
from core.training.initialisation.schemes import SCHEMES, LayerStart, draw, layer_starts, probe_inputs, speed_profile
from core.training.initialisation.slope import Slope, estimate_slope, given_slope
from core.training.initialisation.weights.questions import FILE_DECIDES, Choice

WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
FRAMES = 31
BINS = 48
CLOUD = 300
PAPER_SLOPE = 1.5**0.5
MAP_STEP = 1000


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

    def starts(self, ends: tuple[int, int] | None = None) -> tuple[LayerStart, ...]:
        """The layers' laws, first to last; `ends` (inputs, outputs) of own data override the problem's."""
        d, outputs = ends or (self.d, self.outputs)
        own = {"gain_w": self.gain_w, "gain_a": self.gain_a} if self.scheme == "custom" else {}
        sizes = (d, *(self.width,) * self.hidden, outputs)
        return layer_starts(self.scheme, sizes, eta_w=self.eta_w, eta_a=self.eta_a, **own)


OWN = tuple(name for name in SCHEMES if name != "custom")
IDLE = {"gain_w": {"scheme": OWN}, "gain_a": {"scheme": OWN}}
"""By control, the others and those of their values at which, all together, it does nothing: it then rests."""

PRESETS = {
    "nn.Linear": Problem(),
    "wide nn.Linear": Problem(width=256),
    "steep target": Problem(slope=10.0),
    "μP is balanced": Problem(scheme="mup"),
    "other rates, same weights": Problem(eta_w=2.0, eta_a=0.05),
    "four layers": Problem(hidden=3, width=64),
}


@dataclass(frozen=True)
class Case:
    """A scheme's problem, and what was brought instead: bytes of a weights file, pasted norms, bytes of a data file.

    choice answers what the weights leave open; before and prefix give the network's earlier state, as a file or as a part of
    one; target, task and how say how the data are read.
    """

    problem: Problem
    weights: bytes = b""
    pasted: str = ""
    data: bytes = b""
    target: str = ""
    task: str = "auto"
    adam: bool = False
    decay: float = 0.0
    choice: Choice = FILE_DECIDES
    before: bytes = b""
    prefix: str = ""
    how: How = AUTO


@dataclass(frozen=True)
class Solution:
    """The report and what the figures draw; arrays are empty where something is not known."""

    report: Report
    pair: int  # which pair of layers the histogram shows: the most unbalanced one
    percent: np.ndarray  # [frame]
    alpha: np.ndarray  # [frame]
    edges: np.ndarray  # [bin + 1] in δ̂, or in δ without a slope
    sample: np.ndarray  # [frame, bin] share of the network's neurons
    exact: np.ndarray  # [frame, bin] share expected from the law
    downstream: np.ndarray  # [frame] share of neurons with δ < 0
    speed: np.ndarray  # [frame, layer]
    tau: np.ndarray  # [neuron] on the map
    delta: np.ndarray  # [frame, neuron] on the map
    map_tau: np.ndarray
    map_delta: np.ndarray
    map_loss: np.ndarray  # [tau, delta]


def solve(problem: Problem) -> Solution:
    """The check of a scheme, for a target of the slope that the problem states."""
    return solve_case(Case(problem))


def solve_case(case: Case) -> Solution:
    """The check of a scheme or of what was brought; raises OutsideTheory with a sentence for files that cannot serve."""
    network, data, earlier = brought(case)
    slope, reason = slope_of(case, network, data)
    X = None if data is None else data.X
    report = diagnose(
        network,
        slope=slope,
        no_slope=reason,
        aim=case.problem.aim,
        rates=network.rates if isinstance(network, Layers) else _end_rates(case, len(network.names)),
        X=X,
        weight_decay=case.decay,
        adam=case.adam,
        task="" if data is None else data.task,
        notes=() if data is None else data.notes,
        movement=movement(earlier, network, X) if earlier is not None and isinstance(network, Layers) else None,
    )
    norms = norms_of(network) if isinstance(network, Layers) else network
    laws = None if case.weights or case.pasted else imbalance_laws(case.problem.starts(_ends(data)))
    return _solution(report, norms, network if isinstance(network, Layers) else None, laws, data)


def brought(case: Case, seed: int | None = None) -> tuple[Layers | Norms, OwnData | None, Layers | None]:
    """The network (drawn from the scheme where none was brought, with a seed of its own if given), data, earlier state.

    A scheme brings its own rates; a network that was brought has the problem's at its ends.
    """
    network, earlier = network_brought(case)
    data = own_data(case, network)
    if network is None:
        return drawn(case.problem, seed, _ends(data)), data, None
    if isinstance(network, Layers):
        network = network.at_rates(_end_rates(case, network.depth))
    return network, data, earlier


def network_brought(case: Case) -> tuple[Layers | Norms | None, Layers | None]:
    """The network that was brought, if any, and its earlier state, if any; rates all 1."""
    if case.weights:
        return network_and_before(case.weights, case.before, case.choice, case.prefix)
    if case.before:
        raise OutsideTheory("A state before needs one after", got="one file", do="Give the later weights as well.")
    return (read_text(case.pasted) if case.pasted else None), None


def own_data(case: Case, network: Layers | Norms | None) -> OwnData | None:
    """The data that were brought, if any, compared at once with the network that was."""
    if not case.data:
        return None
    norms = norms_of(network) if isinstance(network, Layers) else network
    sizes = None if norms is None else (norms.shapes[0][1], norms.shapes[-1][0])
    return data_for(case.data, DataChoice(case.task, case.target, case.how), sizes)


def slope_of(case: Case, network: Layers | Norms, data: OwnData | None) -> tuple[Slope | None, str]:
    """The slope that the data show, or why they show none; without data the problem's own."""
    if data is None:
        return given_slope(case.problem.slope, "as set on the slider"), ""
    try:
        return estimate_slope(data.X, data.y, centred=any(b is not None for b in network.biases)), ""
    except OutsideTheory as error:
        return None, str(error)


def _ends(data: OwnData | None) -> tuple[int, int] | None:
    return None if data is None else (data.X.shape[1], data.y.shape[1])


def _end_rates(case: Case, layers: int) -> tuple[float, ...]:
    return (case.problem.eta_w, *(1.0,) * (layers - 2), case.problem.eta_a)


def drawn(problem: Problem, seed: int | None = None, ends: tuple[int, int] | None = None) -> Layers:
    """One network drawn from the problem's scheme; its own seed unless one is given."""
    return draw(problem.starts(ends), problem.seed if seed is None else seed)


def _solution(report: Report, norms: Norms, layers: Layers | None, laws, data: OwnData | None) -> Solution:
    parts = np.linspace(0, 1, FRAMES)
    powers = [tuple(c**part for c in report.factors) for part in parts]
    pair = int(np.argmax([abs(np.median(delta)) for delta in per_neuron(norms, report.rates)]))
    scale = 1.0 if report.slope is None else unit(report.rates, pair, report.slope)
    deltas = np.stack([per_neuron(multiplied(norms, power), report.rates)[pair] for power in powers]) / scale
    low, high = np.quantile(deltas, 0.002), np.quantile(deltas, 0.998)
    room = 0.08 * max(high - low, 1e-6 * max(abs(low), abs(high), 1e-300))
    edges = np.linspace(min(low, -BAND) - room, max(high, BAND) + room, BINS + 1)
    sample = np.stack([np.histogram(np.clip(row, edges[0], edges[-1]), edges)[0] for row in deltas]) / deltas.shape[1]
    known = report.slope is not None and len(report.factors) == 2 and not report.no_lever
    chosen = np.linspace(0, deltas.shape[1] - 1, min(CLOUD, deltas.shape[1])).astype(int)
    return Solution(
        report,
        pair,
        100 * parts,
        np.array([power[-1] for power in powers]),
        edges,
        sample,
        _exact(laws[pair], [power[pair : pair + 2] for power in powers], edges * scale)
        if laws
        else np.zeros((0, BINS)),
        (deltas < 0).mean(1),
        _speeds(layers, powers, data),
        _map_tau(norms, report)[chosen] if known else np.zeros(0),
        PAPER_SLOPE * deltas[:, chosen] if known else np.zeros((FRAMES, 0)),
        *_map(),
    )


def _exact(law: ImbalanceLaw, powers, edges: np.ndarray) -> np.ndarray:
    """Share of neurons expected in each bin, for each frame: the law of δ with rescaled weights."""
    rows = []
    for power in powers:
        scaled = replace(law, p=law.p * power[1] ** 2, q=law.q * power[0] ** 2)
        rows.append(np.diff(scaled.cdf(edges)))
    return np.clip(np.stack(rows), 0, 1)


def _speeds(layers: Layers | None, powers, data: OwnData | None) -> np.ndarray:
    if layers is None:
        return np.zeros((0, 0))
    inputs = probe_inputs(layers.weights[0].shape[1], 64) if data is None else data.X[:64]
    found = np.stack([speed_profile(rescale(layers, power), inputs) for power in powers])
    return found if np.isfinite(found).all() else np.zeros((0, 0))


def _map_tau(norms: Norms, report: Report) -> np.ndarray:
    assert report.slope is not None
    bias = norms.biases[0]
    incoming = norms.rows[0] if bias is None else norms.rows[0] + bias
    return (norms.columns[1] * incoming) ** 0.25 * np.sqrt(PAPER_SLOPE / report.slope.value)


def _map() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Axes and log₁₀ of the mean test loss after MAP_STEP steps of the precomputed sweep; empty where it is missing."""
    try:
        found = load(ASSET)
    except Refusal:
        return np.zeros(0), np.zeros(0), np.zeros((0, 0))
    at = int(np.argmin(np.abs(found.checkpoint - MAP_STEP)))
    loss = np.log10(np.maximum(row(found, "test loss")[..., at].mean(0), 1e-12))
    return found.tau, found.delta, loss


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two starts are compared by, over the way to the rescaled network: the share of neurons downstream."""
    return solution.percent, {"downstream": solution.downstream}
