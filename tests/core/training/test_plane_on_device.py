"""Planar runs on a GPU, pretended by torch on the CPU: what a core gives, and a core again wherever the GPU fails."""

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.problems import relu, teacher_student
from core.training import device, plane, relu_flow
from core.training.relu import batched, ruler
from core.training.relu.ruler import Blocks, kernel_distances

TEACHER = teacher_student.Problem(samples=30, width=20, end=2.0, device="cuda")
RELU = relu.Problem(points=5, width=10, end=2.0, slope=0.2, device="cuda")


@pytest.fixture
def pretended(monkeypatch):
    """A GPU that is the CPU, but for the name; returns what was asked of it."""
    asked = []

    def on_cpu(module, name):
        real = getattr(module, name)

        def instead(*given, **named):
            asked.append(name)
            given = ["cpu" if isinstance(value, str) and value == "cuda" else value for value in given]
            return real(*given, **{key: "cpu" if key == "device" else value for key, value in named.items()})

        monkeypatch.setattr(module, name, instead)

    monkeypatch.delenv("DEVICE", raising=False)
    monkeypatch.setattr(device, "gpus", lambda: 1)
    monkeypatch.setattr(device, "describe", lambda name: f"the {name}")
    monkeypatch.setattr(relu_flow, "usable", lambda name: name)
    on_cpu(batched, "snapshots")
    on_cpu(ruler, "kernel_distances")
    return asked


def networks(solution):
    return [solution.run] if hasattr(solution, "run") else [solution.main, solution.rival]


@pytest.mark.parametrize("model, problem", [(teacher_student, TEACHER), (relu, RELU)])
def test_a_gpu_gives_what_a_core_gives(pretended, model, problem):
    there, here = (model.solve(type(problem)(**{**vars(problem), "device": name})) for name in ("cuda", "cpu"))
    assert there.device == "the cuda" and here.device == "the cpu" and there.seconds > 0
    assert {"snapshots", "kernel_distances"} == set(pretended)
    for one, other in zip(networks(there), networks(here), strict=True):
        assert np.array_equal(one.time, other.time) and one.rate == other.rate
        for name, near in (("loss", 0.03), ("distance", 0.03), ("kernel_distance", 0.1), ("flipped", 0.1)):
            a, b = getattr(one, name), getattr(other, name)
            assert np.abs(a - b).mean() < near * np.abs(b).max() + 1e-12, name


@pytest.mark.parametrize(
    "error, says",
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), "out of memory"),
        (RuntimeError("CUDA error: an illegal memory access was encountered\nmore"), "illegal memory access"),
        (RuntimeError("NVML_SUCCESS == r INTERNAL ASSERT FAILED"), "INTERNAL ASSERT"),
    ],
)
@pytest.mark.parametrize("module, name", [(batched, "snapshots"), (ruler, "kernel_distances")])
@pytest.mark.parametrize("model, problem", [(teacher_student, TEACHER), (relu, RELU)])
def test_wherever_a_gpu_fails_the_run_is_done_on_the_cpu_after_a_sentence(
    pretended, monkeypatch, caplog, model, problem, module, name, error, says
):
    def failing(*given, **named):
        raise error

    monkeypatch.setattr(module, name, failing)
    found = model.solve(problem)
    assert found.device == "the cpu" and all(np.isfinite(one.loss).all() for one in networks(found))
    (told,) = [record.getMessage() for record in caplog.records if record.name == device.log.name]
    assert says in told and "CPU" in told and "\n" not in told and "more" not in told


@pytest.mark.parametrize("gpus", [0, 1])
def test_an_absent_or_busy_gpu_is_told_and_the_cpu_takes_over(pretended, monkeypatch, caplog, gpus):
    monkeypatch.setattr(device, "gpus", lambda: gpus)
    monkeypatch.setattr(
        relu_flow, "usable", device.usable
    )  # no CUDA in this torch, or nobody else taken: the same answer
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    assert teacher_student.solve(TEACHER).device == "the cpu"
    assert len([record for record in caplog.records if record.name == device.log.name]) == 1


def test_a_device_takes_on_more_than_a_core():
    with pytest.raises(OutsideTheory, match="too stiff"):
        plane._refuse_long_runs(1.0, 0.1, 2 * plane.MOST_WORK)
    assert plane.pays(600, 600) and not plane.pays(400, 400)


RATES = {"eta_a": 0.7, "eta_w": 1.3, "slope": 0.2}


@pytest.mark.parametrize("rates", [RATES, {"eta_a": 1.0, "eta_w": 1.0, "slope": 0.0}])
def test_kernel_distances_on_a_device_are_the_cpus(rates):
    rng = np.random.default_rng(0)
    W, a, X = rng.normal(size=(5, 6, 2)), rng.normal(size=(5, 6)), rng.normal(size=(9, 2))
    assert kernel_distances(W, a, X, rates, "cpu") == pytest.approx(plane._kernel_distances(W, a, X, rates, "cpu"))
    assert kernel_distances(W, a, X, rates, "cpu")[0] == 0


def test_large_runs_are_measured_a_snapshot_at_a_time_with_the_same_result(monkeypatch):
    whole = plane.follow(*start(), end=1.0, snapshots=4)
    monkeypatch.setattr(plane, "TOGETHER", 3)
    parts = plane.follow(*start(), end=1.0, snapshots=4)
    assert parts.kernel_distance == pytest.approx(whole.kernel_distance, rel=1e-6, abs=1e-15)
    assert np.array_equal(parts.hamming, whole.hamming)


def start():
    task, W, a = teacher_student._start(TEACHER)
    return W, a, task.X, task.y


def test_blocks_shrink_until_they_fit_and_say_so_where_one_row_does_not():
    sizes = []

    def rows(part, most=3):
        sizes.append(part.stop - part.start)
        if part.stop - part.start > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return torch.arange(10)[part]

    assert Blocks(2e7).measure(rows, 10).tolist() == list(range(10))
    assert sizes[0] == 10 and max(sizes[2:]) <= 5
    with pytest.raises(torch.OutOfMemoryError):
        Blocks(2e7).measure(lambda part: rows(part, most=0), 10)
