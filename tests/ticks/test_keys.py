"""Keys: slot and moment in one number, in order."""

import numpy as np
import pytest

from dataout.ticks.keys import (
    EPOCH,
    LONG_AGO,
    NEVER,
    SLOTS,
    SPAN,
    fits,
    keys_of,
    last_keys,
    local,
    moments_of,
    shards_of,
    slots_of,
)

LAST = EPOCH + SPAN - 1


def ints(*numbers):
    return np.array(numbers, np.int64)


@pytest.mark.parametrize("slot", [0, 1, SLOTS - 1])
@pytest.mark.parametrize("moment", [EPOCH, EPOCH + 1, 1_772_366_400_000, LAST])
def test_a_key_says_what_it_was_made_of(slot, moment):
    keys = keys_of(ints(slot), ints(moment))
    assert slots_of(keys).tolist() == [slot]
    assert moments_of(keys).tolist() == [moment]


def test_keys_are_in_the_order_of_slots_and_then_of_moments():
    slots, moments = ints(0, 0, 0, 1, 1, SLOTS - 1), ints(EPOCH, EPOCH + 1, LAST, EPOCH, LAST, LAST)
    keys = keys_of(slots, moments)
    assert (np.diff(keys) > 0).all()


def test_what_is_outside_is_told_apart():
    moments = ints(LONG_AGO, EPOCH - 1, EPOCH, LAST, LAST + 1, NEVER)
    assert fits(moments).tolist() == [False, False, True, True, False, False]


@pytest.mark.parametrize("moment", [LONG_AGO, EPOCH - 1])
def test_before_all_moments_stands_the_end_of_the_slot_before(moment):
    (bound,) = last_keys(ints(5), ints(moment)).tolist()
    assert bound < keys_of(ints(5), ints(EPOCH))[0]
    assert bound >= keys_of(ints(4), ints(LAST))[0]


@pytest.mark.parametrize("moment", [LAST, LAST + 1, NEVER])
def test_after_all_moments_stands_the_end_of_the_slot(moment):
    (bound,) = last_keys(ints(5), ints(moment)).tolist()
    assert bound >= keys_of(ints(5), ints(LAST))[0]
    assert bound < keys_of(ints(6), ints(EPOCH))[0]


def test_a_slot_of_the_engine_has_a_shard_and_a_number_there():
    slots = ints(0, SLOTS - 1, SLOTS, 3 * SLOTS + 7)
    assert shards_of(slots).tolist() == [0, 0, 1, 3]
    assert local(slots).tolist() == [0, SLOTS - 1, 0, 7]
