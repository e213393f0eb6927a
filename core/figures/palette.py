"""The palette: one row a colour, one meaning a colour, light and dark together. A colour is changed here and nowhere else.

Brown ▼ downstream, grey ● balanced, teal ▲ upstream (δ); crimson: zero loss; grey-blue: loss; orange ● and blue ✕: the sign
of a weight or of a matrix's entry; purple: kernel distance, magenta: flips, blue: distance moved. Figures are drawn in the
light colours; DARK holds each one's twin, and the chart component swaps them. AS_TEXT holds what a line's colour becomes
where it has to be read: at least 4.5:1 on the page, light and dark.
"""

from typing import NamedTuple


class Colour(NamedTuple):
    """Of a line on a light and on a dark page, and of a word where the line's own would be too faint."""

    light: str
    dark: str
    text: str = ""
    text_dark: str = ""


PALETTE = {
    "downstream": Colour("#a04e00", "#d07a2a"),
    "balanced": Colour("#777777", "#a6a6a6", "#6a6a6a", "#a6a6a6"),
    "upstream": Colour("#00697f", "#2fa5bf"),
    "δ most downstream": Colour("#6e3300", "#9a5218", "#6d3402", "#c98a58"),
    "δ downstream": Colour("#a65a12", "#c47a35"),
    "δ little downstream": Colour("#d8953f", "#e6b06a", "#915c13", "#e6b06a"),
    "δ zero": Colour("#7f7f7f", "#9b9b9b", "#696969", "#9b9b9b"),
    "δ little upstream": Colour("#6fb7c9", "#9fd3e0", "#1a7085", "#9fd3e0"),
    "δ upstream": Colour("#1f8aa6", "#4fb0ca", "#17758d", "#4fb0ca"),
    "δ most upstream": Colour("#004f66", "#2790ab"),
    "δ hardly downstream": Colour("#b59b78", "#c4ab8a", "#7d6743", "#c4ab8a"),
    "δ hardly upstream": Colour("#8fa9ad", "#a9c0c4", "#54707a", "#a9c0c4"),
    "zero loss": Colour("#c2183c", "#ff5c7c"),
    "same function": Colour("#8a8f98", "#9aa0aa", "#656a73", "#9aa0aa"),
    "ink": Colour("#20242c", "#eef0f4"),
    "positive readout": Colour("#d9730c", "#f29a4a", "#a85606", "#f29a4a"),
    "negative readout": Colour("#2f6fd6", "#7aa8ff"),
    "an entry of 0": Colour("#f1f3f6", "#20262f"),
    "beyond theory": Colour("#a85800", "#ffb454"),
    "even count": Colour("#dfe6ef", "#28313d"),
    "odd count": Colour("#9fb5cd", "#48607a"),
    "loss": Colour("#43638d", "#9db8dc"),
    "kernel distance": Colour("#5a3d8a", "#b79be8"),
    "flips": Colour("#b5367a", "#f07ab0"),
    "distance moved": Colour("#3d6fc4", "#86abf2"),
    "hierarchy's class": Colour("#1d3b57", "#3a6a95"),
    "hierarchy's symbol": Colour("#3f6390", "#5d86b8"),
}

DARK = {colour.light: colour.dark for colour in PALETTE.values()} | {
    colour.text: colour.text_dark for colour in PALETTE.values() if colour.text
}
AS_TEXT = {colour.light: colour.text for colour in PALETTE.values() if colour.text}


def _light(*names: str) -> tuple[str, ...]:
    return tuple(PALETTE[name].light for name in names)


DOWNSTREAM, BALANCED, UPSTREAM = _light("downstream", "balanced", "upstream")
SEVEN = _light(
    *("δ most downstream", "δ downstream", "δ little downstream", "δ zero"),
    *("δ little upstream", "δ upstream", "δ most upstream"),
)
HARDLY_DOWNSTREAM, HARDLY_UPSTREAM = _light("δ hardly downstream", "δ hardly upstream")
MINIMA, EQUIVALENT, INK, WARNING = _light("zero loss", "same function", "ink", "beyond theory")
POSITIVE, NEGATIVE = _light("positive readout", "negative readout")
EVEN, ODD = _light("even count", "odd count")
(NOTHING,) = _light("an entry of 0")
LOSS_LINE, KERNEL, FLIPS, DISTANCE = _light("loss", "kernel distance", "flips", "distance moved")
CLASS, SYMBOL = _light("hierarchy's class", "hierarchy's symbol")

LOSS = [[0.0, "#f4f7fb"], [0.25, "#c9d6e6"], [0.5, "#93aac6"], [0.75, "#5d7a9e"], [1.0, "#2f4765"]]
SCALES = {
    "kernel": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
    "flips": ("#000004", "#3b0f70", "#8c2981", "#de4968", "#fe9f6d", "#fcfdbf"),
    "distance": ("#08213f", "#1f4e8c", "#3e70c3", "#8fb4e8", "#e8f1fc"),
    "test loss": ("#fee838", "#c4b56c", "#7c7b78", "#2e4a7d", "#00224e"),
    "train loss": ("#fee838", "#c4b56c", "#7c7b78", "#2e4a7d", "#00224e"),
    "time": ("#f6d746", "#e55c30", "#84206b", "#140b34"),
}
"""Colour scales of the maps, light and dark alike."""
