"""The app with one page whose run can be made as long as a fault needs: served by the fault tests, never registered."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.jobs.live import work
from pages.server.server import end_cleanly, lifespan, middleware
from tests.pages.shared.slow_jobs import count_slowly

if get_script_run_ctx(suppress_warning=True):
    st.title("Slow run")
    speed = st.slider("speed", 1.0, 10.0, 1.0, 0.5)
    if st.query_params.get("break"):
        raise RuntimeError("secret detail")
    work("slow", (600, 0.1 / speed), count_slowly, label="Run slowly", show=lambda seen: st.write(f"seen {len(seen)}"))
else:
    end_cleanly()
    app = st.App(__file__, lifespan=lifespan, middleware=middleware())
