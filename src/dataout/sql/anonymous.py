"""Records that come under an anonymous id, as SQL beside that of ``sql/records.py``."""

from __future__ import annotations

from dataout.sql import fields

KINDS = ("events", "profiles")
"""The kinds of records that may name nobody but an anonymous id."""

LONGEST = fields.LONGEST_ID - len("anonymous_id:")
"""Bytes of the longest anonymous id: it has to fit into the name of its own profile."""

CLAIMED = f"nullif(trim({fields.identity('anonymous_id')}), '')"
"""Reads the anonymous id that a record came with."""


def named_or_anonymous(profile: str, anonymous: str) -> str:
    """Name whose record it is: a profile's, else the anonymous one's own."""
    nameless = f"NOT {fields.given('profile_id')} AND {fields.given('anonymous_id')}"
    return f"CASE WHEN {nameless} THEN 'anonymous_id:' || {anonymous} ELSE {profile} END"


def anonymous_problem(person: str) -> str:
    """Say why a record names nobody, or why its anonymous id is none."""
    own = fields.identity_problem("anonymous_id", "claimed")
    return (
        f"CASE WHEN {fields.given('anonymous_id')} AND claimed IS NULL THEN {own}"
        f" WHEN claimed IS NOT NULL AND strlen(claimed) > {LONGEST} THEN"
        f" 'anonymous_id: longer than {LONGEST} bytes' ELSE {person} END"
    )
