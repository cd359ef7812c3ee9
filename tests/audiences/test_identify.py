"""Identifiers prepared in bulk: what ``normalize`` gives, and only for whom something changed."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataout.app.state import memory_engine
from dataout.audiences.identify import Identification, forget, identify
from dataout.definitions.identifiers import identifiers_of
from dataout.identity.normalize import normalize
from dataout.identity.placeholders import EMAILS, EXTERNAL_IDS, MAILBOXES
from dataout.identity.platforms import PLATFORMS
from dataout.model.people import Field, Instant, Origin

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
EVERY_PLATFORM = sorted(PLATFORMS)
ATTRIBUTES = [field.value for field in Field if field is not Field.EXTERNAL_ID]


class World:
    """An engine with some people; ``landing`` is the order in which values arrived."""

    def __init__(self, origins=None, region="DE"):
        self.engine = memory_engine()
        self.identification = Identification(identifiers_of(origins or {}), region)
        self.slots = {}
        self.landing = 0

    def person(self, profile_id):
        if profile_id not in self.slots:
            self.slots[profile_id] = len(self.slots) + 1
            self.engine.append(
                "profiles",
                pa.table(
                    {
                        "slot": pa.array([self.slots[profile_id]], pa.int32()),
                        "profile_id": [profile_id],
                    }
                ),
            )
        return self.slots[profile_id]

    def say(self, profile_id, name, value, at=1_000):
        self.landing += 1
        here = {
            "slot": self.person(profile_id),
            "name": name,
            "value": value,
            "at": at,
            "landing": self.landing,
        }
        self.engine.execute(
            "INSERT INTO attributes (slot, name, value, set_at, received_at, landing) "
            "VALUES ($slot, $name, CAST($value AS VARIANT), $at, $at, $landing)",
            here,
        )

    def prepare(self, platforms=("meta", "google"), at=10_000, wanted=None):
        names = self.slots if wanted is None else wanted
        slots = pa.table({"slot": pa.array([self.slots[name] for name in names], pa.int32())})
        self.engine.execute("CREATE OR REPLACE TEMP TABLE people (slot INTEGER)")
        self.engine.append("people", slots)
        identify(self.engine, self.identification, platforms, Instant(at))

    def prepared(self, platform, field):
        rows = self.engine.query(
            "SELECT f.profile_id, p.sent, p.reason FROM prepared AS p "
            "JOIN profiles AS f ON f.slot = p.slot WHERE p.platform = $platform "
            "AND p.field = $field",
            {"platform": platform, "field": field},
        ).to_pylist()
        found = {row["profile_id"]: (row["sent"], row["reason"]) for row in rows}
        assert len(found) == len(rows)  # nobody twice
        return found

    def values_kept(self):
        return self.engine.query("SELECT count(*) AS n FROM prepared_values").to_pylist()[0]["n"]


def sent(platform, field, raw, **place):
    return normalize(platform, field, raw, **place).sent


def test_everybody_gets_what_normalize_gives():
    world = World()
    people = {
        "ann": {"email": " Ann.A+x@Gmail.com", "phone": "0171 3920012", "last_name": "King, Jr."},
        "bob": {"email": "bob@", "phone": "07911 123456", "country": "United Kingdom"},
        "cem": {"email": "noreply@example.com", "zip": "94025-1234", "country": "USA"},
        "dee": {"first_name": "José", "birth_date": "3/2/1997", "country": "us"},
    }
    for name, values in people.items():
        for attribute, value in values.items():
            world.say(name, attribute, value)
    world.prepare(EVERY_PLATFORM)
    for platform, rows in PLATFORMS.items():
        for field in rows:
            expected = {}
            for name, values in people.items():
                raw = name if field is Field.EXTERNAL_ID else values.get(field.value)
                if raw is not None:
                    answer = normalize(
                        platform, field, raw, country=values.get("country"), region="DE"
                    )
                    expected[name] = (answer.sent, answer.reason)
            assert world.prepared(platform, field) == expected


RAW = st.one_of(
    st.emails(),
    st.text(min_size=1),
    # Letters whose lower case is, or is not, one of a-z.
    st.sampled_from(["\u212aim@x.com", "\u0130an@x.com", "I\u0307an@x.com", "\u017fam@x.com"]),
    st.sampled_from(sorted(EMAILS | EXTERNAL_IDS)),
    st.builds(
        "{}@{}".format,
        st.text(alphabet="aZ0.+-_ ", min_size=1, max_size=6) | st.sampled_from(sorted(MAILBOXES)),
        st.sampled_from(
            ["gmail.com", "GoogleMail.com", "x.co", "x.test", "x.local", "-x.de", "a..b.de", "x.c"]
        )
        | st.from_regex(r"[a-z0-9-]{1,65}\.(com|NET|info|de|museum|example)", fullmatch=True),
    ),
    st.builds(
        "{}{}{}".format, st.sampled_from(["", " ", "\t", "\u200b"]), st.emails(), st.just(" ")
    ),
).filter(lambda text: "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))


@settings(max_examples=60, deadline=None)
@given(st.lists(RAW, min_size=1, max_size=20))
def test_what_sql_prepares_is_what_python_prepares(texts):
    world = World()
    kept = [text for text in texts if text.strip(" ")]
    for number, text in enumerate(kept):
        world.say(f"p{number}", "email", text)
        world.say(f"p{number}", "key", text)
    world.identification = Identification(
        identifiers_of({"external_id": (Origin("attribute.key"),)}), "DE"
    )
    world.prepare(["meta", "google", "tiktok", "plain"])
    for platform in ("meta", "google", "tiktok", "plain"):
        for field in ("email", "external_id"):
            if Field(field) in PLATFORMS[platform]:
                answers = {
                    f"p{number}": normalize(platform, field, text)
                    for number, text in enumerate(kept)
                }
                expected = {name: (each.sent, each.reason) for name, each in answers.items()}
                assert world.prepared(platform, field) == expected


def test_numbers_are_texts():
    world = World()
    world.say("ann", "phone", 12125550123)
    world.say("ann", "zip", 94025.0)
    world.say("ann", "country", "US")
    world.prepare()
    assert world.prepared("meta", "phone")["ann"][0] == sent("meta", "phone", "+12125550123")
    assert world.prepared("google", "zip")["ann"][0] == "94025"


def test_the_newest_value_as_of_the_instant_counts_even_if_time_goes_back():
    world = World()
    world.say("ann", "email", "new@example.com", at=5_000)
    world.say("ann", "email", "old@example.com", at=1_000)
    for at, newest in (
        (10_000, "new"),
        (4_999, "old"),
        (5_000, "new"),
        (999, None),
        (1_000, "old"),
    ):
        world.prepare(at=at)
        expected = (
            {}
            if newest is None
            else {"ann": (sent("meta", "email", f"{newest}@example.com"), None)}
        )
        assert world.prepared("meta", "email") == expected


def test_what_arrives_later_is_prepared_and_nothing_else_is_touched():
    world = World()
    for name in ("ann", "bob"):
        world.say(name, "phone", "+44 7911 123456")
    world.prepare()
    kept = world.values_kept()
    world.engine.execute("UPDATE prepared SET sent = 'untouched' WHERE slot = 2")
    world.say("ann", "phone", "+44 7911 123457", at=2_000)
    world.prepare()
    assert world.prepared("meta", "phone") == {
        "ann": (sent("meta", "phone", "+447911123457"), None),
        "bob": ("untouched", None),
    }
    assert world.values_kept() == kept + 2  # one number in two forms


def test_who_was_not_wanted_when_a_value_arrived_gets_it_when_they_are():
    world = World()
    world.say("ann", "email", "a@example.com")
    world.say("bob", "email", "b@example.com")
    world.prepare()
    world.say("ann", "email", "new@example.com", at=2_000)
    world.prepare(wanted=["bob"])
    world.prepare(wanted=["bob"])
    world.prepare(wanted=["ann"])
    assert world.prepared("meta", "email")["ann"] == (
        sent("meta", "email", "new@example.com"),
        None,
    )


def test_a_value_that_is_gone_leaves_nothing_behind():
    world = World()
    world.say("ann", "email", "a@example.com")
    world.prepare()
    world.say("ann", "email", None, at=2_000)
    world.prepare()
    assert world.prepared("meta", "email") == {}


def test_another_country_reads_a_phone_anew():
    world = World(region="")
    world.say("ann", "phone", "07911 123456")
    world.prepare()
    assert world.prepared("meta", "phone")["ann"] == (None, "phone: no country")
    world.say("ann", "country", "GB", at=2_000)
    world.prepare()
    assert world.prepared("meta", "phone")["ann"][1] is None


def test_the_projects_region_reads_phones_and_no_postal_codes():
    world = World(region="US")
    world.say("ann", "phone", "(212) 555-0123")
    world.say("ann", "zip", "SW1A 1AA")
    world.prepare()
    assert world.prepared("meta", "phone")["ann"][1] is None
    assert world.prepared("meta", "zip")["ann"][0] == sent("meta", "zip", "SW1A 1AA")
    world.identification = Identification(identifiers_of({}), "DE")
    world.prepare()
    assert world.prepared("meta", "phone")["ann"][0] != sent("meta", "phone", "+12125550123")


def test_a_platform_that_is_new_gets_everybody():
    world = World()
    world.say("ann", "email", "a.b@gmail.com")
    world.prepare(["meta"])
    world.prepare(["meta", "google"])
    assert world.prepared("google", "email")["ann"][0] == sent("google", "email", "ab@gmail.com")


def test_the_first_usable_origin_wins_and_the_first_reason_is_told():
    origins = {"email": (Origin("attribute.email"), Origin("attribute.work"))}
    world = World(origins)
    world.say("ann", "email", "ann@")
    world.say("ann", "work", "ann@example.com")
    world.say("bob", "email", "bob@")
    world.say("bob", "work", "none")
    world.say("cem", "work", "cem.work@example.com")
    world.say("cem", "email", "cem@example.com")
    world.prepare()
    found = world.prepared("meta", "email")
    assert found["cem"][0] == sent("meta", "email", "cem@example.com")
    assert found["ann"][0] == sent("meta", "email", "ann@example.com")
    assert found["bob"] == (None, "email: no domain")


@pytest.mark.parametrize(
    ("like", "meta", "google"),
    [
        (None, (MARY, None), (MARY, None)),
        ("google", (None, "phone: already hashed: in the form of another platform"), (MARY, None)),
    ],
)
def test_an_origin_declared_as_hashed(like, meta, google):
    origins = {"phone": (Origin("attribute.phone_sha256", hashed=True, like=like),)}
    world = World(origins)
    world.say("ann", "phone_sha256", MARY.upper())
    world.say("bob", "phone_sha256", "+44 7911 123456")
    world.prepare()
    assert world.prepared("meta", "phone")["ann"] == meta
    assert world.prepared("google", "phone")["ann"] == google
    assert world.prepared("google", "phone")["bob"] == (
        None,
        "phone: declared as hashed: not a SHA-256",
    )


def test_other_rules_prepare_everything_anew():
    world = World()
    world.say("ann", "phone", "+44 7911 123456")
    world.prepare()
    world.engine.execute("UPDATE prepared_values SET rules = 'former', sent = 'former'")
    world.engine.execute("UPDATE prepared_up_to SET settings = 'former'")
    world.prepare()
    assert world.prepared("meta", "phone")["ann"][0] == sent("meta", "phone", "+447911123456")


def test_groups_of_people_make_no_difference(monkeypatch):
    world = World()
    for number in range(25):
        world.say(f"p{number}", "email", f"p{number}@example.com")
    monkeypatch.setattr("dataout.audiences.identify.PEOPLE", 10)
    monkeypatch.setattr("dataout.audiences.identify.ROWS", 3)
    world.prepare()
    assert world.prepared("meta", "email") == {
        f"p{number}": (sent("meta", "email", f"p{number}@example.com"), None)
        for number in range(25)
    }


def test_who_is_forgotten_leaves_nothing():
    world = World()
    for name in ("ann", "bob"):
        world.say(name, "phone", "+44 7911 123456")
    world.prepare()
    forget(world.engine, [world.slots["ann"]])
    assert set(world.prepared("meta", "phone")) == {"bob"}
    assert world.values_kept() == 0


def test_no_raw_value_is_kept_beside_the_attributes():
    world = World()
    world.say("ann", "phone", "+44 (0)7911 123456")
    world.say("ann", "email", "Ann.Archer@Example.museum")
    world.prepare(["meta"])
    for table in ("prepared", "prepared_values", "prepared_of", "prepared_up_to"):
        text = str(world.engine.query(f"FROM {table}").to_pylist())
        assert "7911" not in text
        assert "rcher" not in text
