import numpy as np
import pytest
import torch

from core.datasets import teacher_student
from core.errors import OutsideTheory, Unavailable
from core.training import relu_flow
from core.training.relu_flow import Accuracy, integrate


def plain_descent(W, a, X, y, rate, steps, eta_a=1.0, eta_w=1.0, slope=0.0):
    """Gradient descent with torch's own derivatives, as a reference."""
    W, a, X, y = (torch.tensor(v, dtype=torch.float64) for v in (W, a, X, y))
    W.requires_grad_(), a.requires_grad_()
    for _ in range(steps):
        loss = ((torch.nn.functional.leaky_relu(X @ W.T, slope) @ a - y) ** 2).mean()
        gW, ga = torch.autograd.grad(loss, (W, a))
        with torch.no_grad():
            W -= rate * eta_w * gW
            a -= rate * eta_a * ga
    return W.detach().numpy(), a.detach().numpy()


@pytest.fixture
def data():
    return teacher_student.draw(d=3, n=25, width=8, seed=1, tests=10)


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("rates", [(1.0, 1.0), (0.3, 2.0)])
def test_descent_follows_automatic_differentiation(data, slope, rates):
    W, a = data.student.scaled(0.5, 0.3)
    eta_a, eta_w = rates
    (snap,) = integrate(
        W, a, data.X, data.y, rate=0.02, checkpoints=[300], eta_a=eta_a, eta_w=eta_w, slope=slope, method="descent"
    )
    W_ref, a_ref = plain_descent(W, a, data.X, data.y, 0.02, 300, eta_a, eta_w, slope)
    assert np.allclose(snap.W, W_ref, rtol=0, atol=1e-11)
    assert np.allclose(snap.a, a_ref, rtol=0, atol=1e-11)


@pytest.mark.parametrize("method", ["growing", "chebyshev", "auto"])
@pytest.mark.parametrize("tau, delta", [(0.1, 0), (2, 0), (0.1, 1), (0.1, -1)])
def test_flow_methods_agree_with_descent(tau, delta, method):
    data = teacher_student.draw(d=2, n=20, width=50, seed=0, tests=10)
    W, a = data.student.scaled(tau, delta)
    steps = [100, 1000, 10_000, 100_000]
    exact = list(integrate(W, a, data.X, data.y, rate=1e-3 / tau, checkpoints=steps, method="descent"))
    fast = list(integrate(W, a, data.X, data.y, rate=1e-3 / tau, checkpoints=steps, method=method))
    for one, other in zip(exact, fast, strict=True):
        beta, beta_ref = other.W * other.a[:, None], one.W * one.a[:, None]
        assert np.abs(beta - beta_ref).max() < 0.06 * np.abs(beta_ref).max()
        assert other.loss == pytest.approx(one.loss, rel=0.05, abs=1e-7)


def test_leading_axes_are_independent_runs(data):
    starts = [data.student.scaled(tau, 0.1) for tau in (0.2, 0.4, 0.8)]
    W, a = (np.stack(v) for v in zip(*starts, strict=True))
    rates = np.array([0.01, 0.02, 0.03])
    together = list(integrate(W, a, data.X, data.y, rate=rates, checkpoints=[0, 50, 5000]))
    assert together[2].W.shape == (3, 8, 3) and together[2].time == pytest.approx(5000 * rates)
    for run, (w, b) in enumerate(starts):
        alone = list(integrate(w, b, data.X, data.y, rate=rates[run], checkpoints=[0, 50, 5000]))
        assert np.array_equal(together[2].W[run], alone[2].W)
        assert together[2].loss[run] == alone[2].loss


@pytest.mark.parametrize("shared", [True, False])
def test_batched_runs_follow_the_compiled_ones(data, shared):
    starts = [data.student.scaled(tau, delta) for tau, delta in ((0.2, 0.1), (0.8, -0.3), (0.4, 0.0))]
    W, a = (np.stack(v).reshape(3, 1, *v[0].shape) for v in zip(*starts, strict=True))
    X = data.X if shared else np.broadcast_to(data.X, (3, 1, *data.X.shape)).copy()
    rates = np.array([0.01, 0.02, 0.03])[:, None]
    settings = dict(rate=rates, checkpoints=[0, 100, 600], eta_a=0.7, eta_w=1.4, slope=0.1, accuracy=Accuracy())
    one = list(integrate(W, a, X, data.y, method="chebyshev", **settings))
    other = list(integrate(W, a, X, data.y, method="batched", **settings))
    for compiled, batched in zip(one, other, strict=True):
        assert batched.W.shape == (3, 1, 8, 3) and batched.step == compiled.step
        assert np.allclose(batched.W, compiled.W, atol=1e-6)
        assert np.allclose(batched.loss, compiled.loss, rtol=1e-5)


def test_batched_refuses_what_the_compiled_path_refuses(data):
    W, a = data.student.scaled(1.0, 0.0)
    with pytest.raises(OutsideTheory, match="diverges"):
        list(integrate(W, a, data.X, data.y, rate=1e3, checkpoints=[10], method="batched"))
    with pytest.raises(Unavailable, match="device"):
        list(integrate(W, a, data.X, data.y, rate=0.1, checkpoints=[10], device="no such device"))


