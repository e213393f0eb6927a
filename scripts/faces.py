"""Makes the text faces in assets/fonts smaller, in place: the weights that appear (400 to 700) and the features that do."""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).parents[1] / "assets" / "fonts"
WEIGHTS = (400, 700)
FEATURES = ["kern", "tnum", "ccmp", "mark", "mkmk", "locl"]


def main() -> None:
    for file in sorted(FONTS.glob("inter-*.woff2")):
        font = TTFont(file)
        worker = subset.Subsetter(subset.Options(layout_features=FEATURES, notdef_outline=True))
        worker.populate(unicodes=list(font.getBestCmap()))
        worker.subset(font)
        font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
        font.flavor = "woff2"
        font.save(file)
        print(f"{file.stat().st_size / 1000:.0f} kB: {file.name}")


if __name__ == "__main__":
    main()
