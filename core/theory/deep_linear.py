"""Deep linear networks: balance between neighbours, and where a one-neuron-wide chain of any imbalance lands.

Chain f(x) = a_L … a_1 wᵀx, β = (Π a) w (Kunin et al. 2024, section 4.3 and B.3; the unbalanced chain extends Thm 3.1).

symbol  ↔ name    ↔ shape   ↔ unit
w, a    ↔ w_0, a_0 ↔ [d], [L] ↔ first layer, then the L scalars that follow it (L + 1 layers)
X, y    ↔ X, y    ↔ [n,d], [n] ↔ data; loss ½ Σ (f − y)²
η       ↔ etas    ↔ [L+1]   ↔ learning rate per layer, first layer first
c_l     ↔ offsets ↔ [L]     ↔ a_l²/η_l − |w|²/η_w, conserved; c_l > 0 for all l: first layer smallest ("upstream")
G_l     ↔ balance ↔ list of [h,h] ↔ η_l W_{l+1}ᵀ W_{l+1} − η_{l+1} W_l W_lᵀ, conserved
"""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from core.errors import OutsideTheory
from core.theory.checks import finite, layer_rates, same_size


def balance(weights, *, etas=None) -> list[np.ndarray]:
    """G_l [h_l,h_l] for each pair of neighbours of weights W_l [h_l,h_{l−1}], first layer first; kept by gradient flow.

    Raises OutsideTheory when neighbouring shapes do not chain.
    """
    weights = [finite(f"layer {k + 1}", W, axes=2) for k, W in enumerate(weights)]
    rates = layer_rates(etas, len(weights))
    pairs = list(pairwise(weights))
    for lower, upper in pairs:
        same_size("Neighbouring layers must share their width", upper.shape[1], lower.shape[0])
    return [rates[k] * upper.T @ upper - rates[k + 1] * lower @ lower.T for k, (lower, upper) in enumerate(pairs)]


def offsets(w_0, a_0, *, etas=None) -> np.ndarray:
    """c_l = a_l²/η_l − |w|²/η_w [L]: the imbalance of each later layer against the first; conserved."""
    w_0, a_0, rates = _chain(w_0, a_0, etas)
    return a_0**2 / rates[1:] - w_0 @ w_0 / rates[0]


def gain(squared_norm, offset, *, etas=None) -> np.ndarray:
    """|Π a| [...] when |w|² = squared_norm [...]: Π √(η_l (|w|²/η_w + c_l)), 0 where a factor would be negative."""
    offset = finite("offset", offset, axes=1) if np.size(offset) else np.zeros(0)
    rates = layer_rates(etas, len(offset) + 1)
    squared_norm = np.asarray(squared_norm, dtype=float)
    squares = rates[1:] * (squared_norm[..., None] / rates[0] + offset)
    return np.prod(np.sqrt(np.maximum(squares, 0.0)), axis=-1)


def interpolator(w_0, a_0, X, y, *, etas=None) -> np.ndarray:
    """β(∞) [d], closed form: β_* ± |Π a_∞| P_N w_0, where x = |w_∞|² solves (x − |P_N w_0|²) Π η_l (x/η_w + c_l) = |β_*|².

    β_* = X⁺y; P_N projects on the null space of X, where w never moves. The sign is that of Π a_0, unless a layer can
    pass through 0 (some c_l ≤ −|P_N w_0|²/η_w); then gradient flow is integrated until the sign is settled.
    Raises OutsideTheory when no β fits the data, when the start is a saddle, or for bad values.
    """
    w_0, a_0, rates = _chain(w_0, a_0, etas)
    least, null = _least_norm(X, y, len(w_0))
    frozen = null @ w_0
    offset = offsets(w_0, a_0, etas=rates)
    sign = _final_sign(w_0, a_0, X, y, rates, offset, frozen)
    if not np.any(frozen):
        return least
    return least + sign * final_gain(least @ least, frozen @ frozen, offset, rates) * frozen


def final_gain(wanted: float, frozen: float, offset: np.ndarray, rates: np.ndarray) -> float:
    """|Π a_∞| = √(wanted / (x − frozen)), x = |w_∞|² the unique root named in `interpolator`; found on a log scale."""
    lowest = max(frozen, *(-rates[0] * offset)) if len(offset) else frozen
    room = np.maximum(lowest / rates[0] + offset, 0.0)
    if wanted == 0:
        return float(gain(lowest, offset, etas=rates)) if lowest == frozen else 0.0

    def excess(log_step: float) -> float:
        step = np.exp(log_step)
        grown = np.sum(np.log(rates[1:] * (step / rates[0] + room)))
        return float(np.log(lowest - frozen + step) + grown - np.log(wanted))

    low = high = float(np.log(max(lowest, wanted, 1e-300)))
    while excess(high) < 0:
        high += 3.0
    while excess(low) > 0 and low > -690:
        low -= 3.0
    root = brentq(excess, low, high, xtol=1e-15, rtol=1e-15) if low > -690 else low
    return float(np.sqrt(wanted / (lowest - frozen + np.exp(root))))


