"""The pieces that one group decides, and what holds for people of whom it has no row."""

from decimal import Decimal

import pytest
from tests.segments.building import DAY

from dataout.segments.atoms import (
    AttributeAtom,
    CountAtom,
    ListAtom,
    NumberAtom,
    PickedAtom,
    RelatedAtom,
    Source,
    TimeAtom,
)
from dataout.segments.formulas import (
    Always,
    And,
    Arithmetic,
    AtomValue,
    Computed,
    Constant,
    Exceeds,
    Listed,
    Negation,
    Or,
    PickedIn,
    Quotient,
    RelatedTo,
    ValueIs,
)
from dataout.segments.values import Compare, Exists, IsNot, Within
from dataout.sql.nobody import TOO_LARGE, of_everybody, of_nobody
from dataout.sql.parts import BITS, bits, gathered, home_of, parts_of

LISTS = [Listed(ListAtom(name)) for name in ("a0", "a1", "b0", "b1")]
A0, A1, B0, B1 = LISTS
TWO_PLACES = Listed(ListAtom("?"))
SOURCE = Source(("buy",))
COUNT = AtomValue(CountAtom(SOURCE, None, None))
SUM, USABLE = (NumberAtom(kind, ("total",), SOURCE, None, None) for kind in ("sum", "usable"))
LEAST = NumberAtom("min", ("total",), SOURCE, None, None)


def home(leaf):
    return {"a": 0, "b": 1}.get(leaf.atom.name[0])


def number(value):
    return Constant(Decimal(value))


def compared(value, op, bound):
    return Computed(value, (Compare(op, Decimal(bound)),))


def test_what_one_group_decides_stands_together():
    assert gathered(And((A0, B0, A1)), home) == And((And((A0, A1)), B0))
    assert gathered(Or((A0, B0, A1)), home) == Or((Or((A0, A1)), B0))
    assert gathered(And((A0, Or((B0, A1)), B1)), home) == And((Or((B0, A1)), A0, B1))


def test_what_one_group_decides_alone_is_one_part():
    whole = And((A0, Or((A1, Negation(A0)))))
    assert list(parts_of(gathered(whole, home), home)) == [whole]
    mixed = gathered(Or((A0, And((A1, B0)), A1)), home)
    assert list(parts_of(mixed, home)) == [A1, B0, Or((A0, A1))]


def test_what_several_groups_decide_is_a_part_too():
    whole = gathered(Negation(And((TWO_PLACES, A0, Always(), TWO_PLACES))), home)
    assert list(parts_of(whole, home)) == [TWO_PLACES, TWO_PLACES, A0]


def test_a_home_is_that_of_every_part():
    assert home_of(And((A0, A1)), home) == 0
    assert home_of(Negation(Or((B0, B1))), home) == 1
    for homeless in (
        And((A0, B0)),
        Or((A0, TWO_PLACES)),
        TWO_PLACES,
        Always(),
        And((A0, Always())),
    ):
        assert home_of(homeless, home) is None


def test_every_part_has_a_bit_of_its_own():
    parts = [Listed(ListAtom(str(number))) for number in range(2 * BITS + 1)]
    found = bits([*parts, *parts])
    assert list(found) == parts
    places = {(bit.word, bit.place) for bit in found.values()}
    assert len(places) == len(parts)
    assert max(place for _, place in places) < BITS


@pytest.mark.parametrize(
    ("formula", "passes"),
    [
        (Always(), True),
        (A0, False),
        (Negation(A0), True),
        (And((Negation(A0), A1)), False),
        (And((Negation(A0), Negation(A1))), True),
        (Or((Negation(A0), A1)), True),
        (Or((A0, A1)), False),
        (PickedIn(TimeAtom(SOURCE, "last"), Within(DAY)), False),
        (Exceeds(COUNT.atom, "is", Decimal(0)), True),
        (Exceeds(COUNT.atom, "lte", Decimal(2)), True),
        (Exceeds(COUNT.atom, "gte", Decimal(1)), False),
        (Exceeds(SUM, "lte", Decimal(2)), False),
        (RelatedTo(RelatedAtom("account", None, None), "lt", 1), True),
        (RelatedTo(RelatedAtom("account", None, None), "gte", 1), False),
        (ValueIs(AttributeAtom("x"), (), (Exists(),)), False),
        (ValueIs(AttributeAtom("x"), (), (IsNot(Exists()),)), True),
        (ValueIs(AttributeAtom("x"), (), (IsNot(Exists()), Compare("is", "a"))), False),
        (compared(COUNT, "is", 0), True),
        (compared(COUNT, "gt", 0), False),
        (compared(AtomValue(SUM), "lte", 0), False),
        (compared(AtomValue(LEAST), "lte", 0), False),
        (compared(Quotient(SUM, USABLE), "lte", 0), False),
    ],
)
def test_whether_nobody_passes(formula, passes):
    assert of_nobody(formula) is passes


@pytest.mark.parametrize(
    ("operation", "of", "total"),
    [
        ("plus", (COUNT, number(2)), 2),
        ("plus", (AtomValue(SUM), number("0.5")), "0.5"),
        ("minus", (number(5), number(2), COUNT), 3),
        ("minus", (COUNT, Arithmetic("plus", (number(1), COUNT))), -1),
    ],
)
def test_a_trait_of_nobody_adds_up(operation, of, total):
    value = Arithmetic(operation, of)
    assert of_nobody(compared(value, "is", total))
    assert not of_nobody(compared(value, "gt", total))


@pytest.mark.parametrize(
    "part",
    [
        AtomValue(LEAST),
        Quotient(SUM, USABLE),
        AtomValue(PickedAtom(("total",), "last", SOURCE, None)),
        number(TOO_LARGE),
    ],
)
def test_in_arithmetic_what_is_absent_stays_absent(part):
    trait = Arithmetic("plus", (COUNT, part))
    assert not of_nobody(compared(trait, "lte", 0))
    assert not of_nobody(compared(trait, "gt", 0))


def test_more_than_adding_up_is_computed_for_everybody():
    for operation in ("times", "divided_by"):
        asked = compared(Arithmetic(operation, (COUNT, number(2))), "is", 0)
        assert of_everybody(asked)
        assert not of_nobody(asked)
    assert of_everybody(Computed(COUNT, (IsNot(Exists()),)))
    assert of_everybody(Computed(COUNT, (Compare("is", "0"),)))
    assert not of_everybody(compared(Arithmetic("minus", (COUNT, number(2))), "is", 0))
