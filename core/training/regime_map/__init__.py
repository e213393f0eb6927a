"""The sweep over (τ, δ) of the paper's section 5: `run_cells` trains it, `python -m core.training.regime_map` writes it."""

from core.training.regime_map.sweep import (
    CHECKPOINTS,
    DELTAS,
    MEASURES,
    PAPER,
    SEEDS,
    TAUS,
    Cell,
    FinishedCell,
    Problem,
    cell_rate,
    grid,
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
    "Problem",
    "cell_rate",
    "grid",
    "run_cell",
    "run_cells",
    "watch_cell",
]
