"""The pages in practice: the stored result with its provenance at once, the run on demand bounded and described."""

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.problems import filters, grokking, hierarchy, kernel_movement
from core.training.practice import harness as ground
from pages.lessons import experiment_page as experiment

ROOT = Path(__file__).parents[3]


def opened(stem: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(f"pages/{stem}.py")
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


@pytest.mark.parametrize("model", [filters, grokking, hierarchy, kernel_movement])
def test_a_page_opens_on_the_stored_result_and_says_whose_it_is(model):
    stem, made = model.EXPERIMENT.name, ground.made(model.EXPERIMENT.file, model.EXPERIMENT.remake)
    test = opened(stem)
    assert not test.exception
    label = next(c.value for c in test.caption if "Our own run" in c.value)
    for word in (made["date"], made["device"], made["command"], "seeds 0 to"):
        assert word in label
    assert [b for b in test.button if b.label.startswith("Train")]


def test_the_run_on_demand_is_described_with_its_own_numbers():
    test = opened("grokking", seed="7", tau="1.5")
    words = next(m.value for m in test.markdown if "It trains seed" in m.value)
    assert re.search(r"seed 7 at (\[τ\]\(.*?\)|τ) = 1.5", words) and "«" not in words


def test_a_malformed_data_file_is_named_with_what_is_used_instead(tmp_path, monkeypatch):
    (tmp_path / "data_batch_1.bin").write_bytes(b"no such records")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    test = opened("filters", seed="9", data="auto")
    assert not test.exception
    note = next(c.value for c in test.caption if "data_batch_1.bin" in c.value)
    assert "binary version" in note and "Used instead: patches" in note
    words = next(m.value for m in test.markdown if "It trains seed" in m.value)
    assert "seed 9" in words


def test_every_scale_left_out_is_a_sentence():
    test = opened("hierarchy")
    test.pills(key="alphas").set_value([]).run()
    assert not test.exception
    assert any("At least one α" in error.value for error in test.error)


def test_the_download_holds_the_arrays_of_the_picture():
    solution = grokking.recorded(grokking.Problem(alphas=(1,)))
    arrays = experiment.arrays(solution)
    assert arrays["grokked"].shape[3] == 1 and np.ndim(arrays["alpha"]) == 1
