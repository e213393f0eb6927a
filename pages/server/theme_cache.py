"""The theme, which Streamlit reads from its settings at each rerun, anew and six times over: read once instead.

It goes through all settings for each part of the theme, which costs as much as half a page's theory. Settings do not change
while the server runs. The function is an internal one of the pinned Streamlit; a test compares what the browser gets.
"""

import functools

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_populate = app_session._populate_theme_msg


@functools.cache
def _theme(section: str) -> CustomThemeConfig:
    message = CustomThemeConfig()
    _populate(message, section)
    return message


def _copy_theme(message: CustomThemeConfig, section: str = "theme") -> None:
    if _theme(section).ListFields():
        message.MergeFrom(_theme(section))


def read_theme_once() -> None:
    app_session._populate_theme_msg = _copy_theme  # type: ignore[assignment]
