"""``check`` compares what segments ask for with what arrived, and writes nothing."""

import pytest

from dataout.app.commands.check import check
from dataout.app.commands.check_data import data_findings
from dataout.app.folders import state_folder
from dataout.app.state import ENGINE_FILE
from dataout.errors import UsageError


def findings(shop):
    return data_findings(shop.work)


def codes(shop):
    return [finding.code for finding in findings(shop)]


def asks(name="purchase", **where):
    return {"event": name, "within": "7d", **({"where": where} if where else {})}


def test_an_environment_is_not_created_by_looking(shop):
    shop.segment(asks())
    assert check(shop.folder, "dev").findings == ()
    assert not state_folder(shop.folder, "dev").parent.exists()


def test_an_unknown_environment_is_a_wrong_call(shop):
    shop.segment(asks())
    with pytest.raises(UsageError, match="no environment 'prd'"):
        check(shop.folder, "prd")


def test_an_empty_environment_has_nothing_to_say(shop):
    shop.segment({"attribute": "country", "is": "DE"})
    assert findings(shop) == ()
    shop.segment(asks(total={"gte": 5}))
    assert findings(shop) == ()


def test_what_fits_is_left_alone(shop):
    shop.segment({"all": [asks(total={"gte": 5}, coupon="SALE"), {"attribute": "vip", "is": True}]})
    shop.events("purchase", {"total": 5, "coupon": "SALE"}, {"total": "7.50"}, {})
    shop.people({"vip": True}, {"vip": "false"})
    assert findings(shop) == ()


def test_check_shows_what_the_data_says_beside_the_rest(kept):
    kept.segment({"not": {"event": "purchse"}})
    kept.events("purchase", {})
    kept.engine.close()
    found = {finding.code: finding for finding in check(kept.folder, "dev").findings}
    assert found.keys() == {"unbounded-absence", "event-never-arrived"}
    late = found["event-never-arrived"]
    assert (late.level, late.file, late.line) == ("warning", "dataout.yaml", 4)
    assert "segment it uses the event 'purchse'" in late.message
    assert late.hint == "Did you mean 'purchase'?"


def test_a_property_that_no_event_has(shop):
    shop.segment(asks(cupon="SALE"))
    shop.events("purchase", {"coupon": "SALE"}, {"cupon": None}, {"cupon": ""})
    (finding,) = findings(shop)
    assert finding.code == "property-never-seen"
    assert "property cupon of purchase" in finding.message
    assert finding.hint.startswith("Did you mean 'coupon'")


def test_of_an_event_that_never_arrived_no_property_is_missed(shop):
    shop.segment(asks("refund", amount={"gte": 5}))
    shop.events("purchase", {})
    assert codes(shop) == ["event-never-arrived"]


def test_an_attribute_that_nobody_has(shop):
    shop.segment({"attribute": "contry", "is": "DE"})
    shop.people({"country": "DE"})
    (finding,) = findings(shop)
    assert finding.code == "attribute-never-seen"
    assert finding.hint == "Did you mean 'country'?"


def test_values_inside_lists_are_not_missed(shop):
    shop.segment(
        {"event": "purchase", "within": "7d", "sum": {"property": "items.price", "gte": 5}}
    )
    shop.events("purchase", {"items": [{"price": 5}]})
    assert findings(shop) == ()
    shop.segment(asks(**{"cart.items.price": 5}))
    shop.events("purchase", {"cart": {"items": [{"price": 5}]}})
    assert findings(shop) == ()


def test_values_inside_objects_are_found(shop):
    shop.segment(asks(**{"address.city": "Bern"}))
    shop.events("purchase", {"address": {"city": "Bern"}})
    assert findings(shop) == ()
    shop.segment(asks(**{"address.town": "Bern"}))
    assert codes(shop) == ["property-never-seen"]


