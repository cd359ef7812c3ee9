"""How the emulated Meta says no, and how it counts calls ("Error Reference", "Rate Limiting")."""

from __future__ import annotations

import json

import httpx


class Refusal(Exception):
    """A call is refused with a code of Meta's error reference."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        transient: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status, self.transient = code, subcode, status, transient
        self.headers: dict[str, str] = {}

    def response(self, headers: dict[str, str]) -> httpx.Response:
        """Make the answer: Meta's envelope."""
        error: dict[str, object] = {
            "message": f"(#{self.code}) {self}",
            "type": "OAuthException",
            "code": self.code,
            "is_transient": self.transient,
            "fbtrace_id": headers["x-fb-trace-id"],
        }
        if self.subcode is not None:
            error |= {
                "error_subcode": self.subcode,
                "error_user_title": str(self).split(".", maxsplit=1)[0],
                "error_user_msg": str(self),
            }
        return httpx.Response(self.status, json={"error": error}, headers=headers | self.headers)


def invalid(message: str, subcode: int | None = None) -> Refusal:
    """Refuse a call for one of its parameters."""
    return Refusal(100, message, subcode=subcode)


def missing(node: str) -> Refusal:
    """Refuse a call to an object that is not there, or not to be seen."""
    return invalid(
        f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation.",
        33,
    )


def throttled(account: str, regain_minutes: int, status: int) -> Refusal:
    """Refuse a call because the account has used up its hour."""
    refusal = Refusal(
        80003,
        "There have been too many calls to this ad-account. Wait a bit and try again.",
        status=status,
    )
    refusal.headers = usage_headers(account, 100, regain_minutes)
    return refusal


def replacing(subcode: int) -> Refusal:
    """Refuse a batch of a replacement, or any change while one is under way."""
    return Refusal(
        2650, f"Failed to update the custom audience. {_REPLACING[subcode]}", subcode=subcode
    )


def usage_headers(account: str, percent: int, regain_minutes: int) -> dict[str, str]:
    """Say how much of the hour is used, in percent, and when calls are taken again, in minutes."""
    entry = {
        "type": "custom_audience",
        "call_count": percent,
        "total_cputime": percent // 2,
        "total_time": percent // 2,
        "estimated_time_to_regain_access": regain_minutes,
        "ads_api_access_tier": "standard_access",
    }
    return {"x-business-use-case-usage": json.dumps({account.removeprefix("act_"): [entry]})}


_REPLACING = {
    1870144: "The audience is too large to be replaced.",
    1870145: "An update is already in progress. Try again when it has ended.",
    1870147: "The first batch of the session was not seen. Start with batch_seq 1.",
    1870148: "Something went wrong, and the audience was updated only partly.",
    1870158: "The session timed out after 90 minutes; what was received is in the audience.",
    1870159: "The session has already ended.",
}
