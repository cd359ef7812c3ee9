"""A project folder becomes one value."""

import subprocess
import sys
import time
from decimal import Decimal

import pytest

from dataout.catalog.events import Cancellation, PropertyDefinition
from dataout.model.definitions import AudienceKind, Environment, Place, Sync, Tier
from dataout.model.people import Field, Origin
from dataout.segments.tree import EventIs, Everyone, InList, Stream, TraitAggregate, TraitMath
from dataout.segments.values import After, Within

META = 'destinations: {meta: {type: meta, account: act_1, token: "${T}"}}\n'


def test_the_smallest_project(folder):
    project = folder.read()
    assert project.name == "shop"
    assert project.timezone == "UTC"
    assert project.region is None
    assert project.environments == {"dev": Environment("dev", True, "duckdb", "sqlite")}  # noqa: FBT003
    assert project.files == ("dataout.yaml",)
    assert not project.segments


def test_a_nameless_project_is_called_as_its_folder(folder):
    folder.write("dataout.yaml", "")
    assert folder.read().name == folder.path.name


def test_files_anywhere_below_are_joined(folder):
    folder.write("a.yaml", "segments: {one: {who: {everyone: true}}}\ncatalog: {events: {e: }}\n")
    folder.write("b/c/d.yml", "segments: {two: {who: {list: vip}}}\nlists: {vip: }\n")
    folder.write("e.yaml", "catalog: {events: {f: {}}, mode: open}\nsegments:\n")
    project = folder.read()
    assert {name: each.condition for name, each in project.segments.items()} == {
        "one": Everyone(),
        "two": InList("vip"),
    }
    assert list(project.catalog.events) == ["e", "f"]
    assert project.segments["two"].place == Place("b/c/d.yml", 1, 12)
    assert project.files == ("dataout.yaml", "a.yaml", "b/c/d.yml", "e.yaml")


def test_what_is_not_part_of_a_project(folder):
    for name in (".dataout/dev/x.yaml", ".git/x.yaml", "mappings/x.yaml", "x.mapping.yaml"):
        folder.write(name, "nonsense: [")
    folder.write("data/rows.csv", "a,b")
    assert folder.read().files == ("dataout.yaml",)


def test_dataout_yaml(folder):
    folder.write(
        "dataout.yaml",
        "name: shop\ntimezone: Europe/Berlin\nengine: duckdb\ndefaults: {region: NO}\n"
        "environments: {prod: {store: sqlite}, stage: {sandbox: true}}\n"
        "identifiers: {email: [attribute.email, attribute.work.email], external_id: attribute.no}\n"
        "segments: {s: {who: {event: buy, after: 2026-03-01}}}\n",
    )
    project = folder.read()
    assert project.region == "NO"
    assert [(each.name, each.sandbox) for each in project.environments.values()] == [
        ("dev", True),
        ("prod", False),
        ("stage", True),
    ]
    work = Origin("attribute.work.email")
    assert project.identifiers[Field.EMAIL] == (Origin("attribute.email"), work)
    assert project.identifiers[Field.EXTERNAL_ID] == (Origin("attribute.no"),)
    assert project.identifiers[Field.ZIP] == (Origin("attribute.zip"),)
    condition = project.segments["s"].condition
    assert isinstance(condition, EventIs)
    assert condition.when == After(1772319600000)  # midnight in Berlin


def test_identifiers_that_arrive_hashed(folder):
    folder.write(
        "dataout.yaml",
        "name: shop\n"
        "identifiers:\n"
        "  email: [attribute.email, {from: attribute.mail_hash, hashed: sha256}]\n"
        "  phone: {from: attribute.phone_hash, hashed: sha256, as: google}\n",
    )
    project = folder.read()
    hashed = Origin("attribute.mail_hash", hashed=True)
    assert project.identifiers[Field.EMAIL] == (Origin("attribute.email"), hashed)
    google = Origin("attribute.phone_hash", hashed=True, like="google")
    assert project.identifiers[Field.PHONE] == (google,)


def test_without_a_word_identifiers_are_the_attributes_of_their_name(folder):
    origins = folder.read().identifiers
    assert set(origins) == set(Field)
    assert origins[Field.EXTERNAL_ID] == (Origin("profile_id"),)
    assert origins[Field.FIRST_NAME] == (Origin("attribute.first_name"),)


