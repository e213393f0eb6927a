"""Generators for test_workers, run in the worker process."""

import time

from core.errors import OutsideTheory


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
