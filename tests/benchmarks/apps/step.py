"""One slider, one figure, for bench_chart: ?with=ours draws by the chart component, ?with=plain by st.plotly_chart."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.figures.geometry import plane, surface
from core.problems.geometry import Geometry, solve
from pages.server.server import script_routes
from pages.shared.plot import plot


def draw() -> None:
    delta = st.slider("delta", -4.0, 4.0, -2.0, 0.1, key="delta")
    problem = Geometry(delta=delta)
    picture = (surface if st.query_params.get("case") == "3d" else plane)(problem, solve(problem))
    picture.frames.clear()
    if st.query_params.get("with") == "ours":
        plot(picture)
    else:
        st.plotly_chart(picture.figure(), key="chart")


if get_script_run_ctx(suppress_warning=True):
    draw()
else:
    app = st.App(__file__, routes=script_routes())
