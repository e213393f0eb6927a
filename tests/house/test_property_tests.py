"""The profiles decide how every property test draws: fixed draws the same twice, fresh does not, nothing opts out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = """
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

DRAWN = []

{decorator}
@given(st.integers(0, 10**9))
def test_draws(number):
    DRAWN.append(number)

def test_prints():
    print("drawn", DRAWN)
"""


def collected(folder: Path, decorator: str, *arguments: str) -> subprocess.CompletedProcess:
    """Pytest on one property test under the given decorator, with this project's conftest and no options but these."""
    file = folder / "test_one.py"
    file.write_text(FILE.format(decorator=decorator))
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    plain = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return subprocess.run([*command, *arguments, str(file)], cwd=ROOT, env=plain, capture_output=True, text=True)


def drawn(folder: Path, *arguments: str) -> str:
    """The numbers that a run draws, as one line of text."""
    done = collected(folder, "@settings(max_examples=5)", *arguments)
    assert done.returncode == 0, done.stdout
    return next(line for line in done.stdout.splitlines() if "drawn" in line)


def test_fixed_draws_the_same_in_every_run_and_fresh_draws_anew(tmp_path):
    fixed, fresh = ([drawn(tmp_path, *option) for _ in range(2)] for option in ((), ("--hypothesis-profile=fresh",)))
    assert fixed[0] == fixed[1]
    assert len({fixed[0], *fresh}) == 3


@pytest.mark.parametrize("profile", ["fixed", "fresh"])
@pytest.mark.parametrize("decorator", ["@seed(3)", "@settings(phases=[Phase.explicit])", "@settings(derandomize={})"])
def test_a_test_that_draws_in_a_way_of_its_own_is_refused(tmp_path, profile, decorator):
    done = collected(tmp_path, decorator.format(profile == "fresh"), f"--hypothesis-profile={profile}")
    assert done.returncode != 0 and "must draw as the profile says" in done.stdout + done.stderr
