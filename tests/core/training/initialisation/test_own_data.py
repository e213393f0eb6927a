"""Own data: CSV with and without header, separators, classes; NPZ; limits and damage get a sentence."""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.training.initialisation import own_data
from core.training.initialisation.own_data import read_data

RNG = np.random.default_rng(2)
X = RNG.standard_normal((12, 3))
Y = RNG.standard_normal(12)


def table(columns, *, header=None, separator=",") -> bytes:
    rows = [header] if header else []
    rows += [[str(value) for value in row] for row in zip(*columns, strict=True)]
    return "\n".join(separator.join(row) for row in rows).encode()


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("header", [None, ["a", "b", "c", "price"]])
def test_csv_comes_back_as_written(separator, header):
    found = read_data(table([*X.T, Y], header=header, separator=separator))
    np.testing.assert_array_equal(found.X, X)
    np.testing.assert_array_equal(found.y[:, 0], Y)
    assert found.task == "regression" and ("header" in found.notes[0])


def test_target_column_by_name():
    found = read_data(table([Y, *X.T], header=["price", "a", "b", "c"]), target="price")
    np.testing.assert_array_equal(found.y[:, 0], Y)


def test_two_classes_become_plus_minus_one():
    labels = ["cat", "dog"] * 6
    found = read_data(table([*X.T, labels]))
    assert found.classes == ("cat", "dog") and found.task == "classification"
    np.testing.assert_array_equal(found.y[:, 0], [-1, 1] * 6)


def test_more_classes_become_centred_rows():
    found = read_data(npz(X=X, y=np.arange(12) % 3))
    assert found.y.shape == (12, 3)
    np.testing.assert_allclose(found.y.sum(1), 0, atol=1e-15)
    assert read_data(npz(X=X, y=np.arange(12) % 3), task="regression").y.shape == (12, 1)


def test_npz_images_are_flattened():
    assert read_data(npz(X=np.ones((9, 4, 4)), y=np.arange(9.0))).X.shape == (9, 16)


BAD = {
    "empty": (b"", "two columns"),
    "one column": (b"1\n2\n3", "two columns"),
    "binary": (bytes(range(128, 256)), "CSV text or NPZ"),
    "too large": (b"1,2\n" * 3_000_000, "10 MB"),
    "few rows": (table([*X[:3].T, Y[:3]]), "Rows"),
    "many rows": (b"1,2\n" * 20_001, "Rows"),
    "gap": (table([["1", "", "3"] * 4, Y]), "numbers"),
    "nan": (table([["1", "nan", "3"] * 4, Y]), "row 2"),
    "infinite target": (table([*X.T, ["1.5"] * 11 + ["inf"]]), "row 12"),
    "ragged": (table([*X.T, Y]) + b"\n1,2", "row 13"),
    "no arrays": (npz(a=X), "arrays X and y"),
    "unequal": (npz(X=X, y=Y[:4]), "as many rows"),
    "objects": (npz(X=X, y=np.array([{}] * 12, dtype=object)), "plain arrays"),
    "zeros": (npz(X=X * 0, y=Y), "zero"),
}


@pytest.mark.parametrize("data, words", BAD.values(), ids=BAD)
def test_bad_data_get_a_sentence(data, words):
    with pytest.raises(Refusal, match=words):
        read_data(data)


def test_unknown_target_task_and_classes_get_a_sentence():
    for options, words in [
        ({"target": "x"}, "one of the columns"),
        ({"task": "ranking"}, "task"),
    ]:
        with pytest.raises(Refusal, match=words):
            read_data(table([*X.T, Y]), **options)
    with pytest.raises(Refusal, match="Classes"):
        read_data(npz(X=X, y=np.ones(12)), task="classification")
    with pytest.raises(Refusal, match="number"):
        read_data(table([*X.T, ["cat"] * 12]), task="regression")


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text('0123456789.,;\n\t"e-xna', max_size=80).map(str.encode), st.binary(max_size=80)))
def test_any_bytes_give_data_or_a_sentence(data):
    with contextlib.suppress(Refusal):
        read_data(data)


def test_limit_is_enforced_before_parsing(monkeypatch):
    monkeypatch.setattr(own_data, "MAX_BYTES", 10)
    with pytest.raises(Refusal, match="MB"):
        read_data(table([*X.T, Y]))
