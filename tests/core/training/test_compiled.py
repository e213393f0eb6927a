import subprocess
import sys
from pathlib import Path

from core.training import compiled

ROOT = Path(__file__).parents[3]


def test_first_writable_folder_wins(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert compiled.writable_folder([blocked / "below", tmp_path / "good"]) == tmp_path / "good"
    assert compiled.writable_folder([blocked / "below"]) is None


def test_every_file_with_compiled_functions_is_part_of_the_cache_key():
    users = {p.name for p in (ROOT / "core").rglob("*.py") if "@compiled" in p.read_text()}
    assert users == set(compiled.KERNELS) - {"compiled.py"}


def test_without_any_writable_folder_kernels_still_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    script = "from core.training import relu_growing as g; print(g.verdict(1.0, 2.0, 0.0, 9.0))"
    environment = {"NUMBA_CACHE_DIR": f"{blocked}/a", "XDG_CACHE_HOME": f"{blocked}/b", "TMPDIR": f"{blocked}/c"}
    trick = f"import tempfile; tempfile.tempdir = {str(blocked)!r}; "
    done = subprocess.run(
        [sys.executable, "-c", trick + script], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == ("1", "")
