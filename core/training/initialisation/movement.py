"""The same network before and after: how far it moved, whether δ was conserved, and where it lies between lazy and rich.

S ↔ kernel_distance ↔ 1 − ⟨K_0, K_T⟩/(‖K_0‖‖K_T‖) on the inputs, the layers' rates included (paper, section 1)
Hamming ↔ hamming_distance ↔ Σ over hidden neurons of the share of inputs whose activation flipped, 0 … neurons (figure 1b)
flipped_share ↔ the same per neuron, 0 … 1
curved ↔ ‖f_T − f_0 − J_0 (θ_T − θ_0)‖/‖f_T − f_0‖ ↔ part of the change of f that the start's gradient does not give; 0 is lazy
δ_k ↔ η_l ‖out‖² − η_{l+1} (‖in‖² + bias²), conserved by the flow (section 5); P_k, Q_k ↔ its two terms
share ↔ Σ_k |Δδ_k| / Σ_k (|ΔP_k| + |ΔQ_k|) ↔ 0 for the flow, near 1 where the two terms move without each other
factor ↔ c of the best δ_k(T) = c δ_k(0); explained ↔ how much of the drift it explains; weight decay λ gives c = exp(−2ηλt)

Measured on networks of 32 neurons, 100 samples, 3000 steps: full-batch descent share 0.00 to 0.09, batches of 4 and momentum
0.9 about 0.3, steps at the edge of stability 0.45 to 0.58, Adam 0.76 to 0.87; weight decay explained at least 0.999.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.kernels import kernel_distance
from core.theory.regime import LAZY_BELOW
from core.training.initialisation.layers import Layers, forward, imbalance, layer_kernels
from core.training.initialisation.schemes import probe_inputs

SAMPLES = 256
CONSERVED = 0.1
LIKE_ADAM = 0.65
LIKE_DECAY = 0.98
ONE_RATIO = 0.99
FEW = 4  # with fewer units one factor, or one ratio, explains nearly any drift


@dataclass(frozen=True)
class Drift:
    """δ of the neurons between two layers, before and after, and how their drift is made up; see the module's legend.

    ratio: the η_below/η_above under which the drift would be least; together: how well the terms then move together (cosine).
    """

    below: str
    above: str
    units: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    mean_before: float
    mean_after: float
    largest: float
    share: float
    factor: float
    explained: float
    ratio: float
    together: float
    crossed: int


@dataclass(frozen=True)
class Movement:
    """What changed between two states of one network; None where normalisation layers hide the function, or f was zero.

    weight_change: ‖W_T − W_0‖/‖W_0‖ of each layer, None for one that was zero; squares: for each pair of layers the two terms
    of δ of every unit, η_{l+1}(‖in‖² + bias²) before and after, η_l‖out‖² before and after.
    """

    inputs: str
    samples: int
    kernel_distance: float | None
    flipped_share: float | None
    hamming_distance: float | None
    neurons: int
    function_change: float | None
    curved: float | None
    weight_change: tuple[float | None, ...]
    regime: str
    basis: str
    says: str
    drifts: tuple[Drift, ...]
    squares: tuple[tuple[tuple[float, ...], ...], ...]


def movement(before: Layers, after: Layers, X: np.ndarray | None = None) -> Movement:
    """The movement from one state to another, with the rates of `after`, on inputs X (isotropic ones otherwise).

    Raises OutsideTheory for networks of other sizes, and for one that did not move.
    """
    _check(before, after)
    before = Layers(before.weights, before.biases, after.rates, before.names, after.slope, before.normalised)
    inputs = probe_inputs(after.weights[0].shape[1], SAMPLES) if X is None else X[:SAMPLES]
    drifts = tuple(_drift(before, after, k) for k in range(after.depth - 1))
    hidden = sum(w.shape[0] for w in after.weights[:-1])
    lengths = [float(np.linalg.norm(v)) for v in before.weights]
    changes = [
        float(np.linalg.norm(w - v)) / length if length else None
        for v, w, length in zip(before.weights, after.weights, lengths, strict=True)
    ]
    known = not (before.normalised or after.normalised)
    S, flipped, moved, curved = _function(before, after, inputs) if known else (None,) * 4
    regime, basis = _place(S, curved)
    return Movement(
        inputs="isotropic inputs" if X is None else "the data",
        samples=len(inputs),
        kernel_distance=S,
        flipped_share=flipped,
        hamming_distance=None if flipped is None else flipped * hidden,
        neurons=hidden,
        function_change=moved,
        curved=curved,
        weight_change=tuple(changes),
        regime=regime,
        basis=basis,
        says=explanation(drifts, after.rates),
        drifts=drifts,
        squares=tuple(_squares(before, after, k) for k in range(after.depth - 1)),
    )


def _check(before: Layers, after: Layers) -> None:
    shapes = [[list(w.shape) for w in layers.weights] for layers in (before, after)]
    if shapes[0] != shapes[1] or [b is None for b in before.biases] != [b is None for b in after.biases]:
        raise OutsideTheory(
            "Before and after must be states of one network",
            got=f"layers {shapes[0]} before, {shapes[1]} after"
            if shapes[0] != shapes[1]
            else "biases in one of them alone",
            do="Give two files of one run, or their parts with --only and --before-prefix.",
        )
    same = all(np.array_equal(v, w) for v, w in zip(before.weights, after.weights, strict=True))
    if same:
        raise OutsideTheory("Before and after must differ", got="the same weights twice", do="Give the later file too.")


def _terms(layers: Layers, k: int) -> tuple[np.ndarray, np.ndarray]:
    """‖out‖² and ‖in‖² + bias² of the units between layers k and k + 1, without rates."""
    bias = layers.biases[k]
    incoming = np.square(layers.weights[k]).sum(1) + (0.0 if bias is None else bias**2)
    return np.square(layers.weights[k + 1]).sum(0), incoming


def _squares(before: Layers, after: Layers, k: int) -> tuple[tuple[float, ...], ...]:
    """For the path of every neuron: η_{l+1}‖in‖² before and after, η_l‖out‖² before and after."""
    low, high = after.rates[k], after.rates[k + 1]
    (out_0, in_0), (out_1, in_1) = _terms(before, k), _terms(after, k)
    return tuple(tuple(map(float, values)) for values in (high * in_0, high * in_1, low * out_0, low * out_1))


def _drift(before: Layers, after: Layers, k: int) -> Drift:
    start, end = imbalance(before)[k], imbalance(after)[k]
    (out_0, in_0), (out_1, in_1) = _terms(before, k), _terms(after, k)
    P, Q, drift = out_1 - out_0, in_1 - in_0, end - start
    moved = float((after.rates[k] * np.abs(P) + after.rates[k + 1] * np.abs(Q)).sum())
    factor = _over(start @ end, start @ start, 1.0)
    return Drift(
        below=after.names[k],
        above=after.names[k + 1],
        units=start.size,
        before=tuple(start.tolist()),
        after=tuple(end.tolist()),
        mean_before=float(start.mean()),
        mean_after=float(end.mean()),
        largest=float(np.abs(drift).max()),
        share=_over(float(np.abs(drift).sum()), moved, 0.0),
        factor=factor,
        explained=1 - _over(float(np.square(end - factor * start).sum()), float(drift @ drift), 1.0),
        ratio=_over(P @ Q, Q @ Q, 1.0),
        together=_over(P @ Q, float(np.linalg.norm(P) * np.linalg.norm(Q)), 0.0),
        crossed=int((start * end < 0).sum()),
    )


def _over(top: float, below: float, empty: float) -> float:
    return float(top / below) if below > 0 else empty


def explanation(drifts: Sequence[Drift], rates: Sequence[float]) -> str:
    """What the drift of δ says of the training: a sentence with the numbers that decided."""
    worst = max(drifts, key=lambda drift: drift.share)
    at = drifts.index(worst)
    numbers = f"|Δδ| is {worst.share:.0%} of what its two terms moved ({worst.below} → {worst.above})"
    if worst.share <= CONSERVED:
        return f"Conserved: {numbers}, as by gradient flow: small steps, no weight decay, not Adam."
    enough = max(drift.units for drift in drifts) >= FEW
    if enough and all(drift.explained >= LIKE_DECAY and drift.factor < 1 for drift in drifts):
        decay = -np.log(max(worst.factor, 1e-12)) / 2
        return (
            f"Shrunk by one factor, {worst.factor:.3g}, which explains {worst.explained:.1%} of the drift: weight decay with "
            f"step × λ × steps = {decay:.3g}."
        )
    given = rates[at] / rates[at + 1]
    if enough and worst.together >= ONE_RATIO and abs(np.log(max(worst.ratio, 1e-12) * given)) > CONSERVED:
        return (
            f"Not conserved at these rates, but at others: the terms move together (cosine {worst.together:.3f}) as if "
            f"η of {worst.above} were {worst.ratio:.3g} times η of {worst.below}. Set the rates to those of the training."
        )
    if worst.share >= LIKE_ADAM:
        return (
            f"Not conserved: {numbers}, and one factor explains {max(worst.explained, 0):.0%} of it. Adam does this from the "
            "first step; plain descent without decay stays below 60%."
        )
    return (
        f"Partly conserved: {numbers}. Steps near the largest stable one, momentum, small batches, a little decay or Adam do "
        "this; a run with a smaller step tells them apart."
    )


def _function(before: Layers, after: Layers, X: np.ndarray) -> tuple[float | None, float, float | None, float]:
    """S (None where a kernel is zero), share of flipped activations, relative change of f (None from 0), curved part."""
    kernels = [layer_kernels(layers, X).sum(0) for layers in (before, after)]
    S = kernel_distance(*kernels) if all(kernel.any() for kernel in kernels) else None
    first, last = forward(before, X), forward(after, X)
    flips = [(one > 0) != (two > 0) for one, two in zip(first[1:-1], last[1:-1], strict=True)]
    flipped = float(np.concatenate(flips, axis=1).mean())
    change = last[-1] - first[-1]
    left = change - _linearised(before, after, first)
    size, start = float(np.linalg.norm(change)), float(np.linalg.norm(first[-1]))
    moved = size / start if start > 0 else None
    return S, flipped, moved, _over(float(np.linalg.norm(left)), size, 0.0)


def _linearised(before: Layers, after: Layers, values: Sequence[np.ndarray]) -> np.ndarray:
    """J_0 (θ_T − θ_0) on the inputs: the change of f that the gradient at the start gives, [n, c]."""
    tangent = np.zeros_like(values[0])
    for k, (W_0, W_1) in enumerate(zip(before.weights, after.weights, strict=True)):
        tangent = tangent @ W_0.T + values[k] @ (W_1 - W_0).T
        b_0, b_1 = before.biases[k], after.biases[k]
        tangent = tangent if b_0 is None or b_1 is None else tangent + (b_1 - b_0)
        if k < before.depth - 1:
            tangent = tangent * np.where(values[k + 1] > 0, 1.0, before.slope)
    return tangent


def _place(S: float | None, curved: float | None) -> tuple[str, str]:
    """Where the run lies between lazy and rich, and the numbers and the threshold that say so."""
    if S is None or curved is None:
        return "not known", "The kernel is not known here (normalisation layers), or zero in one of the two states."
    word = "lazy" if S < LAZY_BELOW else "rich"
    side = "below" if S < LAZY_BELOW else "at least"
    return word, (
        f"The kernel distance {S:.2g} is {side} {LAZY_BELOW:g} (0 is lazy, 1 a new kernel); {curved:.0%} of the change of f "
        "is not what the gradient at the start gives (0% is lazy)."
    )
