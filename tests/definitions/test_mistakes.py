"""What is wrong with a project's files: all of it at once, each with its place and a way out."""

import pytest

META = 'destinations: {meta: {type: meta, account: act_1, token: "${T}"}}\n'
SEQUENCE_OF_21 = f"segments: {{a: {{who: {{sequence: [{', '.join(['{event: buy}'] * 21)}]}}}}}}"
DOUBLED = (
    "segments: {s0: {who: {event: buy}},\n"
    + ",\n".join(
        f"s{n}: {{who: {{any: [{{segment: s{n - 1}}}, {{not: {{segment: s{n - 1}}}}}]}}}}"
        for n in range(1, 10)
    )
    + "}"
)
CHAINED = "traits:\n  t0: {count: buy}\n" + "\n".join(
    f"  t{n}: {{plus: [t{n - 1}, 1]}}" for n in range(1, 51)
)
SEGMENT = "segments: {s: {who: {everyone: true}}}\n"


def test_a_folder_that_is_no_project(folder):
    (folder.path / "dataout.yaml").unlink()
    (line,) = folder.complaints()
    assert "there is no dataout.yaml" in line
    assert "dataout init" in line


def test_mistakes_of_all_files_at_once(folder):
    folder.write("dataout.yaml", "name: shop\ntimezon: UTC\n")
    folder.write("a.yaml", "segments:\n  s: {who: {evnt: buy}}\n")
    folder.write("b.yaml", "segments: [")
    folder.write("c.yaml", b"lists: {vip: {description: caf\xe9}}")
    folder.write("d.yaml", "audiences:\n  k: {segment: t, suppress: [s]}\n")
    lines = folder.complaints()
    assert [line.split(": ")[0] for line in lines] == [
        "dataout.yaml:2:1",
        "a.yaml:2:13",
        "b.yaml:1:12",
        "c.yaml:1:31",
        "d.yaml:2:16",
    ]
    assert "unknown section 'timezon'. Did you mean 'timezone'?" in lines[0]
    assert "Did you mean 'event'?" in lines[1]
    assert "not UTF-8" in lines[3]
    assert "It may stand in b.yaml, c.yaml, which could not be read." in lines[4]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("segmnts: {}", "1:1", "unknown section 'segmnts'. Did you mean 'segments'?"),
        ("alerts: {}", "1:1", "'alerts' is not supported in this version."),
        ("traits: {a b: {count: buy}}", "1:10", "'a b' is no name"),
        ("traits: {t: {count: buy, wihtin: 1d}}", "1:26", "Did you mean 'within'?"),
        ("traits: {t: {plus: [u, 1]}}", "1:21", "there is no trait 'u'. Known: t."),
        (
            "traits:\n  a: {plus: [b, 1]}\n  b: {minus: [1, a]}",
            "2:14",
            "traits in a circle: a → b → a.",
        ),
        (
            "segments: {a: {who: {trait: spend, gt: 1}}}\ntraits: {spent: {sum: buy.total}}",
            "1:29",
            "there is no trait 'spend'. Did you mean 'spent'?",
        ),
        (
            "segments: {a: {who: {trait: n, within: 1d}}}\ntraits: {n: {count: buy}}",
            "1:32",
            "the trait 'n' is a number",
        ),
        (SEGMENT + "traits: {s: {count: buy}}", "2:10", "the name of one of the segments at all"),
        (
            "catalog: {objects: {plan: }}\nsegments: {a: {who: {related: plann}}}",
            "2:31",
            "there is no object 'plann'. Did you mean 'plan'?",
        ),
        (
            "catalog: {mode: strict}\nsegments: {a: {who: {related: plan}}}",
            "2:31",
            "there is no object 'plan'.",
        ),
        (
            "catalog: {mode: strict, events: {buy: }}\ntraits: {t: {sum: byu.total}}",
            "2:19",
            "there is no event 'byu'. Did you mean 'buy'?",
        ),
        ("timezone: UTC", "1:1", "'timezone' belongs in dataout.yaml."),
        ("columns: {}", "1:1", "Mapping files end in .mapping.yaml or stand in mappings/."),
        ("segments: 3", "1:11", "expected segments as a mapping"),
        ("segments: {a b: {who: {everyone: true}}}", "1:12", "'a b' is no name"),
        ("segments: {a: {who: {everyone: true}, wen: 1}}", "1:39", "unknown key 'wen'"),
        ("segments: {a: {description: x}}", "1:15", "a segment needs 'who'."),
        (
            "segments: {a: {who: {segment: b}}}",
            "1:31",
            "there is no segment 'b'. Known: a.",
        ),
        ("segments: {a: {who: {list: vip}}}", "1:28", "there is no list 'vip'."),
        ("segments: {a: {who: {segment: a}}}", "1:31", "segments in a circle: a → a."),
        (SEQUENCE_OF_21, "1:32", "a sequence has at most 20 steps, this one has 21."),
        (DOUBLED, "10:28", "the segment 's9' comes to more than 1,000 parts with all that"),
        (CHAINED, "52:16", "the trait 't50' comes to 51 levels with all that stands inside it."),
        (
            "segments:\n  a: {who: {segment: b}}\n  b: {who: {not: {segment: a}}}",
            "2:22",
            "in a circle: a → b → a.",
        ),
        (SEGMENT + "lists: {s: }", "2:9", "'s' is also the name of one of the segments at all"),
        (
            SEGMENT + "audiences: {s: {segment: s, suppress: none, because: x}}",
            "2:13",
            "Names are unique over the whole project.",
        ),
        (SEGMENT + "audiences: {k: {segment: s}}", "2:13", "names no suppression"),
        (
            SEGMENT + "audiences: {k: {segment: s, suppress: none}}",
            "2:39",
            "suppress: none needs a because",
        ),
        (
            SEGMENT + "audiences: {k: {segment: s, kind: exclusion, suppress: [s]}}",
            "2:46",
            "an exclusion protects people: it takes no 'suppress'.",
        ),
        (
            SEGMENT + "audiences: {k: {segment: s, kind: exclusion, control: {percent: 1}}}",
            "2:46",
            "'control' is not supported in this version.",
        ),
        (
            SEGMENT + "audiences: {k: {segment: s, suppress: s}}",
            "2:39",
            "Write it in brackets",
        ),
        (
            SEGMENT + "audiences: {k: {segment: s, suppress: [t]}}",
            "2:40",
            "there is no segment 't'. Known: s.",
        ),
        (
            SEGMENT + "lists: {vip: }\naudiences: {k: {segment: s, suppress: [vip]}}",
            "3:40",
            "'vip' is a list: make a segment of it, with who: {list: vip}.",
        ),
        (
            SEGMENT + "audiences:\n  k: {segment: s, kind: exclusion}\n"
            "  l: {segment: s, suppress: [k]}",
            "4:30",
            "'k' is an audience; its segment is 's'.",
        ),
        (
            SEGMENT + "audiences: {k: {segment: s, kind: exclusin}}",
            "2:35",
            "Did you mean 'exclusion'?",
        ),
        (
            SEGMENT + "audiences: {k: {segment: s, kind: exclusion, every: 5m}}",
            "2:46",
            "'every' is not supported in this version.",
        ),
        (
            META + SEGMENT + "audiences: {k: {segment: s, kind: exclusion, sync: [{to: mta}]}}",
            "3:58",
            "there is no destination 'mta'. Did you mean 'meta'?",
        ),
        (
            META + SEGMENT + "audiences: {k: {segment: s, kind: exclusion,"
            " sync: [{to: meta, tier: a}]}}",
            "3:70",
            "there is no tier 'a'. The audience has no tiers.",
        ),
        (
            META + SEGMENT + "audiences: {k: {segment: s, kind: exclusion,"
            " sync: [{to: meta, identifiers: [emial]}]}}",
            "3:78",
            "Did you mean 'email'?",
        ),
        (
            META + SEGMENT + "audiences: {k: {segment: s, kind: exclusion,"
            " sync: [{to: meta, identifiers: [email, zip]}]}}",
            "3:85",
            "'meta' does not take 'zip'.",
        ),
        (
            META + SEGMENT + "audiences: {k: {segment: s, kind: exclusion,"
            " sync: [{to: meta}, {to: meta}]}}",
            "3:52",
            "the sync k@meta stands there twice.",
        ),
        ("destinations: {m: {account: x}}", "1:19", "a destination needs 'type'. Known: meta."),
        (
            "destinations: {m: {type: mata}}",
            "1:26",
            "there is no type of destination 'mata'. Did you mean 'meta'?",
        ),
        (
            'destinations: {m: {type: meta, token: "${T}"}}',
            "1:19",
            "the setting 'account' is missing.",
        ),
        (
            'destinations: {m: {type: meta, acount: act_1, token: "${T}"}}',
            "1:32",
            "unknown setting 'acount'. Did you mean 'account'?",
        ),
        (
            'destinations: {m: {type: meta, account: 1, token: "${T}"}}',
            "1:41",
            "input should be a valid string.",
        ),
        (
            'destinations: {m: {type: meta, account: act_1, token: "${T}", tags: [a, 3]}}',
            "1:73",
            "input should be a valid string.",
        ),
        (
            'destinations: {m: {type: meta, account: act_1, token: "${A B}"}}',
            "1:55",
            "a reference to a secret that cannot be read. Write ${NAME}",
        ),
        (
            'destinations: {m: {type: meta, account: act_1, token: "${T}", consent: ads}}',
            "1:63",
            "'consent' is not supported in this version.",
        ),
        ("identifiers: {emial: attribute.email}", "1:15", "Did you mean 'email'?"),
        ("identifiers: {email: mail}", "1:22", "Did you mean 'attribute.mail'?"),
        ("identifiers: {email: [profile_ids]}", "1:23", "Did you mean 'profile_id'?"),
        ("sources: {pos: {zone: Europe/Berln}}", "1:23", "Did you mean 'Europe/Berlin'?"),
        ("sources: {pos: {country: DEU}}", "1:26", "a country's two letters"),
        (
            "catalog: {events: {e: {amount: x}}}",
            "1:24",
            "'amount' belongs to an order, and this event has no 'order_key'.",
        ),
        ("catalog: {events: {e: {cancelled_by: [x]}}}", "1:24", "this event has no 'order_key'"),
        (
            "catalog: {events: {e: {order_key: k, combine: max}}}",
            "1:38",
            "'combine' needs to know what an order is worth: its 'amount' is missing.",
        ),
        (
            "catalog: {events: {e: {order_key: k, cancelled_by: [{event: r, amount: x}]}}}",
            "1:38",
            "'cancelled_by' needs to know what an order is worth",
        ),
        (
            "catalog: {events: {e: {order_key: k, cancelled_by: [r, e]}}}",
            "1:56",
            "an order does not cancel itself.",
        ),
        (
            "catalog: {events: {e: {order_key: k, cancelled_by: [r, {event: r, match: [x]}]}}}",
            "1:56",
            "'r' stands twice.",
        ),
        (
            "catalog: {events: {e: {order_key: k, cancelled_by: [{event: r, quantity: q}]}}}",
            "1:64",
            "'quantity' counts the units of a 'match', and there is none.",
        ),
        (
            "catalog: {events: {e: {order_key: k, amount: x,"
            " cancelled_by: [{event: r, match: [q], amount: x}]}}}",
            "1:87",
            "'amount' beside 'match'",
        ),
        (
            "catalog: {events: {e: {order_key: k, cancelled_by: [{event: r, match: []}]}}}",
            "1:71",
            "expected a list of properties, found an empty one.",
        ),
        (
            "catalog: {events: {e: {order_key: k, cancelled_by: [{event: r, match: [a..b]}]}}}",
            "1:72",
            "'a..b' is no path",
        ),
        (
            "catalog: {mode: strict, events: {buy: {order_key: k, cancelled_by: [rfund]},"
            " refund: }}",
            "1:69",
            "there is no event 'rfund'. Did you mean 'refund'?",
        ),
        ("catalog: {evens: {}}", "1:11", "unknown key 'evens'. Did you mean 'events'?"),
        ("catalog: {events: {e: {order_ky: x}}}", "1:24", "Did you mean 'order_key'?"),
        (
            "catalog: {events: {e: {properties: {p: {type: nmber}}}}}",
            "1:47",
            "Did you mean 'number'?",
        ),
        (
            "catalog: {attributes: {a: {type: text, unit: s}}}",
            "1:46",
            "a unit belongs to type: timestamp only.",
        ),
        (
            "catalog: {mode: strict, events: {buy: }}\nsegments: {a: {who: {event: byu}}}",
            "2:29",
            "there is no event 'byu'. Did you mean 'buy'?",
        ),
        (
            (
                "catalog: {mode: strict, attributes: {age: }}\n"
                "segments: {a: {who: {attribute: agee.x, is: 1}}}"
            ),
            "2:33",
            "the catalog is strict and has no attribute 'agee.x'.",
        ),
    ],
)
def test_a_mistake_its_place_and_the_way_out(folder, text, place, said):
    line = folder.only(text)
    assert line.startswith(f"all.yaml:{place}: "), line
    assert said in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timezone: Mars", "expected an IANA time zone"),
        ("name: 7", "Put it in quotes if it is meant as text."),
        ("environments: {dev: {sandbox: false}}", "'dev' reaches nothing but the sandbox"),
        ("environments: {pr od: }", "is no name for an environment"),
        ("environments: {prod: {engin: duckdb}}", "Did you mean 'engine'?"),
        ("engine: spark", "'spark' is not supported in this version."),
        ("store: sqlit", "expected sqlite"),
        ("defaults: {consent: {ads: denied}}", "'consent' is not supported in this version."),
        ("defaults: {region: Germany}", "a country's two letters"),
    ],
)
def test_mistakes_in_dataout_yaml(folder, text, said):
    assert said in folder.only(text, "dataout.yaml")


