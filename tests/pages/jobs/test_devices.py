"""Where jobs run: who sees which GPU, what "auto" means, and what a run says of it."""

import os

import pytest
from streamlit.testing.v1 import AppTest

from core.training import device
from pages.jobs import devices
from pages.jobs.pool import Pool
from tests.pages.jobs.test_pool import submit, wait


@pytest.fixture
def machine(monkeypatch):
    def made(gpus: int, **variables: str) -> None:
        for name in ("DEVICE", "CUDA_VISIBLE_DEVICES"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(devices, "gpus", lambda: gpus)
        monkeypatch.setattr(device, "gpus", lambda: gpus)

    return made


@pytest.mark.parametrize(
    "gpus, variables, seen",
    [
        (0, {}, []),
        (0, {"DEVICE": "cuda"}, []),
        (1, {}, ["0"]),
        (3, {}, ["0", "1", "2"]),
        (2, {"CUDA_VISIBLE_DEVICES": "5,7"}, ["5", "7"]),
        (2, {"DEVICE": "cpu"}, []),
        (1, {"DEVICE": "cuda"}, ["0"]),
    ],
)
def test_each_gpu_has_one_process_and_the_others_see_none(machine, gpus, variables, seen):
    machine(gpus, **variables)
    environments = devices.gpu_environments()
    assert [environment["CUDA_VISIBLE_DEVICES"] for environment in environments] == seen
    assert all(environment["DEVICE"] == "cuda" for environment in environments)
    assert devices.cpu_environment() == ({"DEVICE": "cpu", "CUDA_VISIBLE_DEVICES": ""} if seen else {})


@pytest.mark.parametrize(
    "gpus, variables, wanted, seconds, there",
    [
        (0, {}, "GPU", 1e4, False),
        (1, {}, "GPU", 0.0, True),
        (1, {}, "CPU", 1e4, False),
        (1, {}, "auto", 1.0, False),
        (1, {}, "auto", 1e4, True),
        (1, {"DEVICE": "cuda"}, "auto", 1.0, True),
        (1, {"DEVICE": "cuda"}, "CPU", 1.0, False),
        (1, {"DEVICE": "cpu"}, "GPU", 1e4, False),
    ],
)
def test_where_a_job_belongs(machine, gpus, variables, wanted, seconds, there):
    machine(gpus, **variables)
    assert devices.on_gpu(wanted, seconds) == there


def stand_in(name):
    def named():
        """Only its module and name are sent."""

    named.__module__, named.__qualname__ = "tests.pages.shared.slow_jobs", name
    return named


@pytest.fixture(scope="module")
def pool():
    made = Pool([{"DEVICE": "cpu", "LAB_MARK": "mine"}])
    yield made
    made.close()


def test_a_run_says_where_it_ran_and_how_long_it_took(pool):
    job = submit(pool, (3, 0.05))
    assert wait(job, "done", "failed") == "done"
    assert job.where.startswith("CPU") and 0.1 < job.took < 60 and not job.notes


def test_a_process_has_the_environment_of_its_device(pool):
    job = submit(pool, "LAB_MARK", generate=stand_in("variable"))
    assert wait(job, "done", "failed") == "done" and job.snapshots == ["mine"]
    assert "LAB_MARK" not in os.environ


def test_two_gpus_run_two_jobs_at_once_and_the_next_waits_in_sight(machine):
    machine(2, CUDA_VISIBLE_DEVICES="5,7")
    made = Pool(devices.gpu_environments())
    try:
        jobs = [submit(made, 1.0 + k / 8, viewer=f"viewer {k}", generate=stand_in("visible_after")) for k in range(4)]
        assert wait(jobs[0], "running") == wait(jobs[1], "running") == "running"
        assert [made.place(job) for job in jobs[2:]] == [0, 1]
        assert {wait(job, "done", "failed") for job in jobs} == {"done"}
        assert {job.snapshots[0] for job in jobs[:2]} == {"5", "7"}
    finally:
        made.close()


def test_a_gpu_that_fails_is_told_and_its_process_replaced(pool):
    job = submit(pool, 3, generate=stand_in("fall_back"))
    assert wait(job, "done", "failed") == "done" and job.snapshots == [0, "cpu"]
    assert job.notes == ["The GPU failed (CUDA error); this run began again on the CPU."]
    again = submit(pool, (2, 0.0))
    assert wait(again, "done", "failed") == "done" and not again.notes


def test_a_process_whose_gpu_is_gone_says_so_once_and_names_the_cpu():
    if device.gpus():
        pytest.skip("this machine has a GPU")
    made = Pool([{"DEVICE": "cuda"}])
    try:
        job = submit(made, 1, generate=stand_in("on_own_device"))
        assert wait(job, "done", "failed") == "done" and job.snapshots == ["cpu"]
        assert len(job.notes) == 1 and "No GPU answers here" in job.notes[0] and job.where.startswith("CPU")
    finally:
        made.close()


def test_a_gpu_that_is_gone_is_told_and_the_cpu_takes_over(monkeypatch, caplog):
    monkeypatch.setenv("DEVICE", "cuda")
    monkeypatch.setattr(device, "gpus", lambda: 0)
    assert device.own_device() == "cpu"
    assert "No GPU answers here" in caplog.text


def test_on_the_cpu_an_error_stays_an_error():
    def broken(where):
        raise RuntimeError("a mistake")
        yield

    with pytest.raises(RuntimeError, match="a mistake"):
        list(device.falling_back(broken, "cpu"))


def app():
    import streamlit as st

    from pages.jobs.devices import choice

    st.write("runs on " + choice("work"))


@pytest.mark.parametrize("gpus", [0, 2])
def test_the_control_is_there_only_where_there_is_a_choice(machine, gpus):
    machine(gpus)
    page = AppTest.from_function(app).run()
    assert not page.exception and page.markdown[0].value == "runs on auto"
    controls = page.get("button_group")
    assert len(controls) == bool(gpus)
    if gpus:
        assert page.segmented_control(key="on_work").set_value("GPU").run().markdown[0].value == "runs on GPU"
