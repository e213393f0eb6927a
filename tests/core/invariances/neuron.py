"""Rows of the minimal model: states, flows, basins, kernels, times and the landscape."""

import numpy as np

from core.theory import landscape, single_neuron, single_neuron_kernel, states
from core.theory import single_neuron_times as times
from tests.core.invariances.row import RATIO, Row, Scaling, exchanged, negated, permuted, rotated, signs

R, D = 4, 3
RATES = ("eta_a", "eta_w")
A_AND_W = {"eta_w": 2, "a_0": -1, "beta_star": -1}
"""√η_w a stays and so does √(η_aη_w) β*: the same flow, with a in other units."""


def rates(rng):
    return {name: float(np.exp(rng.uniform(-1, 1))) for name in RATES}


def start(rng):
    return {"a_0": rng.normal(size=R), "w_0": rng.normal(size=(R, D)), "beta_star": rng.normal(size=D), **rates(rng)}


def two_states(rng):
    first = {"a_0": rng.normal(size=R), "w_0": rng.normal(size=(R, D))}
    return {**first, "a": rng.normal(size=R), "w": rng.normal(size=(R, D)), **rates(rng)}


def with_gram(rng):
    X = rng.normal(size=(5, D))
    return {**two_states(rng), "gram": X.T @ X}


def with_times(rng):
    return {**start(rng), "times": rng.exponential(size=3)}


def flow_scalings(*results):
    """State by c; both rates by c; the units of a alone. results: powers of (a, w) under the first and the last."""
    by_state, by_rate, by_a = results
    return (
        Scaling({"a_0": 1, "w_0": 1, "beta_star": 2, "times": -2}, by_state),
        Scaling({"eta_a": 1, "eta_w": 1, "times": -1}, by_rate),
        Scaling(A_AND_W, by_a),
    )


def without_times(scalings):
    return tuple(
        Scaling({name: p for name, p in s.arguments.items() if name != "times"}, s.results, s.reach) for s in scalings
    )


BOTH = flow_scalings((1, 1), (0, 0), (-1, 0))
ONE_LAYER = {"the layers trade places": lambda given, rng: _one_input(given)}


def _one_input(given):
    """d = 1, where a and w play the same part; the flow is symmetric in (a, η_a) and (w, η_w)."""
    w, target = given["w_0"][:, :1], given["beta_star"][:1]
    swapped = {**given, "a_0": w[:, 0], "w_0": given["a_0"][:, None], "beta_star": target}
    swapped |= {"eta_a": given["eta_w"], "eta_w": given["eta_a"]}
    straight = {**given, "w_0": w, "beta_star": target}
    a, w = single_neuron.exact_flow(**swapped)
    return straight, lambda _: (w[..., 0], a[..., None])


