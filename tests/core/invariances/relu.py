"""Rows of the two-layer ReLU network: sectors in the plane, kernels, and what is measured on the way."""

import numpy as np

from core.datasets.teacher_student import Teacher
from core.kernels import relu, relu_movement
from core.theory import phases
from core.theory import relu_partition as partition
from core.training import measures
from tests.core.invariances.neuron import rates
from tests.core.invariances.row import RATIO, Row, Scaling, exchanged, negated, permuted, rotated, signs

M, N, D, T = 5, 6, 3, 8
NEURONS = {"W": 0, "a": 0}


def network(rng):
    return {"W": rng.normal(size=(M, D)), "a": rng.normal(size=M), "X": rng.normal(size=(N, D)), "slope": 0.2}


def two_networks(rng):
    first = {"W_0": rng.normal(size=(M, D)), "a_0": rng.normal(size=M)}
    return {**first, "W": rng.normal(size=(M, D)), "a": rng.normal(size=M)}


def plane(rng):
    return {"W": rng.normal(size=(M, 2)), "a": rng.normal(size=M), "slope": 0.2}


def at_angles(rng):
    return {**plane(rng), "angle": rng.uniform(-7, 7, 4)}


def run(rng, **turning):
    return {"times": np.arange(1.0, T + 1), **turning, "loss": 2 - np.sort(rng.random(T))}


def shapeless(function):
    """Call `function` and give of its intervals, of which there may be any number, the first's beginning and the last's end."""

    def call(**arguments):
        found = function(**arguments)
        ends = [one.ravel()[[0, -1]] if one.size else np.zeros(2) for one in (found.turns, found.fits)]
        return *ends, found.half_turned, found.half_fitted, found.turned, found.fitted, found.end

    return call


def in_plane(function):
    """Call `function` on the sectors of W, a, slope."""
    return lambda W, a, slope, *rest, **more: function(partition.sectors(W, a, slope=slope), *rest, **more)


IN_TIME = (Scaling({"times": 1}, (1, 1, 1, 1, 0, 0, 1)),)
BY_W, BY_A = Scaling({"W": 1}, (1,)), Scaling({"a": 1}, (1,))
PIECES = ({"neurons": permuted(NEURONS)}, frozenset())
KERNEL = (
    Scaling({"W": 1, "a": 1}, (2,)),
    Scaling({"X": 1}, (2,)),
    Scaling({"eta_a": 1, "eta_w": 1}, (1,)),
    Scaling({"W": 1, "a": 1, "X": 1, "eta_a": 1, "eta_w": 1}, (5,)),
    Scaling({"eta_w": 2, "a": -1}, (None,)),
)

