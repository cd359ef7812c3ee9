"""The section ``identity``: by which identifiers profiles merge, and what stops them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dataout.identity.merging import LIMITS, MergeRules
from dataout.model.people import IDENTIFYING, Field
from dataout.model.readers import COUNT, list_of, map_of, word
from dataout.model.reading import Context, Key, Reader, Shape

if TYPE_CHECKING:
    from dataout.model.complaints import Path

_KIND: Reader[Field] = word(*IDENTIFYING)
_AT_LEAST_ONE = COUNT.passing(lambda count: "" if count else "nobody would be left: at least 1.")
_SEVERAL = COUNT.passing(lambda count: "" if count > 1 else "nothing would merge: at least 2.")

MERGE_ON = Key("merge_on", list_of(_KIND, "kinds of identifiers", 0))
LIMITS_KEY = Key("limits", map_of(_KIND.to(str), _AT_LEAST_ONE, "limits"))
SHARED_BY = Key("shared_by_at_most", _SEVERAL)
SHAPE = Shape("identity", (MERGE_ON, LIMITS_KEY, SHARED_BY))


def _identity(value: object, path: Path, context: Context) -> MergeRules | None:
    body = SHAPE.read(value, path, context)
    if body is None:
        return None
    usual = MergeRules()
    written, kinds = body[LIMITS_KEY] or {}, body[MERGE_ON]
    return MergeRules(
        merge_on=usual.merge_on if kinds is None else tuple(dict.fromkeys(kinds)),
        limits={**LIMITS, **{Field(kind): most for kind, most in written.items()}},
        shared_by_at_most=body[SHARED_BY] or usual.shared_by_at_most,
    )


IDENTITY: Reader[MergeRules] = Reader(_identity, SHAPE.schema)
"""What the section says by itself; where identifiers are, others say."""


def parse_identity(written: Mapping[str, object], context: Context) -> MergeRules:
    """Read the rules from plain data; mistakes are in the context's. Never raises."""
    return IDENTITY.read(written, ("identity",), context) or MergeRules()
