"""The frame. Under `streamlit run` this file is the server's entry; in each session it draws navigation and page."""

import streamlit as st
from starlette.middleware import Middleware

from pages.classes import room
from pages.classes.door import Door
from pages.lessons.frame import show
from pages.lessons.take.offer import FILES
from pages.server.fonts import font_routes
from pages.server.reference import reference_routes
from pages.server.server import end_cleanly, lifespan, middleware, script_routes
from pages.server.static import script_route
from pages.shared.streamlit_internals import session_id

if session_id():
    show(room)
else:
    end_cleanly()
    taken = [script_route(url, text) for url, text in FILES.items()]
    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[
            *script_routes(),
            *font_routes(),
            *(script_route(url, text) for url, text in FILES.items()),
            *reference_routes(),
        ],
        middleware=[*middleware(), Middleware(Door)],
    )
