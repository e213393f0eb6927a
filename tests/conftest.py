"""One BLAS thread per process before anything heavy is imported, classes kept apart from visitors'; the two profiles of the
property tests.

fixed ↔ the default: the same examples on every machine and in every run
fresh ↔ `--hypothesis-profile fresh`: every property test draws anew; what it finds becomes an @example of that test
"""

import os
import tempfile

import pytest
from hypothesis import is_hypothesis_test, settings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

if "PYTEST_XDIST_WORKER" not in os.environ:  # the processes of one run share what their server keeps
    CLASSES = tempfile.TemporaryDirectory(prefix="lab-classes-", ignore_cleanup_errors=True)
    os.environ["CLASSES_DB"] = os.path.join(CLASSES.name, "classes.db")

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("fixed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a property test that the profile does not govern: one with a seed or a way of drawing of its own."""
    own = [item.nodeid for item in items if _draws_its_own_way(getattr(item, "obj", None))]
    if own:
        raise pytest.UsageError("These tests must draw as the profile says, without seed or phases: " + ", ".join(own))


def _draws_its_own_way(test: object) -> bool:
    if not is_hypothesis_test(test):
        return False
    test = getattr(test, "__func__", test)
    seeded = getattr(test, "_hypothesis_internal_use_seed", None) is not None
    chosen = getattr(test, "_hypothesis_internal_use_settings", None) or settings.default
    governed = ("derandomize", "phases", "backend")
    return seeded or any(getattr(chosen, name) != getattr(settings.default, name) for name in governed)
