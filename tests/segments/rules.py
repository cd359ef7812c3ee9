"""Rules of every kind, and the paragraph that each of them is in plain English."""

from decimal import Decimal

from tests.segments.building import (
    AT,
    BOUGHT,
    CART,
    DAY,
    EVERYBODY,
    HOUR,
    MINUTE,
    ONE,
    event,
    number,
    prop,
    stream,
)

from dataout.model.people import Instant
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    EventIs,
    FirstStep,
    InList,
    InSegment,
    NextStep,
    NoStep,
    Not,
    PickIs,
    Related,
    SeenBefore,
    Sequence,
    TraitIs,
)
from dataout.segments.values import (
    After,
    Age,
    AnyElement,
    Before,
    Between,
    CalendarDays,
    Compare,
    Exists,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OlderThan,
    OneOf,
    TextTest,
    Within,
    WithinNext,
)

PARAGRAPHS = [
    (EVERYBODY, "Everybody."),
    (Not(EVERYBODY), "Nobody."),
    (BOUGHT, "People who made a purchase in the past 24 hours."),
    (Not(BOUGHT), "People who have not made a purchase in the past 24 hours."),
    (event("purchase"), "People who have made a purchase."),
    (Not(event("purchase")), "People who have never made a purchase."),
    (
        All((EventIs(CART, ONE, Within(DAY)), Not(event("purchase", since=Anchor(CART))))),
        "People who started a cart with cart value at least 50 in the past 24 hours, and who "
        "have not made a purchase since they last started a cart with cart value at least 50.",
    ),
    (
        Not(event("purchase", since=Anchor(CART, "first"))),
        "People who have not made a purchase since they first started a cart with cart value "
        "at least 50 (or have never started a cart with cart value at least 50).",
    ),
    (
        event(
            "purchase",
            measure=CountIs("is", 0),
            since=Anchor(stream("message_delivered", where=prop("step", number("is", 1)))),
        ),
        "People who have not made a purchase since they last had a “message_delivered” event "
        "with step 1.",
    ),
    (
        event("purchase", measure=PickIs("first"), when=Age(21 * DAY, 45 * DAY)),
        "People who made a purchase for the first time 21 to 45 days ago.",
    ),
    (
        Not(event("purchase", measure=PickIs("last"), when=OlderThan(7 * DAY))),
        "People who did not make a purchase for the last time at least 7 days ago (but at "
        "another time, or never).",
    ),
    (
        event("product_viewed", "page_view", when=Within(90 * MINUTE), measure=CountIs("gte", 3)),
        "People who viewed a product or viewed a page at least 3 times in the past 90 minutes.",
    ),
    (
        event("email_opened", measure=CountIs("lte", 2), when=Within(30 * DAY)),
        "People who opened an email at most 2 times (or never) in the past 30 days.",
    ),
    (
        Not(event("email_opened", measure=CountIs("gte", 3), when=Within(30 * DAY))),
        "People who opened an email fewer than 3 times (or never) in the past 30 days.",
    ),
    (
        Not(event("email_opened", measure=CountIs("is", 3))),
        "People who opened an email any number of times but 3 times.",
    ),
    (event("purchase", measure=CountIs("is", 1)), "People who made a purchase exactly once."),
    (
        event("purchase", measure=CountIs("gt", 1), when=Between(AT, Instant(AT + 31 * DAY))),
        "People who made a purchase more than once from 2026-03-01 00:00 UTC up to, but not "
        "including, 2026-04-01 00:00 UTC.",
    ),
    (
        Not(event("purchase", when=OlderThan(7 * DAY))),
        "People who did not make a purchase at any time at least 7 days ago.",
    ),
    (event(when=After(AT)), "People who did anything after 2026-03-01 00:00 UTC."),
    (
        Not(event(when=Within(30 * DAY))),
        "People who have not done anything in the past 30 days.",
    ),
    (
        event(
            "points expired",
            where=FilterAll((prop("kind", OneOf(("a", "b"))), prop("coupon", IsNot(Exists())))),
            when=Before(Instant(AT + 1_500)),
        ),
        "People who had a “points expired” event with kind “a” or “b” and with coupon missing "
        "before 2026-03-01 00:00:01.500 UTC.",
    ),
    (
        event(
            "purchase",
            "order",
            where=FilterAny(
                (
                    prop("total", number("gt", "99.5")),
                    FilterAll(
                        (
                            prop("gift", Compare("is", bound=True)),
                            FilterNot(prop("sku", TextTest("starts_with", "A-", ignore_case=True))),
                        )
                    ),
                )
            ),
        ),
        "People who have made a purchase or placed an order (each with total more than 99.5 "
        "or (with gift true and with sku missing or not starting with “A-” (in capital or "
        "small letters))).",
    ),
    (
        event(
            "purchase",
            measure=AggregateIs("sum", ("total",), "gte", Decimal(500)),
            when=Within(90 * DAY),
        ),
        "People for whom the sum of total over their purchases in the past 90 days is at "
        "least 500.",
    ),
    (
        Not(
            event(
                "purchase",
                measure=AggregateIs(
                    "avg",
                    ("items", "price"),
                    "lt",
                    Decimal("9.99"),
                    prop("category", Compare("is", "shoes")),
                ),
                orders="lines",
            )
        ),
        "People for whom the average items price of their purchases (every line of an order "
        "taken by itself) (of their items only those with category “shoes”) is missing or not "
        "less than 9.99.",
    ),
    (
        event("product_viewed", measure=DistinctIs(("sku",), "gte", 3), when=Within(7 * DAY)),
        "People for whom the number of different values of sku in their products viewed in "
        "the past 7 days is at least 3.",
    ),
    (
        Not(
            event(
                "visit",
                measure=DistinctDaysIs("is", 2, "Europe/Berlin"),
                when=CalendarDays(0, 6, "Europe/Berlin"),
            )
        ),
        "People for whom the number of different days (Europe/Berlin time) on which they made "
        "a visit today or on one of the 6 calendar days before (Europe/Berlin time) is any "
        "number but 2.",
    ),
    (
        event("visit", when=CalendarDays(1, 1, "UTC")),
        "People who made a visit yesterday (UTC time).",
    ),
    (
        event("visit", when=CalendarDays(0, 0, "UTC")),
        "People who made a visit today (UTC time).",
    ),
    (
        event("visit", when=CalendarDays(2, 5, "UTC")),
        "People who made a visit 2 to 5 calendar days ago (UTC time).",
    ),
    (
        AttributeIs(("country",), (OneOf(("DE", "AT", "CH")),)),
        "People whose country is “DE”, “AT” or “CH”.",
    ),
    (
        Not(AttributeIs(("country",), (OneOf(("DE", "AT")),))),
        "People whose country is missing or none of “DE”, “AT”.",
    ),
    (
        AttributeIs(("address", "city"), (IsNot(Compare("is", "Bern", ignore_case=True)),)),
        "People whose address city is missing or not “Bern” (in capital or small letters).",
    ),
    (
        AttributeIs(("lifetime_value",), (number("gte", 100), number("lt", 500))),
        "People whose lifetime value is at least 100 and is less than 500.",
    ),
    (
        Not(AttributeIs(("lifetime_value",), (number("gte", 100), number("lt", 500)))),
        "People whose lifetime value is missing or not (at least 100 and less than 500).",
    ),
    (
        AttributeIs(
            ("email",), (TextTest("ends_with", ".de"), IsNot(TextTest("contains", "test")))
        ),
        "People whose email ends with “.de” and is missing or does not contain “test”.",
    ),
    (
        AttributeIs(("birthday",), (WithinNext(7 * DAY),)),
        "People whose birthday is in the next 7 days.",
    ),
    (
        Not(AttributeIs(("last_login",), (Within(HOUR),))),
        "People whose last login is missing or not in the past hour.",
    ),
    (AttributeIs(("email",), (Exists(),)), "People whose email is known."),
    (Not(AttributeIs(("email",), (Exists(),))), "People whose email is missing."),
    (
        AttributeIs(("plan",), (Compare("is", "free"),), 30 * DAY),
        "People whose plan is “free” (without a break for the past 30 days).",
    ),
    (
        Not(AttributeIs(("plan",), (Compare("is", "free"),), 30 * DAY)),
        "People for whom it is not true that their plan is “free” (without a break for the "
        "past 30 days).",
    ),
    (
        AttributeIs(
            ("items",),
            (
                AnyElement(
                    FilterAll(
                        (
                            prop("category", Compare("is", "shoes")),
                            prop("margin", number("gte", "0.4")),
                        )
                    )
                ),
            ),
        ),
        "People whose items is a list that holds an entry with category “shoes” and with "
        "margin at least 0.4.",
    ),
    (
        AttributeIs(("items",), (IsNot(AnyElement(prop("category", Compare("is", "shoes")))),)),
        "People whose items is missing or holds no entry with category “shoes”.",
    ),
    (
        All((InSegment("vip"), Not(InSegment("buyers")), InSegment("all"), InSegment("loop"))),
        "People who are in the segment “vip” (people who are in the segment “buyers” (people "
        "who made a purchase in the past 24 hours), and whose tier is “gold”), who are not in "
        "the segment “buyers”, who are in the segment “all” (everybody), and who are in the "
        "segment “loop” (people who are in the segment “loop”).",
    ),
    (Not(InSegment("nowhere")), "People who are not in the segment “nowhere”."),
    (
        AnyOf((InList("staff"), Not(InList("press")))),
        "People who are on the list “staff”, or who are not on the list “press”.",
    ),
    (
        All((AnyOf((BOUGHT, EventIs(CART, ONE))), Not(AnyOf((InList("a"), InList("b")))))),
        "People (who made a purchase in the past 24 hours, or who have started a cart with "
        "cart value at least 50), who are not on the list “a”, and who are not on the list "
        "“b”.",
    ),
    (
        Not(All((BOUGHT, InList("a")))),
        "People who have not made a purchase in the past 24 hours, or who are not on the list “a”.",
    ),
    (
        AnyOf((All((BOUGHT, InList("a"))), InList("b"))),
        "People (who made a purchase in the past 24 hours, and who are on the list “a”), or "
        "who are on the list “b”.",
    ),
    (
        Sequence(
            FirstStep(CART, Within(3 * DAY)),
            (
                NextStep(stream("product_viewed"), 2 * HOUR),
                NextStep(stream("email_clicked"), None, Within(DAY)),
            ),
            NoStep(stream("purchase"), 4 * HOUR),
        ),
        "People who, in this order, started a cart with cart value at least 50 in the past 3 "
        "days, after that viewed a product within 2 hours of it, after that clicked an email, "
        "in the past 24 hours, and let 4 hours pass after it in which they did not make a "
        "purchase.",
    ),
    (
        Not(Sequence(FirstStep(stream("visit"), None, "first"), (), NoStep(stream("purchase")))),
        "People for whom it is not true that they, in this order, made a visit for the first "
        "time, and have not made a purchase since.",
    ),
    (
        Related(
            "subscription",
            prop("status", Compare("is", "active")),
            prop("role", Compare("is", "owner")),
            "gte",
            1,
        ),
        "People who have at least 1 related “subscription” with status “active”, in a "
        "relation with role “owner”.",
    ),
    (Not(Related("ticket", None, None, "gte", 1)), "People who have no related “ticket”."),
    (Related("ticket", None, None, "is", 2), "People who have exactly 2 related “ticket”."),
    (
        TraitIs("orders_90d", (number("gte", 3),)),
        "People for whom the trait “orders_90d” (the number of their purchases in the past 90 "
        "days) is at least 3.",
    ),
    (
        AnyOf((TraitIs("margin", (number("gt", 10),)), Not(TraitIs("net", (number("gt", 5),))))),
        "People for whom the trait “margin” (the trait “net” (the trait “spent” (the sum of "
        "total over their purchases (cancellations and refunds not taken off) in the past 90 "
        "days) minus the trait “back” (the sum of amount over their “refund” events in the "
        "past 90 days)) times 0.4) is more than 10, or for whom the trait “net” is missing or "
        "not more than 5.",
    ),
    (
        TraitIs("category", (Compare("is", "shoes"),)),
        "People for whom the trait “category” (the category when they last viewed a product) "
        "is “shoes”.",
    ),
    (
        All((Not(event("purchase", when=Within(90 * DAY))), SeenBefore(90 * DAY))),
        "People who have not made a purchase in the past 90 days, and who were first seen at "
        "least 90 days ago.",
    ),
    (Not(SeenBefore(DAY)), "People who were not first seen at least 24 hours ago."),
]
