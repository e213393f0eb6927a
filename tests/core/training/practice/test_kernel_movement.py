"""LeNet's lever keeps the function; the gauge's distances against their definitions; the counterfactual kernels."""

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.kernels import kernel_distance
from core.kernels.empirical import ntk
from core.problems import kernel_movement as page_model
from core.training.practice import harness as ground
from core.training.practice import kernel_movement as movement

TINY = movement.Problem(alphas=(0.1, 10.0), seeds=1, steps=3, probe=4, batch=16, data="digits")


@pytest.fixture(scope="module")
def result():
    return list(ground.run(movement.EXPERIMENT, TINY))[-1].solution


def test_start_is_one_function_for_every_scale():
    weights = movement.initial((0.1, 1.0, 10.0), 8, seed=0)
    x = torch.randn(6, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    one, two, three = (movement.forward(movement._run(weights, k), x)[0] for k in range(3))
    torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(three, two, rtol=1e-4, atol=1e-5)


def test_mnist_sized_images_fit_too():
    weights = movement.initial((1.0,), 28, seed=0)
    assert movement.forward(movement._run(weights, 0), torch.zeros(2, 1, 28, 28))[0].shape == (2, 10)


def test_everything_is_zero_at_the_start_and_grows(result):
    for name in ("kernel_distance", "distance_flipped", "distance_moved", "flipped_share", "parameter_distance"):
        values = getattr(result, name)
        assert values.shape == (1, 2, 4)
        np.testing.assert_allclose(values[..., 0], 0, atol=1e-9)
        assert (values[..., 1:] >= 0).all()
    assert (result.parameter_distance[..., -1] > 0).all()


def test_frozen_pattern_and_new_weights_give_the_kernel_of_a_gated_network():
    weights = movement.initial((1.0,), 8, seed=0)
    start = movement._run(weights, 0)
    probe = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    np.testing.assert_allclose(movement.kernel(start, probe), movement.kernel(start, probe, gates_of=start), rtol=1e-6)
    louder = {name: 2 * weight for name, weight in start.items()}
    assert kernel_distance(movement.kernel(start, probe), movement.kernel(louder, probe, gates_of=start)) < 1e-9
    other = movement._run(movement.initial((1.0,), 8, seed=9), 0)
    assert kernel_distance(movement.kernel(start, probe), movement.kernel(start, probe, gates_of=other)) > 0.01


def test_a_batch_of_scales_trains_as_each_alone(result):
    alone = movement.Problem(alphas=(10.0,), seeds=1, steps=3, probe=4, batch=16, data="digits")
    *_, last = ground.run(movement.EXPERIMENT, alone)
    np.testing.assert_allclose(last.solution.train_loss[0, 0], result.train_loss[0, 1], rtol=1e-4)
    np.testing.assert_allclose(last.solution.kernel_distance[0, 0], result.kernel_distance[0, 1], rtol=1e-2, atol=1e-6)


@pytest.mark.parametrize("gated", [False, True])
def test_the_kernel_added_up_by_layers_is_that_of_the_whole_jacobian(gated):
    weights, other = (movement._run(movement.initial((alpha,), 8, seed), 0) for alpha, seed in ((2.0, 0), (1.0, 9)))
    weights, other = ({name: w.double() for name, w in one.items()} for one in (weights, other))
    probe = torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def outputs(parameters, x):
        gates = movement.forward(other, x[None])[1] if gated else None
        return movement.forward(parameters, x[None], gates)[0][0]

    ours = movement.kernel(weights, probe, gates_of=other if gated else None)
    np.testing.assert_allclose(ours, ntk(outputs, weights, probe).numpy(), rtol=1e-9, atol=1e-12)


def test_recorded_steps_double_and_from_16_on_have_one_in_between():
    assert movement.checkpoints(6).tolist() == [0, 1, 2, 4, 6]
    assert movement.checkpoints(1).tolist() == [0, 1]
    assert movement.checkpoints(64).tolist() == [0, 1, 2, 4, 8, 16, 23, 32, 45, 64]


@pytest.mark.parametrize("bad", [{"alphas": ()}, {"alphas": (-7.0,)}, {"data": "cifar"}, {"rate": float("inf")}])
def test_bad_problems_are_refused_in_a_sentence(bad):
    with pytest.raises(OutsideTheory):
        movement.Problem(**bad)


def test_rank_correlation_sees_order_only():
    x = np.array([[0.1, 3.0], [20.0, np.nan]])
    assert page_model.rank_correlation(x, np.exp(x)) == pytest.approx(1)
    assert page_model.rank_correlation(x, -x) == pytest.approx(-1)
    assert np.isnan(page_model.rank_correlation(x, 0 * x))


def test_a_page_run_is_bounded():
    brief = page_model.brief(movement.Problem(steps=2048, batch=512))
    assert brief.seeds == 1 and movement.EXPERIMENT.seconds(brief) <= 31


def test_runs_stand_side_by_side_where_as_much_of_their_loss_is_gone():
    """Two runs, one twice as fast: at equal fit their curves, functions of the fit alone, are the same."""
    solution = page_model.recorded(movement.Problem(alphas=(1, 10)))
    share = np.array(
        [np.linspace(0, 0.9, solution.steps.size), np.minimum(2 * np.linspace(0, 0.9, solution.steps.size), 0.9)]
    )
    curves = {name: share[None].astype(np.float32) for name in page_model.measures(solution)}
    loss = (2.4 * (1 - share))[None].astype(np.float32)
    here = page_model.at_equal_fit(dataclasses.replace(solution, **(curves | {"train_loss": loss})))
    np.testing.assert_allclose(here.kernel_distance[0], np.tile(page_model.FITS, (2, 1)), rtol=1e-5)
    np.testing.assert_allclose(here.train_loss[0] / 2.4, 1 - np.tile(page_model.FITS, (2, 1)), rtol=1e-5)


def test_a_fit_that_is_never_reached_is_a_gap():
    solution = page_model.recorded(movement.Problem())
    slow = dataclasses.replace(
        solution, train_loss=np.maximum(solution.train_loss, 0.55 * solution.train_loss[..., :1])
    )
    here = page_model.at_equal_fit(slow)
    assert np.isfinite(here.kernel_distance[..., page_model.FITS <= 0.4]).all()
    assert np.isnan(here.kernel_distance[..., page_model.FITS > 0.46]).all()
    assert all(np.isfinite(line.kernel) for line in page_model.summary(here))
