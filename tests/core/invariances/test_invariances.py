"""Every public function of theory, kernels and measures: scaled, turned, reordered and exchanged problems have one answer.

One table (neuron.py, bias.py, linear.py, matrices.py, relu.py; row.py says what a row is) drives every test; a public
function without a row, or without a reason for having none, fails.
"""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import core.kernels
import core.theory
from core.errors import OutsideTheory
from core.theory.checks import MOST
from tests.core.invariances import bias, linear, matrices, neuron, relu
from tests.core.invariances.row import Row, Scaling, assert_same

ROWS = [*neuron.ROWS, *bias.ROWS, *linear.ROWS, *matrices.ROWS, *relu.ROWS]
IDS = [f"{row.name}-{k}" for k, row in enumerate(ROWS)]
REASONS = {
    "core.theory.checks": "the refusals themselves: test_checks.py",
    "core.theory.single_neuron_modes": "in units of the state already; single_neuron and single_neuron_times have rows",
    "core.theory.phases.spans": "cuts of phases, which have rows: test_phases.py",
    "core.theory.patience": "a refusal: test_patience.py",
    "core.theory.matrix_riccati": "in units of the network already; wide_linear has rows",
    "core.theory.implicit_bias_branch": "in units of the state already; implicit_bias has rows",
    "core.kernels.empirical": "torch functions of any network: test_empirical.py",
    "core.theory.landscape.solve": "a whole picture of what has rows here",
    "core.theory.row_space.check_inputs": "a refusal: test_row_space.py",
    "core.theory.states.runs": "what makes the units: test_states.py",
    "core.theory.states.norm": "part of what makes the units: test_states.py",
    "core.theory.states.largest_entry": "part of what makes the units: test_states.py",
    "core.theory.states.exponent": "part of what makes the units: test_states.py",
    "core.theory.states.in_own_unit": "part of what makes the units: test_states.py",
    "core.theory.states.activation_signs": "relu_partition.flipped and measures.hamming_distance have rows",
    "core.training.measures.mean_squared_error_of": "of checked arguments; mean_squared_error has a row",
    "core.theory.states.imbalance_of": "of checked arguments; imbalance has a row",
    "core.theory.states.imbalance_of_squares": "one line on checked squares",
    "core.theory.deep_linear.gain_above": "of checked arguments; gain has a row",
    "core.theory.deep_linear.least_and_room": "of checked arguments; interpolator has a row",
    "core.theory.deep_linear.final_gain": "of checked arguments; interpolator has a row",
    "core.theory.deep_linear.offsets_and_rates": "a check",
}


