"""Deep linear networks that are square: one readout on L square layers, and how far they are a chain of neurons.

f(x) = aᵀ W_L … W_1 x with equal rates, hidden layers balanced, W_{l+1}ᵀW_{l+1} = W_lW_lᵀ, and the last against the readout,
aaᵀ − W_LW_Lᵀ = δI (Kunin et al. 2024, appendix B.3). A second direction of aaᵀ is 0, so such weights exist for δ ≤ 0 only.

symbol ↔ name ↔ shape
β, x    ↔ beta, ‖a‖² ↔ [...,d] ↔ the map W_1ᵀ … W_Lᵀ a; x solves x (x−δ)^L = ‖β‖² (Thm B.8)
L       ↔ hidden ↔ number of square layers; L + 1 layers in all
δ       ↔ delta  ↔ scalar ≤ 0
M       ↔ preconditioner ↔ [...,d,d] ↔ β' = −M ∂L/∂β (Thm B.9)
"""

from itertools import pairwise

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import MOST, Floats, finite, listed, number, representable, same_size, whole
from core.theory.deep_potential import first_layer_norm
from core.theory.states import norm


def squared_size(readout, delta: float, hidden: int) -> Floats:
    """Theorem B.8: ‖β‖² = ‖a‖² (‖a‖² − δ)^L [...] of readouts a [...,d]."""
    delta, hidden = _scales(delta, hidden)
    energy = norm(finite("readout", readout, least_axes=1)) ** 2
    with np.errstate(over="ignore", invalid="ignore"):
        return representable("‖β‖²", energy * (energy - delta) ** hidden)


def readout_norm(size, delta: float, hidden: int) -> Floats:
    """‖a‖ [...] of networks with ‖β‖ = size [...]: theorem B.8 the other way round."""
    delta, hidden = _scales(delta, hidden)
    return first_layer_norm(size, np.full(hidden, -delta))


def preconditioner(beta, delta: float, hidden: int) -> Floats:
    """Theorem B.9: M = (x−δ)^L I + L x (x−δ)^(L−1) β̂β̂ᵀ [...,d,d], x = ‖a‖² of B.8.

    ‖β‖²/‖a‖² across β, and L x (x−δ)^(L−1) more along it: what a chain of single neurons has whose later layers all stand
    c = −δ above the first. Raises OutsideTheory for δ > 0, and for β = 0, which has no direction.
    """
    delta, hidden = _scales(delta, hidden)
    beta = finite("beta", beta, least_axes=1, largest=MOST)
    size = norm(beta)
    if np.any(size == 0):
        raise OutsideTheory("The preconditioner needs the direction of β", got="β = 0", do="Move β off 0.")
    energy = readout_norm(size, delta, hidden) ** 2
    along, room = beta / size[..., None], energy - delta
    more = hidden * energy * room ** max(hidden - 1, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        found = (room**hidden)[..., None, None] * np.eye(beta.shape[-1])
        found = found + more[..., None, None] * along[..., :, None] * along[..., None, :]
        return representable("The preconditioner", found)


def preconditioner_of(weights) -> Floats:
    """M [...,d,d] of any deep network with one output, from its layers [...,h_l,h_{l−1}] themselves (appendix B.3).

    Σ_l ‖W_{l+1}ᵀ … a‖² BᵀB, where B = W_{l−1} … W_1 is what comes before layer l. Raises OutsideTheory for layers that do
    not chain, or more outputs than one.
    """
    layers = [finite(f"layer {k + 1}", W, least_axes=2) for k, W in enumerate(listed("weights", weights))]
    same_size("The last layer must have one output", layers[-1].shape[-2], 1)
    for lower, upper in pairwise(layers):
        same_size("Neighbouring layers must share their width", upper.shape[-1], lower.shape[-2])
    before = [np.eye(layers[0].shape[-1])]
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in layers[:-1]:
            before.append(layer @ before[-1])
        total, after = np.zeros(()), np.ones((1, 1))
        for layer, first in zip(reversed(layers), reversed(before), strict=True):
            total = total + np.sum(after**2, axis=(-2, -1))[..., None, None] * (np.swapaxes(first, -1, -2) @ first)
            after = after @ layer
        return representable("The preconditioner", total)


def square_weights(beta, delta: float, hidden: int, *, turns=None) -> list[Floats]:
    """Layers W_1 … W_L [d,d] and aᵀ [1,d] of the map beta [d] that are as theorem B.8 asks.

    W_l = N^½ with N = −δI + x β̂β̂ᵀ, and a = √x β̂; turns [L,d,d], orthogonal, turn each hidden layer. Raises OutsideTheory
    for δ > 0 and for β = 0.
    """
    delta, hidden = _scales(delta, hidden)
    beta = finite("beta", beta, axes=1, largest=MOST)
    size = float(norm(beta))
    if size == 0:
        raise OutsideTheory("A start needs a direction", got="β = 0", do="Move β off 0.")
    along, readout, d = beta / size, float(readout_norm(size, delta, hidden)), len(beta)
    onto = np.outer(along, along)
    root = np.hypot(readout, np.sqrt(-delta)) * onto + np.sqrt(-delta) * (np.eye(d) - onto)
    turned = [np.eye(d), *(np.eye(d) for _ in range(hidden))] if turns is None else _turns(turns, hidden, d)
    layers = [turned[k + 1] @ root @ turned[k].T for k in range(hidden)]
    return [*layers, (readout * along @ turned[-1].T)[None]]


def _turns(turns, hidden: int, d: int) -> list[Floats]:
    turns = finite("turns", turns, axes=3)
    same_size("turns needs one matrix for each hidden layer", len(turns), hidden)
    same_size("turns must be as large as the layers", turns.shape[-1], d)
    return [np.eye(d), *turns]


def _scales(delta, hidden) -> tuple[float, int]:
    delta, hidden = number("delta", delta), whole("The number of hidden layers", hidden, least=0)
    if delta > 0:
        raise OutsideTheory(
            "A square network with aaᵀ − WWᵀ = δI needs δ ≤ 0, since aaᵀ has only one direction",
            got=f"δ = {delta:g}",
            do="Take δ ≤ 0, or a chain of single neurons, which may have δ of either sign.",
        )
    return delta, hidden