ROWS = [
    Row(
        partition.sectors,
        plane,
        (
            Scaling({"W": 1}, (0, 0, 0, 1), reach=RATIO),
            Scaling({"a": 1}, (0, 0, 0, 1), reach=RATIO),
            Scaling({"W": 1, "a": -1}, (0, 0, 0, 0), reach=RATIO),
        ),
        {"neurons": permuted(NEURONS), "sign": negated("a", results=signs(1, 1, 1, -1))},
        rtol=1e-11,
    ),
    Row(
        partition.value,
        at_angles,
        (BY_W, BY_A),
        {"neurons": permuted(NEURONS), "sign": negated("a", results=signs(-1))},
        call=lambda angle, **network: in_plane(partition.value)(**network, angle=angle),
    ),
    Row(
        partition.containing,
        at_angles,
        (Scaling({"W": 1}, reach=RATIO), Scaling({"a": 1}, reach=RATIO)),
        PIECES[0],
        call=lambda angle, **network: in_plane(partition.containing)(**network, angle=angle),
    ),
    Row(partition.colours, plane, (Scaling({"W": 1}, reach=RATIO),), PIECES[0], call=in_plane(partition.colours)),
    Row(
        partition.extrema,
        plane,
        (Scaling({"W": 1}, (1, 0, 1, 0), reach=RATIO), Scaling({"a": 1}, (1, 0, 1, 0), reach=RATIO)),
        {"neurons": permuted(NEURONS), "sign": negated("a", results=lambda r: (-r[2], r[3], -r[0], r[1]))},
        call=in_plane(partition.extrema),
    ),
    Row(
        partition.roots,
        plane,
        (Scaling({"W": 1}, reach=RATIO), Scaling({"a": 1}, reach=RATIO)),
        {"neurons": permuted(NEURONS), "sign": negated("a")},
        call=in_plane(partition.roots),
    ),
    Row(
        partition.mean_square,
        plane,
        (Scaling({"W": 1}, (2,)), Scaling({"a": 1}, (2,))),
        {"neurons": permuted(NEURONS), "sign": negated("a"), "rotation": rotated("W")},
        call=in_plane(partition.mean_square),
    ),
    Row(
        partition.fan,
        lambda rng: {**plane(rng), "radius": float(rng.exponential())},
        (
            Scaling({"W": 1}, (0, 0, 0, 1), reach=RATIO),
            Scaling({"radius": 1}, (0, 1, 0, 1), reach=RATIO),
        ),
        {"neurons": permuted(NEURONS)},
        call=lambda radius, **network: in_plane(partition.fan)(**network, radius=radius),
    ),
    *(
        Row(
            function,
            lambda rng: {"W_0": rng.normal(size=(M, D)), "W": rng.normal(size=(M, D)), "X": rng.normal(size=(N, D))},
            tuple(Scaling({name: 1}, reach=RATIO) for name in ("W_0", "W", "X")),
            {
                "neurons": permuted({"W_0": 0, "W": 0}, neurons),
                "data": permuted({"X": 0}, data),
                "rotation": rotated("W_0", "W", "X"),
                "the networks trade places": exchanged(("W_0", "W")),
                "both turned round": negated("W_0", "W"),
            },
        )
        for function, neurons, data in (
            (partition.flipped, {0: (1,)}, {0: (0,)}),
            (measures.hamming_distance, None, None),
        )
    ),
    Row(
        partition.turned,
        lambda rng: {"W_0": rng.normal(size=(M, 2)), "W": rng.normal(size=(M, 2))},
        tuple(Scaling({name: 1}, reach=RATIO) for name in ("W_0", "W")),
        {
            "neurons": permuted({"W_0": 0, "W": 0}, {0: (0,)}),
            "rotation": rotated("W_0", "W"),
            "the networks trade places": exchanged(("W_0", "W")),
        },
    ),
    Row(
        phases.measured,
        lambda rng: run(rng, turned=np.cumsum(rng.random(T))),
        (*IN_TIME, Scaling({"loss": 1}, (0,) * 7)),
        call=shapeless(phases.measured),
    ),
    Row(
        phases.of_neurons,
        lambda rng: run(rng, W=rng.normal(size=(T, M, 2))),
        (*IN_TIME, Scaling({"W": 1}, (0,) * 7, reach=RATIO)),
        {"neurons": permuted({"W": 1}), "rotation": rotated("W")},
        call=shapeless(phases.of_neurons),
    ),
    Row(
        phases.of_kernel,
        lambda rng: run(rng, distance=np.sort(rng.random(T))),
        IN_TIME,
        call=shapeless(phases.of_kernel),
    ),
    Row(
        relu.relu_ntk,
        lambda rng: {**network(rng), **rates(rng)},
        KERNEL,
        {
            "neurons": permuted(NEURONS),
            "signs of a": negated("a"),
            "rotation": rotated("W", "X"),
            "data": permuted({"X": 0}, {0: (0, 1)}),
        },
        zero_rates=True,
    ),
    Row(
        relu.kernel_distance,
        lambda rng: {name: rng.normal(size=(2, N, N)) for name in ("K_0", "K_t")},
        tuple(Scaling({name: 1}, reach=RATIO) for name in ("K_0", "K_t")),
        {"the kernels trade places": exchanged(("K_0", "K_t")), "runs": permuted({"K_0": 0, "K_t": 0}, {0: (0,)})},
    ),
    Row(
        relu.relu_kernel_distance,
        lambda rng: {**two_networks(rng), "X": rng.normal(size=(N, D)), "slope": 0.2, **rates(rng)},
        (
            Scaling({"W_0": 1, "a_0": 1}, reach=RATIO),
            Scaling({"W": 1, "a": 1}, reach=RATIO),
            Scaling({"X": 1}, reach=RATIO),
            Scaling({"eta_a": 1, "eta_w": 1}, reach=RATIO),
            Scaling({"eta_w": 2, "a": -1, "a_0": -1}, reach=RATIO),
        ),
        {
            "the networks trade places": exchanged(("W_0", "W"), ("a_0", "a")),
            "neurons": permuted({"W_0": 0, "a_0": 0, "W": 0, "a": 0}),
            "data": permuted({"X": 0}),
            "rotation": rotated("W_0", "W", "X"),
        },
        zero_rates=True,
    ),
    Row(
        measures.parameter_distance,
        two_networks,
        (Scaling({"W_0": 1, "a_0": 1, "W": 1, "a": 1}, (1,)),),
        {"the networks trade places": exchanged(("W_0", "W"), ("a_0", "a")), "rotation": rotated("W_0", "W")},
    ),
    Row(
        relu_movement.preconditioners,
        lambda rng: {**{k: v for k, v in network(rng).items() if k in NEURONS}, **rates(rng)},
        (Scaling({"W": 1, "a": 1}, (2,)), Scaling({"eta_a": 1, "eta_w": 1}, (1,))),
        {"neurons": permuted(NEURONS, {0: (0,)})},
        zero_rates=True,
    ),
    Row(
        relu_movement.neuron_kernels,
        lambda rng: {**network(rng), **rates(rng)},
        KERNEL,
        {
            "neurons": permuted(NEURONS, {0: (0,)}),
            "data": permuted({"X": 0}, {0: (1, 2)}),
            "rotation": rotated("W", "X"),
        },
        zero_rates=True,
    ),
    Row(
        relu_movement.kernel_rate,
        lambda rng: {**network(rng), "y": rng.normal(size=N), **rates(rng)},
        (
            Scaling({"W": 1, "a": 1, "y": 2}, (4,)),
            Scaling({"X": 1, "y": 1}, (4,)),
            Scaling({"eta_a": 1, "eta_w": 1}, (2,)),
        ),
        {
            "neurons": permuted(NEURONS),
            "data": permuted({"X": 0, "y": 0}, {0: (0, 1)}),
            "rotation": rotated("W", "X"),
        },
        zero_rates=True,
    ),
    Row(
        relu_movement.movement,
        lambda rng: {**two_networks(rng), "X": rng.normal(size=(N, D)), "slope": 0.2, **rates(rng)},
        (
            Scaling({"W_0": 1, "a_0": 1, "W": 1, "a": 1}, (2, 2)),
            Scaling({"X": 1}, (2, 2)),
            Scaling({"eta_a": 1, "eta_w": 1}, (1, 1)),
        ),
        {
            "neurons": permuted({"W_0": 0, "a_0": 0, "W": 0, "a": 0}),
            "data": permuted({"X": 0}, {0: (0, 1), 1: (0, 1)}),
            "the networks trade places": exchanged(("W_0", "W"), ("a_0", "a"), results=signs(-1, -1)),
        },
        zero_rates=True,
    ),
    Row(
        measures.mean_squared_error,
        lambda rng: {**network(rng), "y": rng.normal(size=N)},
        (
            Scaling({"W": 1, "a": 1, "y": 2}, (4,)),
            Scaling({"X": 1, "y": 1}, (2,)),
        ),
        {"neurons": permuted(NEURONS), "data": permuted({"X": 0, "y": 0}), "rotation": rotated("W", "X")},
    ),
    Row(
        measures.delta_drift,
        lambda rng: {**two_networks(rng), **rates(rng)},
        (
            Scaling({"W_0": 1, "a_0": 1, "W": 1, "a": 1}, (2,)),
            Scaling({"eta_a": 1, "eta_w": 1}, (1,)),
        ),
        {
            "the networks trade places": exchanged(("W_0", "W"), ("a_0", "a")),
            "neurons": permuted({"W_0": 0, "a_0": 0, "W": 0, "a": 0}),
            "rotation": rotated("W_0", "W"),
        },
    ),
    Row(
        measures.alignment,
        lambda rng: {**{k: v for k, v in network(rng).items() if k in NEURONS}, "directions": rng.normal(size=(2, D))},
        (Scaling({"W": 1}, reach=RATIO), Scaling({"a": 1}, reach=RATIO)),
        {"neurons": permuted(NEURONS), "rotation": rotated("W", "directions")},
        call=lambda W, a, directions: measures.alignment(W, a, _teacher(directions)),
        free=frozenset({"directions"}),
    ),
]


def _teacher(directions):
    directions = np.asarray(directions)
    return Teacher(directions / np.linalg.norm(directions, axis=1, keepdims=True), np.array([1.0, -1.0]))
