"""The sweep over (τ, δ) of the paper's section 5: `run_cells` trains it, `python -m core.training.regime_map` writes it.

>>> small = Problem(d=5, n=20, width=4, checkpoints=(10, 100))
>>> [cell.kernel_distance.shape for cell in run_cells([(1.0, 0.0, 1)], problem=small, store=False)]
[(2,)]
"""

from core.training.measures import MEASURES, Measures
from core.training.regime_map.cells import DELTAS, SEEDS, TAUS, Cell, grid
from core.training.regime_map.map_file import RegimeMap
from core.training.regime_map.sweep import (
    CHECKPOINTS,
    PAPER,
    FinishedCell,
    Problem,
    cell_rate,
    expected_seconds,
    run_cell,
    run_cells,
    watch_cell,
)

__all__ = [
    "CHECKPOINTS",
    "DELTAS",
    "MEASURES",
    "PAPER",
    "SEEDS",
    "TAUS",
    "Cell",
    "FinishedCell",
    "Measures",
    "Problem",
    "RegimeMap",
    "cell_rate",
    "expected_seconds",
    "grid",
    "run_cell",
    "run_cells",
    "watch_cell",
]
