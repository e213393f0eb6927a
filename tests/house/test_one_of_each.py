"""One of each: what was once written in several places stands in one, and stays there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py")]

ONE = {
    "the user's folders": (r"XDG_|user_cache_|Path\.home\(\)", {"core/training/results/files.py"}),
    "writing arrays to disk in core": (
        r"^(?!.*[\"'#]).*np\.savez?(_compressed)?\(",
        {"core/training/results/files.py", "pages/shared/share.py"},
    ),
    "provenance": (
        r"platform\.python_version|datetime\.now",
        {"core/training/results/result.py", "pages/lessons/take/one_file.py"},
    ),
    "the order of the five measures": (r"hamming_distance\W+parameter_distance", set()),
    "progress bars": (r"\btqdm\(", {"core/training/command_line.py"}),
    "argparse": (r"ArgumentParser\(", {"core/training/command_line.py", "core/datasets/fetch.py"}),
    "regime for the side of δ": (r"regime_(mark|side|colour)", set()),
}


@pytest.mark.parametrize("what", ONE)
def test_stands_in_one_place(what):
    pattern, where = ONE[what]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found <= where
