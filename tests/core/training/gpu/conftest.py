"""The machines on which what a GPU must do is tried: a real one where there is one, and one played by the CPU."""

from dataclasses import dataclass, replace

import pytest

from core.problems import teacher_student
from core.training import device, graphs, regime_map
from core.training.practice import filters, grokking, hierarchy, kernel_movement
from core.training.relu import capture
from tests.core.training.gpu.stand_in import played

WITHOUT = pytest.mark.skipif(not device.gpus(), reason="NO GPU HERE: nothing was run on a real one")


@dataclass(frozen=True)
class Sizes:
    """How large the runs are: steps of an integration, a sweep and its cells, a planar run, and the experiments."""

    steps: tuple[int, ...]
    sweep: regime_map.Problem
    cells: list
    plane: teacher_student.Problem
    experiments: dict


def experiments(**changes):
    """name → (experiment, problem), the problems with these changes."""
    problems = {
        hierarchy: hierarchy.Problem(alphas=(0.3, 3.0), sizes=(512,), seeds=1, epochs=3, width=16),
        grokking: grokking.Problem(modulus=23, width=16, steps=200, seeds=1),
        kernel_movement: kernel_movement.Problem(
            alphas=kernel_movement.SCALES[:2], seeds=1, steps=8, probe=4, data="digits"
        ),
        filters: filters.Problem(alphas=(1,), seeds=1, epochs=1, samples=200, data="patches"),
    }
    return {
        model.EXPERIMENT.name: (model.EXPERIMENT, replace(problem, **changes.get(model.EXPERIMENT.name, {})))
        for model, problem in problems.items()
    }


REAL = Sizes(
    (50, 100, 700),
    regime_map.Problem(d=30, n=300, width=30, checkpoints=(100, 1000, 10_000)),
    regime_map.grid(seeds=[100])[:20],
    teacher_student.Problem(samples=300, width=300, end=5.0),
    experiments(),
)
SMALL = Sizes(
    (50, 100),
    regime_map.Problem(d=5, n=20, width=6, checkpoints=(10, 100)),
    regime_map.grid((0.3, 2.0), (-0.5, 0.5), (100, 101)),
    teacher_student.Problem(samples=10, width=6, end=1.0),
    experiments(
        grokking={"modulus": 7, "width": 8, "steps": 60, "taus": (0.5, 1.0), "alphas": (1.0,)},
        filters={"samples": 200, "controls": ("as it is",)},
    ),
)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with one GPU, played by the CPU; runs keep nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(device, "gpus", lambda: 1)
    capture.forget()
    with played(monkeypatch) as machine:
        yield machine
    capture.forget()


@pytest.fixture(params=[pytest.param("real", marks=[pytest.mark.gpu, WITHOUT]), "played"])
def gpu(request):
    """A machine with one GPU; the sizes of what runs there."""
    if request.param == "real":
        return REAL
    request.getfixturevalue("machine")
    return SMALL


@pytest.fixture
def captures(monkeypatch):
    """What graphs.captured has given, in order."""
    made, capture_it = [], graphs.captured

    def noted(*given, **named):
        made.append(capture_it(*given, **named))
        return made[-1]

    monkeypatch.setattr(graphs, "captured", noted)
    monkeypatch.setattr(capture, "captured", noted)
    return made
