"""A GPU that fails at any moment of a run: a sentence, and the run ends as if there had been none."""

import numpy as np
import pytest
import torch

from core.training import device, regime_map
from core.training.device import falling_back
from core.training.practice import harness
from core.training.relu import capture
from tests.core.training.gpu.conftest import SMALL

ERRORS = {
    "out of memory": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"),
    "a driver that fails": RuntimeError("CUDA error: unspecified launch failure\nCompile with more"),
}
MOMENTS = (0.0, 0.1, 0.5, 0.99)
"""When it fails, as a part of the work asked of the device in the whole run."""


def sweep():
    found = regime_map.run_cells(SMALL.cells, problem=SMALL.sweep, store=False, device="cuda")
    return {(cell.tau, cell.delta, cell.seed): cell.test_loss for cell in found}


def hierarchy():
    experiment, problem = SMALL.experiments["hierarchy"]
    last = list(falling_back(lambda where: harness.run(experiment, problem, device=where), "cuda"))[-1]
    return {"loss": last.solution.train_loss}


RUNS = {"a sweep": sweep, "an experiment": hierarchy}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_whenever_it_fails_the_run_ends_after_one_sentence(machine, caplog, run, moment, error):
    whole = run()
    capture.forget()
    work, machine.work = machine.work, 0
    machine.last, machine.error = max(1, int(moment * work)), error
    found = run()
    machine.error = None
    said = [record.getMessage() for record in caplog.records if record.name == device.log.name]
    assert said and all("\n" not in sentence for sentence in said) and "CPU" in said[-1]
    assert set(found) == set(whole)
    for name, values in found.items():
        assert np.isfinite(values).all() == np.isfinite(whole[name]).all()
        assert np.shape(values) == np.shape(whole[name])
