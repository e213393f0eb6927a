"""The flow of an isotropic two-layer linear network, mode by mode, without overflow: exact steps of a matrix Riccati flow.

Normalised units (A = √η_w A, W = √η_a W, Σ = √(η_a η_w) β*; math names of math A.2 of Kunin et al. 2024), δ ≤ 0:
Q = [Aᵀ; Wᵀ] ↔ rows of the state; Q' = G Q − Q A Aᵀ, G = [[δI, Σᵀ], [Σ, 0]], so with Z = e^{Gt} Q₀ and
S = I + 2∫Z_AᵀZ_A the products are Q Qᵀ = Z S⁻¹ Zᵀ (Braun et al. 2022, Dominé et al. 2024, section 4).

symbol ↔ name ↔ shape
Σ = U r Vᵀ  ↔ Modes.left, strength, right ↔ [d,d], [n], [c,c], n = min(d, c)
δ, ω        ↔ delta, omega ↔ scalar, [n], ω = √(δ² + 4r²); growth l₊ = (δ+ω)/2 ≥ 0, decay l₋ = (δ−ω)/2 ≤ 0
state       ↔ rows [n growing | n decaying | c−n outputs | d−n inputs] × h, each an eigenvector of G; time in 1/(rate)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import qr

from core.errors import OutsideTheory
from core.theory.states import norm

# A Cholesky step of growth·τ = 4 keeps the condition of S near e⁸, an error of about 1e-14, at half the cost of a QR step.
STEP = 4.0
# A QR step is accurate to rounding at any length; its scales e^{growth·τ} must stay within float64.
LONG_STEP = 250.0
# Rows of Y below this leave S = I + YᵀY as it is: they grow as if alone.
UNFELT = 1e-40
# Hidden directions with less than this share of the weights in growing rows are on a separating set, and stay there.
RESTING = 1e-14
MOST_WORK = 4e10
# Numbers in the states that are computed in one go.
MOST_AT_ONCE = 1e6
# What a step on tiny matrices costs in calls, counted in operations.
SMALLEST_WORK = 4e6
# Rows whose squares come near the least that float64 holds.
FAINT = 1e-140
# A growth rate below this moves nothing within any time.
SLOWEST = 1e-290


@dataclass(frozen=True)
class Modes:
    """Eigen-decomposition of the linear part G for one target and δ ≤ 0."""

    left: np.ndarray
    strength: np.ndarray
    right: np.ndarray
    delta: float

    @classmethod
    def of(cls, target: np.ndarray, delta: float) -> "Modes":
        left, strength, right = np.linalg.svd(target)
        return cls(left, strength, right.T, delta)

    @cached_property
    def omega(self) -> np.ndarray:
        return np.hypot(self.delta, 2 * self.strength)

    @cached_property
    def decay(self) -> np.ndarray:
        return -(self.omega - self.delta) / 2

    @cached_property
    def growth(self) -> np.ndarray:
        return np.maximum(self.strength * (self.strength / -self.decay), SLOWEST)

    @cached_property
    def rates(self) -> np.ndarray:
        """Eigenvalue of each row of the state."""
        c, d, n = len(self.right), len(self.left), len(self.strength)
        return np.concatenate([self.growth, self.decay, np.full(c - n, self.delta), np.zeros(d - n)])

    @cached_property
    def _mixing(self) -> tuple[np.ndarray, np.ndarray]:
        sin = np.sqrt(-self.decay / self.omega)
        return (self.strength / self.omega / sin)[:, None], sin[:, None]

    def to_state(self, A: np.ndarray, W: np.ndarray) -> np.ndarray:
        """Rows of the state from A [h,c] and W [h,d]."""
        n = len(self.strength)
        a, w = self.right.T @ A.T, self.left.T @ W.T
        cos, sin = self._mixing
        return np.vstack([cos * a[:n] + sin * w[:n], cos * w[:n] - sin * a[:n], a[n:], w[n:]])

    def from_state(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A [...,h,c] and W [...,h,d], up to one rotation of the hidden layer, from rows of the state [...,rows,h]."""
        n, c = len(self.strength), len(self.right)
        grown, decayed = state[..., :n, :], state[..., n : 2 * n, :]
        cos, sin = self._mixing
        a = np.concatenate([cos * grown - sin * decayed, state[..., 2 * n : n + c, :]], axis=-2)
        w = np.concatenate([sin * grown + cos * decayed, state[..., n + c :, :]], axis=-2)
        return np.swapaxes(self.right @ a, -1, -2), np.swapaxes(self.left @ w, -1, -2)

    def advance(self, state: np.ndarray, tau: float) -> np.ndarray:
        """One exact step of length tau: by Cholesky while growth · tau ≤ STEP, by QR up to LONG_STEP."""
        return self._long_step(state, tau) if self.is_long(tau) else self.short_steps(state, np.array([tau]))[0]

    def short_steps(self, state: np.ndarray, taus: np.ndarray) -> np.ndarray:
        """The states [k,rows,h] that short steps of lengths taus [k] reach from one state, each exact."""
        energy = self._energy_rows(state, taus)
        gram = np.swapaxes(energy, -1, -2) @ energy + np.eye(state.shape[1])
        moved = np.exp(self.rates * taus[:, None])[..., None] * state
        return _solved_from_the_right(moved, np.linalg.cholesky(gram))

    def is_long(self, tau: float) -> bool:
        """Whether a step of length tau is one of QR's; a Cholesky step keeps leading zero columns exactly by itself."""
        return bool(self.growth.max() * tau > STEP)

    def _long_step(self, state: np.ndarray, tau: float) -> np.ndarray:
        """Z R⁻¹ with [Y; I] = Q R, S = RᵀR, read off Q: rows of I give R⁻¹, and growing rows of Z are multiples of Y's.

        With rows in falling order and column pivoting Householder's Q is accurate row by row, however different their
        sizes (Cox and Higham 1998).
        """
        n, h = len(self.strength), state.shape[1]
        energy = self._energy_rows(state, np.array(tau))
        felt = np.abs(energy).max(axis=1) > UNFELT
        live = np.flatnonzero(felt)
        stacked = np.vstack([energy[live], np.eye(h)])
        order = np.argsort(-np.abs(stacked).max(axis=1), kind="stable")
        frame = np.empty_like(stacked)
        frame[order] = qr(stacked[order], mode="economic", pivoting=True, overwrite_a=True, check_finite=False)[0]
        inverse = frame[-h:]
        strong = np.flatnonzero((self.growth * tau > 1) & felt[:n])
        own = np.zeros_like(energy)
        own[live] = frame[: len(live)]
        first, tilt, _ = self._factor(np.array(tau))
        scales = np.exp(np.minimum(self.rates * tau, LONG_STEP + 1))
        scales[strong] = 0.0
        moved = (scales[:, None] * state) @ inverse
        decayed = state[n : 2 * n][strong] @ inverse
        ratio = np.exp(self.growth[strong] * tau) / first[strong]
        moved[strong] = ratio[:, None] * (own[strong] - tilt[strong, None] * decayed)
        return moved

    def _factor(self, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per length tau [...] and mode the Cholesky factor [[first, 0], [tilt, rest]] of its 2×2 integral 2∫p²."""
        span = tau[..., None]
        own = np.expm1(2 * self.growth * span) / self.omega
        other = -np.expm1(2 * self.decay * span) / self.omega
        cross = -2 * self.strength * _integral(-self.delta, span) / self.omega
        first = np.sqrt(own)
        tilt = cross / np.where(first > 0, first, 1.0)
        return first, tilt, np.sqrt(np.maximum(other - tilt**2, 0.0))

    def _energy_rows(self, state: np.ndarray, tau: np.ndarray) -> np.ndarray:
        """Y [...,rows,h] with YᵀY = 2∫₀^τ Z_AᵀZ_A, for each tau [...]."""
        n, c = len(self.strength), len(self.right)
        grown, decayed, outputs = state[:n], state[n : 2 * n], state[2 * n : n + c]
        first, tilt, rest = (factor[..., None] for factor in self._factor(tau))
        alone = np.sqrt(2 * _integral(-2 * self.delta, tau))[..., None, None]
        return np.concatenate([first * grown + tilt * decayed, rest * decayed, alone * outputs], axis=-2)

    def resting(self, state: np.ndarray) -> int:
        """How many hidden directions have no growing part: there the flow ends at a saddle.

        A balanced start has one when det β_0 and det β* differ in sign, and any start with more neurons than modes.
        """
        size = np.linalg.svd(state[: len(self.strength)], compute_uv=False)
        return state.shape[1] - int(np.sum(size > RESTING * norm(norm(state))))

    def kept_at_rest(self, state: np.ndarray, idle: int) -> np.ndarray:
        """The state turned so that its first `idle` columns, those of least growing part, have exactly none.

        Otherwise rounding would start a growth there that the flow does not have.
        """
        n = len(self.strength)
        turned = state @ np.linalg.svd(state[:n])[2][::-1].T
        turned[:n, :idle] = 0.0
        return turned

    def settled(self, state: np.ndarray) -> bool:
        """Whether the state is at a stable fixed point to 1e-10: no row moves, and no small row is growing."""
        A, _ = self.from_state(state)
        moving = self.rates[:, None] * state - state @ (A @ A.T)
        size = norm(state)
        live = size > 0
        own = size[live, None]
        growing = np.sum(moving[live] / own * (state[live] / own), axis=1)
        still = 1e-10 * self.growth.min() + 1e-15 * self.growth.max()
        return bool(np.all(norm(moving) <= still * size.max()) and np.all(growing <= 1e-12 * self.growth.max()))


def _integral(rate: float, tau: np.ndarray) -> np.ndarray:
    """∫₀^τ e^{−rate s} ds for rate ≥ 0, regular at rate = 0."""
    decays = rate * tau
    return tau * np.where(decays > 0, -np.expm1(-decays) / np.where(decays > 0, decays, 1.0), 1.0)


def _solved_from_the_right(rows: np.ndarray, root: np.ndarray) -> np.ndarray:
    """rows L⁻ᵀ for lower triangular L [k,h,h], column by column, so that leading zero columns stay exactly zero."""
    solved = np.empty_like(rows)
    for column in range(root.shape[-1]):
        known = (solved[..., :column] @ root[:, column, :column, None])[..., 0]
        solved[..., column] = (rows[..., column] - known) / root[:, column, column, None]
    return solved


def march(modes: Modes, state: np.ndarray, times: np.ndarray) -> Iterator[np.ndarray]:
    """The states at the ascending `times`, in groups [k,rows,h] of consecutive ones; stops stepping once settled.

    Times within one short step of each other are reached from the same state in one go, the others one by one. Raises
    OutsideTheory when the horizon asks for more steps than MOST_WORK floating-point operations allow.
    Ours, on the solution of Braun et al. 2022.
    """
    idle = modes.resting(state)
    state = modes.kept_at_rest(state, idle) if idle else state
    reach, room = STEP / modes.growth.max(), int(MOST_AT_ONCE / state.size) or 1
    now, index, work = 0.0, 0, 0.0
    while index < len(times):
        near = int(np.searchsorted(times[index : index + room] - now, reach, side="right"))
        steps = 1 if near else _steps(modes.growth.max() * (times[index] - now))
        taus = times[index : index + near] - now if near else np.array([(times[index] - now) / steps])
        for _ in range(steps):
            before = state
            group = modes.short_steps(state, taus) if near else modes.advance(state, taus[0])[None]
            state = modes.kept_at_rest(group[-1], idle) if idle and modes.is_long(taus[-1]) else group[-1]
            work += max(4.0 * group.size * state.shape[1], SMALLEST_WORK)
            if _unchanged(before, state) and modes.settled(state):
                yield group if near else state[None]
                yield np.broadcast_to(state, (len(times) - index - len(group), *state.shape))
                return
            if work > MOST_WORK:
                raise _too_far(modes.growth.max() * times[-1], now)
        yield group if near else state[None]
        index += len(group)
        now = times[index - 1]


def _too_far(time_constants: float, now: float) -> OutsideTheory:
    return OutsideTheory(
        f"The exact path takes steps of at most {LONG_STEP:g} time constants of the strongest mode,"
        " and this horizon needs too many of them",
        got=f"{time_constants:.3g} time constants, at t = {now:.3g} not yet converged",
        do="Ask for earlier times, or raise the weakest singular values of the target.",
    )


def _steps(time_constants: float) -> int:
    """One step or two of Cholesky's length, else QR's."""
    if time_constants <= 2 * STEP:
        return int(np.ceil(time_constants / STEP)) or 1
    return int(np.ceil(time_constants / LONG_STEP))


def _unchanged(before: np.ndarray, after: np.ndarray) -> bool:
    one, two = np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1)
    if two.max() < FAINT:
        one, two = norm(before), norm(after)
    return bool(np.all(np.abs(one - two) <= 1e-7 * two.max()))
