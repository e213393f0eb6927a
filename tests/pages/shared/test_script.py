"""The chart's script: its modules fit into one scope, and into the bytes a phone should wait for."""

import gzip
import re

import pytest

from pages.shared.script import MODULES, TAKEN, joined

DECLARED = re.compile(r"^(?:export (?:default )?)?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def test_no_name_is_used_by_two_modules():
    owners: dict[str, list[str]] = {}
    for module in [*MODULES.glob("*.js"), *TAKEN.glob("*.js")]:
        if module.name == "load_take.js":
            continue
        for name in DECLARED.findall(module.read_text()):
            owners.setdefault(name, []).append(module.name)
    assert len(owners) > 30
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}


def test_every_module_is_sent_once_and_none_is_left_to_fetch():
    script = joined()
    assert "import {" not in script and script.count("export default") == 1
    for module in MODULES.glob("*.js"):
        if not (names := DECLARED.findall(module.read_text())):
            continue
        first = names[0]
        assert len(re.findall(rf"^(?:async )?(?:function|const|let|class) {first}\b", script, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    "entry, needs", [("alone", {"chart", "panel"}), ("take", {"film", "paint", "paper", "encode"})]
)
def test_what_is_taken_away_has_a_script_of_its_own(entry, needs):
    script = joined(entry)
    assert not re.search(r"^import \{", script, re.MULTILINE) and script.count("export default") == (entry == "take")
    assert "export " not in script.replace("export default", "")
    for name in needs:
        module = next(path for folder in (MODULES, TAKEN) if (path := folder / f"{name}.js").exists())
        assert DECLARED.findall(module.read_text())[0] in script


def test_the_script_is_small():
    assert len(gzip.compress(joined().encode(), 6)) < 47_000
