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
from core.theory.chain_units import ScaledChain
from core.theory.checks import MOST, Floats, finite, layer_rates, listed, representable, same_size, time_vector
from core.theory.patience import LOST, TRUSTED, within
from core.theory.states import exponent, imbalance, norm

CLOSEST = 1e-12
PATIENCE = 1e12
LONG = 1e6
"""In units of the fastest layer: from here on it is looked whether the chain has come to rest."""


def balance(weights, *, etas=None) -> list[Floats]:
    """G_l [h_l,h_l] for each pair of neighbours of weights W_l [h_l,h_{l−1}], first layer first; kept by gradient flow.

    Raises OutsideTheory when neighbouring shapes do not chain, or float64 cannot hold the squares.
    Paper, section 4.3.
    """
    weights = [finite(f"layer {k + 1}", W, axes=2) for k, W in enumerate(listed("weights", weights))]
    rates = np.sqrt(layer_rates(etas, len(weights)))
    pairs = list(pairwise(weights))
    for lower, upper in pairs:
        same_size("Neighbouring layers must share their width", upper.shape[1], lower.shape[0])
    with np.errstate(over="ignore", invalid="ignore"):
        halves = [(rates[k] * upper, rates[k + 1] * lower) for k, (lower, upper) in enumerate(pairs)]
        return [representable("The balance", out.T @ out - into @ into.T) for out, into in halves]


def offsets(w_0, a_0, *, etas=None) -> Floats:
    """c_l = a_l²/η_l − |w|²/η_w [L]: the imbalance of each later layer against the first; conserved.

    Paper, appendix B.3.
    """
    w_0, a_0, rates = _chain(w_0, a_0, etas)
    return imbalance(a_0, w_0, eta_a=1 / rates[0], eta_w=1 / rates[1:]) if len(a_0) else np.zeros(0)


def gain(squared_norm, offset, *, etas=None) -> Floats:
    """|Π a| [...] when |w|² = squared_norm [...]: Π √(η_l (|w|²/η_w + c_l)), 0 where a factor would be negative.

    Ours.
    """
    offset, rates = offsets_and_rates(offset, etas)
    squared_norm = finite("squared_norm", squared_norm)
    return gain_above(squared_norm / rates[0], offset, rates)


def gain_above(rise: Floats, room: Floats, rates: Floats) -> Floats:
    """Π √(η_l (rise + room_l)) [...] of rise [...], 0 where a factor would be negative. Ours."""
    with np.errstate(over="ignore"):
        squares = rates[1:] * np.maximum(rise[..., None] + room, 0.0)
        return representable("The product of the layers", np.prod(np.sqrt(squares), axis=-1))


def least_and_room(frozen: float, offset: Floats, rates: Floats) -> tuple[float, Floats]:
    """m ≥ |P_N w|²/η_w = `frozen`, the least |w|²/η_w that no a_l² forbids, and what m + c_l leaves to each a_l²/η_l.

    Ours.
    """
    least = max(frozen, float(np.max(-offset, initial=0.0)))
    return least, least + offset


def interpolator(w_0, a_0, X, y, *, etas=None) -> Floats:
    """β(∞) [d], closed form: β_* ± |Π a_∞| P_N w_0, where x = |w_∞|² solves (x − |P_N w_0|²) Π η_l (x/η_w + c_l) = |β_*|².

    β_* = X⁺y; P_N projects on the null space of X, where w never moves. The sign is that of Π a_0, unless a layer can
    pass through 0 (some c_l ≤ −|P_N w_0|²/η_w); then gradient flow is integrated until the sign is settled.
    Raises OutsideTheory when no β fits the data, when the start is a saddle, or for bad values.
    Ours: the argument of Theorem 3.1 for unbalanced chains; Theorem B.10 is the balanced one.

    >>> interpolator([0.6, 0.8], [1.0, 1.0], X=[[1.0, 0.0]], y=[1.0]).round(3).tolist()
    [1.0, 1.012]
    """
    w_0, a_0, rates = _chain(w_0, a_0, etas)
    X, y = _data(X, y, len(w_0))
    least, null = _least_norm(X, y)
    frozen = null @ w_0
    offset = offsets(w_0, a_0, etas=rates)
    sign = _final_sign(w_0, a_0, X, y, rates, offset, float(norm(frozen)))
    if not np.any(frozen):
        return least
    return least + sign * final_gain(float(norm(least)), float(norm(frozen)), offset, rates) * frozen


def final_gain(wanted: float, frozen: float, offset: Floats, rates: Floats) -> float:
    """|Π a_∞| = |β_*|/√(x − frozen²), x = |w_∞|² the unique root named in `interpolator`; found on a log scale.

    wanted and frozen are |β_*| and |P_N w_0|. Ours.
    """
    unseen = frozen**2 / rates[0]
    least, room = least_and_room(unseen, offset, rates)
    if wanted == 0:
        return float(gain_above(np.asarray(least), offset, rates)) if least == unseen else 0.0
    with np.errstate(divide="ignore"):
        log_room, log_gap, log_rates = np.log(room), np.log(least - unseen), np.log(rates)
    log_wanted = 2 * np.log(wanted)

    def seen(log_rise: float) -> float:
        return float(log_rates[0] + np.logaddexp(log_gap, log_rise))

    def excess(log_rise: float) -> float:
        return seen(log_rise) + float(np.sum(log_rates[1:] + np.logaddexp(log_rise, log_room))) - log_wanted

    low = high = float(np.log(max(least, wanted)))
    while excess(high) < 0:
        high += 3.0
    while excess(low) > 0:
        low -= 3.0
    root = brentq(excess, low, high, xtol=1e-15, rtol=1e-15)
    return float(np.exp((log_wanted - seen(root)) / 2))


