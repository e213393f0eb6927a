"""A two-layer (leaky) ReLU network on the plane, drawn exactly: between two breakpoints it is one linear function.

paper    name         shape    unit
w_i      W            [m, 2]   first-layer weights, no bias
a_i      a            [m]      readouts
γ        slope        scalar   σ(z) = max(z, γz); 0 is ReLU, 1 is linear
f(x)     value        [...]    Σ_i a_i σ(w_i·x)
c_i      active       [2m]     number of neurons with w_i·x > 0 in a sector
∇f       gradient     [2m, 2]  f(x) = gradient[k]·x in sector k

Every neuron switches on the line w_i·x = 0, a pair of opposite rays; the 2m rays cut the plane into cones ("sectors")
by their angle in radians. Nothing here is sampled on a grid.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import OutsideTheory
from core.theory.checks import Floats, finite, leading_axes, leak, number, representable, same_size
from core.theory.states import activation_signs, exponent, in_own_unit

TURN = 2 * np.pi
ROUNDING = 1e-12
ARC = np.pi / 60


@dataclass(frozen=True)
class Sectors:
    """The cones on which f is linear, anticlockwise, sorted by `start` in [0, 2π).

    stop[k] is start[k+1], and start[0] + 2π for the last one. Coincident breakpoints leave sectors of zero width in
    place, so there are always two per neuron.
    """

    start: Floats
    stop: Floats
    active: NDArray[np.int64]
    gradient: Floats

    @property
    def width(self) -> Floats:
        """Opening angle of each sector."""
        return self.stop - self.start


@dataclass(frozen=True)
class Fan:
    """The plane cut into triangles origin–corner[k]–corner[k+1], inside each of which f is linear.

    angle[t+1] and corner[t+1, 2] run once around, the last ray being the first again; sector[t] says whose triangle it
    is; height[t, 2] is f at its two outer corners (f is 0 at the origin, and jumps nowhere).
    """

    angle: Floats
    corner: Floats
    sector: NDArray[np.int64]
    height: Floats


@dataclass(frozen=True)
class Extrema:
    """The largest and smallest f on the unit circle, each with an angle at which it is taken."""

    highest: float
    highest_at: float
    lowest: float
    lowest_at: float


def sectors(W: ArrayLike, a: ArrayLike, *, slope: float = 0.0) -> Sectors:
    """All linear pieces of f(x) = Σ_i a_i σ(w_i·x), in O(m log m) (paper section 5, regions as convex cones).

    Neuron i is active on the half-turn around arg w_i, so it switches at arg w_i ± π/2, where the gradient changes by
    ±(1 − γ) a_i w_i. A neuron with w_i = 0 is never active; its two sectors have zero width.
    Raises OutsideTheory for shapes other than [m, 2] and [m], for numbers that are not finite and for γ outside [0, 1].

    >>> pieces = sectors(W=[[1.0, 0.0], [0.0, 1.0]], a=[1.0, -1.0])
    >>> pieces.active.tolist(), pieces.gradient.tolist()
    ([2, 1, 0, 1], [[1.0, -1.0], [0.0, -1.0], [0.0, 0.0], [1.0, 0.0]])
    """
    W, a, slope = _checked(W, a, slope)
    on, off = _breakpoints(W)
    beta = a[:, None] * W
    counts = np.any(W != 0, axis=1).astype(np.int64)

    angle = np.concatenate([on, off])
    order = np.argsort(angle, kind="stable")
    start = angle[order]
    wraps = on > off
    active = np.sum(counts[wraps]) + np.cumsum(np.concatenate([counts, -counts])[order])
    jump = (1 - slope) * np.concatenate([beta, -beta])[order]
    before_first = slope * beta.sum(axis=0) + (1 - slope) * beta[wraps].sum(axis=0)
    gradient = representable("The gradient", before_first + np.cumsum(jump, axis=0))
    return Sectors(start, np.append(start[1:], start[0] + TURN), active, gradient)


def value(pieces: Sectors, angle: ArrayLike) -> Floats:
    """f at the points (cos ψ, sin ψ) for ψ = angle[...]; by homogeneity f(r ψ) = r f(ψ) gives the whole plane.

    Paper, section 5.
    """
    psi = finite("Angles in radians", angle)
    slope = pieces.gradient[containing(pieces, psi)]
    return slope[..., 0] * np.cos(psi) + slope[..., 1] * np.sin(psi)


def containing(pieces: Sectors, angle: ArrayLike) -> NDArray[np.int64]:
    """The index of the sector that holds each angle; a breakpoint belongs to the sector that starts there. Ours."""
    psi = np.mod(finite("Angles in radians", angle), TURN)
    return (np.searchsorted(pieces.start, psi, side="right") - 1) % pieces.start.size


def colours(pieces: Sectors) -> NDArray[np.int64]:
    """A proper 2-colouring of the sectors, 0 or 1: the parity of the number of active neurons (paper Prop. C.2).

    Parity is proper as long as breakpoints differ. Where neurons share their line (the symmetrised start: two copies of
    every neuron) the shared line counts once, so that sectors of positive width still alternate. Sectors k and k + m
    are opposite, so one half decides what is wide: rays then come in even number and the last colour fits the first.
    """
    wide = np.tile(pieces.width[: pieces.width.size // 2] > ROUNDING, 2)
    crossed = np.cumsum(wide)
    return (pieces.active[0] + crossed - crossed[0]) % 2


def extrema(pieces: Sectors) -> Extrema:
    """Exact extrema of f on the unit circle: f = |G_k| cos(ψ − arg G_k), so at arg G_k (+π) if inside, or at an end.

    Ours.
    """
    top = np.arctan2(pieces.gradient[:, 1], pieces.gradient[:, 0])
    candidates = np.concatenate([pieces.start, _kept(pieces, top), _kept(pieces, top + np.pi)])
    heights = value(pieces, candidates)
    high, low = int(np.argmax(heights)), int(np.argmin(heights))
    return Extrema(
        float(heights[high]), float(candidates[high] % TURN), float(heights[low]), float(candidates[low] % TURN)
    )


def roots(pieces: Sectors) -> Floats:
    """The angles at which f vanishes and is not flat on both sides, in [0, 2π), each once.

    f = |G_k| cos(ψ − arg G_k) on a sector, at most half a turn wide, so it crosses 0 inside exactly where its signs at the
    two ends differ, a quarter turn from arg G_k; where it is 0 at an end, within rounding, that breakpoint is the root.
    Ours.
    """
    wide = np.flatnonzero(pieces.width > ROUNDING)
    start, G = pieces.start[wide], pieces.gradient[wide]
    steep = np.hypot(*G.T)
    least = ROUNDING * steep.max()
    slanted, before = steep > least, np.roll(steep > least, 1)
    ends = np.where(slanted[:, None], G, np.roll(G, 1, axis=0))
    height = ends[:, 0] * np.cos(start) + ends[:, 1] * np.sin(start)
    sign = np.where(np.abs(height) > least, np.sign(height), 0.0)
    touched = start[(sign == 0) & (slanted | before)]
    crossed = sign * np.roll(sign, -1) < 0
    quarter = np.arctan2(G[crossed, 1], G[crossed, 0])[:, None] + np.array([-np.pi / 2, np.pi / 2])
    way = np.mod(quarter - start[crossed, None], TURN)
    nearest = np.argmin(np.abs(way - pieces.width[wide][crossed, None] / 2), axis=1)
    return np.sort(np.mod(np.concatenate([touched, quarter[np.arange(len(quarter)), nearest]]), TURN))


def mean_square(pieces: Sectors) -> float:
    """The mean of f² over the unit circle, exactly: on each sector f² = |G|²(1 + cos 2(ψ − arg G))/2.

    Of the difference of two networks (stack their neurons, one with its readouts negated) it is the test loss on an
    endless test set. Ours.
    """
    unit = exponent(np.abs(pieces.gradient).max())
    steepness = np.sum(np.ldexp(pieces.gradient, -unit) ** 2, axis=-1)
    top = np.arctan2(pieces.gradient[:, 1], pieces.gradient[:, 0])
    middle = (pieces.start + pieces.stop) / 2
    wave = np.cos(2 * (middle - top)) * np.sin(pieces.width)
    mean = np.sum(steepness * (pieces.width + wave)) / (2 * TURN)
    with np.errstate(over="ignore"):
        return float(representable("The mean square", np.ldexp(mean, 2 * unit)))


def fan(pieces: Sectors, radius: float, *, disc: bool = False) -> Fan:
    """The sectors clipped to the square |x₁|, |x₂| ≤ radius, or to the disc, as triangles on which f is exactly linear.

    A square needs its four corners as extra rays, and then every triangle is exact; a disc is cut every 3° so that its
    rim looks round. Sectors of zero width give no triangle. Raises OutsideTheory unless radius is positive and finite.
    Ours; what figures 5a and 9 of the paper draw.
    """
    radius = number("radius", radius)
    if radius <= 0:
        raise OutsideTheory("The picture's radius must be positive", got=radius, do="Try radius=1.")
    extra = np.arange(0.0, TURN, ARC) if disc else np.pi / 4 + np.pi / 2 * np.arange(4)
    rays = np.unique(np.concatenate([pieces.start, extra]))
    rays = np.append(rays, rays[0] + TURN)
    reach = np.full_like(rays, radius)
    if not disc:
        reach /= np.maximum(np.abs(np.cos(rays)), np.abs(np.sin(rays)))
    corner = reach[:, None] * np.stack([np.cos(rays), np.sin(rays)], axis=-1)
    sector = containing(pieces, (rays[:-1] + rays[1:]) / 2)
    slope = pieces.gradient[sector]
    height = np.stack([np.sum(slope * corner[:-1], axis=-1), np.sum(slope * corner[1:], axis=-1)], axis=-1)
    return Fan(rays, corner, sector, height)


def flipped(W_0: ArrayLike, W: ArrayLike, X: ArrayLike) -> NDArray[np.bool_]:
    """flipped[..., i, j]: neuron j's activation on datum i has another sign under W[..., m, 2] than under W_0[m, 2].

    Its sum over neurons of the mean over data is the paper's Hamming distance. Ours.
    """
    W_0, W, X = finite("W_0", W_0, axes=2), finite("W", W, least_axes=2), finite("X", X, axes=2)
    if W_0.shape != W.shape[-2:] or W_0.shape[1] != X.shape[1]:
        got = f"W_0{list(W_0.shape)}, W{list(W.shape)}, X{list(X.shape)}"
        do = "Give both weights the same shape."
        raise OutsideTheory("Weights must be of shape [m, d] and data [n, d]", got=got, do=do)
    return activation_signs(W, X) != activation_signs(W_0, X)


def turned(W_0: ArrayLike, W: ArrayLike) -> Floats:
    """The share of the plane on which each neuron's activation differs: the angle between w_i(0) and w_i(t), over π.

    It is the flipped share for data spread evenly over all directions; W may have leading axes. Ours.
    """
    W_0, W = finite("W_0", W_0, least_axes=2), finite("W", W, least_axes=2)
    if W_0.shape[-1:] != (2,) or W.shape[-2:] != W_0.shape[-2:]:
        got = f"W_0{list(W_0.shape)} and W{list(W.shape)}"
        raise OutsideTheory("Weights must be of shape [m, 2]", got=got, do="Give both weights the same shape.")
    leading_axes({"W_0": (W_0, 2), "W": (W, 2)})
    W_0, W = in_own_unit(W_0), in_own_unit(W)
    cross = W_0[..., 0] * W[..., 1] - W_0[..., 1] * W[..., 0]
    return np.arctan2(np.abs(cross), np.sum(W_0 * W, axis=-1)) / np.pi


def _breakpoints(W: Floats) -> tuple[Floats, Floats]:
    """The angles at which each neuron switches on and off, anticlockwise; equal lines give bit-equal angles.

    A neuron without a line is given another one's, so that it cuts no sector in two.
    """
    angles = np.stack([np.arctan2(-W[:, 0], W[:, 1]), np.arctan2(W[:, 0], -W[:, 1])])
    angles = np.where(angles < 0, angles + TURN, angles)
    angles = np.where(angles >= TURN, 0.0, angles)
    somewhere = np.any(W != 0, axis=1)
    angles[:, ~somewhere] = angles[:, [np.argmax(somewhere)]]
    return angles[0], angles[1]


def _kept(pieces: Sectors, angle: Floats) -> Floats:
    """Those of the angles, one per sector, that lie inside their own sector."""
    return angle[np.mod(angle - pieces.start, TURN) <= pieces.width]


def _checked(W: ArrayLike, a: ArrayLike, slope: float) -> tuple[Floats, Floats, float]:
    W, a, slope = finite("W", W, axes=2), finite("a", a, axes=1), leak("slope", slope)
    same_size("The partition needs W[m, 2], of a two-dimensional input", W.shape[1], 2)
    same_size("W[m, 2] and a[m] must have the same number of neurons", len(W), len(a))
    return W, a, slope
