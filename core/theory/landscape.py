"""The loss surface of the minimal model f(x) = a wᵀx on the level set that gradient flow cannot leave, exactly.

paper      name        shape    unit
δ          delta       scalar   a² − ‖w‖², conserved; equal rates, whitened data in two dimensions
β*         BETA_STAR   [2]      (0, 1)
∠(w, β*)   theta       [...]    degrees anticlockwise from β*, from −90 up to 270
a          a           [...]    with theta a chart of the level set, like longitude and latitude
L          loss        [...]    ½‖a w − β*‖²

In the chart ‖w‖ = √(a² − δ), so for δ > 0 the band |a| < √δ is empty: no path joins the two sheets. For δ < 0 it is
closed by the saddles at a = 0, theta = ±90 (paper section 3, figures 2 and 7).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory import single_neuron
from core.theory.checks import Floats, finite, leading_axes, number, real, representable, same_size
from core.theory.states import imbalance

BETA_STAR = np.array([0.0, 1.0])
SNAPSHOTS = 121
EARLIEST = 1e-3
LEFT = -90.0
POINTS = 241
LEVELS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.7, 1.0, 1.5, 2.5, 4.0)
SADDLE_LOSS = 0.5


@dataclass(frozen=True)
class Start:
    """β₀ of length `size`, `angle` degrees anticlockwise from β*, split at δ with the sign of a₀."""

    delta: float = -2.0
    angle: float = 120.0
    size: float = 1.0
    sign: int = 1

    @property
    def beta_0(self) -> Floats:
        radians = np.deg2rad(self.angle)
        return self.size * np.array([-np.sin(radians), np.cos(radians)])


@dataclass(frozen=True)
class Flow:
    """A flow on the level set: time[T], a[T], w[T, 2], theta[T] and the loss; `branch` is the sign of a at the end.

    levels[k] has the contour[k]; separatrix is None where δ > 0 leaves nothing to separate.
    """

    delta: float
    time: Floats
    a: Floats
    w: Floats
    theta: Floats
    loss: Floats
    branch: int
    contours: tuple["Contour", ...]
    separatrix: Floats | None
    drift: float


@dataclass(frozen=True)
class Contour:
    """One level of the loss: a closed curve for each sign of a, in parameter space a[2, k], w[2, k, 2] and as theta."""

    level: float
    a: Floats
    w: Floats

    @property
    def theta(self) -> Floats:
        return chart_angle(self.w)


def solve(start: Start) -> Flow:
    """The flow in closed form (`single_neuron.exact_flow`), log-spaced in time until it rests, and its landscape.

    Paper, section 3 and figure 2.
    """
    a_0, w_0 = single_neuron.split(start.beta_0, start.delta, sign=start.sign)
    time = np.concatenate([[0.0], np.geomspace(EARLIEST, arrival(start.delta), SNAPSHOTS - 1)])
    a, w = single_neuron.exact_flow(a_0, w_0, BETA_STAR, time)
    return Flow(
        delta=start.delta,
        time=time,
        a=a,
        w=w,
        theta=chart_angle(w),
        loss=0.5 * np.sum((a[:, None] * w - BETA_STAR) ** 2, axis=-1),
        branch=int(single_neuron.basin(a_0, w_0, BETA_STAR)),
        contours=tuple(contour(level, start.delta) for level in (*LEVELS, SADDLE_LOSS)),
        separatrix=ridge(start.delta) if start.delta <= 0 else None,
        drift=float(np.max(np.abs(imbalance(a, w) - start.delta))),
    )


def arrival(delta: float) -> float:
    """A time by which the loss has fallen to rounding: 25 of its slowest e-foldings at the minimum, and the way.

    Ours.
    """
    delta = number("delta", delta)
    omega = np.hypot(delta, 2.0)
    largest = (omega + abs(delta)) / 2
    escape = largest if delta >= 0 else 1 / largest
    return 25 / min(omega, 2 * escape) + 2 / escape


def loss(theta: ArrayLike, a: ArrayLike, delta: float) -> Floats:
    """L[...] at a point of the chart; NaN in the empty band a² < δ. Paper, section 3."""
    theta, a, delta = finite("theta", theta), finite("a", a), number("delta", delta)
    leading_axes({"theta": (theta, 0), "a": (a, 0)})
    root, size = np.sqrt(abs(delta)), np.abs(a)
    if delta > 0:
        length = np.where(size >= root, np.sqrt(np.maximum(size - root, 0.0)) * np.sqrt(size + root), np.nan)
    else:
        length = np.hypot(size, root)
    beta = a * length
    with np.errstate(over="ignore", invalid="ignore"):
        found = 0.5 * (beta**2 + 1) - beta * np.cos(np.deg2rad(theta))
    return np.where(np.isnan(length), np.nan, representable("The loss", np.where(np.isnan(length), 0.0, found)))


def contour(level: float, delta: float) -> Contour:
    """The points of the level set δ where the loss is `level`: the circle ‖β − β*‖ = √(2L), lifted to both signs of a.

    The circle of the saddles, L = ½, runs through β = 0; it is followed by the direction of β, which stays defined.
    Raises OutsideTheory unless the level is positive and finite. Ours.
    """
    level = float(real("level", level, axes=0))
    if not (np.isfinite(level) and level > 0):
        raise OutsideTheory("A contour needs a loss above 0", got=level, do="Try level=0.1.")
    level = number("level", level)
    if level == SADDLE_LOSS:
        direction = np.deg2rad(np.linspace(-90, 90, POINTS))
        reach = np.maximum(2 * np.cos(direction), 1e-9)
        beta = reach[:, None] * np.stack([-np.sin(direction), np.cos(direction)], axis=-1)
    else:
        around = np.linspace(0, 2 * np.pi, POINTS)
        beta = BETA_STAR + np.sqrt(2 * level) * np.stack([-np.sin(around), np.cos(around)], axis=-1)
    a, w = single_neuron.split(beta, delta, sign=np.array([[1], [-1]]))
    return Contour(level, a, w)


def minima(delta: float) -> tuple[Floats, Floats]:
    """theta[2] and a[2] of the two global minima on the level set δ: w along ±β* (paper figure 2, the red curve)."""
    a, w = single_neuron.split(BETA_STAR, delta, sign=np.array([1, -1]))
    return chart_angle(w), a


def ridge(delta: float, *, reach: float = 4.0) -> Floats:
    """The watershed between the two minima as theta[k], a[k] rows: [2 sides, k, 2] (paper figure 7); δ ≤ 0 only."""
    heights = np.linspace(-reach, reach, POINTS)
    heights = heights[heights != 0] if delta == 0 else heights
    w = single_neuron.separatrix(BETA_STAR, delta, heights)
    return np.stack([chart_angle(w), np.broadcast_to(heights, w.shape[:-1])], axis=-1)


def chart_angle(w: ArrayLike) -> Floats:
    """theta[...] of w[..., 2]: degrees anticlockwise from β*, in [−90, 270), so that both minima lie inside. Ours."""
    w = real("w", w, least_axes=1)
    same_size("The chart is that of two inputs", w.shape[-1], 2)
    return np.mod(np.rad2deg(np.arctan2(-w[..., 0], w[..., 1])) - LEFT, 360.0) + LEFT
