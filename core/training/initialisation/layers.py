"""A network of fully connected layers as plain arrays: its function, its kernel layer by layer, and its rescaling.

Legend: W_l ↔ weights[l] ↔ [out, in]; b_l ↔ biases[l] ↔ [out] or None; η_l ↔ rates[l] ↔ learning rate of layer l;
γ ↔ slope ↔ leak of the activation max(z, γz), used between layers only; X ↔ [n, in]; K_l ↔ kernel of layer l ↔ [n, n].

Ours: the lever is that of the paper's section 6, for any depth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory
from core.theory.states import imbalance_of_squares

LARGEST = 1e100


@dataclass(frozen=True)
class Entry:
    """What became of one array of a file: whether it is used, and as what, or why not."""

    name: str
    shape: tuple[int, ...]
    used: bool
    use: str


@dataclass(frozen=True)
class Layers:
    """Weights, biases and learning rates of one network.

    Of a network from a file: keys, for each layer the arrays that scale its weights and hold its bias ("" for none);
    entries account for every array of the file; notes say how it was read, and with which switch it is read otherwise.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray | None, ...]
    rates: tuple[float, ...]
    names: tuple[str, ...]
    slope: float = 0.0
    normalised: bool = False
    keys: tuple[tuple[str, str], ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        return len(self.weights)

    @property
    def inputs(self) -> int:
        """How many values the first layer takes."""
        return self.weights[0].shape[1]

    @property
    def outputs(self) -> int:
        """How many values the last layer gives."""
        return self.weights[-1].shape[0]

    def at_rates(self, rates: Sequence[float]) -> "Layers":
        """The same network with other learning rates, first layer first; raises OutsideTheory for ones that cannot be."""
        return replace(self, rates=checked_rates(rates, self.depth))

    @property
    def has_biases(self) -> bool:
        return any(bias is not None for bias in self.biases)

    @property
    def has_hidden_biases(self) -> bool:
        """A bias in the last layer takes no part in the conservation law; one below it does."""
        return any(bias is not None for bias in self.biases[:-1])


def make_layers(
    weights: Sequence,
    biases: Sequence | None = None,
    *,
    rates: Sequence[float] | None = None,
    names: Sequence[str] | None = None,
    slope: float = 0.0,
    normalised: bool = False,
    keys: Sequence[tuple[str, str]] = (),
    entries: Sequence[Entry] = (),
    notes: Sequence[str] = (),
) -> Layers:
    """Layers from arrays [out, in], checked: at least two, chained, finite, not all of them zero.

    Raises OutsideTheory with the layer's name, what was found and what to do.
    """
    names = tuple(names) if names is not None else tuple(default_name(k) for k in range(len(weights)))
    if len(weights) < 2:
        raise OutsideTheory(
            "A balance needs two layers of weights", got=f"{len(weights)}", do="Give the layers of a whole network."
        )
    matrices = tuple(_matrix(w, name) for w, name in zip(weights, names, strict=True))
    for lower, upper, name in zip(matrices, matrices[1:], names[1:], strict=False):
        if upper.shape[1] != lower.shape[0]:
            raise OutsideTheory(
                f"{name} must take what the layer below gives ({lower.shape[0]} values)",
                got=f"a matrix of {upper.shape[0]} × {upper.shape[1]}",
                do="Give matrices of shape [out, in], in the order of the network.",
            )
    found = tuple(biases) if biases is not None else (None,) * len(matrices)
    vectors = tuple(_bias(b, w, name) for b, w, name in zip(found, matrices, names, strict=True))
    speeds = checked_rates(rates, len(matrices))
    if not any(matrix.any() for matrix in matrices):
        raise OutsideTheory("The layers must not all be zero", got="zeros", do="Give weights before or after training.")
    return Layers(matrices, vectors, speeds, names, slope, normalised, tuple(keys), tuple(entries), tuple(notes))


def checked_rates(rates: Sequence[float] | None, count: int) -> tuple[float, ...]:
    """One positive learning rate per layer, first layer first; all 1 where none are given."""
    found = tuple(float(r) for r in rates) if rates is not None else (1.0,) * count
    if len(found) != count or not all(np.isfinite(r) and r > 0 for r in found):
        raise OutsideTheory(
            f"Learning rates must be {count} positive numbers, first layer first", got=found, do="Give one per layer."
        )
    return found


def default_name(index: int) -> str:
    """What a layer is called that came without a name."""
    return f"layer {index + 1}"


def _matrix(value, name: str) -> np.ndarray:
    array = _finite(value, name)
    if array.ndim != 2 or 0 in array.shape:
        raise OutsideTheory(
            f"{name} must be a matrix [out, in]",
            got=f"an array of shape {list(array.shape)}",
            do="Only fully connected layers have the per-neuron balance shown here.",
        )
    return array


def _bias(value, matrix: np.ndarray, name: str) -> np.ndarray | None:
    if value is None:
        return None
    array = _finite(value, f"The bias of {name}")
    if array.shape != (matrix.shape[0],):
        raise OutsideTheory(
            f"The bias of {name} must have one value per output ({matrix.shape[0]})",
            got=f"shape {list(array.shape)}",
            do="Save weights and biases of the same network.",
        )
    return array


def _finite(value, name: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise OutsideTheory(f"{name} must hold real numbers", got=f"type {array.dtype}", do="Save it as float32.")
    array = array.astype(float)
    if not np.isfinite(array).all():
        bad = int(array.size - np.isfinite(array).sum())
        raise OutsideTheory(
            f"{name} must hold finite numbers", got=f"{bad} NaN or infinite values", do="Save the weights again."
        )
    if array.size and np.abs(array).max() > LARGEST:
        raise OutsideTheory(
            f"{name} must not exceed {LARGEST:g} in size: squares of its weights overflow",
            got=f"{np.abs(array).max():.3g}",
            do="Take the weights of before the run diverged.",
        )
    return array


def forward(layers: Layers, X: np.ndarray) -> list[np.ndarray]:
    """Inputs of every layer and the output: h_0 = X, …, h_L = f(X), each [n, width]."""
    values = [X]
    for index, (weight, bias) in enumerate(zip(layers.weights, layers.biases, strict=True)):
        z = values[-1] @ weight.T + (0.0 if bias is None else bias)
        values.append(z if index == layers.depth - 1 else np.where(z > 0, z, layers.slope * z))
    return values


def layer_kernels(layers: Layers, X: np.ndarray) -> np.ndarray:
    """K[l, n, n]: each layer's part of the tangent kernel, summed over outputs; Σ_l K_l is the kernel.

    K_l = η_l (h_{l−1} h_{l−1}ᵀ [+ 1 with a bias]) ∘ Σ_j g_{l,j} g_{l,j}ᵀ, g_{l,j} the gradient of output j by layer l's
    pre-activations (paper section 3, the preconditioner M written per layer). Its trace is how fast that layer moves f.
    """
    values = forward(layers, X)
    outputs = layers.weights[-1].shape[0]
    back = np.broadcast_to(np.eye(outputs), (len(X), outputs, outputs))
    blocks = []
    for index in reversed(range(layers.depth)):
        features = values[index] @ values[index].T + (layers.biases[index] is not None)
        blocks.append(layers.rates[index] * features * np.einsum("ajk,bjk->ab", back, back))
        if index:
            gate = np.where(values[index] > 0, 1.0, layers.slope)
            back = (back @ layers.weights[index]) * gate[:, None, :]
    return np.stack(blocks[::-1])


def rescale(layers: Layers, factors: Sequence[float]) -> Layers:
    """Each layer's weights times its factor; biases times the product so far, so that f is multiplied by Π factors.

    With Π factors = 1 the function is unchanged, because max(z, γz) is positively homogeneous.
    """
    if len(factors) != layers.depth or not all(np.isfinite(c) and c > 0 for c in factors):
        raise OutsideTheory(
            "Rescaling needs one positive factor per layer",
            got=f"{list(factors)}",
            do=f"Give {layers.depth} numbers above 0.",
        )
    so_far = np.cumprod(factors)
    weights = tuple(w * c for w, c in zip(layers.weights, factors, strict=True))
    biases = tuple(None if b is None else b * c for b, c in zip(layers.biases, so_far, strict=True))
    return replace(layers, weights=weights, biases=biases)


def imbalance(layers: Layers) -> list[np.ndarray]:
    """δ_k of every hidden unit, one array per pair of neighbouring layers, in weight² × rate.

    δ_k = η_l ‖out-weights‖² − η_{l+1} (‖in-weights‖² + bias²): conserved by gradient flow in any bias-free or biased
    network of homogeneous activations (paper section 5; with the bias counted as one more in-weight).
    """
    found = []
    for index in range(layers.depth - 1):
        incoming = np.square(layers.weights[index]).sum(1)
        bias = layers.biases[index]
        if bias is not None:
            incoming = incoming + bias**2
        outgoing = np.square(layers.weights[index + 1]).sum(0)
        lower, upper = layers.rates[index : index + 2]
        found.append(imbalance_of_squares(outgoing, incoming, eta_a=upper, eta_w=lower))
    return found
