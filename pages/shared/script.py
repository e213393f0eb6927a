"""The chart's script: the modules of assets/chart/ as one file, so that a browser asks once; and those of assets/take/,
which take pictures away.

The modules are plain ES modules that import named things from their neighbours. Joined in the order of their imports
they share one scope, so import lines and the word `export` fall away, and no name may be used twice (a test looks).
Comments that have lines of their own, and indentation, stay here.
"""

import hashlib
import re
from pathlib import Path

MODULES = Path(__file__).parents[2] / "assets" / "chart"
TAKEN = MODULES.parent / "take"
ENTRY = "main"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\.{1,2}/(?:chart/)?(\w+)\.js";\n', re.MULTILINE)
_COMMENT = re.compile(r"^ */\*.*?\*/\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^ +", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def joined(entry: str = ENTRY) -> str:
    """The module `entry` and whatever it imports, each once, those it needs before it."""
    order: dict[str, str] = {}
    _collect(entry, order)
    return "\n".join(_bare(text) + "\n" for text in order.values())


def _bare(text: str) -> str:
    for what in (_IMPORT, _COMMENT, _INDENT, _EXPORT):
        text = what.sub("", text)
    return text.strip()


def _collect(name: str, order: dict[str, str]) -> None:
    if name in order:
        return
    path = next(path for folder in (MODULES, TAKEN) if (path := folder / f"{name}.js").exists())
    text = path.read_text(encoding="utf-8")
    for needed in _IMPORT.findall(text):
        _collect(needed, order)
    order[name] = text


def address_of(name: str, content: bytes, kind: str = "js") -> str:
    """Where a file of ours is served; its name changes with its content, so that browsers may keep it for ever."""
    return f"/vendor/{name}-{hashlib.sha256(content).hexdigest()[:16]}.{kind}"


CHART_SCRIPT, FRAME_SCRIPT = joined().encode(), (MODULES.parent / "frame.js").read_bytes()
CHART_STYLE = (MODULES.parent / "chart.css").read_bytes()
CHART_URL, FRAME_URL = address_of("chart", CHART_SCRIPT), address_of("frame", FRAME_SCRIPT)
STYLE_URL = address_of("chart", CHART_STYLE, "css")
SERVED = {CHART_URL: CHART_SCRIPT, FRAME_URL: FRAME_SCRIPT, STYLE_URL: CHART_STYLE}
"""What of this the server hands out, by address."""
