"""Rows of the linear networks: wide ones, chains, their potentials, waiting times and single modes."""

import numpy as np

from core.theory import deep_linear, deep_potential, linear_modes, scalar_chain, wide_linear, wide_preconditioner
from tests.core.invariances.neuron import rates
from tests.core.invariances.row import RATIO, Row, Scaling, exchanged, negated, permuted, rotated, signs

D, H, C, L = 3, 2, 2, 2


def layers(rng):
    return {"A": rng.normal(size=(H, C)), "W": rng.normal(size=(H, D)), **rates(rng)}


def isotropic(rng):
    """A start with Δ = δ I, its hidden layer turned, and a target."""
    given = rates(rng)
    A, W = wide_linear.split(rng.normal(size=(D, C)), float(rng.normal()), H, **given)
    turn = np.linalg.qr(rng.normal(size=(H, H)))[0]
    return {"A": turn @ A, "W": turn @ W, **given}


def wide_flow(rng):
    given = isotropic(rng)
    start = {"A_0": given.pop("A"), "W_0": given.pop("W")}
    return {**start, "beta_star": rng.normal(size=(D, C)), "times": rng.exponential(size=3), **given}


def chain(rng):
    etas = np.exp(rng.uniform(-0.5, 0.5, L + 1))
    return {"w_0": rng.normal(size=D), "a_0": rng.uniform(0.5, 2, L), "etas": etas}


def taught_chain(rng):
    return {**chain(rng), "X": rng.normal(size=(2, D)), "y": rng.normal(size=2)}


def transposed(results):
    return tuple(np.swapaxes(result, -1, -2) for result in results)


def target_transposed(given, rng):
    """(A, W, β*, η_a, η_w) and (W, A, β*ᵀ, η_w, η_a) are one network read from either end."""
    other, back = exchanged(("A_0", "W_0"), ("eta_a", "eta_w"), results=transposed)(given, rng)
    return {**other, "beta_star": given["beta_star"].T}, back


def later_layers(given, rng):
    """The order of the layers that follow the first does not matter to β."""
    order = rng.permutation(L)
    etas = np.concatenate([given["etas"][:1], given["etas"][1:][order]])
    return {**given, "a_0": given["a_0"][order], "etas": etas}, lambda results: results


WIDE = (
    Scaling({"A_0": 1, "W_0": 1, "beta_star": 2, "times": -2}, (2,)),
    Scaling({"eta_a": 1, "eta_w": 1, "times": -1}, (0,)),
)
CHAIN = Scaling({"w_0": 1, "a_0": 1, "y": L + 1, "times": -2 * L}, (1, 1), reach=240)

