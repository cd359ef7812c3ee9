"""Keys: a profile and a moment in one sorted 64-bit number.

Twenty-two bits of slot and forty-one of milliseconds since 1990, so a shard holds four million
profiles and moments until September 2059. Everything here is about one shard; ``shards_of`` and
``local`` tell where a slot of the engine belongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataout.model.people import Instant

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Array = NDArray[Any]

EPOCH = Instant(631_152_000_000)
"""1990-01-01T00:00:00Z: the first moment that a key can hold."""

MOMENT_BITS, SLOT_BITS = 41, 22
SPAN = 1 << MOMENT_BITS
SLOTS = 1 << SLOT_BITS
"""How many milliseconds, and how many profiles, a shard has room for."""

END = Instant(EPOCH + SPAN)
"""The first moment that a key cannot hold any more."""

LONG_AGO, NEVER = Instant(-(2**62)), Instant(2**62)
"""Before and after every moment there is."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Profiles of one shard, each at an instant (milliseconds UTC) of its own.

    Quickest in the order of slots: neighbours are then found beside each other.
    """

    slots: Ints
    nows: Ints

    def __len__(self) -> int:
        """Count them."""
        return len(self.slots)


def shards_of(slots: Ints) -> Ints:
    """Say in which shard each of the engine's slots is."""
    return slots >> SLOT_BITS


def local(slots: Ints) -> Ints:
    """Give the numbers that the engine's slots have within their shards."""
    return slots & (SLOTS - 1)


def ordered(numbers: Ints) -> Ints:
    """Put numbers in order, each once: many times as fast as ``np.unique``, which hashes them."""
    numbers = np.sort(numbers)
    first: Flags = np.diff(numbers, prepend=numbers[:1] - 1) != 0
    return numbers[first]


def among(numbers: Ints, some: Ints) -> Flags:
    """Say which numbers are among some that are in order."""
    if len(some) == 0:
        return np.zeros(len(numbers), bool)
    found: Flags = some.take(np.searchsorted(some, numbers), mode="clip") == numbers
    return found


def fits(moments: Ints) -> Flags:
    """Say which moments a key can hold."""
    return (moments >= EPOCH) & (moments < EPOCH + SPAN)


def keys_of(slots: Ints, moments: Ints) -> Ints:
    """Join slots of a shard with moments that fit."""
    keys: Ints = slots << MOMENT_BITS
    keys |= moments - EPOCH
    return keys


def last_keys(slots: Ints, moments: Ints) -> Ints:
    """Give the largest key that a row of each slot can have at or before a moment, any moment."""
    return (slots << MOMENT_BITS) + np.minimum(np.maximum(moments - EPOCH, -1), SPAN - 1)


def moments_of(keys: Ints) -> Ints:
    """Read the moments out of keys."""
    return (keys & (SPAN - 1)) + EPOCH


def slots_of(keys: Ints) -> Ints:
    """Read the slots out of keys."""
    return keys >> MOMENT_BITS
