"""The linear flow behind the minimal model: its eigenmodes, what of a start grows, and the projection back to the weights.

With A, V, δ and r of core.theory.states the flow is A = p/N, v = q/N, V_perp = V_perp(0)/N, (p, q)' = [[δ, r], [r, 0]] (p, q),
N² = 1 + 2∫p² (paper, section 3; this form extends appendix A.2 to every δ).

| math       | here             | shape | meaning                                             |
|------------|------------------|-------|-----------------------------------------------------|
| l₊, −l₋    | fast, slow       | [R]   | growth and decay, (√(δ²+4r²) ± δ)/2                  |
| (C, S)     | C, S             | [R]   | unit eigenvector of l₊                               |
| c₊, c₋     | plus, minus      | [R]   | C A_0 + S v_0 and C v_0 − S A_0                      |
"""

from typing import NamedTuple

import numpy as np

from core.theory.checks import Floats
from core.theory.states import ROUNDING, Runs

Modes = tuple[Floats, Floats, Floats, Floats]

BLOCK = 16_384
MOST_FOLDINGS = 1e300
FAINTEST = 500.0
"""e-foldings after which a part that only decays stands still: a state that tends to 0 keeps its direction."""


def eigenmodes(delta: Floats, r: Floats) -> Modes:
    """(l₊, |l₋|, C, S): eigenvalues of [[δ, r], [r, 0]] and the unit eigenvector (C, S) of l₊; no cancellation.

    At δ = r = 0 nothing moves but N; (C, S) = (1, 0) is then right. Ours, after the paper's appendix A.2.
    """
    omega = np.hypot(delta, 2 * r)
    one_if_still = (omega == 0).astype(np.float64)
    safe, big = omega + one_if_still, (omega + np.abs(delta)) / 2
    small = r * (r / (big + one_if_still))
    large_cosine = np.sqrt(big / safe) + one_if_still
    small_cosine = r / safe / large_cosine
    up = delta >= 0
    return (
        np.where(up, big, small),
        np.where(up, small, big),
        np.where(up, large_cosine, small_cosine),
        np.where(up, small_cosine, large_cosine),
    )


def growing_part(start: Runs, modes: Modes, *, snap: bool) -> Floats:
    """c₊[R] = C A_0 + S v_0, the part of the start along the growing eigenmode; with `snap`, 0 within rounding of it.

    Near the separatrix the terms cancel; written as C (A_0 + v_0 − δ v_0/(r + l₊)), which is the same since
    S/C = r/l₊ and r − l₊ = −δ l₊/(r + l₊), what remains keeps its digits also where δ is small.
    Ours; for δ < 0 and rates 1 the paper's section 3 and appendix A.
    """
    fast, _, C, S = modes
    A, v = start.A, start.along
    aimed = start.r > 0
    plus = C * (A + v - v * (start.delta / np.where(aimed, start.r + fast, 1.0)))
    plus = np.where(aimed, plus, C * A + S * v)
    if not snap:
        return plus
    size = C * np.abs(A) + S * np.einsum("ri,ri->r", np.abs(start.V), np.abs(start.e))
    return np.where(np.abs(plus) <= ROUNDING * size, 0.0, plus)


def branch_of(start: Runs, modes: Modes) -> np.ndarray:
    """−1 or +1[R], the sign of a(∞); 0 on the separatrix within rounding, and where β* = 0 leaves a to vanish.

    Ours; for δ < 0 and rates 1 the paper's section 3 and appendix A.
    """
    by_plane = np.where(start.r == 0, 0, np.sign(growing_part(start, modes, snap=True)))
    two_sheets = start.delta > ROUNDING * (start.A**2 + np.einsum("ri,ri->r", start.V, start.V))
    return np.where(two_sheets, np.sign(start.A), by_plane).astype(np.int64)


def followed(start: Runs, t: Floats, *, snap: bool = False) -> tuple[Floats, Floats]:
    """a[..., T] and w[..., T, d] of the runs at times t[T] ≥ 0; single_neuron.exact_flow says what snap does.

    Ours, after the paper's appendix A.2.
    """
    count, d = start.V.shape
    a = np.empty((count, t.size))
    w = np.empty((count, t.size, d))
    rows = max(1, BLOCK // t.size)
    flow = Flow.of(start, float(t.max()), snap)
    scaled_e, scaled_across = start.e * start.scale_w[:, None], start.across * start.scale_w[:, None]
    for first in range(0, count, rows):
        block = slice(first, first + rows)
        A, v, shrink = flow.at(block, t)
        np.multiply(A, start.scale_a[block, None], out=a[block])
        for k in range(d):
            w[block, :, k] = v * scaled_e[block, k, None] + shrink * scaled_across[block, k, None]
    return a.reshape(*start.shape, t.size), w.reshape(*start.shape, t.size, d)


class Flow(NamedTuple):
    """What A, v and 1/N of R runs need at any time, as columns [R, 1]: c₋, c₊ by sign and logarithm, and c₊c₋; rates in
    1/time; and the factors of the three parts of 2∫p²."""

    C: Floats
    S: Floats
    minus: Floats
    sign: Floats
    log_plus: Floats
    crossed: Floats
    fast: Floats
    slow: Floats
    bend: Floats
    grown: Floats
    decayed: Floats
    mixed: Floats
    up: Floats

    @classmethod
    def of(cls, start: Runs, last: float, snap: bool) -> "Flow":
        """For times up to `last`; rates beyond MOST_FOLDINGS of them are as good as infinite."""
        modes, most = eigenmodes(start.delta, start.r), MOST_FOLDINGS / max(last, 1.0)
        plus, (fast, slow, C, S) = growing_part(start, modes, snap=snap), modes
        minus, pace = C * start.along - S * start.A, np.minimum(start.pace, most)
        zero = plus == 0
        log_plus = np.where(zero, -np.inf, np.log(np.abs(np.where(zero, 1.0, plus))))
        fast, slow, bend = (np.minimum(rate * pace, most) for rate in (fast, slow, np.abs(start.delta)))
        grown, decayed, mixed = 2 * pace * C**2, 2 * pace * (S * minus) ** 2, 4 * pace * C * S
        up = np.where(start.delta >= 0, 1.0, 0.0)
        linear = (C, S, minus, np.sign(plus), log_plus, plus * minus, fast, slow, bend)
        return cls._make(part[:, None] for part in (*linear, grown, decayed, mixed, up))

    def at(self, block: slice, t: Floats) -> tuple[Floats, Floats, Floats]:
        """A[R, T], v[R, T] and 1/N[R, T]; every exponential is taken relative to the largest one, so none overflows."""
        run = Flow._make(part[block] for part in self)
        growth = run.fast * t + run.log_plus
        largest = np.maximum(growth, 0.0)
        one = np.exp(-largest)
        P = run.sign * np.exp(growth - largest)
        Q = run.minus * np.exp(-np.minimum(run.slow * t + largest, FAINTEST))
        one_squared = one * one
        cross = np.where(run.up > 0, P * Q, run.crossed * one_squared)
        integral = (
            run.grown * P * P * _mean_decay(2 * run.fast * t)
            + run.decayed * one_squared * _mean_decay(2 * run.slow * t)
            - run.mixed * cross * _mean_decay(run.bend * t)
        )
        scale = 1 / np.sqrt(one_squared + t * integral)
        return (P * run.C - Q * run.S) * scale, (P * run.S + Q * run.C) * scale, one * scale


def _mean_decay(z: Floats) -> Floats:
    """(1 − e^{−z})/z for z ≥ 0, which is 1 at z = 0."""
    z = np.maximum(z, 1e-300)
    return -np.expm1(-z) / z
