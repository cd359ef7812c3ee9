"""Short ways to build trees of the segment language, and a few of them."""

from decimal import Decimal

from dataout.model.people import Instant
from dataout.segments.tree import (
    All,
    AttributeIs,
    CountIs,
    EventIs,
    Everyone,
    InSegment,
    Stream,
    TraitAggregate,
    TraitMath,
    TraitPick,
)
from dataout.segments.values import Compare, PropertyIs, Within

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ONE = CountIs("gte", 1)
EVERYBODY = Everyone()


def prop(name, *tests):
    return PropertyIs(tuple(name.split(".")), tests)


def stream(*names, where=None, orders="net"):
    return Stream(names, where, orders)


def event(*names, measure=ONE, when=None, since=None, where=None, orders="net"):
    return EventIs(stream(*names, where=where, orders=orders), measure, when, since)


def number(op, bound):
    return Compare(op, Decimal(bound))


CART = stream("cart_started", where=prop("cart_value", number("gte", 50)))
BOUGHT = event("purchase", when=Within(DAY))
SEGMENTS = {
    "buyers": BOUGHT,
    "vip": All((InSegment("buyers"), AttributeIs(("tier",), (Compare("is", "gold"),)))),
    "all": EVERYBODY,
    "loop": InSegment("loop"),
}
TRAITS = {
    "orders_90d": TraitAggregate("count", (), stream("purchase"), Within(90 * DAY)),
    "spent": TraitAggregate(
        "sum", ("total",), stream("purchase", orders="gross"), Within(90 * DAY)
    ),
    "back": TraitAggregate("sum", ("amount",), stream("refund"), Within(90 * DAY)),
    "net": TraitMath("minus", ("spent", "back")),
    "margin": TraitMath("times", ("net", Decimal("0.4"))),
    "category": TraitPick("last", ("category",), stream("product_viewed")),
}
AT = Instant(1_772_323_200_000)
