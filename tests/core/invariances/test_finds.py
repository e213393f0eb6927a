"""Inputs that once had a wrong answer, or none; each new find is one row.

FINDS are answers, BATCHES hold one impossible run among good ones, REFUSED is what must be one sentence.
"""

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.kernels import kernel_distance, relu_kernel_distance, relu_ntk
from core.problems import exact, geometry
from core.theory import deep_linear, implicit_bias, relu_partition, wide_linear
from core.theory import single_neuron as neuron
from core.training import measures
from core.training.relu_flow import integrate

DRAW = np.random.default_rng(0)
W, A_RELU, X = DRAW.normal(size=(4, 3)), DRAW.normal(size=4), DRAW.normal(size=(5, 3))
V = W + 0.3 * DRAW.normal(size=W.shape)
KERNEL = relu_ntk(W, A_RELU, X)
MOVED = relu_kernel_distance(W, A_RELU, V, A_RELU, X)
CHAIN = ([1.0, 0.2], [0.7], np.eye(2), [0.3, 1.0])


def chain_of_size(s):
    w, a = deep_linear.chain_flow([s, 0.2 * s], [0.7 * s], np.eye(2), [0.3, 1.0], [30.0])
    a_true, w_true = neuron.exact_flow(0.7 * s, [s, 0.2 * s], [0.3, 1.0], [30.0])
    return np.abs(a[:, 0] / a_true - 1).max() + np.abs(w / w_true - 1).max()


def opposite(norm, target_angle, angle):
    """S of a balanced start that points away from the target: it sits on the separatrix and its kernel never turns."""
    turns = {"norm": norm, "angle": angle, "target_angle": target_angle, "horizon": 1000.0}
    one = exact.solve(exact.Exact(deltas=(0,), **turns)).kernel_distance
    other = geometry.solve(geometry.Geometry(delta=0.0, **turns)).paths[0].kernel_distance
    return max(one.max(), other.max())


FINDS = {
    **{
        f"kernel distance, one state {s:g}": (
            lambda s=s: neuron.kernel_distance(1, [1, 0], s, [0, 0]),
            0.05131670194948,
        )
        for s in (1e-6, 1e-8, 1e-9, 1e-17, 1e-150, 1e150)
    },
    "kernel distance of parallel tiny states": (lambda: neuron.kernel_distance(0, [1, 0, 0], 0, [1.15e-60, 0, 0]), 0.0),
    "basin beside a plane where a is tiny": (lambda: neuron.basin(1e-8, [-3.7e-9, 1.1], [1, 0]), 1),
    "flow that starts at 1e-81": (lambda: neuron.exact_flow(1e-81, [-1e-82], [1e-162], [0])[0] / 1e-81, [1.0]),
    "wide flow that starts at 1e-160": (
        lambda: wide_linear.exact_flow(1e-160 * np.eye(2), 1e-160 * np.eye(2), 3 * np.eye(2), [130])[0],
        3 * np.eye(2),
    ),
    "ReLU kernels of 1e39": (lambda: relu_kernel_distance(1e39 * W, 1e39 * A_RELU, V, A_RELU, X), MOVED),
    "ReLU kernels of 3e-41": (lambda: relu_kernel_distance(W, A_RELU, 3e-41 * V, 3e-41 * A_RELU, X), MOVED),
    "zero lines on a kink": (
        lambda: [
            relu_partition.roots(relu_partition.sectors([w], [a], slope=1.0)).size
            for w, a in zip(DRAW.normal(size=(200, 2)), DRAW.normal(size=200), strict=True)
        ],
        [2] * 200,
    ),
    "labels that cancel": (lambda: implicit_bias.landing(0.5, [0.6, 0.8], [[1, 0], [1, 0]], [1, -1]).branch, 1),
    **{f"chain of size {s:g}": (lambda s=s: chain_of_size(s), 0.0) for s in (1.0, 1e-12, 1e-20, 1e-60)},
    "chain at times out of order": (lambda: deep_linear.chain_flow(*CHAIN, [3, 0, 3])[1][[1, 2, 0], 0][0], 0.7),
    "chain at time 0 alone": (lambda: deep_linear.chain_flow(*CHAIN, [0.0])[0], [[1.0, 0.2]]),
    "chain long after its end": (lambda: deep_linear.chain_flow(*CHAIN, [1e60])[0] * 0.89701792, [[0.3, 1.0]]),
    "delta of lists": (lambda: wide_linear.isotropic_delta([[1, 0], [0, 1]], [[0, 0], [0, 0]]), 1.0),
    "stacks of kernels": (
        lambda: kernel_distance(np.stack([KERNEL, 2 * KERNEL]), KERNEL),
        [0.0, 0.0],
    ),
    "flips of huge and tiny weights": (lambda: measures.hamming_distance(1e-200 * W, 1e140 * W, X), 0.0),
    "parameters of torch": (lambda: relu_ntk(torch.nn.Parameter(torch.tensor(W)), A_RELU, X), KERNEL),
    "step counts of numpy": (
        lambda: [s.step for s in integrate(W, A_RELU, X, np.ones(5), rate=0.01, checkpoints=np.array([5, 1]))],
        [1, 5],
    ),
    **{
        f"S at {angle}° against {target}°, ‖β₀‖ = {norm}": (lambda n=norm, t=target, a=angle: opposite(n, t, a), 0.0)
        for norm in (0.35, 1.0, 2.95)
        for angle, target in ((-90, 90), (-135, 45))
    },
}


