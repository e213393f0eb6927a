"""Rows of the minimal model on any data: row spaces, landings, potentials; and of the words for regimes."""

import numpy as np

from core.theory import implicit_bias, regime, row_space
from tests.core.invariances.neuron import D, R, rates
from tests.core.invariances.row import RATIO, Row, Scaling, negated, permuted, rotated, signs


def one_start(rng):
    X = rng.normal(size=(2, D))
    return {"a_0": float(rng.normal()), "w_0": rng.normal(size=D), "X": X, "y": rng.normal(size=2), **rates(rng)}


def on_flat_data(rng):
    given = one_start(rng)
    return {**given, "X": given["X"][:1], "y": given["y"][:1], "times": rng.exponential(size=3)}


def potential_arguments(rng):
    return {"beta": rng.normal(size=(R, D)), "relative_scale": rng.normal(), **rates(rng)}


def rising(rng):
    return {"times": np.cumsum(rng.uniform(0.1, 1, 6)), "distance": np.cumsum(rng.uniform(0, 1, 6)) / 6}


def _without_basis(seen):
    order = np.argsort(seen.curvatures)
    projector = seen.basis @ seen.basis.T
    return seen.gram, seen.beta_star, projector, seen.curvatures[order]


ROWS = [
    Row(
        row_space.row_space,
        lambda rng: {"X": rng.normal(size=(2, D)), "y": rng.normal(size=2)},
        (Scaling({"X": 1}, (2, -1, None, 2)), Scaling({"y": 1}, (0, 1, None, 0))),
        {"data": lambda given, rng: ({"X": given["X"][::-1], "y": given["y"][::-1]}, lambda r: r)},
        call=lambda X, y: _without_basis(row_space.row_space(X, y)),
    ),
    Row(
        row_space.exact_flow,
        on_flat_data,
        (
            Scaling({"a_0": 1, "w_0": 1, "y": 2, "times": -2}, (1, 1)),
            Scaling({"X": 1, "y": 1, "times": -2}, (0, 0)),
            Scaling({"eta_a": 1, "eta_w": 1, "times": -1}, (0, 0)),
        ),
        {
            "other branch": negated("a_0", "w_0", results=signs(-1, -1)),
            "rotation": rotated("w_0", "X", results=(1,)),
        },
    ),
    Row(
        implicit_bias.potential,
        potential_arguments,
        (
            Scaling({"beta": 1, "relative_scale": 1}, (1.5,)),
            Scaling({"eta_a": 1, "eta_w": 1, "relative_scale": 1}, (0.5,)),
        ),
        {"rotation": rotated("beta"), "other β": negated("beta")},
        rtol=1e-8,
    ),
    Row(
        implicit_bias.mirror,
        potential_arguments,
        (
            Scaling({"beta": 1, "relative_scale": 1}, (0.5,)),
            Scaling({"eta_a": 1, "eta_w": 1, "relative_scale": 1}, (0.5,)),
        ),
        {"rotation": rotated("beta", results=(0,)), "other β": negated("beta", results=signs(-1))},
    ),
    Row(
        implicit_bias.objective,
        lambda rng: {**potential_arguments(rng), "w_0": rng.normal(size=D), "branch": 1.0},
        (Scaling({"beta": 2, "relative_scale": 2, "w_0": 1}, (3,)),),
        {"rotation": rotated("beta", "w_0"), "other branch": negated("w_0", "branch")},
        rtol=1e-7,
    ),
    *(
        Row(
            function,
            one_start,
            (
                Scaling({"a_0": 1, "w_0": 1, "y": 2}, powers((2, 1))),
                Scaling({"X": 1, "y": 1}, powers((0, 0))),
                Scaling({"eta_a": 1, "eta_w": 1}, powers((0, 0))),
            ),
            {
                "other branch": negated("a_0", "w_0", results=signs(*powers((1, -1), other=-1))),
                "rotation": rotated("w_0", "X", results=(0,)),
                "data": permuted({"X": 0, "y": 0}),
            },
            rtol=1e-8,
        )
        for function, powers in (
            (implicit_bias.interpolator, lambda pair, other=1: pair[:1]),
            (implicit_bias.landing, lambda pair, other=1: (*pair, 0 if other == 1 else other, 0 if other == 1 else 1)),
        )
    ),
    Row(
        implicit_bias.landings,
        lambda rng: {
            "X": rng.normal(size=(2, D)),
            "y": rng.normal(size=2),
            "a": rng.normal(size=R),
            "w": rng.normal(size=(R, D)),
            **rates(rng),
        },
        (Scaling({"a": 1, "w": 1, "y": 2}, (2, 1, 0, 0) * R), Scaling({"X": 1, "y": 1}, (0,) * 4 * R)),
        {"other branch": negated("a", "w", results=signs(*(1, -1, -1, 1) * R))},
        call=lambda X, y, **given: implicit_bias.landings(row_space.row_space(X, y), **given),
        rtol=1e-8,
    ),
    Row(
        implicit_bias.ends,
        lambda rng: {"beta_0": rng.normal(size=D), "X": rng.normal(size=(2, D)), "y": rng.normal(size=2)},
        (Scaling({"beta_0": 1, "y": 1}, (1, 1)), Scaling({"X": 1, "y": 1}, (0, 0))),
        {
            "rotation": rotated("beta_0", "X", results=(0, 1)),
            "other label": negated("beta_0", "y", results=signs(-1, -1)),
        },
    ),
    Row(
        regime.classify,
        lambda rng: {**rising(rng), "loss": np.sort(rng.uniform(size=6))[::-1].copy()},
        (
            Scaling({"times": 1}, (0, 1, 1), reach=RATIO),
            Scaling({"loss": 1}, (0, 0, 0), reach=RATIO),
        ),
    ),
    Row(
        regime.first_crossing,
        lambda rng: {"t": rising(rng)["times"], "values": rising(rng)["distance"], "level": 0.1},
        (Scaling({"t": 1}, (1,), reach=RATIO), Scaling({"values": 1, "level": 1}, (0,), reach=RATIO)),
    ),
]
