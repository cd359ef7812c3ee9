"""Get one call through: the only place that retries or waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dataout.errors import DestinationError, Transient
from dataout.ports import Clock

ATTEMPTS = 4
LONGEST_WAIT = 60.0
"""Seconds one run is willing to wait before a repetition; longer is left to the next run."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How a call is repeated: a clock to wait with, and a source of jitter in [0, 1).

    ``unit`` is the length of the first wait at most, in seconds; each further one doubles it.
    """

    clock: Clock
    jitter: Callable[[], float]
    unit: float = 2.0


def patiently(call: Callable[[], T], patience: Patience) -> T | DestinationError:
    """Call until it goes through; give back the error that ended it otherwise.

    Only ``Transient`` trouble is repeated: after the pause that the vendor asked for, else with
    exponential back-off and full jitter.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return call()
        except Transient as error:
            pause = (
                error.after
                if error.after is not None
                else patience.jitter() * patience.unit * 2 ** (attempt - 1)
            )
            if attempt == ATTEMPTS or pause > LONGEST_WAIT:
                return error
            patience.clock.sleep(pause)
        except DestinationError as error:
            return error
    raise AssertionError(attempt)
