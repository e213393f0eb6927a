"""The GPU played by the CPU is as strict as a real one: what fails there fails here, and so does a graph that is not one."""

import numpy as np
import pytest
import torch

from core.training.graphs import Replay, Step, captured


def there(*values):
    return torch.tensor(values or (1.0, 2.0), device="cuda")


FROM_BOTH_SIDES = {
    "a sum": lambda: there() + torch.ones(2),
    "a product": lambda: torch.bmm(torch.ones(1, 2, 2, device="cuda"), torch.ones(1, 2, 2)),
    "written in place": lambda: torch.zeros(2).add_(there()),
    "a stack": lambda: torch.stack([there(), torch.ones(2)]),
}


@pytest.mark.parametrize("work", FROM_BOTH_SIDES.values(), ids=FROM_BOTH_SIDES)
def test_tensors_of_both_sides_do_not_meet(machine, work):
    with pytest.raises(RuntimeError, match="same device"):
        work()


def test_what_is_made_of_a_tensor_is_where_it_is(machine):
    a = there()
    made = (a + 1, a[:1], a.new_full((), 3.0), torch.zeros_like(a), a.double(), torch.where(a > 1, a, 0.0))
    assert all(one.is_cuda and one.device == torch.device("cuda", 0) for one in made)
    assert not a.cpu().is_cuda and not a.to("cpu").is_cuda and a.cpu().numpy().tolist() == [1, 2]
    with pytest.raises(TypeError, match="numpy"):
        a.numpy()


def test_gradients_are_there(machine):
    x = there().requires_grad_()
    (gradient,) = torch.autograd.grad((x**2).sum(), [x])
    assert gradient.is_cuda and gradient.tolist() == [2, 4]


NO_GRAPH = {
    "a value is read": lambda x: x.add_(float(x.sum())),
    "a value decides": lambda x: x.add_(1.0) if x.sum() > 0 else x,
    "what is true is counted": lambda x: x[: len((x > 1).nonzero())].add_(1.0),
    "a mask of unknown size": lambda x: x.copy_(x[x > 0]),
    "a number is sent": lambda x: x.add_(torch.tensor([1.0, 2.0], device="cuda")),
    "an array is sent": lambda x: x.add_(torch.as_tensor(np.ones(2, np.float32), device="cuda")),
    "weights are sent": lambda x: x.add_(torch.ones(2).to(x.device)),
    "an index of the other side": lambda x: x.copy_(x[torch.tensor([1, 0])]),
}


@pytest.mark.parametrize("work", NO_GRAPH.values(), ids=NO_GRAPH)
def test_what_needs_the_host_is_no_graph(machine, caplog, work):
    x = there()
    go = captured(lambda: work(x), x.device, [x])
    assert not isinstance(go, Replay) and "not permitted" in caplog.text


def test_a_graph_works_on_its_memory_and_its_capture_changes_nothing(machine):
    x, total = there(), torch.zeros(2, device="cuda")
    go = captured(lambda: total.add_(2 * x), x.device)
    assert isinstance(go, Replay)
    total.zero_()
    x.fill_(3.0)
    go()
    go()
    assert total.tolist() == [12, 12]


class Forgetful:
    """Rebinds what it should change in place."""

    def __init__(self):
        self.total = torch.zeros(2, device="cuda")

    def __call__(self, one):
        self.total = self.total + one


def test_what_is_not_written_in_place_is_lost(machine):
    work = Forgetful()
    begun = work.total
    step = Step(work, [begun])
    for _ in range(4):
        step(there())
    assert begun.tolist() == [0, 0] and work.total.tolist() != [4, 8]


def test_memory_of_two_graphs_holds_nothing_after_the_other_has_run(machine):
    x, found = there(), []
    one = captured(lambda: found.append(x * 2), x.device)
    other = captured(lambda: x.add_(0.0), x.device, pool=one.graph.pool())
    one()
    assert found[-1].tolist() == [2, 4]
    other()
    assert found[-1].isnan().all() and x.tolist() == [1, 2]
