"""From raw values to identifiers as each platform wants them, for all people at once.

A value is prepared once per form: in the engine where SQL can do it exactly, else in Python, each
distinct value once, and kept. Whose raw values are what they were when theirs were prepared is not
looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dataout.identity.countries import country_code
from dataout.identity.fingerprint import fingerprint
from dataout.identity.normalize import normalize_each, take_hashed
from dataout.identity.platforms import PLACED, PLATFORMS
from dataout.identity.reasons import Place
from dataout.model.people import Field, Instant, Normalized, Origin
from dataout.ports import Engine
from dataout.sql.named import statement

PEOPLE = 250_000
"""People prepared at a time: that bounds the memory that it takes."""

ROWS = 100_000
"""Values that pass through Python at a time."""

CLEAN = {Field.EMAIL: "address", Field.EXTERNAL_ID: "id"}
"""The fields some of whose values SQL can prepare by itself: those that it calls clean."""

QUICK = {
    "e-mail, lower-case": False,
    "e-mail, no spaces": False,
    "e-mail, Gmail without dots and tags": True,
    "exact": False,
}
"""The rules that SQL follows exactly for them; True: Gmail's dots and tags go."""

DECLARED = "sha256"
"""How an origin that is declared hashed is marked, where nothing is said of the form."""


LAY_DOWN = (
    "forget_former",
    "forget_up_to_date",
    "prepare_quick",
    "prepare_single",
    "prepare_first",
    "up_to_date",
)
"""The statements that put the values of stale people in the place of their former ones."""


@dataclass(frozen=True, slots=True)
class Identification:
    """Where identifiers come from: origins per field in order of preference, a default region."""

    origins: Mapping[Field, Sequence[Origin]]
    region: str


@dataclass(frozen=True, slots=True)
class _Form:
    """What becomes of a field's values at a platform; ``hashed`` as the origin is marked.

    Platforms that want the same share the ``name``.
    """

    platform: str
    field: Field
    hashed: str
    name: str


def identify(
    engine: Engine, identification: Identification, platforms: Collection[str], now: Instant
) -> None:
    """Bring ``prepared`` up to date for everybody in the working table ``people``.

    Reads the attributes as of ``now``, earlier than last time or later. Of others it only notes
    that theirs are not up to date any more, where that is so.
    """
    rules, chosen = fingerprint(), sorted(platforms)
    engine.execute(statement("identifiers", "other_rules"), {"rules": rules})
    _note_outdated(engine, f"{rules} {identification}", now)
    forms = _forms(engine, identification, chosen)
    here = {"platforms": chosen, "rows": PEOPLE}
    engine.execute(statement("identifiers", "stale"), here)
    (found,) = engine.query(statement("identifiers", "groups")).to_pylist()
    for group in range(found["groups"]):
        engine.execute(statement("identifiers", "batch"), {"group": group})
        gather(engine, identification, now)
        _prepare_missing(engine, forms, rules)
        for platform in chosen:
            for name in LAY_DOWN:
                engine.execute(statement("identifiers", name), {"platform": platform})


def forget(engine: Engine, slots: Collection[int]) -> None:
    """Leave nothing of what was prepared of some people."""
    engine.execute(statement("identifiers", "forget_people"), {"slots": sorted(slots)})
    engine.execute(statement("identifiers", "forget_that"), {"slots": sorted(slots)})
    engine.execute(statement("identifiers", "forget_values"))


def _note_outdated(engine: Engine, settings: str, now: Instant) -> None:
    """Find out whose raw values may have changed, and from where to look the next time."""
    seen = engine.query(statement("identifiers", "seen")).to_pylist()
    if not seen or seen[0]["settings"] != settings:
        engine.execute(statement("identifiers", "forget_everybody"))
    else:
        last = seen[0]
        engine.execute(
            statement("identifiers", "outdated"),
            {
                "attributes": last["attributes"],
                "merges": last["merges"],
                "was": last["at"],
                "now": int(now),
            },
        )
        engine.execute(statement("identifiers", "forget_outdated"))
    engine.execute(statement("identifiers", "forget_seen"))
    engine.execute(statement("identifiers", "seen_now"), {"settings": settings, "now": int(now)})


def gather(engine: Engine, identification: Identification, now: Instant) -> None:
    """Collect the raw values of everybody in ``batch``; first where each person is."""
    engine.execute(statement("identifiers", "raw_identifiers"))
    engine.execute(statement("identifiers", "no_countries"))
    _gather_field(engine, identification, Field.COUNTRY, now)
    spelled = engine.query(statement("identifiers", "raw_countries")).column("raw").to_pylist()
    known = {raw: code for raw in spelled if (code := country_code(raw)) is not None}
    engine.execute(statement("identifiers", "no_country_codes"))
    if known:
        engine.append("country_codes", pa.table({"raw": [*known], "code": [*known.values()]}))
    engine.execute(statement("identifiers", "countries"))
    for field in identification.origins.keys() - {Field.COUNTRY}:
        _gather_field(engine, identification, field, now)


