"""Generators for test_workers, run in the worker process."""

import os
import time

from core.errors import OutsideTheory
from core.training.device import falling_back, own_device


def count_slowly(problem):
    count, pause = problem
    for number in range(count):
        time.sleep(pause)
        yield number


def refuse(problem):
    raise OutsideTheory("This request is too large", got=problem, do="Ask for less.")
    yield


def break_down(problem):
    raise RuntimeError("secret detail")
    yield


def variable(name):
    return os.environ[name]


def fall_back(problem):
    def run(where):
        if where == "cpu":
            yield where
            return
        yield 0
        raise RuntimeError("CUDA error\nand much more")

    yield from falling_back(run, "cuda")


def on_own_device(problem):
    return own_device()


def visible_after(pause):
    time.sleep(pause)
    return os.environ["CUDA_VISIBLE_DEVICES"]
