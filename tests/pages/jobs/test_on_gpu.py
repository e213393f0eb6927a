"""The app on a machine with a GPU: every run of a page that may be there ends there, and says so with its seconds.

Skipped, and said so, where there is no GPU.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from core.training.device import describe, gpus
from tests.benchmarks.serving import Server
from tests.benchmarks.session import Session

PATIENCE_S = 90
RUNS = (
    ("teacher_student", "samples=300&width=300&end=5", ""),
    ("relu", "end=5", ""),
    ("regime_map", "open=own&d=20&n=100&width=20&grid=5&seeds=1", "Sweep my own settings"),
    ("regime_map", "", "Run this cell"),
    ("initialisation", "open=train", "Train as is"),
    *((page, "", "Train it here") for page in ("kernel_movement", "hierarchy", "grokking", "filters")),
)
"""A page, its address and the button that begins its run; where there is none the page runs by itself."""

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not gpus(), reason="NO GPU HERE: no page was seen with one"),
]


class Reader(Session):
    """A visitor who reads the captions as well."""

    def _draw(self, delta: Any) -> None:
        super()._draw(delta)
        if delta.WhichOneof("type") == "new_element" and delta.new_element.WhichOneof("type") == "markdown":
            self.written.append(delta.new_element.markdown.body)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(DEVICE="cuda")
    yield made
    made.end()


async def visit(port: int, page: str, query: str, button: str, name: str) -> tuple[list[str], list[str]]:
    """(what the page says of where it ran, errors and alerts) of one run from its address to its end."""
    ran = re.compile(rf"[\d.]+ s on {re.escape(name)}")

    async with Reader(port, page, query) as reader:
        await reader.open(PATIENCE_S)
        if button:
            await reader.click(button)
        await reader.until(lambda: any(map(ran.search, reader.written)) or reader.errors, PATIENCE_S)
        return [found[0] for found in map(ran.search, reader.written) if found], [*reader.errors, *reader.texts]


@pytest.mark.parametrize("page, query, button", RUNS, ids=lambda given: given)
def test_a_pages_run_ends_on_the_gpu_and_says_so(server, page, query, button):
    said, texts = asyncio.run(visit(server.port, page, query, button, describe("cuda")))
    print(f"{page} {query} {button}: {said[-1:]}")
    assert said and not any("GPU failed" in text for text in texts), texts
