"""E-mail addresses in SQL: what ``identity.emails`` says of clean ones, for a column at once."""

from __future__ import annotations

import re
from collections.abc import Collection

from dataout.identity.emails import CLEAN, GMAIL, LONGEST_CLEAN
from dataout.identity.placeholders import EMAILS, EXTERNAL_IDS, MAILBOXES
from dataout.sql.named import text

PREFIX = 4
"""An address that begins with so many characters of a mailbox that nobody reads is no clean one."""


def address_macros() -> tuple[str, ...]:
    """Spell what tells clean addresses and ids, and what becomes of them.

    Clean is what needs no second look and no reason: valid at first sight, and nothing like a
    placeholder. ``clean_address(raw, small)`` wants the text in lower case too: a letter that has
    another length there is none of a-z. Only of clean ones does ``quick_form(field, small, gmail,
    digest)`` give what the rules of ``identity`` give: ids as they are; addresses with ``gmail``
    without the dots and tags that Gmail does not see, with ``digest`` hashed.
    """
    longest = max(len(address) for address in EMAILS)
    unread = "|".join(sorted({re.escape(mailbox[:PREFIX]) for mailbox in MAILBOXES}))
    clean = (
        f"strlen(t) <= {LONGEST_CLEAN} AND strlen(t) = strlen(small) "
        f"AND regexp_full_match(small, {text(CLEAN)}) "
        f"AND (strlen(small) > {longest} OR small NOT IN {_list(EMAILS)}) "
        f"AND NOT regexp_matches(small, {text(f'^(?:{unread})')})"
    )
    mailbox = "replace(split_part(split_part(a, '@', 1), '+', 1), '.', '')"
    cases = (f"WHEN gmail AND ends_with(a, '@{at}') THEN {mailbox} || '@{at}'" for at in GMAIL)
    form = f"CASE {' '.join(cases)} ELSE a END"
    quick = "CASE WHEN field = 'external_id' THEN a WHEN digest THEN sha256({0}) ELSE {0} END"
    known = rf"regexp_full_match(t, '[!-~]+') AND lower(t) NOT IN {_list(EXTERNAL_IDS)}"
    return (
        f"CREATE OR REPLACE TEMP MACRO clean_address(t, small) AS {clean}",
        f"CREATE OR REPLACE TEMP MACRO address_form(a, gmail) AS {form}",
        "CREATE OR REPLACE TEMP MACRO quick_form(field, a, gmail, digest) AS "
        + quick.format("address_form(a, gmail)"),
        f"CREATE OR REPLACE TEMP MACRO clean_id(t) AS {known}",
    )


def _list(values: Collection[str]) -> str:
    return f"({', '.join(text(value) for value in sorted(values))})"
