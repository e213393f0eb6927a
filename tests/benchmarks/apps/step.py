"""One slider and the figures of a page, each drawn by st.plotly_chart on an otherwise empty page: what bench_chart holds
the page itself against. ?page=geometry|exact|…; the frames, which a plain chart cannot play along with others, are left out.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.figures import exact, geometry, implicit_bias, start
from core.problems.exact import Exact
from core.problems.exact import solve as solve_exact
from core.problems.geometry import Geometry
from core.problems.geometry import solve as solve_geometry
from core.problems.implicit_bias import Landings
from core.problems.implicit_bias import solve as solve_landings
from core.problems.start import Start
from core.problems.start import solve as solve_start

PAGES = {
    "geometry": (Geometry, "delta", solve_geometry, geometry.figures),
    "exact": (Exact, "angle", solve_exact, exact.figures),
    "start": (Start, "angle", solve_start, start.figures),
    "implicit_bias": (Landings, "delta", solve_landings, implicit_bias.figures),
}


def draw() -> None:
    kind, name, solve, figures = PAGES[st.query_params.get("page", "geometry")]
    knob, default = kind.knobs()[name], kind.__dataclass_fields__[name].default
    value = st.slider(name, float(knob.low), float(knob.high), float(default), float(knob.step), key=name)
    problem = kind(**{name: value})
    pictures = figures(problem, solve(problem))
    for k, (column, picture) in enumerate(zip(st.columns(len(pictures)), pictures, strict=True)):
        picture.frames.clear()
        column.plotly_chart(picture.figure(), key=f"chart_{k}")


if get_script_run_ctx(suppress_warning=True):
    st.set_page_config(layout="wide")
    draw()
else:
    app = st.App(__file__)
