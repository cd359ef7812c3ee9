"""Who is let in at the emulated Meta: token, budget, permissions, terms; and its own bad moods."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from dataout.testing.emulators import faults
from dataout.testing.emulators.faults import Fault
from dataout.testing.emulators.meta_replies import (
    Refusal,
    invalid,
    missing,
    throttled,
    usage_headers,
)
from dataout.testing.emulators.meta_state import Rules
from dataout.testing.emulators.wire import Params

HOUR_MS = 3_600_000
_MINUTE_MS = 60_000
_ECHOED = 1_000


@dataclass(frozen=True, slots=True)
class Visit:
    """What a call is about. ``account`` None: nobody's budget; ``changes``: needs the terms."""

    node: str
    account: str | None = None
    changes: bool = False


@dataclass(slots=True)
class Gate:
    """Lets calls in, or raises ``Refusal``."""

    rules: Rules
    clock: Callable[[], int]
    terms_accepted: bool = True
    _calls: dict[str, deque[int]] = field(default_factory=dict)

    def check_token(self, request: httpx.Request, params: Params, fault: Fault | None) -> None:
        """Look at the token, in the header or among the parameters, and at the app's proof."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = bearer or str(params.get("access_token", ""))
        if isinstance(fault, faults.TokenExpired):
            raise Refusal(
                190, "Error validating access token: the session has expired.", subcode=463
            )
        if not token or self.rules.token not in (None, token):
            raise Refusal(190, "Invalid OAuth access token.")
        if self.rules.app_secret is not None:
            proof = hmac.new(self.rules.app_secret.encode(), token.encode(), hashlib.sha256)
            if not hmac.compare_digest(proof.hexdigest(), str(params.get("appsecret_proof", ""))):
                raise invalid("Invalid appsecret_proof provided in the API argument")

    def count(self, account: str, audiences: int, fault: Fault | None) -> dict[str, str]:
        """Count a call against the account's last hour; the headers come with every answer."""
        now, calls = self.clock(), self._calls.setdefault(account, deque())
        while calls and calls[0] <= now - HOUR_MS:
            calls.popleft()
        quota = self.rules.hourly_calls + 40 * audiences
        if isinstance(fault, faults.RateLimit):
            raise throttled(account, fault.minutes, self.rules.throttled_status)
        if len(calls) >= quota:
            minutes = -(-(calls[0] + HOUR_MS - now) // _MINUTE_MS)
            raise throttled(account, minutes, self.rules.throttled_status)
        calls.append(now)
        return usage_headers(account, 100 * len(calls) // quota, 0)

    def check_rights(self, visit: Visit, fault: Fault | None) -> None:
        """Look at the account, the permissions and the terms."""
        if self.rules.accounts is not None and visit.account not in self.rules.accounts:
            raise missing(visit.node)
        enough = {"ads_management"} if visit.changes else {"ads_management", "ads_read"}
        if isinstance(fault, faults.PermissionGone) or not enough & self.rules.permissions:
            raise Refusal(200, "The current user can not update audience", status=403)
        if visit.changes and (isinstance(fault, faults.TermsGone) or not self.terms_accepted):
            raise Refusal(
                200,
                "The Custom Audience terms have not been accepted for this business.",
                subcode=1870090,
                status=403,
            )

    def speak(
        self, visit: Visit, request: httpx.Request, params: Params, fault: Fault | None
    ) -> None:
        """Say what a planned fault makes Meta say, and what needs no look at any audience."""
        match fault:
            case faults.Hiccup():
                raise Refusal(2, "Service temporarily unavailable", status=500, transient=True)
            case faults.Vanished():
                raise missing(visit.node)
            case faults.Refuse():
                sent = json.dumps(params, ensure_ascii=False)[:_ECHOED]
                raise invalid(f"Invalid parameter {sent} {request.headers.get('authorization')}")
            case _:
                return
