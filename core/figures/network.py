"""The network itself, small, beside its pictures: what the chart draws of it at each place of the cursor.

A copy is one network: W[T, m, d] and a[T, m], two matrices, or a chain of layers, as int16 with a common scale (a line's
width needs no more; int8 where many lines are thin); flips[T, m]: which neurons change an activation there; delta: one
number, or one for each place of the cursor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.figures import style
from core.theory.states import activation_signs

FINEST, COARSE = 32767, 127
FEW = 8


def copy(name: str, W: np.ndarray, a: np.ndarray, delta: Any, *, X: Any = None) -> dict[str, Any]:
    """One network with weights W[T, m, d] and a[T, m], delta one number or [T].

    With data X[n, d] its neurons light up where an activation flips.
    """
    deltas = [float(d) for d in np.atleast_1d(delta)]
    made: dict[str, Any] = {"name": name, "colour": style.side_colour(deltas[-1]), "delta": deltas}
    made |= {"W": _coarse(W), "a": _coarse(a)}
    return made if X is None else {**made, "flips": flips(W, X)}


def flips(W: np.ndarray, X: np.ndarray) -> np.ndarray:
    """uint8[T, m]: 1 where a neuron's activation on some datum differs from the moment before."""
    signs = activation_signs(W, np.broadcast_to(X, (len(W), *X.shape)))
    changed = (signs[1:] != signs[:-1]).any(axis=1)
    return np.concatenate([np.zeros((1, W.shape[1])), changed]).astype(np.uint8)


def single(runs: Sequence[tuple[str, np.ndarray, np.ndarray, float]]) -> dict[str, Any]:
    """Single neurons, (name, w[T, 2], a[T], δ) each, which follow a hand in the picture: the k-th with the flow's run k."""
    return picture(
        [copy(name, w[:, None, :], a[:, None], delta) | {"run": k} for k, (name, w, a, delta) in enumerate(runs)]
    )


def in_front(whole: dict[str, Any], says: Sequence[str]) -> dict[str, Any]:
    """The networks before their pictures, larger, in view on a phone too, each named by words instead of its δ."""
    copies = [{**one, "says": words} for one, words in zip(whole["copies"], says, strict=True)]
    return {**whole, "copies": copies, "front": True}


def picture(copies: list[dict[str, Any]]) -> dict[str, Any]:
    """What is sent: the copies and the colours of signs, flips and the rest."""
    colours = {"positive": style.POSITIVE, "negative": style.NEGATIVE, "flip": style.FLIPS, "ink": style.EQUIVALENT}
    return {"copies": copies, "colours": colours}


def chain(name: str, layers: np.ndarray, delta: float) -> dict[str, Any]:
    """A chain of single neurons, layers[T, L] from the first weights' length to the last readout."""
    return {"name": name, "colour": style.side_colour(delta), "delta": [float(delta)], "layers": _coarse(layers)}


def matrices(name: str, W: np.ndarray, A: np.ndarray, delta: float) -> dict[str, Any]:
    """A network of several outputs as two heat maps W[T, h, d] and A[T, h, c] side by side: a row is a neuron."""
    return {"name": name, "colour": style.side_colour(delta), "delta": [float(delta)], "W": _coarse(W), "A": _coarse(A)}


def _coarse(values: np.ndarray) -> dict[str, Any]:
    scale = float(np.abs(np.nan_to_num(values)).max()) or 1.0
    finest, kind = (FINEST, np.int16) if values.shape[1] <= FEW else (COARSE, np.int8)
    return {"scale": scale, "values": np.round(np.nan_to_num(values) / scale * finest).astype(kind)}
