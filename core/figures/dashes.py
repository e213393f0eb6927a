"""How a line is broken: one row a pattern, one meaning a pattern, on every page. A pattern is changed here and nowhere else.

A whole line is what was run, measured or computed for the setting. Seen data and unseen data differ by width, runs and
quantities by colour.
"""

from typing import NamedTuple


class Dash(NamedTuple):
    """Plotly's name of a pattern (or its pixels), the mark that stands for it in a key, and what it means."""

    pattern: str
    mark: str
    means: str


SOLID = Dash("solid", "━", "what was run, measured or computed")
THEORY = Dash("dash", "╌", "a formula or a limit of theory, beside what was run")
LEVEL = Dash("dot", "···", "what is compared with: target, teacher, threshold, chance")
BORDER = Dash("dashdot", "–·–", "a border: beyond it something else happens")
OTHER = Dash("longdash", "– –", "another network, beside the first")
KERNEL = Dash("15px,3px", "–––", "the kernel's distance or rate")

ALL = (SOLID, THEORY, LEVEL, BORDER, OTHER, KERNEL)
