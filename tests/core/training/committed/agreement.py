"""What the comparisons of the experiments share: one tolerance, the network as it is seen step by step, the committed files.

A check raises AssertionError where the code and what it is compared with differ; test_mutants.py holds that it does so
for codes that are slightly wrong. Draws of small problems are numpy's, so that they are the same on every processor,
and everything trains in float64, where ten steps do not yet show in which order a processor adds.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
import pytest
import torch

from core.errors import Unavailable
from core.params import Params
from core.training.practice import harness

RTOL = 1e-6


def close(ours, theirs, what: str, *, rtol: float = RTOL, atol: float = 1e-9) -> None:
    """Arrays, tensors or dictionaries of them agree; recorded curves are float32, which is 6e-8 of the tolerance."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), what
        for name in theirs:
            close(ours[name], theirs[name], f"{what}: {name}", rtol=rtol, atol=atol)
        return
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=rtol, atol=atol, err_msg=what)


def copied(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in weights.items()}


def normal(seed: int, *shape: int) -> torch.Tensor:
    """Standard normal float64 numbers of numpy's generator."""
    return torch.tensor(np.random.default_rng(seed).standard_normal(shape))


def drawn(shapes: dict[str, tuple[int, ...]], gains: dict[str, float]) -> dict[str, torch.Tensor]:
    """One start: N(0, gain²) numbers for each name, one stream a name."""
    return {name: gains[name] * normal(k, *shape) for k, (name, shape) in enumerate(shapes.items())}


@contextmanager
def watched(module, name: str, keep: Callable) -> Iterator[list]:
    """A list that grows by keep(arguments) with every call of module.name."""
    seen: list = []
    real = getattr(module, name)

    def watching(*arguments, **options):
        seen.append(keep(*arguments, **options))
        return real(*arguments, **options)

    with mock.patch.object(module, name, watching):
        yield seen


def here(read: Callable[[], object]) -> None:
    """Skip, with the sentence that says why, where the files that `read` needs are not there."""
    try:
        read()
    except Unavailable as error:
        pytest.skip(str(error))


def last(steps: Iterator):
    """The arrays of the last yield of a training."""
    *_, (_, _, arrays) = steps
    return arrays


def fingerprint(problem: Params) -> str:
    """Sixteen hexadecimal digits of a problem's settings; 1 and 1.0 are the same setting."""
    settings = dataclasses.asdict(problem)
    return hashlib.sha256(json.dumps(_plain(settings), sort_keys=True).encode()).hexdigest()[:16]


def fingerprint_of_numbers(*arrays: np.ndarray) -> str:
    """The same for whole numbers: data that must be the same on every machine."""
    whole = hashlib.sha256()
    for array in arrays:
        numbers = np.asarray(array)
        assert np.array_equal(numbers, numbers.astype(np.int64))
        whole.update(repr(numbers.shape).encode() + np.ascontiguousarray(numbers, "<i8").tobytes())
    return whole.hexdigest()[:16]


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value if isinstance(value, str) else float(value)


def committed_problem(experiment: harness.Experiment, known: str) -> None:
    """The file holds exactly the problem the code commits, which has the known fingerprint, on the problem's own axes."""
    result = harness.read(experiment)
    assert result.problem == experiment.committed
    assert fingerprint(experiment.committed) == known
    assert result.made["experiment"] == experiment.name
    for name, axis in experiment.axes(result.problem).items():
        np.testing.assert_array_equal(getattr(result.solution, name), axis, err_msg=name)
