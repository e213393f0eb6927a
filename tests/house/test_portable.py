"""Nothing that only Linux, x86 or GNU tools have: Python that macOS lacks, shell beyond bash 3.2 and BSD's tools."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = [
    ROOT / "app.py",
    *(p for folder in ("core", "pages", "tests", "scripts", "deploy") for p in ROOT.glob(f"{folder}/**/*.py")),
]
SHELL = [ROOT / "Makefile", *ROOT.glob("scripts/*.sh")]

ABSENT = {
    r"os\.sched_getaffinity\(": "absent on macOS: core.training.threads.cores",
    r"[\"'f]/proc/": "Linux's: psutil",
    r"\bos\.fork\(": "unsafe with threads on macOS: subprocess",
    r"get_context\(\"fork\"\)": "unsafe with threads on macOS: spawn",
    r"\bsignal\.(SIGRT|sigtimedwait|pidfd)": "Linux's",
    r"\bselect\.epoll": "Linux's: selectors",
    r"\bprctl\b": "Linux's",
    r"[\"'](/dev/shm|/usr/bin/|/opt/|/run/)": "Linux's places: shutil.which, tempfile",
    r"\.(cpu_affinity|io_counters|rlimit|num_fds_limit)\(|\.pss\b": "psutil has it on Linux alone",
    r"resource\.prlimit|RLIMIT_AS\b": "absent or without effect on macOS",
    r"mkldnn\.\w+ =|set_flush_denormal": "x86's",
}
SHELLS = {
    r"\b(mapfile|readarray|coproc)\b": "bash 4",
    r"\b(declare|local|typeset) -[a-zA-Z]*[Anu]": "bash 4",
    r"\$\{\w+(\^|,)": "bash 4: tr",
    r"\|&|&>>": "bash 4",
    r"\bwait -n\b": "bash 4.3",
    r"\bsed -i\b(?! '')": "BSD's sed wants a suffix",
    r"\bgrep -\w*P": "GNU's",
    r"\breadlink -f\b|\brealpath\b": "GNU's",
    r"(?<!-)\b(nproc|timeout|tac|shuf|setsid|flock)\b": "GNU's or Linux's",
    r"\bstat -c\b|\bdate -d\b|\bsort -V\b|\bxargs -r\b|\bcp --|\bmktemp --": "GNU's",
    r"/proc/": "Linux's",
}
ALLOWED = {("core/training/threads.py", r"os\.sched_getaffinity\(")}


def uses(paths: list[Path], pattern: str) -> list[str]:
    """Files in which the pattern stands, but for those that ask first whether the system has it, and for this table."""
    found = [
        path.relative_to(ROOT).as_posix() for path in paths if re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    return [path for path in found if (path, pattern) not in ALLOWED and path != "tests/house/test_portable.py"]


@pytest.mark.parametrize("pattern", ABSENT)
def test_python_runs_on_other_systems(pattern):
    assert not uses(PYTHON, pattern), ABSENT[pattern]


@pytest.mark.parametrize("pattern", SHELLS)
def test_scripts_run_in_an_old_bash_with_other_tools(pattern):
    assert not uses(SHELL, pattern), SHELLS[pattern]
