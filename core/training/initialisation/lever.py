"""The lever: what to multiply the layers by so that the ends reach a balance and the function stays, and the lines that do it.

Legend: α ↔ lever: first layer divided, last multiplied (paper section 6); η_l ↔ rates; D ↔ aimed mean δ; A, V ↔ mean squared
norm per unit of the last and the first layer, over their rates; u ↔ (‖slope‖/Π√η)^{2/L}.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.layers import Layers, default_name, forward, rescale
from core.training.initialisation.norms import Norms
from core.training.initialisation.schemes import probe_inputs
from core.training.initialisation.slope import Slope

IN_A_STATE_DICT = ("weight", "weight_g", "weight_orig", ".original0")


def unit(rates: Sequence[float], index: int, slope: Slope) -> float:
    """What δ of pair `index` is measured in: √(η_aη_w)‖slope‖ for two layers, η_l η_{l+1} (‖slope‖/Π√η)^{2/L} for L."""
    u = slope.value / float(np.prod(np.sqrt(rates)))
    return rates[index] * rates[index + 1] * u ** (2 / len(rates))


def incoming(norms: Norms, index: int) -> np.ndarray:
    """‖in-weights‖² of each unit of layer `index`, its bias counted among them."""
    bias = norms.biases[index]
    return norms.rows[index] if bias is None else norms.rows[index] + bias


def no_lever(norms: Norms) -> str:
    """Why no factors move δ, or "": an end that is zero stays zero whatever it is multiplied by."""
    for index, place, moves in ((-1, "last", "first"), (0, "first", "last")):
        if not norms.rows[index].any():
            return (
                f"The {place} layer ({norms.names[index]}) is all zero: δ is well defined, but no factor changes that layer, "
                f"and one on the {moves} layer alone has no counterpart that keeps f."
            )
    return ""


def lever(norms: Norms, rates: Sequence[float], aim: float, slope: Slope | None) -> tuple[float, ...]:
    """Factors (1/α, 1, …, 1, α) that give the ends the balance `aim`.

    For two layers the mean δ̂ becomes exactly `aim`: with A = mean η_w‖a‖², V = mean η_a(‖w‖²+b²) and D the aimed mean δ,
    α² = (D + √(D² + 4AV))/(2A). Deeper networks do the same with the first and the last layer's squared norms per unit.
    All 1 where there is no lever.
    """
    if no_lever(norms):
        return (1.0,) * len(rates)
    last = len(rates) - 1
    units = np.mean([shape[0] for shape in norms.shapes[:-1]])
    A = norms.columns[last].sum() / rates[last] / units
    V = incoming(norms, 0).sum() / rates[0] / units
    u = 1.0 if slope is None else (slope.value / float(np.prod(np.sqrt(rates)))) ** (2 / len(rates))
    D = aim * u if slope is not None else aim / (rates[0] * rates[last])
    root = np.hypot(D, 2 * np.sqrt(A * V))
    squared = (root + D) / (2 * A) if D >= 0 else 2 * V / (root - D)
    alpha = float(np.sqrt(squared))
    if not (np.isfinite(alpha) and 1e-6 < alpha < 1e6):
        raise OutsideTheory(
            "The weights cannot be moved that far by a sane factor", got=f"α = {alpha:g}", do="Choose a smaller aim."
        )
    return (1 / alpha, *(1.0,) * (last - 1), alpha)


def multiplied(norms: Norms, factors: Sequence[float]) -> Norms:
    so_far = np.cumprod(factors)
    return replace(
        norms,
        rows=tuple(r * c**2 for r, c in zip(norms.rows, factors, strict=True)),
        columns=tuple(r * c**2 for r, c in zip(norms.columns, factors, strict=True)),
        biases=tuple(None if b is None else b * c**2 for b, c in zip(norms.biases, so_far, strict=True)),
    )


def unchanged(layers: Layers, factors: Sequence[float], X: np.ndarray | None = None) -> float:
    """Largest |f′ − f| over the largest |f| after rescaling, on 256 isotropic inputs or X: rounding, if all is right."""
    inputs = probe_inputs(layers.weights[0].shape[1]) if X is None else X
    before, after = forward(layers, inputs)[-1], forward(rescale(layers, factors), inputs)[-1]
    return float(np.abs(after - before).max() / max(np.abs(before).max(), 1e-300))


def pytorch_lines(norms: Norms, factors: Sequence[float]) -> str:
    """Lines that apply the factors in place, biases included; three for a network of two layers.

    To `model` by the names of its state dict; to the first and the last nn.Linear where layers have no names of their own;
    to the arrays of the file where these are not a PyTorch model's.
    """
    if all(name == default_name(k) for k, name in enumerate(norms.names)):
        return _lines_by_order(factors)
    keys = norms.keys or tuple((f"{name}.weight", f"{name}.bias") for name in norms.names)
    torch = all(key.endswith(IN_A_STATE_DICT) for key, _ in keys)
    holder = "state" if torch else "weights"
    lines = []
    for (key, bias_key), bias, c, total in zip(keys, norms.biases, factors, np.cumprod(factors), strict=True):
        scaled = [] if abs(c - 1) < 1e-12 else [_line(holder, key, c, torch)]
        if bias is not None and abs(total - 1) > 1e-9:
            scaled.append(_line(holder, bias_key, total, torch))
        if scaled:
            lines.append("; ".join(scaled))
    if not lines:
        return "pass"
    if torch:
        return "\n".join(["state = model.state_dict()", *lines])
    return "\n".join(['weights = dict(numpy.load("weights.npz"))', *lines, 'numpy.savez("rescaled.npz", **weights)'])


def _line(holder: str, key: str, factor: float, torch: bool) -> str:
    return f"{holder}[{key!r}].mul_({factor:.12g})" if torch else f"{holder}[{key!r}] *= {factor:.12g}"


def _lines_by_order(factors: Sequence[float]) -> str:
    """The lever on the first and the last nn.Linear; hidden biases go with the first layer."""
    first, last = factors[0], factors[-1]
    return (
        "linear = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]\n"
        f"linear[0].weight.data *= {first:.12g}; linear[-1].weight.data *= {last:.12g}\n"
        f"for m in linear[:-1]: m.bias is None or m.bias.data.mul_({first:.12g})"
    )
