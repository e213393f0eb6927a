"""How a number is written: one way for prose, metrics and pictures, so that one number is never read in two."""

import math

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Three significant digits, ×10ⁿ beyond four places; 0 has no sign."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    exponent = math.floor(math.log10(abs(value)))
    if -3 <= exponent < 5:
        return (f"{value:.3g}" if exponent < 3 else f"{value:.0f}").replace("-", "−")
    return f"{value / 10**exponent:.2f}×10{str(exponent).translate(RAISED)}".replace("-", "−")
