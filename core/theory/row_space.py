"""Data with fewer directions than inputs: what gradient flow sees of X, and the exact flow when it sees all equally.

| paper        | here       | shape    | meaning                                                        |
|--------------|------------|----------|----------------------------------------------------------------|
| X, y         | X, y       | [n, d], [n] | the data; L = ½‖Xβ − y‖²                                    |
| XᵀX          | gram       | [d, d]   |                                                                |
| X⁺y          | beta_star  | [d]      | the smallest of all β with the least loss                      |
| —            | basis      | [d, k]   | orthonormal columns spanning the row space of X, k = rank      |
| —            | curvatures | [k]      | the non-zero eigenvalues of XᵀX                                |
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory import single_neuron
from core.theory.checks import Floats, finite, representable, same_size, time_vector
from core.theory.states import ROUNDING, norm

FLAT_WITHIN = 1e-9
RANK_ABOVE = 1e-10


@dataclass(frozen=True)
class RowSpace:
    """X and y as gradient flow meets them; see the module's legend."""

    gram: Floats
    beta_star: Floats
    basis: Floats
    curvatures: Floats

    @property
    def flat(self) -> bool:
        """Whether all non-zero eigenvalues of XᵀX agree: one datum, or whitened data on a subspace."""
        return bool(np.ptp(self.curvatures) <= FLAT_WITHIN * self.curvatures.max())

    def within(self, vector: Floats) -> Floats:
        """The part of vector[..., d] in the row space."""
        return (vector @ self.basis) @ self.basis.T

    def null(self, vector: Floats) -> Floats:
        """The part of vector[..., d] that no datum sees."""
        return vector - self.within(vector)

    def distance(self, gap: Floats) -> Floats:
        """‖X gap‖[...] of gap[..., d] = β − β*, over the largest singular value of X."""
        seen = gap @ self.basis
        return np.sqrt(np.einsum("...i,...i,i->...", seen, seen, self.curvatures / self.curvatures.max()))

    def excess_loss(self, beta: Floats) -> Floats:
        """½(β − β*)ᵀXᵀX(β − β*)[...]: the loss above its minimum."""
        gap = (finite("beta", beta, least_axes=1) - self.beta_star) @ self.basis
        with np.errstate(over="ignore"):
            return representable("The loss", 0.5 * norm(gap * np.sqrt(self.curvatures)) ** 2)


def row_space(X: ArrayLike, y: ArrayLike) -> RowSpace:
    """The row space of X[n, d] with target y[n]; raises OutsideTheory for other shapes or an X of zeros. Ours."""
    X, y = finite("X", X, axes=2), finite("y", y, axes=1)
    same_size("X must be n × d and y n, one y per row of X", len(y), len(X))
    left, sizes, right = np.linalg.svd(X, full_matrices=False)
    if sizes[0] == 0:
        raise OutsideTheory("X is zero, so nothing can be learned", got="X = 0", do="Give a datum other than 0.")
    rank = int((sizes > RANK_ABOVE * sizes[0]).sum())
    basis, modes = right[:rank].T, left[:, :rank] * y[:, None]
    asked = modes.sum(axis=0)
    asked = np.where(np.abs(asked) > ROUNDING * np.abs(modes).sum(axis=0), asked, 0.0)
    with np.errstate(over="ignore"):
        gram, beta_star = X.T @ X, basis @ representable("X⁺y", asked / sizes[:rank])
        return RowSpace(representable("XᵀX", gram), beta_star, basis, sizes[:rank] ** 2)


def exact_flow(
    a_0: ArrayLike,
    w_0: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    times: ArrayLike,
    *,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
) -> tuple[Floats, Floats]:
    """a[..., T], w[..., T, d] from (a_0[...], w_0[..., d]) for X whose non-zero curvatures all equal one h.

    What no datum sees of w stays; the rest is the whitened flow of single_neuron.exact_flow at times h t, on the level
    set δ + η_a‖w_null‖². One datum is such an X (paper, figure 4b, where only the limits δ → ±∞ were in closed form).
    Raises OutsideTheory when the curvatures differ.
    """
    seen, w_0 = row_space(X, y), finite("w_0", w_0, least_axes=1)
    check_inputs(seen, w_0)
    if not seen.flat:
        got = f"{seen.curvatures.min():.3g} to {seen.curvatures.max():.3g}"
        do = "Whiten the data, use one datum, or integrate (core.training.single_neuron)."
        raise OutsideTheory("The non-zero eigenvalues of XᵀX differ", got=got, do=do)
    t = time_vector("times", times) * seen.curvatures[0]
    target = seen.beta_star @ seen.basis
    a, moving = single_neuron.exact_flow(a_0, w_0 @ seen.basis, target, t, eta_a=eta_a, eta_w=eta_w)
    return a, moving @ seen.basis.T + seen.null(w_0)[..., None, :]


def check_inputs(seen: RowSpace, w: Floats) -> None:
    """Refuse weights whose number of inputs is not that of the data. Ours."""
    same_size("w_0 and X need the same number of inputs", w.shape[-1], seen.basis.shape[0])
