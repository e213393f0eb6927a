"""The part of a page on ReLU networks that tells what moves the kernel; the pages of networks in the plane have it."""

import numpy as np
import streamlit as st

from core.errors import Refusal
from core.figures.relu_kernel import figures
from core.params import Params
from core.problems.relu_kernel import history, told
from core.theory.phases import Phases
from core.training.plane import Run
from pages.lessons.picture import folded
from pages.shared.cache import painted, remember
from pages.shared.plot import Cursor, plot
from pages.shared.prose import prose
from pages.shared.stage import stage

PART = "kernel"


def show_kernel(
    stem: str, problem: Params, run: Run, X: np.ndarray, y: np.ndarray, phases: Phases, *rates: float
) -> None:
    """Kernel, neurons and samples, and its way along a run on X[n, 2], y[n]; rates: η_a, η_w and the slope, where not 1, 1, 0.

    Behind a lesson's curtain there is no such part.
    """
    if stage().curtain:
        return
    with folded(stem, PART) as opened:
        if not opened:
            return
        try:
            moved = remember(history)(run, X, y, *rates)
        except Refusal as error:
            st.info(str(error), icon=":material/info:")
            return
        plot(
            *painted(figures, problem, moved, run.a[0], phases),
            key=PART,
            autoplay=False,
            cursor=Cursor("t", "flow time t", run.time[moved.shown]),
            least=285,
        )
        prose(PART, PART, **told(moved))