def test_snapshots_come_at_the_steps_asked_for_and_zero_only_if_asked(data):
    W, a = data.student.scaled(0.3, 0.0)
    snaps = list(integrate(W, a, data.X, data.y, rate=0.01, checkpoints=[50, 7]))
    assert [s.step for s in snaps] == [7, 50]
    (start,) = integrate(W, a, data.X, data.y, rate=0.01, checkpoints=[0])
    assert np.array_equal(start.W, W) and np.array_equal(start.a, a) and start.time == 0


def test_loss_is_that_of_the_returned_network(data):
    W, a = data.student.scaled(0.3, 0.0)
    for snap in integrate(W, a, data.X, data.y, rate=0.05, checkpoints=[3, 300, 30_000]):
        by_hand = np.mean((np.maximum(data.X @ snap.W.T, 0) @ snap.a - data.y) ** 2)
        assert float(snap.loss) == pytest.approx(by_hand, rel=1e-12)


def test_relative_scale_of_each_neuron_is_conserved_with_any_rates(data):
    W, a = data.student.scaled(0.3, 0.2)
    (snap,) = integrate(W, a, data.X, data.y, rate=1e-3, checkpoints=[20_000], eta_a=0.5, eta_w=2.0)
    delta = 2.0 * snap.a**2 - 0.5 * np.sum(snap.W**2, axis=1)
    assert delta == pytest.approx(2.0 * a**2 - 0.5 * np.sum(W**2, axis=1), abs=2e-3)


def test_large_problem_uses_single_precision_products_without_losing_the_tail():
    data = teacher_student.draw(d=20, n=200, width=60, seed=3, tests=10)
    W, a = data.student.scaled(0.1, 0.0)
    steps = [1000, 6000]
    exact = list(integrate(W, a, data.X, data.y, rate=0.2, checkpoints=steps, method="descent"))
    fast = list(integrate(W, a, data.X, data.y, rate=0.2, checkpoints=steps, method="growing"))
    for one, other in zip(exact, fast, strict=True):
        assert other.loss == pytest.approx(one.loss, rel=0.1)


def test_rate_beyond_stability_is_refused_with_the_rate_to_use(data):
    W, a = data.student.scaled(1.0, 0.0)
    good = relu_flow.automatic_rate(W, a, data.X)
    with pytest.raises(OutsideTheory, match=r"η·λ_max = 2\.7 > 2.*Use η ≤ "):
        list(integrate(W, a, data.X, data.y, rate=2.7 * good, checkpoints=[10_000_000]))
    with pytest.raises(OutsideTheory, match="diverges"):
        list(integrate(W, a, data.X, data.y, rate=50 * good, checkpoints=[10_000], method="descent"))


def test_automatic_rate_is_half_of_the_limit_of_the_tangent_kernel(data):
    W, a = data.student.scaled(0.7, 0.4)
    W_t, a_t = torch.tensor(W), torch.tensor(a)
    W_t.requires_grad_(), a_t.requires_grad_()
    rows = []
    for x in torch.tensor(data.X):
        gW, ga = torch.autograd.grad(torch.relu(W_t @ x) @ a_t, (W_t, a_t))
        rows.append(np.concatenate([np.sqrt(2.0) * gW.numpy().ravel(), np.sqrt(0.5) * ga.numpy()]))
    J = np.array(rows)
    lam = np.linalg.eigvalsh(J @ J.T)[-1] * 2 / len(data.X)
    assert relu_flow.automatic_rate(W, a, data.X, eta_a=0.5, eta_w=2.0) == pytest.approx(1 / lam, rel=0.02)


@pytest.mark.parametrize(
    "change",
    [
        {"rate": 0}, {"rate": -1}, {"rate": np.nan}, {"slope": 2}, {"eta_a": np.inf}, {"checkpoints": []},
        {"checkpoints": [-1]}, {"method": "magic"},
    ],
)  # fmt: skip
def test_bad_settings_get_a_sentence(data, change):
    W, a = data.student.scaled(0.3, 0.0)
    with pytest.raises(OutsideTheory):
        list(integrate(W, a, data.X, data.y, **{"rate": 0.01, "checkpoints": [1], **change}))


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("spoil", [lambda v: v * np.nan, lambda v: v[..., :0], lambda v: v[..., 1:], lambda v: "x"])
def test_bad_arrays_get_a_sentence(data, place, spoil):
    arrays = [*data.student.scaled(0.3, 0.0), data.X, data.y]
    arrays[place] = spoil(arrays[place])
    with pytest.raises(OutsideTheory):
        list(integrate(*arrays, rate=0.01, checkpoints=[1]))


def test_the_automatic_rate_refuses_a_network_that_never_fires():
    with pytest.raises(OutsideTheory, match="active"):
        relu_flow.automatic_rate(np.array([[-1.0, 0.0]]), np.ones(1), np.array([[1.0, 0.0]]))
