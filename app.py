"""The frame. Under `streamlit run` this file is the server's entry; in each session it draws navigation and page."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.lessons.frame import show
from pages.server.fonts import font_routes
from pages.server.server import end_cleanly, lifespan, middleware, script_routes

if get_script_run_ctx(suppress_warning=True):
    show()
else:
    end_cleanly()
    app = st.App(__file__, lifespan=lifespan, routes=[*script_routes(), *font_routes()], middleware=middleware())
