"""Meta's error bodies as our errors: the class says what to do next.

Sources, on developers.facebook.com/documentation/ads-commerce/marketing-api: "Error Reference",
"Customer File Custom Audiences" and "Custom Audience Users" (subcodes), "Rate Limiting" (headers).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping

from dataout import errors
from dataout.http import Answer, redact, retry_after

ASSIGN = "Assign the token's user to the ad account, with ads_management, and make a new token."
SIGN = "A person of the business has to accept them once, in Meta's Audience Manager."
_RENEW = "Make a new token for the system user, and put it where the project's secret is read from."
_APPEAL = "Open the audience in Meta's Audience Manager: appeal there, or sync under another name."

_Class = type[errors.Refused] | type[errors.Transient]
_Rule = tuple[_Class, str, str]

RULES: Mapping[tuple[int, int | None], _Rule] = {
    (1, None): (errors.Transient, "Meta had an unknown error", ""),
    (2, None): (errors.Transient, "Meta's service is unavailable for a moment", ""),
    (5000, None): (errors.Transient, "Meta had an unknown error", ""),
    (2650, 1870145): (errors.Transient, "the audience is being replaced", ""),
    (2650, 1870148): (errors.Transient, "Meta updated the audience only partly", ""),
    (2650, None): (errors.Refused, "Meta cannot update the audience", ""),
    (2654, None): (errors.Refused, "Meta rejects the audience", ""),
    (100, 33): (errors.RemoteMissing, "the object does not exist, or the token sees it not", ""),
    (1487301, None): (errors.RemoteMissing, "the audience is no longer shared", ""),
    (1487366, None): (errors.RemoteMissing, "the audience was deleted", ""),
    (100, 1713230): (errors.Refused, "Meta blocks uploads to the audience", _APPEAL),
    (100, None): (errors.Refused, "Meta finds a parameter invalid", ""),
    (105, None): (errors.Refused, "the call has too many parameters", ""),
    (200, 1870047): (errors.Refused, "the audience is too small to remove people from", ""),
    (102, None): (errors.AuthFailed, "the session of the token is over", _RENEW),
    (190, None): (errors.AuthFailed, "the token is not valid", _RENEW),
    (190, 460): (errors.AuthFailed, "the token ended with a change of password", _RENEW),
    (190, 463): (errors.AuthFailed, "the token has expired", _RENEW),
    (270, None): (
        errors.AuthFailed,
        "the app has development access only",
        "Ask for standard access to the Marketing API in the app's dashboard.",
    ),
    (368, None): (
        errors.AuthFailed,
        "Meta blocks the action as abusive",
        "A person has to look at the account's quality page at Meta.",
    ),
    (200, 1870050): (
        errors.PermissionMissing,
        "the ad account belongs to no business",
        "Add the ad account to a business at Meta.",
    ),
    (10, None): (errors.PermissionMissing, "the token lacks a permission", ASSIGN),
    (200, None): (errors.PermissionMissing, "the token lacks a permission", ASSIGN),
    (294, None): (errors.PermissionMissing, "the token lacks ads_management", ASSIGN),
    (200, 1870034): (errors.TermsNotAccepted, "the Custom Audience terms are not accepted", SIGN),
    (200, 1870090): (errors.TermsNotAccepted, "the Custom Audience terms are not accepted", SIGN),
    (2655, None): (errors.TermsNotAccepted, "the terms are not accepted", SIGN),
}
"""What Meta's codes (code, subcode) are for us: class, meaning, hint. No subcode: any."""

_INVALID = 100
_PROOF = re.compile("invalid appsecret_proof", re.IGNORECASE)
_TRACE = re.compile(r"[\w-]{1,32}")
_PERMISSIONS = range(200, 300)
_THROTTLES = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})


def explain(answer: Answer, private: Collection[str]) -> errors.DestinationError | None:
    """Read an error body; None where it holds no code, or one that is not known.

    What Meta itself calls transient is transient, whatever its code.
    """
    error = (answer.body or {}).get("error")
    if not isinstance(error, dict):
        return None
    code, subcode = whole(error.get("code")), whole(error.get("error_subcode"))
    if code is None:
        return None
    said = _words(error, private)
    if code in _THROTTLES:
        return errors.RateLimited(f"Meta asks for a slower pace ({said})", regain_seconds(answer))
    if code == _INVALID and _PROOF.search(str(error.get("message"))):
        return errors.AuthFailed(f"The app_secret is not the token's app's ({said})", _RENEW)
    rule = RULES.get((code, subcode)) or RULES.get((code, None))
    if rule is None and code in _PERMISSIONS:
        rule = RULES[200, None]
    if error.get("is_transient") is True or (rule and rule[0] is errors.Transient):
        meaning = rule[1] if rule else "Meta expects a later call to succeed"
        return errors.Transient(f"{_capital(meaning)} ({said}).", retry_after(answer.headers))
    if rule is None:
        return None
    kind, meaning, hint = rule
    return kind(f"{_capital(meaning)} ({said}).", hint=hint)


def used_percent(answer: Answer) -> int | None:
    """How much of the account's hourly budget is used up, where the headers say so."""
    shares = [
        share
        for usage in _usages(answer)
        for name in ("call_count", "total_cputime", "total_time")
        if (share := whole(usage.get(name))) is not None
    ]
    return max(shares, default=None)


def regain_seconds(answer: Answer) -> float | None:
    """Seconds until calls are taken again, where Meta says so (its header counts minutes)."""
    minutes = [
        whole(usage.get("estimated_time_to_regain_access")) or 0 for usage in _usages(answer)
    ]
    return max(minutes, default=0) * 60.0 or retry_after(answer.headers)


def whole(value: object) -> int | None:
    """Read a whole number, also where Meta writes it as text ("numeric string")."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def _usages(answer: Answer) -> Iterator[Mapping[str, object]]:
    """Read X-Business-Use-Case-Usage: a list of entries per business or ad account."""
    try:
        header = json.loads(answer.headers.get("x-business-use-case-usage", "{}"))
    except ValueError:
        return
    for entries in header.values() if isinstance(header, dict) else ():
        if isinstance(entries, list):
            yield from (entry for entry in entries if isinstance(entry, dict))


def _words(error: Mapping[str, object], private: Collection[str]) -> str:
    """Code, subcode, trace and Meta's own sentence, without anything that was sent."""
    parts = [f"code {whole(error.get('code'))}"]
    if (subcode := whole(error.get("error_subcode"))) is not None:
        parts.append(f"subcode {subcode}")
    trace = str(error.get("fbtrace_id") or "")
    if _TRACE.fullmatch(trace) and trace not in private:
        parts.append(f"trace {trace}")
    sentence = error.get("error_user_title") or error.get("message")
    quoted = f': "{redact(str(sentence), private)}"' if sentence else ""
    return ", ".join(parts) + quoted


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
