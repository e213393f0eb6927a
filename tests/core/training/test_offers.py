"""What a Problem offers with and without a GPU; the Problem itself is the same everywhere."""

from dataclasses import dataclass

import pytest

from core.params import Params, knob
from core.problems import exact, implicit_bias, relu, teacher_student
from core.training import device, offers
from core.training.offers import device_knob, up_to


@dataclass(frozen=True)
class Sample(Params):
    size: int = knob(3, "size", low=1, high=90, here=up_to(9))
    device: str = device_knob("the CPU")


@pytest.fixture(params=[0, 1, 2])
def machine(request, monkeypatch):
    """A machine with so many GPUs, of which DEVICE=cpu hides the two."""
    monkeypatch.setattr(device, "gpus", lambda: request.param)
    monkeypatch.setenv("DEVICE", "cpu") if request.param == 2 else monkeypatch.delenv("DEVICE", raising=False)
    return request.param == 1


def test_a_choice_of_devices_and_large_sizes_are_offered_where_a_gpu_is(machine):
    offered = Sample.offered()
    assert offered["device"].drawn == machine == ("cuda" in offered["device"].options)
    assert offered["size"].high == (90 if machine else 9)
    assert Sample(size=90, device="cuda").size == 90


@pytest.mark.parametrize(
    "kind, sizes",
    [
        (teacher_student.Problem, {"samples": 200, "width": 200}),
        (relu.Problem, {"points": 50, "width": 100}),
        (exact.Exact, {}),
        (implicit_bias.Landings, {}),
    ],
)
def test_every_page_with_runs_beside_its_picture_has_the_choice(machine, kind, sizes):
    offered, knobs = kind.offered(), kind.knobs()
    assert offered["device"].drawn == machine
    assert offered["device"].otherwise == ("" if machine else offers.NO_GPU)
    for name, core in sizes.items():
        assert offered[name].high == (knobs[name].high if machine else core) and knobs[name].high > core
