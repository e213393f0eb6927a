"""The reference that `make docs` has built, at /reference/: plain pages without scripts."""

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from pages.shared.explain.notebooks import REFERENCE


def reference_routes() -> list[BaseRoute]:
    """One route where it is built, none where it is not."""
    if not REFERENCE.exists():
        return []
    return [Mount("/reference", StaticFiles(directory=REFERENCE.parent, html=True), name="reference")]
