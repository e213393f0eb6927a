"""Job: one request of the pages on its way, who looks at it, and what it may use.

JOB_SECONDS    the longest a job may run (default 1800)
RESULTS_MB     what finished jobs may hold together, and one running job alone (default 200)
"""

import os
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

SILENCE_S = 75.0  # a hidden tab's timers fire once a minute
ABSENCE_S = 2.0
KEPT_BYTES = float(os.environ.get("RESULTS_MB") or 200) * 1e6
LONGEST_S = float(os.environ.get("JOB_SECONDS") or 1800)


@dataclass
class Job:
    """One request on its way: state is queued, running, done, cancelled or failed; snapshots grow while it runs. It does
    not begin before `due` (of time.monotonic). `where` names the device, `took` the seconds from its begin to its end,
    `notes` are sentences about a device that failed or was too small."""

    ticket: Hashable
    request: tuple[str, str, Any]
    state: str = "queued"
    stopping: bool = False
    snapshots: list = field(default_factory=list)
    error: str = ""
    size: int = 0
    viewers: dict[str, float] = field(default_factory=dict)
    present: Callable[[str], bool] = lambda viewer: True
    began: float = field(default_factory=time.monotonic)
    due: float = 0.0
    where: str = ""
    took: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def wanted(self) -> bool:
        """Whether one more viewer may join: it is done, or on its way and not being stopped."""
        return self.state == "done" or (self.alive and not self.stopping)

    def watched(self) -> bool:
        """Whether any viewer has looked lately; one whose connection is gone is missed sooner."""
        now = time.monotonic()
        viewers = list(self.viewers.items())
        return any(now - seen < (SILENCE_S if self.present(viewer) else ABSENCE_S) for viewer, seen in viewers)

    def excess(self) -> str:
        """What this run has too much of, as a sentence, or nothing."""
        if time.monotonic() - self.began > LONGEST_S:
            return f"This run was stopped after {LONGEST_S:g} s. Ask for fewer steps or a smaller network."
        if self.size > KEPT_BYTES:
            return f"This run was stopped at {KEPT_BYTES / 1e6:g} MB of snapshots. Ask for fewer or smaller ones."
        return ""

    def fail(self, sentence: str) -> None:
        self.error, self.state = sentence, "failed"
