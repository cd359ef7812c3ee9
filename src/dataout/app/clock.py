"""The only place that reads the time."""

from __future__ import annotations

import time

from dataout.model.people import Instant


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """Read the present instant."""
        return Instant(time.time_ns() // 1_000_000)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)
