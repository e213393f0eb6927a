"""What can be said of the compose files without an engine: plain YAML, known variables, files that exist, the proxy's names."""

import re
from pathlib import Path

import pytest

from pages.classes.kept.database import VERSION

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("compose*.yaml"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_compose_file_is_plain_and_explained(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r":\s+!\w", text), "tags are read differently by different versions of compose"
    assert not [name for name in re.findall(r"\$\{(\w+)", text) if f"`{name}`" not in OPERATIONS]
    assert not [name for name in re.findall(r"file: ([\w.]+)", text) if not (ROOT / name).exists()]
    assert not [name for name in re.findall(r'"(\./[\w./]+):/', text) if not (ROOT / name).exists()]


def test_a_classroom_has_one_door():
    """Replicas that all publish one port cannot start: only the proxy has ports."""
    base, room = ((ROOT / f"compose.{name}.yaml").read_text(encoding="utf-8") for name in ("base", "classroom"))
    assert "ports:" not in base and room.index("ports:") > room.index("proxy:")
    assert "server lab:8501" in (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def test_the_file_of_classes_carries_the_version_of_what_is_kept():
    base = (ROOT / "compose.base.yaml").read_text(encoding="utf-8")
    assert f"/classes-{VERSION}.db" in base and f"/classes-{VERSION}.db" in OPERATIONS
