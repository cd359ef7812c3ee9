"""By which values profiles are one person, and what keeps strangers apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dataout.identity.normalize import normalize
from dataout.identity.placeholders import is_placeholder
from dataout.model.people import ATTRIBUTE, Field, Origin

ANONYMOUS_ID = "anonymous_id"
"""The kind of identifier that joins a profile by being claimed, not by being shared."""

SHARED_BY_AT_MOST = 20
"""A person is seldom in a project more often; a switchboard's number easily is."""

LIMITS: Mapping[Field, int] = MappingProxyType({Field.EMAIL: 10, Field.PHONE: 10})


def is_anonymous(profile_id: str) -> bool:
    """Say whether a profile is that of an anonymous id, which has no other name."""
    return profile_id.startswith(f"{ANONYMOUS_ID}:")


@dataclass(frozen=True, slots=True)
class MergeRules:
    """The project's rules for merging profiles (docs/identity.md, "Who is one person").

    ``merge_on`` are the kinds of identifiers that merge. ``limits`` says how many values of a kind
    one person may have, ``shared_by_at_most`` how many profiles a value may be of: what exceeds
    either merges nobody. ``sources`` names the attributes that hold each kind, ``region`` the
    country by which phones are read whose record names none.
    """

    merge_on: tuple[Field, ...] = (Field.EXTERNAL_ID,)
    limits: Mapping[Field, int] = field(default_factory=lambda: LIMITS)
    shared_by_at_most: int = SHARED_BY_AT_MOST
    sources: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    region: str = ""

    @property
    def merging(self) -> tuple[Field, ...]:
        """The kinds that merge and have a source at all: a ``profile_id`` is unique as it is."""
        return tuple(kind for kind in self.merge_on if self.sources.get(kind))

    @property
    def read(self) -> Mapping[Field, tuple[str, ...]]:
        """The attributes whose values count: of the kinds that merge, and of those with limits."""
        if not self.merging:
            return {}
        kinds = dict.fromkeys((*self.merging, *self.limits))
        return {kind: self.sources[kind] for kind in kinds if self.sources.get(kind)}

    def spelled(self) -> str:
        """Spell the rules as a text that is the same for rules of one meaning."""
        return json.dumps(
            {
                "merge_on": sorted(self.merging),
                "limits": dict(sorted(self.limits.items())),
                "shared_by_at_most": self.shared_by_at_most,
                "read": {kind: list(names) for kind, names in sorted(self.read.items())},
                "countries": list(self.sources.get(Field.COUNTRY, ())),
                "region": self.region,
            }
        )


def sources_of(identifiers: Mapping[Field, tuple[Origin, ...]]) -> Mapping[Field, tuple[str, ...]]:
    """Name the attributes that hold each field in the clear, in the order of the project."""
    return {
        kind: tuple(
            origin.attribute
            for origin in origins
            if origin.attribute is not None and not origin.hashed
        )
        for kind, origins in identifiers.items()
    }


PLAIN_SOURCES = sources_of(
    {kind: (Origin(f"{ATTRIBUTE}{kind}"),) for kind in Field if kind is not Field.EXTERNAL_ID}
)
"""Where identifiers are if nobody says otherwise: attributes of their names."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A value as it is compared with those of other profiles; a placeholder is nobody's."""

    value: str
    placeholder: bool = False


def comparable(kind: Field, raw: str, country: str, region: str) -> Comparable | None:
    """Give a raw value the shape in which equal ones are equal; None: it is of no use.

    ``country`` is that of the record it came with, ``region`` the project's; both may be empty.

    >>> comparable(Field.EMAIL, " Ann@Shop.example ", "", "")
    Comparable(value='ann@shop.example', placeholder=False)
    """
    if is_placeholder(kind, raw.strip()):
        return Comparable(raw.strip().lower(), placeholder=True)
    found = normalize("plain", kind, raw, country=country or None, region=region or None)
    return None if found.value is None else Comparable(found.value)
