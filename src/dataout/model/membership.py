"""Changes of membership: who entered or left a segment, why, and since when it is true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Cause(StrEnum):
    """Why a membership changed; of several causes the first of these."""

    IDENTITY = "identity"
    DEFINITION = "definition"
    DATA = "data"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """A profile entered a segment, or left it.

    ``at`` is the instant from which it is true, as far as is known now (UTC): of a change by time
    the edge itself, however late the tick that found it.
    """

    segment: str
    profile_id: str
    entered: bool
    at: datetime
    cause: Cause
