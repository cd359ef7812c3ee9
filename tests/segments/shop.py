"""A small catalog for the checker's tests."""

from dataout.catalog.events import (
    AttributeDefinition,
    Cancellation,
    Catalog,
    EventDefinition,
    ObjectDefinition,
    PropertyDefinition,
)


def properties(**types):
    return {name: PropertyDefinition(name, kind) for name, kind in types.items()}


CATALOG = Catalog(
    events={
        "purchase": EventDefinition(
            "purchase",
            order_key="order_id",
            amount="amount",
            cancelled_by=(Cancellation("return", match=("sku",)),),
            properties={
                **properties(
                    total="number",
                    coupon="text",
                    gift="boolean",
                    shipped="timestamp",
                    items="list",
                    address="object",
                    anything=None,
                ),
                "currency": PropertyDefinition("currency", "text", also_known_as=("curr",)),
            },
        ),
        "visit": EventDefinition("visit"),
    },
    attributes={
        "birthday": AttributeDefinition("birthday", "timestamp"),
        "country": AttributeDefinition("country", "text"),
        "tags": AttributeDefinition("tags", "list"),
        "orders": AttributeDefinition("orders", "number"),
        "home.city": AttributeDefinition("home.city", "text"),
    },
    objects={
        "ticket": ObjectDefinition("ticket", {"open": AttributeDefinition("open", "boolean")})
    },
)
