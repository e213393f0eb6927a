"""Kept parts: found again by problem and part alone, never another's, damage and full disks cost only the keeping."""

import logging

import numpy as np
import pytest

from core.training.results import parts as module
from core.training.results.parts import Parts, open_parts

ONE = {"score": np.arange(3.0), "cost": np.array(2.0)}
PART = (0.1, -1.0, 100)


def opened(place, key="problem", version=1) -> Parts:
    return open_parts(place, "kind", key, ONE, version=version)


def test_a_part_is_found_again(tmp_path):
    assert opened(tmp_path).read(PART) is None and not opened(tmp_path).has(PART)
    opened(tmp_path).write(PART, ONE)
    assert opened(tmp_path).has(PART)
    again = opened(str(tmp_path)).read(PART)
    assert again is not None and again["score"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("other", [{"key": "another"}, {"version": 2}])
def test_another_problem_or_algorithm_never_reads_it(tmp_path, other):
    opened(tmp_path).write(PART, ONE)
    assert opened(tmp_path, **other).read(PART) is None


def test_other_arrays_or_damage_count_as_missing(tmp_path):
    opened(tmp_path).write(PART, {"score": np.zeros(3)})
    assert opened(tmp_path).read(PART) is None
    opened(tmp_path).write(PART, ONE)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(file.read_bytes()[:-20])
    assert opened(tmp_path).read(PART) is None


def test_places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert opened(False).folder is None and opened(False).read(PART) is None
    users = opened(None)
    assert users.folder is not None and users.folder.is_relative_to(tmp_path / "lazy-rich-lab" / "kind")
    assert opened(users) is users


def test_a_place_that_cannot_be_written_is_said_and_left_out(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        kept = opened(tmp_path / "file")
    kept.write(PART, ONE)
    assert kept.folder is None and "not writable" in caplog.text


def test_a_disk_that_fills_ends_the_keeping_and_is_said(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    kept = opened(tmp_path)
    monkeypatch.setattr(module, "write_arrays", full)
    with caplog.at_level(logging.WARNING):
        kept.write(PART, ONE)
        kept.write(PART, ONE)
    assert kept.folder is None and caplog.text.count("No space left") == 1
