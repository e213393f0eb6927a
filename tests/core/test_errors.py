"""What is missing, damaged or full is Unavailable, what a theorem does not allow is OutsideTheory; a new case is one row."""

import importlib.util

import numpy as np
import pytest

from core.datasets import images
from core.errors import OutsideTheory, Refusal, Unavailable
from core.problems.regime_map import load
from core.training.device import choose_device
from core.training.initialisation.own_data import MAX_BYTES as OF_DATA
from core.training.initialisation.own_data import read_data
from core.training.initialisation.weights.reading import MAX_BYTES
from core.training.initialisation.weights_file import read_weights
from core.training.linear_network import gradient_flow
from core.training.practice import grokking, harness
from core.training.regime_map import RegimeMap, run_cells
from core.training.regime_map.cluster import cluster_executor
from core.training.regime_map.map_file import write_map
from core.training.relu_flow import integrate
from core.training.results.files import check_output
from core.training.results.result import read_result
from core.training.single_neuron import gradient_descent
from pages.shared.prose import pieces

ONE = [np.ones((2, 3)), np.ones((1, 2))]
RELU = (np.ones((2, 3)), np.ones(2), np.ones((4, 3)), np.ones(4))

ABSENT = {
    "MNIST": lambda folder: images.digits("mnist", folder),
    "CIFAR-10": lambda folder: images.colour("cifar", folder),
    "a device": lambda folder: choose_device("cuda:99"),
    "a device for linear networks": lambda folder: gradient_flow(
        ONE, np.ones((4, 3)), np.ones((4, 1)), [1.0], device="tpu"
    ),
    "a device for ReLU networks": lambda folder: list(
        integrate(*RELU, rate=1e-3, checkpoints=[1], method="batched", device="tpu")
    ),
    "the regime map": lambda folder: load(folder / "regime_map.npz"),
    "an experiment's result": lambda folder: harness.read(grokking.EXPERIMENT, folder / "grokking.npz"),
    "any result": lambda folder: read_result(folder / "x.npz", "Do."),
    "a folder to write in": lambda folder: check_output(folder / "file" / "x.npz"),
    "room for a map": lambda folder: write_map(folder / "file" / "m.npz", RegimeMap.empty([1], [1.0], [0.0], [1]), {}),
    "weights that are whole": lambda folder: read_weights(b"PK\x03\x04 cut off"),
    "weights of a readable size": lambda folder: read_weights(bytes(MAX_BYTES + 1)),
    "weights of a format known here": lambda folder: read_weights(b"GGUF" + bytes(64)),
    "weights at all": lambda folder: read_weights(b"words"),
    "data of a readable size": lambda folder: read_data(bytes(OF_DATA + 1)),
    "data that are a table": lambda folder: read_data(b"\x00\x01\x02"),
    "data that are whole": lambda folder: read_data(b"PK\x03\x04 cut off"),
    "a page's words": lambda folder: pieces("no such page"),
}
if importlib.util.find_spec("distributed") is None:
    ABSENT["the cluster's package"] = lambda folder: cluster_executor("tcp://127.0.0.1:1")


@pytest.mark.parametrize("what", ABSENT)
def test_what_is_absent_is_unavailable_in_one_sentence(what, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable) as told:
        ABSENT[what](tmp_path)
    assert not isinstance(told.value, ValueError) and "\n" not in str(told.value) and "; got " in str(told.value)


OUTSIDE = {
    "images that do not exist": lambda: images.digits("letters"),
    "a cell": lambda: list(run_cells([(0, 0, 1)], store=False)),
    "a rate": lambda: list(gradient_descent(1.0, [1.0, 0.0], np.eye(2), np.ones(2), rate=-1.0, checkpoints=[1])),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_the_theory_does_not_allow_is_a_value_error(what):
    with pytest.raises(OutsideTheory) as told:
        OUTSIDE[what]()
    assert isinstance(told.value, ValueError) and isinstance(told.value, Refusal)