def public_functions() -> list[str]:
    found = ["core.training.measures"]
    for package in (core.theory, core.kernels):
        found += [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    names = []
    for module in map(importlib.import_module, found):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                names.append(f"{module.__name__}.{name}")
    return names


@pytest.mark.parametrize("name", public_functions())
def test_every_public_function_has_a_row_or_a_reason(name):
    assert (name in {row.name for row in ROWS}) != (name in REASONS or name.rsplit(".", 1)[0] in REASONS)


SCALED = [
    pytest.param(row, scaling, id=f"{name}-{k}")
    for row, name in zip(ROWS, IDS, strict=True)
    for k, scaling in enumerate(row.scalings)
]


@pytest.mark.parametrize("row, scaling", SCALED)
@given(seed=st.integers(0, 2**20), way=st.sampled_from([-1.0, 1.0]) | st.floats(-1, 1))
@settings(max_examples=12)
def test_scales_as_its_problem_scales(row: Row, scaling: Scaling, seed: int, way: float):
    arguments = row.draw(np.random.default_rng(seed))
    c = 10.0 ** (way * scaling.decades)
    with np.errstate(all="raise", under="ignore"):
        expected = row.results(arguments)
        found = row.results({**arguments, **{name: arguments[name] * c**p for name, p in scaling.arguments.items()}})
    kept = [k for k, power in enumerate(scaling.results) if power is not None]
    unscaled = tuple(found[k] / c ** scaling.results[k] for k in kept)
    assert_same(unscaled, tuple(expected[k] for k in kept), row.rtol)


@pytest.mark.parametrize("row, scaling", SCALED)
@given(seed=st.integers(0, 2**20), way=st.floats(-1, 1))
@settings(max_examples=12)
def test_rough_problems_scale_as_well_and_are_refused_together(row: Row, scaling: Scaling, seed: int, way: float):
    """Arguments of unlike sizes, with zeros and equal entries among them, times powers of 4, which round nothing."""
    rng = np.random.default_rng(seed)
    arguments = {**(drawn := row.draw(rng)), **{name: roughened(drawn[name], rng) for name in row.rough}}
    c = 4.0 ** round(way * max(scaling.decades - 10, 1) / np.log10(4))
    scaled = {**arguments, **{name: arguments[name] * c**p for name, p in scaling.arguments.items()}}
    with np.errstate(all="raise", under="ignore"):
        try:
            expected = row.results(arguments)
        except OutsideTheory as refused:
            with pytest.raises(OutsideTheory, match=re.escape(refused.what[:12])):
                row.results(scaled)
            return
        found = row.results(scaled)
    kept = [k for k, power in enumerate(scaling.results) if power is not None]
    assert_same(tuple(found[k] / c ** scaling.results[k] for k in kept), tuple(expected[k] for k in kept), row.rtol)


def roughened(value, rng):
    sizes = 10.0 ** rng.choice([0, 0, -4, 4, rng.uniform(-4, 4)], np.shape(value))
    rough = np.where(rng.random(np.shape(value)) < 0.15, 0.0, value * sizes)
    return np.where(rng.random(np.shape(value)) < 0.15, 1.0, rough)


SYMMETRIC = [
    pytest.param(row, name, id=f"{own}-{name}") for row, own in zip(ROWS, IDS, strict=True) for name in row.symmetries
]


@pytest.mark.parametrize("row, symmetry", SYMMETRIC)
@given(seed=st.integers(0, 2**20))
@settings(max_examples=12)
def test_is_symmetric_where_the_mathematics_is(row: Row, symmetry: str, seed: int):
    rng = np.random.default_rng(seed)
    arguments = row.draw(rng)
    other, back = row.symmetries[symmetry](arguments, rng)
    expected = back(row.results(arguments))
    assert_same(row.results(other), expected, row.rtol)


BAD = {
    "nan": lambda value: np.asarray(value) * np.nan,
    "infinity": lambda value: np.where(np.isnan(value), value, np.inf),
    "beyond every range": lambda value: np.full(np.shape(value), 1e5 * MOST),
    "complex": lambda value: np.asarray(value) * 1j,
    "a word": lambda value: "one",
    "nothing": lambda value: [],
}


def tried(row: Row) -> list[tuple[str, str]]:
    """The row's arguments, each with what is no finite real number there."""
    return [
        (argument, bad)
        for argument in row.draw(np.random.default_rng(0))
        for bad in BAD
        if argument not in row.free
        and not (argument in row.nan_passes and bad in ("nan", "infinity", "beyond every range"))
        and not (bad == "nothing" and argument in ("a_0", "offset"))
    ]


def test_rows_are_tried_with_what_is_no_number():
    assert sum(len(tried(row)) for row in ROWS) > 2000


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_is_no_finite_real_number_is_a_sentence(row: Row):
    """All of a row in one test: two thousand of their own would cost more than what they try."""
    wrong = []
    for argument, bad in tried(row):
        arguments = row.draw(np.random.default_rng(0))
        try:
            row.results({**arguments, argument: BAD[bad](arguments[argument])})
        except OutsideTheory as told:
            if told.do.endswith("."):
                continue
            wrong.append(f"{argument}, {bad}: {told.do!r} is no sentence")
        except Exception as other:
            wrong.append(f"{argument}, {bad}: {other!r}")
        else:
            wrong.append(f"{argument}, {bad}: was taken")
    assert wrong == []


RATES = [
    pytest.param(row, rate, value, id=f"{own}-{rate}={value}")
    for row, own in zip(ROWS, IDS, strict=True)
    for rate in sorted(row.draw(np.random.default_rng(0)).keys() & {"eta_a", "eta_w", "etas"})
    for value in (-1.0, 0.0)
    if rate not in row.free and not (row.zero_rates and value == 0)
]


@pytest.mark.parametrize("row, rate, value", RATES)
def test_rates_that_are_none_are_a_sentence(row: Row, rate: str, value: float):
    arguments = row.draw(np.random.default_rng(0))
    with pytest.raises(OutsideTheory):
        row.results({**arguments, rate: np.full(np.shape(arguments[rate]), value)})


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_lists_and_torch_parameters_are_arrays_too(row: Row):
    arguments = row.draw(np.random.default_rng(1))
    expected = row.results(arguments)
    lists = {name: np.asarray(value).tolist() for name, value in arguments.items()}
    parameters = {
        name: torch.nn.Parameter(torch.tensor(value, dtype=torch.float64)) if np.ndim(value) else value
        for name, value in arguments.items()
    }
    for other in (lists, parameters):
        assert_same(row.results({**other, **{name: arguments[name] for name in row.free}}), expected, 1e-12)