@pytest.mark.parametrize(
    ("where", "held", "share"),
    [
        ({"gte": 5}, [5, "6", "much", 7], "25% of the values seen (1 of 4)"),
        ({"is": "SALE"}, ["SALE", 5], "50% of the values seen (1 of 2)"),
        ({"is": True}, [True, "true", 1, "yes"], "50% of the values seen (2 of 4)"),
        ({"contains": "a"}, ["a", {"a": 1}, None], "50% of the values seen (1 of 2)"),
        ({"any": {"b": 1}}, [[{"b": 1}], "b"], "50% of the values seen (1 of 2)"),
    ],
)
def test_values_of_another_type_than_compared(shop, where, held, share):
    shop.segment(asks(x=where))
    shop.events("purchase", *({"x": value} for value in held))
    (finding,) = findings(shop)
    assert finding.code == "type-seen-differs"
    assert share in finding.message


def test_a_few_strange_values_are_not_worth_a_word(shop):
    shop.segment(asks(x={"gte": 5}))
    shop.events("purchase", *({"x": number} for number in range(99)), {"x": "much"})
    assert findings(shop) == ()


def test_of_a_list_the_elements_are_tested(shop):
    shop.segment(asks(x={"gte": 5}))
    shop.events("purchase", {"x": [5, 6]}, {"x": []})
    assert findings(shop) == ()


def test_a_number_that_spells_itself_fits_either_way(shop):
    shop.segment(asks(x={"in": ["50", "60"]}))
    shop.events("purchase", {"x": 50}, {"x": "60"})
    assert findings(shop) == ()


@pytest.mark.parametrize("value", [1_767_225_600_000, "1767225600000"])
def test_milliseconds_where_a_time_is_tested(shop, value):
    shop.segment({"attribute": "last_login", "older_than": "7d"})
    shop.people({"last_login": value}, {"last_login": 1_767_225_600}, {"last_login": "2026-01-01"})
    (finding,) = findings(shop)
    assert finding.code == "milliseconds-seen"
    assert "1 of 3 values" in finding.message


def test_milliseconds_where_a_number_is_meant_are_numbers(shop):
    shop.segment({"attribute": "serial", "gte": 1_767_225_600_000})
    shop.people({"serial": 1_767_225_600_000})
    assert findings(shop) == ()


def test_traits_look_at_values_too(shop):
    shop.segment(
        {"trait": "spent", "gte": 5}, "traits: {spent: {sum: purchase.totl, within: 90d}}\n"
    )
    shop.events("purchase", {"total": 5})
    (finding,) = findings(shop)
    assert finding.code == "property-never-seen"
    assert finding.message.startswith("trait spent looks at property totl of purchase")


def test_rejects_are_counted_by_reason(shop):
    shop.segment(asks())
    rows = [{"profile_id": "ann", "event": "purchase", "event_time": 1_767_225_600_000}] * 2
    shop.load("events", [*rows, {"profile_id": "ann", "event": "purchase", "event_time": 5}])
    (finding,) = findings(shop)
    assert finding.code == "records-rejected"
    assert finding.message.startswith("2 records of events could not be taken in: ")
    assert "rejects list" in finding.hint


def test_a_state_that_cannot_be_opened_is_looked_at_another_time(kept):
    kept.segment(asks())
    kept.engine.close()
    folder = state_folder(kept.folder, "dev")
    (folder / ENGINE_FILE).write_bytes(b"this is no engine's file" * 1_000)
    (finding,) = check(kept.folder, "dev").findings
    assert finding.code == "data-not-checked"
    assert "cannot be opened" in finding.message


def test_what_the_catalog_does_not_list_is_not_found_twice(shop):
    catalog = (
        "catalog:\n  events: {purchase: {properties: {coupon: {}}}}\n  attributes: {country: {}}\n"
    )
    conditions = [asks(cupon="SALE"), asks("purchse"), {"attribute": "contry", "is": "DE"}]
    shop.segment({"all": conditions}, catalog)
    shop.events("purchase", {"coupon": "SALE"})
    shop.people({"country": "DE"})
    assert findings(shop) == ()
