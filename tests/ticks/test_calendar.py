"""Edges in buckets: none is lost, none comes late, and what is noted twice comes once."""

from random import Random

import numpy as np

from dataout.ticks.calendar import FEW, HOUR, Calendar
from dataout.ticks.keys import EPOCH, NEVER


def ints(*numbers):
    return np.array(numbers, np.int64)


def pairs(due):
    return list(zip(due.numbers.tolist(), due.slots.tolist(), strict=True))


def test_an_edge_comes_at_its_millisecond():
    calendar = Calendar()
    moment = EPOCH + 5 * HOUR + 17
    calendar.push(ints(3), ints(7), ints(moment))
    assert pairs(calendar.due(moment - 1)) == []
    assert pairs(calendar.due(moment)) == [(3, 7)]
    assert calendar.next_moment() == moment


def test_looking_does_not_take():
    calendar = Calendar()
    calendar.push(ints(0, 0), ints(1, 2), ints(EPOCH, EPOCH + 1))
    calendar.due(EPOCH)
    assert pairs(calendar.due(EPOCH + 1)) == [(0, 1), (0, 2)]
    calendar.pass_by(EPOCH)
    assert pairs(calendar.due(EPOCH + 1)) == [(0, 2)]


def test_never_is_not_noted():
    calendar = Calendar()
    calendar.push(ints(0), ints(1), ints(NEVER))
    assert len(calendar) == 0
    assert calendar.next_moment() is None


def test_what_is_noted_again_and_again_takes_no_room():
    calendar = Calendar()
    for _ in range(10 * FEW):
        calendar.push(ints(1), ints(4), ints(EPOCH + 5))
    assert len(calendar) <= FEW + 1
    assert pairs(calendar.due(EPOCH + 5)) == [(1, 4)]


def test_moments_before_the_first_key_have_their_place_too():
    calendar = Calendar()
    calendar.push(ints(0), ints(1), ints(-1))
    assert pairs(calendar.due(-2)) == []
    assert pairs(calendar.due(-1)) == [(0, 1)]
    assert calendar.next_moment() == -1


def test_like_a_plain_list():
    random = Random(4)
    calendar, plain, now = Calendar(), [], EPOCH
    for _ in range(200):
        number, many = random.randrange(5), random.randrange(30)
        slots = [random.randrange(1000) for _ in range(many)]
        moments = [now + random.randrange(3 * HOUR) for _ in range(many)]
        calendar.push(ints(*[number] * len(slots)), ints(*slots), ints(*moments))
        plain += [(m, number, s) for m, s in zip(moments, slots, strict=True)]
        now += random.randrange(HOUR)
        due = sorted({(number, slot) for moment, number, slot in plain if moment <= now})
        assert pairs(calendar.due(now)) == due
        plain = [each for each in plain if each[0] > now]
        calendar.pass_by(now)
        assert calendar.next_moment() == (min(plain)[0] if plain else None)