TEST = "  start: 2026-03-01\n  given: {ann: {events: [{event: buy, at: -1h}]}}\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("  expect: [{at: 0h, in: [ann]}]\n", "needs either 'segment' or 'audience'"),
        ("  segment: t\n  expect: [{at: 0h, in: [ann]}]\n", "there is no segment 't'"),
        ("  audience: k\n  expect: [{at: 0h, in: [ann]}]\n", "there is no audience 'k'"),
        ("  segment: s\n", "a test needs 'expect' or 'then'"),
        ("  segment: s\n  expect: [{at: 0h, in: [anna]}]\n", "Did you mean 'ann'?"),
        ("  segment: s\n  expect: [{at: 0h}]\n", "expects nothing"),
        ("  segment: s\n  expect: [{in: [ann]}]\n", "an expectation needs 'at'"),
        ("  segment: s\n  expect: [{at: 3, in: [ann]}]\n", "Such as -3h, 0h, 22h"),
        ("  segment: s\n  expect: [{at: 0h, in: [ann], out: [ann]}]\n", "in and out at once"),
        ("  segment: s\n  then: [{at: 1h, events: {ann: [{at: 0h}]}}]\n", "needs 'event'"),
        (
            "  segment: s\n  then: [{at: 1h, events: {ann: [{event: buy, at: 2h}]}}]\n",
            "after the instant at which it becomes known",
        ),
        (
            "  segment: s\n  then: [{at: 2h, expect: {in: [ann]}}, {at: 1h}]\n",
            "in the order of their 'at'",
        ),
    ],
)
def test_mistakes_in_tests(folder, body, said):
    line = folder.only(f"{SEGMENT}tests:\n t:\n{TEST}{body}")
    assert line.startswith("all.yaml:")
    assert said in line


def test_what_is_defined_twice_names_both_places(folder):
    folder.write("a.yaml", "segments:\n  s: {who: {everyone: true}}\n")
    folder.write(
        "b.yaml", "segments:\n\n  s: {who: {everyone: true}}\nidentifiers: {phone: profile_id}"
    )
    folder.write("c.yaml", "identifiers: {phone: profile_id}\n")
    assert folder.complaints() == [
        "b.yaml:3:3: segments.s: 's' is defined twice: first at a.yaml:2:3.",
        "c.yaml:1:15: identifiers.phone: 'phone' is defined twice: first at b.yaml:4:15.",
    ]


def test_a_file_that_cannot_be_read(folder):
    (folder.path / "gone.yaml").symlink_to(folder.path / "nowhere")
    (line,) = folder.complaints()
    assert line.startswith("gone.yaml:1:1: (file): cannot be read: No such file")
