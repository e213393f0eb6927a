"""Where jobs run: the processes of the CPU, and one process for each GPU, which owns it.

DEVICE   cpu: no GPU is used; cuda: every job runs on one; unset: long jobs do, unless the visitor says otherwise
"""

import os
from typing import Any

import streamlit as st

from core.training.device import gpus, present

WORTH_S = 5.0
"""Seconds of one core from which "auto" means a GPU: what took a core 7 s took an H200 0.8 s (17 cells of a map) and 6 s
(Kernel movement), what took 28 s took 1 s."""
AUTO, CPU, GPU = "auto", "CPU", "GPU"


def gpu_environments() -> list[dict[str, str]]:
    """What each GPU's process is started with; none where there is no GPU or DEVICE is cpu."""
    if not present():
        return []
    visible = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    names = visible or [str(number) for number in range(gpus())]
    return [{"DEVICE": "cuda", "CUDA_VISIBLE_DEVICES": name} for name in names[: gpus()]]


def cpu_environment() -> dict[str, str]:
    """What a CPU process is started with: it sees no GPU where other processes own them."""
    return {"DEVICE": "cpu", "CUDA_VISIBLE_DEVICES": ""} if gpu_environments() else {}


def wanted_by(problem: Any) -> str:
    """Where a problem wants its runs by its field `device`; one without it stays on the CPU."""
    return {"cuda": GPU, "auto": AUTO}.get(getattr(problem, "device", "cpu"), CPU)


def on_gpu(wanted: str, core_seconds: float = 0.0, *, pays: bool = False) -> bool:
    """Whether a job wanted on "auto", "CPU" or "GPU" belongs to a GPU's process; pays: that "auto" means one here."""
    if not gpu_environments() or wanted == CPU:
        return False
    by_variable = os.environ.get("DEVICE", "").startswith("cuda")
    return wanted == GPU or by_variable or pays or core_seconds > WORTH_S


def choice(name: str) -> str:
    """The control "run on", drawn only where there is a choice; without one the answer is "auto"."""
    if not gpu_environments():
        return AUTO
    words = f"auto: a GPU for what would keep a core busy for more than {WORTH_S:g} s"
    return st.segmented_control("run on", [AUTO, CPU, GPU], default=AUTO, key=f"on_{name}", help=words) or AUTO