def chain_flow(w_0, a_0, X, y, times, *, etas=None, rtol=1e-11) -> tuple[np.ndarray, np.ndarray]:
    """w [T,d] and a [T,L] of gradient flow of the chain at the ascending times [T], by LSODA in the weights.

    There is no closed form at finite time. Integrating the weights, not β, stays regular where β passes through 0.
    Raises OutsideTheory for bad values, or when the integrator gives up.
    """
    w_0, a_0, rates = _chain(w_0, a_0, etas)
    X, y = finite("X", X, axes=2), finite("y", y, axes=1)
    d, end = len(w_0), float(times[-1])
    velocity = _chain_velocity(X.T @ X, X.T @ y, rates, d)
    run = solve_ivp(velocity, (0.0, end), np.concatenate([w_0, a_0]), "LSODA", t_eval=times, rtol=rtol, atol=1e-14)
    if not run.success:
        raise OutsideTheory(
            "The chain is too stiff to integrate", got=run.message, do="Shorten the time, or its start."
        )
    return run.y[:d].T, run.y[d:].T


def _chain_velocity(gram, moment, rates, d):
    own = np.eye(len(rates) - 1, dtype=bool)

    def velocity(_, state):
        w, a = state[:d], state[d:]
        product = np.prod(a)
        residual = moment - gram @ (product * w)
        others = np.prod(np.where(own, 1.0, a), axis=1)
        return np.concatenate([rates[0] * product * residual, rates[1:] * others * (w @ residual)])

    return velocity


def _final_sign(w_0, a_0, X, y, rates, offset, frozen) -> float:
    """Sign of Π a(∞), from invariants where they keep every a_l off 0, otherwise by integration."""
    if np.all(frozen @ frozen / rates[0] + offset > 1e-12 * (w_0 @ w_0 / rates[0] + np.abs(offset))):
        return float(np.sign(np.prod(a_0)))
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    state, d = np.concatenate([w_0, a_0]), len(w_0)
    velocity = _chain_velocity(X.T @ X, X.T @ y, rates, d)
    first, span = _loss(state, X, y, d), 1.0
    floor = 1e-16 * (y @ y + first)
    for _ in range(40):
        run = solve_ivp(velocity, (0.0, span), state, "LSODA", rtol=1e-10, atol=1e-13)
        state, span = run.y[:, -1], 2 * span
        if not run.success or _loss(state, X, y, d) <= 1e-6 * first + floor:
            break
    if _loss(state, X, y, d) > 1e-3 * first + floor:
        raise OutsideTheory(
            "The landing point needs a start from which gradient flow reaches zero loss",
            got="a start that ends at, or waits near, a saddle",
            do="Move the start: make a later layer's weight different from 0.",
        )
    return float(np.sign(np.prod(state[d:])))


def _loss(state, X, y, d) -> float:
    return float(np.sum((X @ (np.prod(state[d:]) * state[:d]) - y) ** 2)) / 2


def _least_norm(X, y, d: int) -> tuple[np.ndarray, np.ndarray]:
    X, y = finite("X", X, axes=2), finite("y", y, axes=1)
    same_size("X [n,d] and w_0 [d] must have the same inputs", X.shape[1], d)
    same_size("X [n,d] and y [n] must have the same rows", len(y), len(X))
    inverse = np.linalg.pinv(X, rcond=1e-12)
    least = inverse @ y
    misfit = float(np.linalg.norm(X @ least - y))
    if misfit > 1e-9 * (np.linalg.norm(y) + 1e-300):
        raise OutsideTheory(
            "The landing point is among the β that fit the data exactly, and none does",
            got=f"a misfit of {misfit:.3g}",
            do="Use at most d linearly independent rows, or consistent targets.",
        )
    return least, np.eye(d) - inverse @ X


def _chain(w_0, a_0, etas):
    w_0 = finite("w_0", w_0, axes=1)
    a_0 = finite("a_0", a_0, axes=1) if np.size(a_0) else np.zeros(0)
    return w_0, a_0, layer_rates(etas, len(a_0) + 1)
