"""Makes assets/fonts/icons.woff2: of Streamlit's icon typeface (3,700 glyphs, 375 kB) the few icons that can appear here.

Run it after a new :material/icon:, or after an upgrade of Streamlit; a test says when.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
STREAMLIT = Path(streamlit.__file__).parent
ICONS = ROOT / "assets" / "fonts" / "icons.woff2"
_NAME = re.compile(r":material/([a-z0-9_]+):")


def whole() -> Path:
    """Streamlit's own file."""
    return next((STREAMLIT / "static/static/media").glob("MaterialSymbols-Rounded.*.woff2"))


def wanted() -> set[str]:
    """Every icon named in Streamlit's browser code, in the laboratory's Python and in its prose."""
    rooms = [ROOT / "pages", ROOT / "core", ROOT / "assets" / "prose"]
    files = [*(STREAMLIT / "static/static/js").glob("*.js"), *(f for room in rooms for f in room.rglob("*.*"))]
    texts = (f.read_text(encoding="utf-8") for f in files if f.suffix in (".js", ".py", ".md"))
    return {name for text in texts for name in _NAME.findall(text)} & glyphs(TTFont(whole())).keys()


def glyphs(font: TTFont) -> dict[str, str]:
    """Icons' names, which are written as words and drawn as one glyph, and those glyphs."""
    return {written: ligature.LigGlyph for written, ligature in _ligatures(font)}


def _ligatures(font: TTFont) -> Iterator[tuple[str, object]]:
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in getattr(getattr(table, "ExtSubTable", table), "ligatures", {}).items():
                for ligature in ligatures:
                    yield "".join(letters.get(part, "") for part in (first, *ligature.Component)), ligature


def main() -> None:
    font = TTFont(whole())
    known, names = glyphs(font), wanted()
    options = subset.Options(flavor="woff2", layout_features=["*"], layout_closure=False, notdef_outline=True)
    worker = subset.Subsetter(options)
    worker.populate(glyphs=[known[name] for name in names], text="".join(names))
    worker.subset(font)
    font.flavor = "woff2"
    font.save(ICONS)
    print(f"{len(names)} icons, {ICONS.stat().st_size / 1000:.0f} kB: {ICONS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
