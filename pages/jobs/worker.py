"""The process that runs jobs for the pages: `python -m pages.jobs.worker`, spoken to over its standard streams.

A request is b"r", its length in 8 bytes, and a pickled (module, function, problem); the answer is a stream of pickled
("where", device), ("snapshot", s) and ("note", sentence about the device), closed by ("done",), ("cancelled",) or
("error", sentence, expected). b"c" during a run asks it to stop after the current snapshot; at any other time it means
nothing. A function that returns instead of yielding is a run of one snapshot. The parent is this project's own server:
nothing from outside is ever unpickled.
"""

import importlib
import os
import pickle
import select
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from core.errors import Refusal
from core.training.device import describe, own_device, told
from core.training.threads import one_thread

NICENESS = 10


def serve(requests: int, answers: BinaryIO) -> None:
    """Answer one request after the other from file descriptor `requests` until the parent closes it."""
    while kind := os.read(requests, 1):
        if kind == b"r":
            length = int.from_bytes(_exactly(requests, 8), "big")
            _answer(requests, answers, *pickle.loads(_exactly(requests, length)))


def _exactly(source: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(source, min(count, 1 << 20))
        if not part:
            raise EOFError("the parent closed the stream in mid-request")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _answer(requests: int, answers: BinaryIO, module: str, name: str, problem: Any) -> None:
    with told(lambda sentence: _send(answers, ("note", sentence))):
        _send(answers, ("where", _where()))
        _work(requests, answers, module, name, problem)


def _where() -> str:
    """The device of this process's jobs, in words."""
    try:
        return describe(own_device())
    except (RuntimeError, Refusal):
        return "a GPU that does not answer"


def _work(requests: int, answers: BinaryIO, module: str, name: str, problem: Any) -> None:
    try:
        made = getattr(importlib.import_module(module), name)(problem)
        for snapshot in made if isinstance(made, Iterator) else (made,):
            _send(answers, ("snapshot", snapshot))
            if _asked_to_stop(requests):
                _send(answers, ("cancelled",))
                return
    except Refusal as error:
        _send(answers, ("error", str(error), True))
    except Exception as error:
        _send(answers, ("error", f"{type(error).__name__}: {error}", False))
    else:
        _send(answers, ("done",))


def _asked_to_stop(requests: int) -> bool:
    ready, _, _ = select.select([requests], [], [], 0)
    return bool(ready)


def _send(answers: BinaryIO, message: tuple) -> None:
    answers.write(pickle.dumps(message))
    answers.flush()


def main() -> None:
    os.nice(NICENESS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    one_thread()
    serve(sys.stdin.fileno(), answers)


if __name__ == "__main__":
    main()