def _gather_field(
    engine: Engine, identification: Identification, field: Field, now: Instant
) -> None:
    for position, origin in enumerate(identification.origins.get(field, ())):
        here = {
            "field": field.value,
            "position": position,
            "hashed": _mark(origin),
            "clean": "" if origin.hashed else CLEAN.get(field, ""),
            "placed": field in PLACED and not origin.hashed,
            "region": identification.region if field is Field.PHONE else "",
        }
        if origin.attribute is None:
            engine.execute(statement("identifiers", "from_profile_id"), here)
        else:
            asked = {**here, "name": origin.attribute, "now": int(now)}
            engine.execute(statement("identifiers", "from_attribute"), asked)


def _mark(origin: Origin) -> str:
    return (origin.like or DECLARED) if origin.hashed else ""


def _forms(
    engine: Engine, identification: Identification, platforms: Collection[str]
) -> Mapping[str, _Form]:
    """Lay down which form each platform wants of each field; give each form by its name."""
    wanted = [
        _Form(platform, field, mark, _name(platform, field, mark))
        for platform in sorted(platforms)
        for field in PLATFORMS[platform]
        for mark in sorted({_mark(origin) for origin in identification.origins.get(field, ())})
    ]
    rows = [
        {
            "platform": form.platform,
            "field": form.field.value,
            "hashed": form.hashed,
            "form": form.name,
            "gmail": QUICK.get(PLATFORMS[form.platform][form.field].rule, False),
            "digest": PLATFORMS[form.platform][form.field].hashed,
            "quick": PLATFORMS[form.platform][form.field].rule in QUICK,
            "single": len(identification.origins[form.field]) == 1,
        }
        for form in wanted
    ]
    engine.execute(statement("identifiers", "no_forms"))
    if rows:
        engine.append("forms", pa.Table.from_pylist(rows))
    return {form.name: form for form in wanted}


def _name(platform: str, field: Field, hashed: str) -> str:
    row = PLATFORMS[platform][field]
    shape = "SHA-256" if row.hashed else "plain"
    return f"{field}: {row.rule}, {shape}{hashed and f', from {hashed}'}"


def _prepare_missing(engine: Engine, forms: Mapping[str, _Form], rules: str) -> None:
    """Prepare in Python what was never prepared and SQL cannot, page by page."""
    engine.execute(statement("identifiers", "missing"))
    wanted: dict[tuple[str, str], list[_Form]] = {}
    for form in forms.values():
        wanted.setdefault((form.field.value, form.hashed), []).append(form)
    after = 0
    while True:
        here = {"after": after, "rows": ROWS}
        page = engine.query(statement("identifiers", "missing_page"), here)
        if not page.num_rows:
            return
        after += ROWS
        engine.execute(statement("identifiers", "no_answers"))
        engine.append("answers", _answers(page, wanted))
        engine.execute(statement("identifiers", "answered"), {"rules": rules})


def _answers(page: pa.Table, wanted: Mapping[tuple[str, str], Sequence[_Form]]) -> pa.Table:
    numbers: list[int] = []
    texts: tuple[list[str | None], ...] = ([], [], [])
    columns = (page.column(name).to_pylist() for name in page.column_names)
    for number, field, hashed, place, raw in zip(*columns, strict=True):
        forms = wanted[field, hashed]
        for form, answer in zip(forms, _prepared(forms, raw, place), strict=True):
            numbers.append(number)
            for column, text in zip(texts, (form.name, answer.sent, answer.reason), strict=True):
                column.append(text)
    named = zip(("form", "sent", "reason"), texts, strict=True)
    return pa.table(
        {
            "number": pa.array(numbers, pa.int64()),
            **{name: pa.array(column, pa.string()) for name, column in named},
        }
    )


def _prepared(forms: Sequence[_Form], raw: str, place: str) -> Sequence[Normalized]:
    """Prepare one value in several forms of one field, all of one kind of origin."""
    first = forms[0]
    if first.hashed:
        like = None if first.hashed == DECLARED else first.hashed
        return [take_hashed(form.platform, form.field, raw, like=like) for form in forms]
    rows = [PLATFORMS[form.platform][form.field] for form in forms]
    return normalize_each(first.field, rows, raw, Place(place or None))
