"""What the platforms' documentation prints, and one value as each of them wants it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from dataout.errors import UsageError
from dataout.identity.normalize import normalize

# platform, field, raw, country, normalized, its hash as printed
OFFICIAL = [
    (
        ("google", "email", "alexz@example.com", None),
        "alexz@example.com",
        "509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a",
    ),
    (
        ("google", "email", "cloudy.sanfrancisco+shopping@gmail.com", None),
        "cloudysanfrancisco@gmail.com",
        "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4",
    ),
    (
        ("google", "email", "user.name+NYC@Example.com", None),
        "user.name+nyc@example.com",
        "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac",
    ),
    (
        ("google", "phone", "(800)555-0100", "US"),
        "+18005550100",
        "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30",
    ),
    (
        ("google", "first_name", "givenname", None),
        "givenname",
        "128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814",
    ),
    (
        ("google", "last_name", "familyname", None),
        "familyname",
        "77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574",
    ),
    (
        ("tiktok", "email", "JaneDoe@gmail.com", None),
        "janedoe@gmail.com",
        "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69",
    ),
    (
        ("tiktok", "maid", "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25", None),
        "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25",
        "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd",
    ),
    (
        ("tiktok", "phone", "(657)777-0000", "US"),
        "+16577770000",
        "a6e82c2f4091baff57a4f33d01efb65bfbeacbbfbcfaa9d0ff9f57d28d78fedb",
    ),
    (
        ("tiktok", "phone", "374-93-828222", "AM"),
        "+37493828222",
        "241371e614f8650dfae0f111361c69de1bb4829a72b71bb8044daae8b2e7791d",
    ),
]

FOO = " Foo.Bar+x@Gmail.com "
AMERICAN = "+1 (212) 555-0123"
BRITISH = "07911 123456"
MAID = "AECE52E7-03EE-455A-B3C4-E57283966239"

# raw and what each platform compares; a platform that is not named does not take the field
MATRIX = {
    ("email", FOO, None): {
        "meta": "foo.bar+x@gmail.com",
        "google": "foobar@gmail.com",
        "tiktok": "foo.bar+x@gmail.com",
        "linkedin": "foo.bar+x@gmail.com",
        "snapchat": "foo.bar+x@gmail.com",
        "pinterest": "foo.bar+x@gmail.com",
        "x": "foo.bar+x@gmail.com",
        "microsoft": "foo.bar+x@gmail.com",
        "reddit": "foo.bar+x@gmail.com",
    },
    ("email", "a b@shop.example.com", None): {
        "meta": None,
        "google": None,
        "tiktok": "ab@shop.example.com",
        "snapchat": None,
        "x": None,
    },
    ("email", "f.oo+x@googlemail.com", None): {"google": "foo@googlemail.com"},
    ("email", "+tag@gmail.com", None): {"google": None, "meta": "+tag@gmail.com"},
    ("phone", AMERICAN, None): {
        "meta": "12125550123",
        "google": "+12125550123",
        "tiktok": "+12125550123",
        "snapchat": "12125550123",
        "x": "+12125550123",
        "microsoft": "+12125550123",
    },
    ("phone", BRITISH, "GB"): {
        "meta": "447911123456",
        "google": "+447911123456",
        "tiktok": "+447911123456",
        "snapchat": "447911123456",
        "x": "+447911123456",
        "microsoft": "+447911123456",
    },
    ("first_name", "José", None): {"meta": "josé", "google": "josé", "linkedin": "José"},
    ("first_name", "Mrs. Mary  Ann", None): {"google": "mary ann", "meta": "mrsmaryann"},
    ("first_name", "Dr. med. Eva", None): {"google": "med. eva"},
    ("first_name", "Drew", None): {"google": "drew"},
    ("first_name", "Mr.", None): {"google": "mr."},
    ("first_name", "李", None): {"google": "李", "meta": "李"},
    ("last_name", "O'Brien", None): {"meta": "obrien", "google": "o'brien", "linkedin": "O'Brien"},
    ("last_name", "King, Jr.", None): {"google": "king"},
    ("last_name", "Smith III", None): {"google": "smith"},
    ("last_name", "Davis Jr., PhD", None): {"google": "davis"},
    ("last_name", "Srna", None): {"google": "srna"},
    ("last_name", "-", None): {"google": None},
    ("zip", " 94025-1234 ", "US"): {"meta": "94025", "google": "94025-1234"},
    ("zip", "SW1A 1AA", "GB"): {"meta": "sw1a1aa", "google": "SW1A 1AA"},
    ("country", "United States", None): {"meta": "us", "google": "US", "linkedin": "US"},
    ("maid", MAID, None): {
        "meta": MAID.lower(),
        "google": MAID,
        "tiktok": MAID.lower(),
        "linkedin": MAID.lower(),
        "snapchat": MAID.lower(),
        "pinterest": MAID.lower(),
        "x": MAID.lower(),
        "reddit": MAID.lower(),
    },
    ("maid", "00000000-0000-0000-0000-000000000000", None): {"google": None, "tiktok": None},
    ("external_id", " Ab 12 ", None): {
        "meta": " Ab 12 ",
        "google": " Ab 12 ",
        "x": " Ab 12 ",
        "microsoft": " Ab 12 ",
    },
}
EVERYWHERE_HASHED = {"email", "phone"}
PLAIN = {
    "meta": {"maid", "external_id"},
    "google": {"maid", "external_id", "zip", "country"},
    "linkedin": {"maid", "first_name", "last_name", "country"},
    "x": {"external_id"},
    "microsoft": {"external_id"},
}


@pytest.mark.parametrize(("call", "value", "printed"), OFFICIAL)
def test_official_vectors(call, value, printed):
    platform, field, raw, country = call
    answer = normalize(platform, field, raw, country=country)
    assert (answer.value, answer.sent, answer.reason) == (value, printed, None)


def test_the_hash_that_google_prints_in_base64():
    sent = normalize("google", "email", "alexz@example.com").sent
    assert base64.b64encode(bytes.fromhex(sent)).decode() == (
        "UJ6TMBm7KFoTSpM0uLtnnf950M4CPVKa9L10TUe0/Yo="
    )


def test_tiktok_prints_a_hash_of_another_form_than_it_asks_for():
    # The page calls for the plus sign and shows the hash without it: docs/identity.md, TikTok.
    printed = "65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4"
    answer = normalize("tiktok", "phone", "+37493828222")
    assert hashlib.sha256(answer.value.removeprefix("+").encode()).hexdigest() == printed
    assert answer.sent != printed


@pytest.mark.parametrize(
    ("call", "platform", "value"),
    [(call, platform, value) for call, row in MATRIX.items() for platform, value in row.items()],
)
def test_the_matrix(call, platform, value):
    field, raw, country = call
    answer = normalize(platform, field, raw, country=country)
    assert answer.value == value
    if value is not None:
        plain = field in PLAIN.get(platform, ()) and field not in EVERYWHERE_HASHED
        assert answer.sent == (value if plain else hashlib.sha256(value.encode()).hexdigest())


@pytest.mark.parametrize(
    ("platform", "field"),
    [("pinterest", "phone"), ("linkedin", "phone"), ("google", "city"), ("tiktok", "last_name")],
)
def test_what_a_platform_does_not_take_is_no_field_of_it(platform, field):
    with pytest.raises(UsageError, match=f"'{platform}' has no field '{field}'"):
        normalize(platform, field, "x")