ROWS = [
    Row(
        wide_linear.regime,
        lambda rng: dict(zip("dhc", rng.integers(1, 5, 3).tolist(), strict=True)),
        call=lambda **sizes: tuple(word == "lazy" for word in wide_linear.regime(**sizes).values()),
        symmetries={"the layers trade places": exchanged(("d", "c"), results=lambda r: r[::-1])},
    ),
    Row(
        wide_linear.split,
        lambda rng: {"beta": rng.normal(size=(D, C)), "delta": float(rng.normal()), "h": H, **rates(rng)},
        (Scaling({"beta": 2, "delta": 2}, (1, 1)), Scaling({"eta_a": 1, "eta_w": 1, "delta": 1}, (0, 0))),
    ),
    Row(
        wide_linear.isotropic_delta,
        isotropic,
        (Scaling({"A": 1, "W": 1}, (2,)), Scaling({"eta_a": 1, "eta_w": 1}, (1,))),
        {
            "the layers trade places": exchanged(("A", "W"), ("eta_a", "eta_w"), results=signs(-1)),
            "rotation": rotated("W"),
            "neurons": permuted({"A": 0, "W": 0}),
        },
    ),
    Row(
        wide_linear.exact_flow,
        wide_flow,
        WIDE,
        {
            "the layers trade places": target_transposed,
            "neurons": permuted({"A_0": 0, "W_0": 0}),
            "outputs": permuted({"A_0": 1, "beta_star": 1}, {0: (2,)}),
            "times": permuted({"times": 0}, {0: (0,)}),
            "signs": negated("A_0", "W_0"),
        },
        rtol=1e-8,
    ),
    Row(
        wide_linear.exact_products,
        wide_flow,
        (
            Scaling(WIDE[0].arguments, (-2, 2, 2, 2)),
            Scaling(WIDE[1].arguments, (-1, 0, 1, 1)),
        ),
        {"neurons": permuted({"A_0": 0, "W_0": 0}), "signs": negated("A_0", "W_0")},
        rtol=1e-8,
    ),
    *(
        Row(
            function,
            layers,
            (Scaling({"A": 1, "W": 1}, (2,)), Scaling({"eta_a": 1, "eta_w": 1}, (1,))),
            {"signs": negated("A", "W"), "neurons": permuted({"A": 0, "W": 0}, ordered)},
        )
        for function, ordered in (
            (wide_preconditioner.preconditioner, None),
            (wide_preconditioner.preconditioner_terms, {0: (0,)}),
        )
    ),
    Row(
        wide_preconditioner.isotropic_velocity,
        lambda rng: {
            "beta": rng.normal(size=(2, 2)),
            "residual": rng.normal(size=(2, 2)),
            "delta": float(rng.normal()),
            "h": 2,
            **rates(rng),
        },
        (
            Scaling({"beta": 1, "residual": 1, "delta": 1}, (2,)),
            Scaling({"residual": 1}, (1,)),
            Scaling({"eta_a": 1, "eta_w": 1, "delta": 1}, (1,)),
        ),
        {"sign of δ": negated("delta"), "other map": negated("beta", "residual", results=signs(-1))},
    ),
    Row(
        linear_modes.mode_flow,
        lambda rng: {
            "start": rng.normal(size=4),
            "target": rng.normal(size=4),
            "delta": rng.normal(size=4),
            "times": rng.exponential(size=3),
            **rates(rng),
        },
        (
            Scaling({"start": 1, "target": 1, "delta": 1, "times": -1}, (1,)),
            Scaling({"eta_a": 1, "eta_w": 1, "delta": 1, "times": -1}, (0,)),
        ),
        {
            "sign of δ": negated("delta"),
            "sign": negated("start", "target", results=signs(-1)),
            "rates": exchanged(("eta_a", "eta_w")),
        },
    ),
    Row(
        linear_modes.mode_time,
        lambda rng: {
            "start": rng.uniform(0.01, 0.3, 4),
            "target": rng.uniform(0.8, 2, 4),
            "delta": rng.normal(size=4),
            **rates(rng),
        },
        (
            Scaling({"start": 1, "target": 1, "delta": 1}, (-1,)),
            Scaling({"eta_a": 1, "eta_w": 1, "delta": 1}, (-1,)),
        ),
        {"sign of δ": negated("delta"), "sign": negated("start", "target"), "rates": exchanged(("eta_a", "eta_w"))},
    ),
    Row(
        linear_modes.hyperbolic_entropy,
        lambda rng: {"x": rng.normal(size=4), "delta": rng.normal(size=4)},
        (Scaling({"x": 1, "delta": 1}, (1,)),),
        {"sign": negated("x"), "sign of δ": negated("delta")},
    ),
    Row(
        deep_linear.balance,
        lambda rng: {"W1": rng.normal(size=(4, 3)), "W2": rng.normal(size=(2, 4)), "etas": rng.uniform(0.5, 2, 2)},
        (Scaling({"W1": 1, "W2": 1}, (2,)), Scaling({"etas": 1}, (1,))),
        {"signs": negated("W1"), "rotation": rotated("W1"), "hidden": permuted({"W1": 0, "W2": 1}, {0: (0, 1)})},
        call=lambda W1, W2, etas: deep_linear.balance([W1, W2], etas=etas),
    ),
    Row(
        deep_linear.offsets,
        chain,
        (Scaling({"w_0": 1, "a_0": 1}, (2,)), Scaling({"etas": 1}, (-1,))),
        {"signs": negated("w_0", "a_0"), "rotation": rotated("w_0")},
    ),
    Row(
        deep_linear.gain,
        lambda rng: {
            "squared_norm": rng.exponential(size=4),
            "offset": rng.exponential(size=L),
            "etas": rng.uniform(0.5, 2, L + 1),
        },
        (
            Scaling({"squared_norm": 2, "offset": 2}, (L,)),
            Scaling({"squared_norm": 1, "etas": 1}, (L / 2,)),
        ),
    ),
    Row(
        deep_linear.interpolator,
        taught_chain,
        (
            Scaling({"w_0": 1, "a_0": 1, "y": L + 1}, (L + 1,), reach=180),
            Scaling({"X": 1, "y": 1}, (0,)),
            Scaling({"etas": 1}, (0,)),
        ),
        {
            "later layers": later_layers,
            "rotation": rotated("w_0", "X", results=(0,)),
            "signs": negated("w_0", "y", results=signs(-1)),
            "data": permuted({"X": 0, "y": 0}),
        },
        rtol=1e-7,
    ),
    Row(
        deep_linear.chain_flow,
        lambda rng: {**taught_chain(rng), "times": rng.exponential(size=3)},
        (
            CHAIN,
            Scaling({"X": 1, "y": 1, "times": -2}, (0, 0)),
            Scaling({"etas": 1, "times": -1}, (0, 0)),
        ),
        {
            "rotation": rotated("w_0", "X", results=(0,)),
            "signs": negated("w_0", "y", results=signs(-1, 1)),
            "times": permuted({"times": 0}, {0: (0,), 1: (0,)}),
        },
        rtol=1e-7,
        whole=frozenset({"X", "y"}),
    ),
    Row(
        deep_potential.penalty,
        lambda rng: {"beta": rng.normal(size=(4, D)), "beta_0": rng.normal(size=D), "hidden": L},
        (Scaling({"beta": 1, "beta_0": 1}, ((L + 2) / (L + 1),)),),
        {"sign": negated("beta", "beta_0"), "rotation": rotated("beta", "beta_0")},
    ),
    Row(
        deep_potential.first_layer_norm,
        lambda rng: {"size": rng.exponential(size=4), "offset": rng.normal(size=L), "etas": rng.uniform(0.5, 2, L + 1)},
        (
            Scaling({"size": L + 1, "offset": 2}, (1,), reach=180),
            Scaling({"etas": 1, "offset": -1}, (0,)),
        ),
        {"sizes": permuted({"size": 0}, {0: (0,)}), "layers": permuted({"offset": 0})},
    ),
    Row(
        deep_potential.chain_potential,
        lambda rng: {"beta": rng.normal(size=(4, D)), "offset": rng.normal(size=L), "etas": rng.uniform(0.5, 2, L + 1)},
        (Scaling({"beta": L + 1, "offset": 2}, (L + 2,), reach=180),),
        {"sign": negated("beta"), "rotation": rotated("beta")},
    ),
    Row(
        scalar_chain.learning_time,
        lambda rng: {"weights": rng.uniform(0.1, 0.5, 3), "target": 1.0, "etas": rng.uniform(0.5, 2, 3)},
        (Scaling({"weights": 1, "target": 3}, (-4,), reach=180), Scaling({"etas": 1}, (-1,))),
        {"layers": permuted({"weights": 0, "etas": 0}), "sign": negated("weights", "target")},
    ),
    Row(
        scalar_chain.layer_speeds,
        lambda rng: {"weights": rng.normal(size=(4, 3)), "etas": rng.uniform(0.5, 2, 3)},
        (Scaling({"weights": 1}, reach=RATIO), Scaling({"etas": 1}, reach=RATIO)),
        {"layers": permuted({"weights": 1, "etas": 0}, {0: (1,)}), "sign": negated("weights")},
    ),
]