def test_audiences_tiers_and_syncs(folder):
    folder.write(
        "all.yaml",
        META + "segments:\n  carts: {who: {everyone: true}}\n  bought: {who: {event: buy}}\n"
        "audiences:\n"
        "  back:\n    segment: carts\n    owner: me\n    suppress: [bought]\n"
        "    tiers: {high: {who: {event: big}}, rest: {who: {everyone: true}}}\n"
        "    sync: [{to: meta, identifiers: [email]}]\n"
        "  only: {segment: carts, suppress: none, because: no ads, "
        "tiers: {a: {who: {everyone: true}}, b: {who: {everyone: true}}}, "
        "sync: [{to: meta, tier: b}]}\n"
        "  keep_out: {segment: bought, kind: exclusion, sync: [{to: meta}]}\n",
    )
    project = folder.read()
    back = project.audiences["back"]
    assert (back.kind, back.owner, back.suppress) == (AudienceKind.INCLUSION, "me", ("bought",))
    assert back.tiers == (Tier("high", "back.high"), Tier("rest", "back.rest"))
    assert back.syncs == (
        Sync("back.high@meta", "back", "high", "meta", (Field.EMAIL,)),
        Sync("back.rest@meta", "back", "rest", "meta", (Field.EMAIL,)),
    )
    assert back.place == Place("all.yaml", 6, 3)
    assert project.segments["back.rest"].condition == Everyone()
    only = project.audiences["only"]
    assert (only.suppress, only.because) == ((), "no ads")
    assert [sync.name for sync in only.syncs] == ["only.b@meta"]
    out = project.audiences["keep_out"]
    assert out.kind is AudienceKind.EXCLUSION
    (sync,) = out.syncs
    assert sync.name == "keep_out@meta"
    assert sync.identifiers == (Field.EMAIL, Field.PHONE, Field.FIRST_NAME)


def test_destinations_keep_their_secrets_unresolved(folder):
    folder.write("all.yaml", META)
    destination = folder.read().destinations["meta"]
    assert destination.type == "meta"
    assert destination.settings == {"account": "act_1", "token": "${T}"}


def test_a_secret_may_stand_for_any_setting(folder):
    folder.write(
        "all.yaml",
        'destinations: {meta: {type: meta, account: "${A}", token: "${T}", pace: "${P}"}}',
    )
    assert folder.read().destinations["meta"].settings["pace"] == "${P}"


def test_the_catalog(folder):
    folder.write(
        "catalog.yaml",
        "catalog:\n  mode: strict\n  events:\n    purchase:\n"
        "      {owner: me, source: pos, order_key: no, amount: total, combine: max,\n"
        "       cancelled_by: [gone, {event: refund, amount: amount},"
        " {event: return, match: [sku], quantity: n}],\n"
        "       arrives: batch, lateness: 2h,\n"
        "       properties: {total: {type: number, required: true, also_known_as: [sum]}}}\n"
        "    seen: {lateness: auto}\n    gone:\n    refund:\n    return:\n"
        "  attributes: {address: , born: {type: timestamp, unit: s}}\n"
        "  objects: {subscription: {attributes: {status: {type: text}}}}\n"
        "sources: {pos: {zone: Europe/Berlin, country: de, clock_skew: 5m, cadence: 1h}}\n",
    )
    project = folder.read()
    purchase = project.catalog.events["purchase"]
    assert purchase.cancelled_by == (
        Cancellation("gone"),
        Cancellation("refund", amount="amount"),
        Cancellation("return", match=("sku",), quantity="n"),
    )
    assert (purchase.order_key, purchase.combine, purchase.arrives) == ("no", "max", "batch")
    assert purchase.lateness == 7_200_000
    assert purchase.properties["total"] == PropertyDefinition(
        "total", "number", required=True, also_known_as=("sum",)
    )
    assert project.catalog.events["seen"].lateness is None
    assert project.catalog.attributes["born"].unit == "s"
    assert project.catalog.strict
    assert project.catalog.knows_attribute("address.city")
    assert not project.catalog.knows_attribute("city")
    source = project.sources["pos"]
    assert (source.zone, source.country, source.clock_skew) == ("Europe/Berlin", "DE", 300_000)


def test_references_know_where_they_stand(folder):
    folder.write(
        "all.yaml",
        "segments:\n  s: {who: {all: [{event: [a, b]}, {attribute: x.y, is: 1}]}}\n"
        "audiences: {k: {segment: s, suppress: none, because: x, tiers: {t: {who: {event: c}}}}}",
    )
    found = {(each.kind, each.name, each.segment) for each in folder.read().references}
    assert found == {
        ("event", "a", "s"),
        ("event", "b", "s"),
        ("attribute", "x.y", "s"),
        ("event", "c", "k.t"),
    }
    assert str(folder.read().references[1].place) == "all.yaml:2:31"


NAMING = (
    "segments:\n"
    "  s:\n    who:\n      all:\n"
    "        - event: [a, b]\n"
    "          where: {x: 1, items: {any: {sku: q}}}\n"
    "          sum: {property: items.price, where: {kind: shoes}, gte: 3}\n"
    "          since: {event: c, where: {not: {y.z: 1}}}\n"
    "        - sequence: [{event: '*', where: {x: 2}}, {not: {event: d}}]\n"
    "        - {related: plan, where: {status: paid}, via: {role: owner}}\n"
    "        - {trait: t, gte: 1}\n"
    "        - {attribute: cart, any: {sku: q}}\n"
    "traits:\n"
    "  t: {sum: a.total, where: {w: 1}, since: {event: e}}\n"
    "  u: {plus: [t, 1]}\n"
)