ROWS = [
    Row(
        single_neuron.exact_flow,
        with_times,
        BOTH,
        {
            "other branch": negated("a_0", "w_0", results=signs(-1, -1)),
            "other target": negated("w_0", "beta_star", results=signs(1, -1)),
            "rotation": rotated("w_0", "beta_star", results=(1,)),
            "runs": permuted({"a_0": 0, "w_0": 0}, {0: (0,), 1: (0,)}),
            "times": permuted({"times": 0}, {0: (1,), 1: (1,)}),
            **ONE_LAYER,
        },
    ),
    Row(
        single_neuron.final_state,
        start,
        without_times(BOTH),
        {
            "other branch": negated("a_0", "w_0", results=signs(-1, -1)),
            "rotation": rotated("w_0", "beta_star", results=(1,)),
        },
    ),
    Row(
        single_neuron.basin,
        start,
        (
            Scaling({"a_0": 1, "w_0": 1, "beta_star": 2}, reach=RATIO),
            Scaling({"eta_a": 1, "eta_w": 1}, reach=RATIO),
            Scaling(A_AND_W, reach=RATIO),
        ),
        {
            "other branch": negated("a_0", "w_0", results=signs(-1)),
            "other target": negated("w_0", "beta_star"),
            "rotation": rotated("w_0", "beta_star"),
            "runs": permuted({"a_0": 0, "w_0": 0}, {0: (0,)}),
        },
    ),
    Row(
        single_neuron.split,
        lambda rng: {"beta": rng.normal(size=(R, D)), "relative_scale": rng.normal(size=R), **rates(rng)},
        (
            Scaling({"beta": 2, "relative_scale": 2}, (1, 1)),
            Scaling({"eta_a": 1, "eta_w": 1, "relative_scale": 1}, (0, 0)),
            Scaling({"eta_w": 2, "beta": -1}, (-1, 0)),
        ),
        {
            "other β": negated("beta", results=signs(1, -1)),
            "rotation": rotated("beta", results=(1,)),
            "runs": permuted({"beta": 0, "relative_scale": 0}, {0: (0,), 1: (0,)}),
        },
    ),
    *(
        Row(
            single_neuron.separatrix,
            lambda rng, levels=levels: {
                "beta_star": rng.normal(size=2),
                "relative_scale": -rng.exponential(size=levels),
                "a": rng.normal(size=5),
                **rates(rng),
            },
            (
                Scaling({"beta_star": 2, "relative_scale": 2, "a": 1}, (1,)),
                Scaling({"eta_a": 1, "eta_w": 1, "relative_scale": 1}, (0,)),
            ),
            {"heights": permuted({"a": 0}, {0: (1 + len(levels),)}), **more},
        )
        for levels, more in (((), {}), ((3,), {"levels": permuted({"relative_scale": 0}, {0: (1,)})}))
    ),
    Row(
        single_neuron.magnitude,
        lambda rng: {"a": rng.normal(size=R), "w": rng.normal(size=(R, D))},
        (Scaling({"a": 1}, (1,)), Scaling({"w": 1}, (1,))),
        {"sign": negated("a", results=signs(-1)), "rotation": rotated("w")},
        nan_passes=frozenset({"a", "w"}),
    ),
    Row(
        single_neuron.alignment,
        lambda rng: {"w": rng.normal(size=(R, D)), "beta_star": rng.normal(size=D)},
        (Scaling({"w": 1}, reach=RATIO), Scaling({"beta_star": 1}, reach=RATIO)),
        {"sign": negated("w", results=signs(-1)), "rotation": rotated("w", "beta_star")},
        nan_passes=frozenset({"w", "beta_star"}),
    ),
    Row(
        single_neuron.ratio,
        lambda rng: {"a": rng.normal(size=R), "w": rng.normal(size=(R, D)), "beta_star": rng.normal(size=D)},
        (Scaling({"a": 1, "w": 1}, (0,)), Scaling({"beta_star": 1}, (1,))),
        {"sign": negated("a", "w"), "rotation": rotated("w", "beta_star")},
        nan_passes=frozenset({"a", "w", "beta_star"}),
    ),
    Row(
        states.imbalance,
        lambda rng: {"a": rng.normal(size=R), "w": rng.normal(size=(R, D)), **rates(rng)},
        (
            Scaling({"a": 1, "w": 1}, (2,)),
            Scaling({"eta_a": 1, "eta_w": 1}, (1,)),
            Scaling({"eta_w": 2, "a": -1}, (0,)),
        ),
        {"signs": negated("a", "w"), "rotation": rotated("w"), "runs": permuted({"a": 0, "w": 0}, {0: (0,)})},
    ),
    Row(
        states.imbalance_matrix,
        lambda rng: {"A": rng.normal(size=(4, 2)), "W": rng.normal(size=(4, 3)), **rates(rng)},
        (Scaling({"A": 1, "W": 1}, (2,)), Scaling({"eta_a": 1, "eta_w": 1}, (1,))),
        {
            "neurons": permuted({"A": 0, "W": 0}, {0: (0, 1)}),
            "rotation": rotated("W"),
            "the layers trade places": exchanged(("A", "W"), ("eta_a", "eta_w"), results=signs(-1)),
        },
    ),
    Row(
        single_neuron_kernel.ntk,
        lambda rng: {
            "a": rng.normal(size=R),
            "w": rng.normal(size=(R, D)),
            "X": rng.normal(size=(5, D)),
            **rates(rng),
        },
        (
            Scaling({"a": 1, "w": 1}, (2,)),
            Scaling({"X": 1}, (2,)),
            Scaling({"eta_a": 1, "eta_w": 1}, (1,)),
            Scaling({"a": 1, "w": 1, "X": 1, "eta_a": 1, "eta_w": 1}, (5,)),
        ),
        {
            "sign of a": negated("a"),
            "sign of w": negated("w"),
            "rotation": rotated("w", "X"),
            "data": permuted({"X": 0}, {0: (1, 2)}),
        },
    ),
    *(
        Row(
            single_neuron_kernel.kernel_distance,
            draw,
            (
                Scaling({"a_0": 1, "w_0": 1}, reach=RATIO),
                Scaling({"a": 1, "w": 1}, reach=RATIO),
                Scaling({"a": 1, "w": 1, "a_0": -1, "w_0": -1}, reach=RATIO),
                Scaling({"eta_a": 1, "eta_w": 1}, reach=RATIO),
                Scaling({"eta_w": 2, "a": -1, "a_0": -1}, reach=RATIO),
                *more,
            ),
            {
                "the states trade places": exchanged(("a_0", "a"), ("w_0", "w")),
                "sign of a": negated("a"),
                "sign of w": negated("w"),
                "runs": permuted({"a_0": 0, "w_0": 0, "a": 0, "w": 0}, {0: (0,)}),
                **turned,
            },
        )
        for draw, more, turned in (
            (two_states, (), {"rotation": rotated("w_0", "w")}),
            (with_gram, (Scaling({"gram": 1}, reach=RATIO),), {}),
        )
    ),
    Row(
        times.alignment_time,
        start,
        (
            Scaling({"a_0": 1, "w_0": 1, "beta_star": 2}, (-2,)),
            Scaling({"eta_a": 1, "eta_w": 1}, (-1,)),
            Scaling(A_AND_W, (0,)),
        ),
        {
            "other branch": negated("a_0", "w_0"),
            "rotation": rotated("w_0", "beta_star"),
            "runs": permuted({"a_0": 0, "w_0": 0}, {0: (0,)}),
        },
        rtol=1e-8,
    ),
    Row(
        times.alignment_time_asymptote,
        lambda rng: {
            "beta_0": rng.normal(size=(R, D)),
            "beta_star": rng.normal(size=D),
            "relative_scale": rng.normal(size=R),
            **rates(rng),
        },
        (
            Scaling({"beta_0": 1, "beta_star": 1, "relative_scale": 1}, (-1,)),
            Scaling({"eta_a": 1, "eta_w": 1, "relative_scale": 1}, (-1,)),
        ),
        {"rotation": rotated("beta_0", "beta_star")},
        rtol=1e-8,
    ),
    Row(
        landscape.loss,
        lambda rng: {"theta": rng.uniform(-90, 270, 5), "a": rng.normal(size=5), "delta": -float(rng.exponential())},
        (),
        {"other sheet": lambda given, rng: ({**given, "a": -given["a"], "theta": given["theta"] + 180}, lambda r: r)},
    ),
    Row(
        landscape.minima,
        lambda rng: {"delta": float(rng.normal())},
        (),
        {"by split": lambda given, rng: (given, lambda r: (np.array([0.0, 180.0]), r[1]))},
    ),
    Row(landscape.arrival, lambda rng: {"delta": float(rng.normal())}),
    Row(landscape.contour, lambda rng: {"level": float(rng.exponential()), "delta": float(rng.normal())}),
    Row(landscape.ridge, lambda rng: {"delta": -float(rng.exponential())}),
    Row(
        landscape.chart_angle,
        lambda rng: {"w": rng.normal(size=(R, 2))},
        (Scaling({"w": 1}, (0,), reach=RATIO),),
        nan_passes=frozenset({"w"}),
    ),
]
