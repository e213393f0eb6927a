import re
import subprocess
import sys
from pathlib import Path

from core.training.relu import compiled

ROOT = Path(__file__).parents[4]


def test_first_writable_folder_wins(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert compiled.writable_folder([blocked / "below", tmp_path / "good"]) == tmp_path / "good"
    assert compiled.writable_folder([blocked / "below"]) is None


def test_every_file_that_compiled_functions_are_made_of_is_part_of_the_cache_key():
    users = [p for p in (ROOT / "core").rglob("*.py") if "@compiled" in p.read_text()]
    needed = {name for p in users for name in re.findall(r"from core\.training\.relu\.(\w+) import", p.read_text())}
    assert {p.name for p in users} | {f"{name}.py" for name in needed} | {"state.py"} == set(compiled.KERNELS)


def test_without_any_writable_folder_kernels_still_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    script = (
        "from core.training.relu import growing as g; from core.training.relu.state import Rules; "
        "print(g.verdict(1.0, Rules(rate=1.0, growth=1.0, tolerance=1.0, stop=2.0, floor=0.0, ceiling=9.0)))"
    )
    environment = {"NUMBA_CACHE_DIR": f"{blocked}/a", "XDG_CACHE_HOME": f"{blocked}/b", "TMPDIR": f"{blocked}/c"}
    trick = f"import tempfile; tempfile.tempdir = {str(blocked)!r}; "
    done = subprocess.run(
        [sys.executable, "-c", trick + script], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == ("1", "")


def test_spoilt_files_are_dropped_and_sound_ones_kept(tmp_path):
    sound, cut, overwritten = (tmp_path / name for name in ("a.nbi", "b.nbc", "c.nbi"))
    sound.write_bytes(b"\x80\x05K\x01.")
    cut.write_bytes(b"\x80\x05K")
    overwritten.write_bytes(b"spoilt")
    compiled.drop_spoilt(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.nbi"]
