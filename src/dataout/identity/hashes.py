"""Values that arrive hashed: taken as they are, mended, or refused with a reason."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from dataout.identity.placeholders import EMAILS, EXTERNAL_IDS, NAMES, PHONES
from dataout.identity.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_OTHER = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{128}")  # MD5, SHA-1, SHA-512
_LENGTHS = frozenset({32, 40, 64, 128})


def sha256(text: str) -> str:
    """Hash a text as platforms do: SHA-256 over its UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def looks_hashed(text: str) -> bool:
    """Whether a text has the shape of a hash and so can be no address, number, name or date.

    >>> looks_hashed("ab" * 32), looks_hashed("ab" * 20), looks_hashed("ab" * 31)
    (True, True, False)
    """
    return len(text) in _LENGTHS and bool(_SHA256.fullmatch(text) or _OTHER.fullmatch(text))


def taken(text: str) -> str | Reason:
    """Take a SHA-256 that came hashed, in lower case, or say why it is of no use.

    Of no use are hashes of nothing and of placeholders (they would match nobody, or one stranger
    for all), hashes of those hashes, and other kinds of hashes. A hash of somebody's hash cannot
    be told from a hash: whoever declares a source answers for it.

    >>> taken("F1904CF1A9D73A55FA5DE0AC823C4403DED71AFD4C3248D00BDCD0866552BB79")
    'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79'
    >>> taken("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    <Reason.HASH_OF_NOTHING: 'the hash of an empty text'>
    """
    if _OTHER.fullmatch(text):
        return Reason.HASHED_OTHERWISE
    if not _SHA256.fullmatch(text):
        return Reason.NOT_A_HASH
    lower = text.lower()
    return _worthless().get(lower, lower)


@cache
def _worthless() -> Mapping[str, Reason]:
    """List the hashes that stand for nobody: of nothing, of placeholders, and hashed once more."""
    nothing = ("", " ", "\n", "null", "none", "nan", "n/a", "undefined", "None", "NULL", "NaN")
    phones = {f"{sign}{number}" for number in PHONES | _repeated() for sign in ("", "+")}
    spelled = EMAILS | EXTERNAL_IDS | NAMES | phones
    found = {sha256(text): Reason.HASH_OF_PLACEHOLDER for text in spelled}
    found |= {sha256(text): Reason.HASH_OF_NOTHING for text in nothing}
    again = {sha256(hashed): Reason.HASH_OF_A_HASH for hashed in found}
    again |= {sha256(hashed.upper()): Reason.HASH_OF_A_HASH for hashed in found}
    # What MD5 and SHA-1 make of an empty text, hashed once more.
    again |= {
        sha256(hashed): Reason.HASH_OF_A_HASH
        for hashed in (
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        )
    }
    return MappingProxyType(again | found)


def _repeated() -> frozenset[str]:
    return frozenset(digit * length for digit in "0123456789" for length in range(7, 16))
