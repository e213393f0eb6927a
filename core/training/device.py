"""Which device torch uses, chosen and described in one place."""

import os
import platform

from core.errors import Unavailable


def describe(device: str) -> str:
    """The device in words, for the record."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"CPU, threads: {torch.get_num_threads()}, {platform.machine()}"


def choose_device(wanted: str | None = None) -> str:
    """`wanted`, else the DEVICE variable, else cuda when present, else cpu. Raises Unavailable for an absent one."""
    import torch

    device = wanted or os.environ.get("DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    absent = device.startswith("cuda") and not torch.cuda.is_available()
    if absent or not (device == "cpu" or device.startswith("cuda")):
        raise Unavailable("The device must be cpu, or cuda on a machine that has it", got=device, do="Choose cpu.")
    return device


def device_for(wanted: str) -> str:
    """The device of work this small: the one asked for, else the DEVICE variable, else the CPU."""
    return choose_device(wanted if wanted != "auto" else os.environ.get("DEVICE") or "cpu")