def test_references_name_properties_with_their_event_and_traits_and_objects(folder):
    folder.write("all.yaml", NAMING)
    references = folder.read().references
    found = {(each.kind, each.name, each.of) for each in references if each.by == "segment"}
    both = {("property", name, of) for of in "ab" for name in ("x", "items", "items.sku")}
    both |= {("property", name, of) for of in "ab" for name in ("items.price", "items.kind")}
    assert found == both | {
        *(("event", name, "") for name in "abcd"),
        ("property", "y.z", "c"),
        ("property", "x", "*"),
        ("object", "plan", ""),
        ("object_attribute", "status", "plan"),
        ("trait", "t", ""),
        ("attribute", "cart", ""),
    }
    traits = {(each.segment, each.kind, each.name, each.of) for each in references} - {
        ("s", each.kind, each.name, each.of) for each in references
    }
    assert traits == {
        ("t", "event", "a", ""),
        ("t", "property", "total", "a"),
        ("t", "property", "w", "a"),
        ("t", "event", "e", ""),
        ("u", "trait", "t", ""),
    }
    places = {each.name: str(each.place) for each in references}
    assert (places["items.price"], places["y.z"]) == ("all.yaml:7:27", "all.yaml:8:48")


def test_traits(folder):
    folder.write(
        "all.yaml",
        "catalog: {events: {shop.buy: }}\n"
        "traits:\n  spent: {sum: shop.buy.total, within: 90d, owner: me, description: Net}\n"
        "  half: {divided_by: [spent, 2]}\n"
        "segments: {s: {who: {trait: half, gte: 5}}}\n",
    )
    traits = folder.read().traits
    assert list(traits) == ["spent", "half"]
    assert traits["spent"].trait == TraitAggregate(
        "sum", ("total",), Stream(("shop.buy",)), Within(90 * 86_400_000)
    )
    assert (traits["spent"].owner, traits["spent"].description) == ("me", "Net")
    assert str(traits["half"].place) == "all.yaml:4:3"
    assert traits["half"].trait == TraitMath("divided_by", ("spent", Decimal(2)))


def test_tests(folder):
    folder.write(
        "tests.yaml",
        "segments: {s: {who: {event: buy}}}\nlists: {vip: }\n"
        "tests:\n  t:\n    segment: s\n    start: 2026-03-01T12:00:00Z\n    given:\n"
        "      ann: {attributes: {zip: 01234}, lists: [vip],\n"
        "            events: [{event: buy, at: -3h, total: 1.5, items: [{sku: a}]}]}\n"
        "      bob:\n"
        "    expect:\n      - {at: 0h, in: [ann], out: [bob]}\n"
        "      - {at: 2026-03-01T09:00:00.001Z, in: [ann]}\n"
        "    then:\n      - {at: 5h, events: {cid: [{event: buy, at: 4h}]}, expect: {in: [cid]}}\n",
    )
    test = folder.read().tests["t"]
    noon = 1772366400000
    assert (test.kind, test.subject, test.start) == ("segment", "s", noon)
    ann = test.given["ann"]
    assert ann.attributes == {"zip": "01234"}
    assert ann.lists == ("vip",)
    assert ann.events[0].at == noon - 3 * 3_600_000
    assert ann.events[0].properties == {"total": 1.5, "items": [{"sku": "a"}]}
    first, second = test.expect
    assert (first.at, first.inside, first.outside) == (noon, ("ann",), ("bob",))
    assert second.at == noon - 3 * 3_600_000 + 1
    assert str(first.place) == "tests.yaml:12:9"
    (step,) = test.then
    assert step.at == noon + 5 * 3_600_000
    assert step.events["cid"][0].at == noon + 4 * 3_600_000
    assert step.expect is not None
    assert (step.expect.at, step.expect.inside) == (step.at, ("cid",))


def test_reading_loads_no_engine():
    code = (
        "import sys, dataout.definitions\n"
        "assert not {'duckdb', 'pyarrow', 'sqlglot', 'httpx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("segments", [50])
def test_reading_is_quick(folder, segments):
    one = (
        "  s{n}:\n    description: Started a cart\n    owner: me@shop.example\n"
        "    who:\n      all:\n        - event: cart_started\n          within: 24h\n"
        "          where: {{cart_value: {{gte: 50}}, currency: {{in: [EUR, USD]}}}}\n"
        "        - not: {{event: purchase, within: 24h}}\n"
    )
    folder.write("s.yaml", "segments:\n" + "".join(one.format(n=n) for n in range(segments)))
    folder.read()
    times = []
    for _ in range(5):
        start = time.process_time()
        folder.read()
        times.append(time.process_time() - start)
    assert min(times) < 0.15