@pytest.mark.parametrize("name", FINDS)
def test_what_was_wrong_is_right(name):
    call, expected = FINDS[name]
    np.testing.assert_allclose(np.asarray(call(), dtype=float), expected, rtol=1e-7, atol=1e-8)


def test_time_scales_of_a_start_that_points_away_do_not_raise():
    found = exact.time_scales(exact.Exact(angle=-90.0))
    balanced = int(np.flatnonzero(found.deltas == 0)[0])
    assert np.isnan(found.alignment[balanced]) and np.isfinite(found.alignment[balanced + 1])


GOOD, ORIGIN, AWAY = (0.5, [1.0, 0.3]), (0.0, [0.0, 0.0]), (1.0, [-1.0, 0.0])
TARGET = [1.0, 0.0]
BATCHES = {
    "alignment": (lambda a, w: neuron.alignment(w, TARGET), ORIGIN),
    "alignment with no target": (lambda a, w: neuron.alignment(w, np.where(np.abs(w) > 0.9, 0 * np.array(w), w)), AWAY),
    "ratio": (lambda a, w: neuron.ratio(a, w, TARGET), ORIGIN),
    "basin": (lambda a, w: neuron.basin(a, w, TARGET), AWAY),
    "final state": (lambda a, w: neuron.final_state(a, w, TARGET)[0], AWAY),
    "flow": (lambda a, w: neuron.exact_flow(a, w, TARGET, [1.0])[0], ORIGIN),
    "landings": (
        lambda a, w: [
            one.a
            for one in implicit_bias.landings(
                implicit_bias.row_space(np.eye(2), TARGET), np.atleast_1d(a), np.atleast_2d(w)
            )
        ],
        AWAY,
    ),
}


@pytest.mark.parametrize("name", BATCHES)
def test_one_impossible_run_leaves_the_others_as_they_are_alone(name):
    call, impossible = BATCHES[name]
    a, w = (np.array([GOOD[k], impossible[k], GOOD[k]]) for k in range(2))
    together, alone = np.asarray(call(a, w)), np.asarray(call(*GOOD)).reshape(-1)
    np.testing.assert_array_equal(together.reshape(3, -1)[[0, 2]], np.broadcast_to(alone, (2, alone.size)))


def step(**change):
    settings = {"rate": 0.01, "checkpoints": [1], **change}
    weights = settings.pop("W", W)
    return list(integrate(weights, A_RELU, settings.pop("X", X), np.ones(5), **settings))


REFUSED = {
    "no time": lambda: deep_linear.chain_flow(*CHAIN, []),
    "a time before 0": lambda: deep_linear.chain_flow(*CHAIN, [-1.0]),
    "data of another size": lambda: deep_linear.chain_flow([1.0, 0.2], [0.7], np.eye(3), [1.0, 1.0, 1.0], [1.0]),
    "a single step count": lambda: step(checkpoints=100),
    "a fraction of a step": lambda: step(checkpoints=[10.7]),
    "a step count that is none": lambda: step(checkpoints=[np.nan]),
    "an endless step count": lambda: step(checkpoints=[np.inf]),
    "weights of 1e150": lambda: step(W=1e150 * W),
    "complex inputs": lambda: step(X=X + 1j),
    "rates by neuron": lambda: step(eta_a=np.ones(4)),
    "a rate far beyond stability": lambda: step(rate=10.0, checkpoints=[100]),
    "a negative rate of the kernel": lambda: relu_ntk(W, A_RELU, X, eta_a=-1.0),
    "a rate of the kernel that is none": lambda: relu_ntk(W, A_RELU, X, eta_a=np.nan),
    "a slope of 7": lambda: relu_ntk(W, A_RELU, X, slope=7.0),
    "stacks that do not fit": lambda: kernel_distance(np.stack([KERNEL] * 2), np.stack([KERNEL] * 3)),
    "weights that are no list": lambda: deep_linear.balance(3),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_asked_is_one_sentence(name):
    with pytest.raises(OutsideTheory) as told:
        REFUSED[name]()
    assert told.value.do.endswith(".") and "\n" not in str(told.value)