def chain_flow(w_0, a_0, X, y, times, *, etas=None, rtol=1e-11) -> tuple[Floats, Floats]:
    """w [T,d] and a [T,L] of gradient flow of the chain at the times [T] ≥ 0, in any order, by LSODA in the weights.

    There is no closed form at finite time. Integrating the weights, not β, stays regular where β passes through 0; each
    layer is measured in a unit of its own start, and time in one of the fastest layer's.
    Raises OutsideTheory for bad values, or when the integrator gives up.
    Ours: the equations are those of the paper's appendix B.3.
    """
    w_0, a_0, rates = _chain(w_0, a_0, etas)
    scaled = ScaledChain.of(w_0, a_0, *_data(X, y, len(w_0)), rates)
    rising, place = np.unique(scaled.clock(time_vector("times", times, largest=MOST)), return_inverse=True)
    path = scaled.start[:, None]
    if rising[-1] > 0:
        settled = [scaled.unsettled] if rising[-1] > LONG else None
        run = solve_ivp(
            within(scaled.velocity),
            (0.0, rising[-1]),
            scaled.start,
            "LSODA",
            rising,
            events=settled,
            rtol=rtol,
            atol=1e-14,
        )
        if not run.success:
            raise OutsideTheory(
                "The chain is too stiff to integrate", got=run.message, do="Shorten the time, or its start."
            )
        path = np.reshape(run.y, (len(scaled.start), -1))
        if run.status == 1:
            path = np.column_stack([path, run.y_events[0].T])
    return scaled.weights(path[:, np.minimum(place, path.shape[1] - 1)].T)


def _final_sign(w_0, a_0, X, y, rates, offset, frozen: float) -> float:
    """Sign of Π a(∞), from invariants where they keep every a_l off 0, otherwise by integration."""
    if np.all(frozen**2 / rates[0] + offset > CLOSEST * (float(norm(w_0)) ** 2 / rates[0] + np.abs(offset))):
        return float(np.prod(np.sign(a_0)))
    scaled = ScaledChain.of(w_0, a_0, X, y, rates)
    state, grown = _learned(scaled, rtol=1e-10)
    if state is None or grown > TRUSTED:
        state, grown = _learned(scaled, rtol=1e-13)
    if state is None or grown > LOST:
        raise OutsideTheory(
            "The landing point needs a start from which gradient flow reaches zero loss",
            got="a start that ends at, or waits near, a saddle",
            do="Move the start: make a later layer's weight different from 0.",
        )
    return float(np.prod(np.sign(state[len(w_0) :])))


def _learned(scaled: ScaledChain, *, rtol: float) -> tuple[Floats | None, float]:
    """The state once the loss is gone, None where it does not go; and how many e-foldings errors may have grown by."""
    first = scaled.loss(scaled.start)
    floor = 1e-16 * (scaled.loss(0 * scaled.start) + first)

    def learned(_, state):
        return scaled.loss(state) - 1e-6 * first - floor

    learned.terminal = True  # type: ignore[attr-defined]
    if learned(0.0, scaled.start) <= 0:
        return scaled.start, 0.0
    run = solve_ivp(
        within(scaled.velocity), (0.0, PATIENCE), scaled.start, "LSODA", events=learned, rtol=rtol, atol=1e-3 * rtol
    )
    state = run.y[:, -1]
    return (state if scaled.loss(state) <= 1e-3 * first + floor else None), scaled.error_growth(run.t, run.y.T)


def _data(X, y, d: int) -> tuple[Floats, Floats]:
    X, y = finite("X", X, axes=2), finite("y", y, axes=1, largest=MOST)
    same_size("X [n,d] and w_0 [d] must have the same inputs", X.shape[1], d)
    same_size("X [n,d] and y [n] must have the same rows", len(y), len(X))
    return X, y


def _least_norm(X: Floats, y: Floats) -> tuple[Floats, Floats]:
    unit, height = exponent(np.abs(X).max()), exponent(np.abs(y).max())
    X, y = np.ldexp(X, -unit), np.ldexp(y, -height)
    inverse = np.linalg.pinv(X, rcond=1e-12)
    least = inverse @ y
    misfit = float(np.linalg.norm(X @ least - y))
    if misfit > 1e-9 * np.linalg.norm(y):
        raise OutsideTheory(
            "The landing point is among the β that fit the data exactly, and none does",
            got=f"a misfit of {misfit / float(np.linalg.norm(y)):.3g} of the targets",
            do="Use at most d linearly independent rows, or consistent targets.",
        )
    with np.errstate(over="ignore"):
        return representable("X⁺y", np.ldexp(least, height - unit)), np.eye(X.shape[1]) - inverse @ X


def _chain(w_0, a_0, etas) -> tuple[Floats, Floats, Floats]:
    w_0 = finite("w_0", w_0, axes=1)
    a_0 = finite("a_0", a_0, axes=1) if np.size(a_0) else np.zeros(0)
    return w_0, a_0, layer_rates(etas, len(a_0) + 1)


def offsets_and_rates(offset, etas) -> tuple[Floats, Floats]:
    """offset [L] and etas [L+1], checked; a chain without later layers has an empty offset. Ours."""
    offset = finite("offset", offset, axes=1) if np.size(offset) else np.zeros(0)
    return offset, layer_rates(etas, len(offset) + 1)
