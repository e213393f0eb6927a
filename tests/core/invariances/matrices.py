"""Rows of what theorems 4.1, 4.2, B.6, B.8 and B.9 are checked by: halves of kernels, followed neurons, square networks."""

import numpy as np

from core.theory import deep_square, gaussian_imbalance, linear_modes, wide_linear, wide_preconditioner
from tests.core.invariances.linear import WIDE, C, D, H, L, wide_flow
from tests.core.invariances.neuron import rates
from tests.core.invariances.row import RATIO, Row, Scaling, exchanged, negated, permuted, rotated, signs

HALVES = (Scaling({"beta": 1, "delta": 1}, (1, 1)), Scaling({"eta_a": 1, "eta_w": 1, "delta": 1}, (1, 1)))
DEEP = {"delta": 2}


def rising_flow(rng):
    given = wide_flow(rng)
    return {**given, "times": np.sort(given["times"])}


def swapped(results):
    return results[::-1]


def flow_transposed(given, rng):
    """(A, W, β*, η_a, η_w) and (W, A, β*ᵀ, η_w, η_a) are one network read from either end, neuron by neuron."""
    other, back = exchanged(("A_0", "W_0"), ("eta_a", "eta_w"), results=swapped)(given, rng)
    return {**other, "beta_star": given["beta_star"].T}, back


def neurons(rng):
    maps = rng.normal(size=(H, D, 1)) * rng.normal(size=(H, 1, C))
    return {"maps": maps, "deltas": rng.normal(size=H), **rates(rng)}


def maps_transposed(given, rng):
    """Read from the other end a neuron's δ_k has the other sign."""
    other = {"maps": np.swapaxes(given["maps"], -1, -2), "deltas": -np.asarray(given["deltas"])}
    return {"eta_a": given["eta_w"], "eta_w": given["eta_a"], **other}, swapped


def map_transposed(given, rng):
    other = {"beta": np.swapaxes(given["beta"], -1, -2), "delta": given["delta"]}
    return {"eta_a": given["eta_w"], "eta_w": given["eta_a"], **other}, swapped


def square(rng):
    return {"beta": rng.normal(size=(4, D)), "delta": -float(rng.exponential()), "hidden": L}


def layers(rng):
    return {"W1": rng.normal(size=(3, D)), "W2": rng.normal(size=(2, 3)), "a": rng.normal(size=(1, 2))}


ROWS = [
    Row(
        wide_linear.exact_weights,
        rising_flow,
        (Scaling(WIDE[0].arguments, (1, 1)), Scaling(WIDE[1].arguments, (0, 0))),
        {
            "the layers trade places": flow_transposed,
            "neurons": permuted({"A_0": 0, "W_0": 0}, {0: (1,), 1: (1,)}),
            "signs": negated("A_0", "W_0", results=signs(-1, -1)),
        },
        rtol=1e-7,
    ),
    Row(
        wide_preconditioner.neuron_halves,
        neurons,
        (Scaling({"maps": 1, "deltas": 1}, (1, 1)), Scaling({"eta_a": 1, "eta_w": 1, "deltas": 1}, (1, 1))),
        {
            "the layers trade places": maps_transposed,
            "neurons": permuted({"maps": 0, "deltas": 0}, {0: (0,), 1: (0,)}),
            "sign": negated("maps"),
        },
    ),
    Row(
        wide_preconditioner.assembled,
        lambda rng: {"outputs": rng.normal(size=(C, C)), "inputs": rng.normal(size=(D, D))},
        (Scaling({"outputs": 1, "inputs": 1}, (1,)),),
        {"sign": negated("outputs", "inputs", results=signs(-1))},
    ),
    Row(
        wide_preconditioner.isotropic_halves,
        lambda rng: {"beta": rng.normal(size=(D, C)), "delta": float(rng.normal()), **rates(rng)},
        HALVES,
        {
            "sign of δ": negated("delta"),
            "sign": negated("beta"),
            "the layers trade places": map_transposed,
        },
    ),
    Row(
        linear_modes.dual_gain,
        lambda rng: {
            "start": rng.normal(size=4),
            "end": rng.normal(size=4),
            "delta": rng.normal(size=4),
            **rates(rng),
        },
        (
            Scaling({"start": 1, "end": 1, "delta": 1}, (0,), reach=RATIO),
            Scaling({"eta_a": 1, "eta_w": 1, "delta": 1}, (-1,)),
        ),
        {
            "sign of δ": negated("delta"),
            "sign": negated("start", "end", results=signs(-1)),
            "there and back": exchanged(("start", "end"), results=signs(-1)),
            "rates": exchanged(("eta_a", "eta_w")),
        },
    ),
    Row(
        gaussian_imbalance.entry_deviation,
        lambda rng: {"width": int(rng.integers(1, 50)), "by_a": rng.exponential(), "by_w": rng.exponential()},
        (Scaling({"by_a": 1, "by_w": 1}, (1,)),),
        {"the layers trade places": exchanged(("by_a", "by_w"))},
    ),
    Row(
        gaussian_imbalance.spectral_edges,
        lambda rng: {"by_a": rng.exponential(), "by_w": rng.exponential()},
        (Scaling({"by_a": 1, "by_w": 1}, (1, 1)),),
        {"the layers trade places": exchanged(("by_a", "by_w"), results=lambda r: (-r[1], -r[0]))},
    ),
    Row(
        deep_square.squared_size,
        lambda rng: {"readout": rng.normal(size=(4, D)), "delta": -float(rng.exponential()), "hidden": L},
        (Scaling({"readout": 1, **DEEP}, (2 * L + 2,)),),
        {"sign": negated("readout"), "rotation": rotated("readout")},
    ),
    Row(
        deep_square.readout_norm,
        lambda rng: {"size": rng.exponential(size=4), "delta": -float(rng.exponential()), "hidden": L},
        (Scaling({"size": L + 1, **DEEP}, (1,), reach=180),),
        {"sizes": permuted({"size": 0}, {0: (0,)})},
    ),
    Row(
        deep_square.preconditioner,
        square,
        (Scaling({"beta": L + 1, **DEEP}, (2 * L,), reach=180),),
        {"sign": negated("beta"), "runs": permuted({"beta": 0}, {0: (0,)})},
    ),
    Row(
        deep_square.preconditioner_of,
        layers,
        (Scaling({"W1": 1, "W2": 1, "a": 1}, (4,)),),
        {"sign": negated("W1"), "hidden": permuted({"W1": 0, "W2": 1}), "inputs": permuted({"W1": 1}, {0: (0, 1)})},
        call=lambda W1, W2, a: deep_square.preconditioner_of([W1, W2, a]),
    ),
    Row(
        deep_square.square_weights,
        lambda rng: {
            "beta": rng.normal(size=D),
            "delta": -float(rng.exponential()),
            "hidden": L,
            "turns": np.linalg.qr(rng.normal(size=(L, D, D)))[0],
        },
        (Scaling({"beta": L + 1, **DEEP}, (1,) * (L + 1), reach=180),),
        {"sign": negated("beta", results=lambda r: (*r[:-1], -r[-1]))},
    ),
]
