"""Bugs planted where identifiers are prepared; see ``mutants.py``."""

from mutant import Mutant

BULK = ("tests/audiences/test_identify.py",)
HASHES = ("tests/identity/test_hashes.py",)
PLATFORMS = ("tests/identity/test_platforms.py",)
PHONES = ("tests/identity/test_phone.py",)
FORECAST = ("tests/cli/test_identifiers.py",)
SETTINGS = ("tests/definitions/test_identifiers.py",)

IDENTITY: tuple[Mutant, ...] = (
    Mutant(
        "identity: the hash of nothing is sent",
        "dataout/identity/hashes.py",
        "found |= {sha256(text): Reason.HASH_OF_NOTHING for text in nothing}",
        "found |= {}",
        HASHES,
    ),
    Mutant(
        "identity: upper-case hex is not mended",
        "dataout/identity/hashes.py",
        "    return _worthless().get(lower, lower)",
        "    return _worthless().get(lower, text)",
        HASHES,
    ),
    Mutant(
        "identity: a hash is sent to who takes it plain",
        "dataout/identity/normalize.py",
        "    if not row.hashed:\n        return _unusable(field, Reason.HASHED)\n",
        "",
        HASHES,
    ),
    Mutant(
        "identity: a hash in another platform's form is sent",
        "dataout/identity/normalize.py",
        "_row(like, field).rule != row.rule",
        "_row(like, field).rule is None",
        HASHES,
    ),
    Mutant(
        "identity: placeholders are somebody",
        "dataout/identity/normalize.py",
        "    if not hashed and is_placeholder(field, trimmed):\n",
        "    if False:\n",
        ("tests/identity/test_placeholders.py",),
    ),
    Mutant(
        "identity: Gmail's rule holds at every domain",
        "dataout/identity/emails.py",
        "    if domain not in GMAIL:\n        return lower\n",
        "",
        PLATFORMS,
    ),
    Mutant(
        "identity: titles stay at Google",
        "dataout/identity/names.py",
        "        name = name[before.end() :]\n",
        "        name = name[:]\n",
        PLATFORMS,
    ),
    Mutant(
        "identity: TikTok hashes no advertising ids",
        "dataout/identity/platforms.py",
        'Field.MAID: _hashed("UUID, lower-case", _TIKTOK)',
        'Field.MAID: _plain("UUID, lower-case", _TIKTOK)',
        PLATFORMS,
    ),
    Mutant(
        "phones: read quickly, any number is valid",
        "dataout/identity/numbering.py",
        'return f"+{plan.code}{number}" if _is_valid(plan.code, number) else None',
        'return f"+{plan.code}{number}"',
        PHONES,
    ),
    Mutant(
        "phones: read quickly, digits that may be two numbers are one",
        "dataout/identity/numbering.py",
        "if plan is None or digits.startswith(plan.code):",
        "if plan is None:",
        PHONES,
    ),
    Mutant(
        "identify: what arrives later is not seen",
        "dataout/sql/identifiers.sql",
        "  landing > $attributes\n  OR (set_at",
        "  (set_at",
        BULK,
    ),
    Mutant(
        "identify: time that passed changes nothing",
        "dataout/sql/identifiers.sql",
        "set_at <= greatest($was, $now))",
        "set_at < least($was, $now))",
        BULK,
    ),
    Mutant(
        "identify: an address is clean whatever mailbox it names",
        "dataout/sql/addresses.py",
        "text(f'^(?:{unread})')",
        "text('^$')",
        BULK,
    ),
    Mutant(
        "identify: every platform's addresses are Gmail's",
        "dataout/sql/addresses.py",
        'f"WHEN gmail AND ends_with',
        'f"WHEN ends_with',
        BULK,
    ),
    Mutant(
        "identify: postal codes are read by the project's region",
        "dataout/audiences/identify.py",
        'identification.region if field is Field.PHONE else ""',
        "identification.region",
        BULK,
    ),
    Mutant(
        "identify: the last origin wins",
        "dataout/sql/identifiers.sql",
        "arg_min(f.sent, f.position) FILTER",
        "arg_max(f.sent, f.position) FILTER",
        BULK,
    ),
    Mutant(
        "identify: who is up to date at one platform is so at all",
        "dataout/sql/identifiers.sql",
        "HAVING count(*) = len($platforms)",
        "HAVING count(*) > 0",
        BULK,
    ),
    Mutant(
        "identify: other rules change nothing",
        "dataout/sql/identifiers.sql",
        "DELETE FROM prepared_values WHERE rules <> $rules",
        "DELETE FROM prepared_values WHERE rules = ''",
        BULK,
    ),
    Mutant(
        "identifiers: examples show what they say",
        "dataout/audiences/coverage.py",
        'masked(row["raw"])',
        'row["raw"]',
        FORECAST,
    ),
    Mutant(
        "identifiers: a name is a key",
        "dataout/audiences/coverage.py",
        "for field in fields if field in IDENTIFYING",
        "for field in fields",
        FORECAST,
    ),
    Mutant(
        "settings: 'as' without 'hashed' is let through",
        "dataout/definitions/identifiers.py",
        "if LIKE.name in body.written and HASHED.name not in body.written:",
        "if False:",
        SETTINGS,
    ),
)
