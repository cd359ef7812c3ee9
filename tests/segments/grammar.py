"""Draws conditions and traits that are right, or nearly so: every word, mostly in its place."""

from hypothesis import strategies as st

from dataout.segments.filters import TESTS
from dataout.segments.words import TIMES


def _mostly(good, bad):
    """Draw what is right, and now and then what is not."""
    return st.sampled_from([*(good * (48 // len(good))), *bad])


def _brief(strategy):
    """Draw the same; what is drawn is not spelled out in full wherever it is used."""

    @st.composite
    def drawn(draw):
        return draw(strategy)

    return drawn()


def _few(keys, most=2, least=0):
    """Draw a mapping of at most so many of the keys."""
    pairs = [st.tuples(st.just(key), values) for key, values in keys.items()]
    return st.lists(st.one_of(pairs), min_size=least, max_size=most).map(dict)


def _named(key, names, *parts):
    """Draw a mapping with a name at ``key``, and the parts beside it."""
    return st.builds(
        lambda name, parts: {key: name} | {k: v for part in parts for k, v in part.items()},
        names,
        st.tuples(*parts),
    )


NAMES = _mostly(["a", "b", "buy"], ["", 7, "*"])
DOTTED = _mostly(["total", "items.price"], [""])
SPANS = _mostly(["1d", "2h", "9d"], ["0d", "-1h", 3])
WHOLE = _mostly([1, 2, 3], [0, -1, "1"])
NUMBERS = _mostly([0, 1.5, -3], [float("nan"), "1"])
TEXTS = _mostly(["x", "y"], [1])
SCALARS = _mostly(["x", "", 1, 2.5, True], [None])
ORDERED = _mostly(["x", 1, 2.5], [True])
INSTANTS = _mostly(["2026-01-01", "2026-03-01T12:00:00Z"], ["soon"])
ZONES = _mostly(["Europe/Berlin", "UTC"], ["Mars/Base"])
FLAGS = _mostly([True, False], [1])

_OPERANDS = {
    **dict.fromkeys(("is", "is_not"), SCALARS),
    **dict.fromkeys(("gt", "gte", "lt", "lte"), ORDERED),
    **dict.fromkeys(("in", "not_in"), st.lists(SCALARS, min_size=1, max_size=2)),
    **dict.fromkeys(("contains", "not_contains", "starts_with", "ends_with", "matches"), TEXTS),
    "exists": FLAGS,
    **dict.fromkeys(("within", "older_than", "within_next"), SPANS),
    "age": st.tuples(_mostly(["1h", "0d"], ["-1d"]), _mostly(["1d", "2w"], ["1h"])).map(list),
    **dict.fromkeys(("after", "before"), INSTANTS),
    "between": st.tuples(_mostly(["2026-01-01"], [3]), _mostly(["2026-02-01"], ["2025-01-01"])).map(
        list
    ),
    "calendar_days": WHOLE | st.tuples(WHOLE, _mostly([3, 4, 9], [-1])).map(list),
}
assert set(_OPERANDS) == set(TESTS) - {"any", "none"}
_DAYS = st.fixed_dictionaries({"calendar_days": WHOLE, "zone": ZONES})
_SCALAR_OPERATORS = st.one_of(
    _few(_OPERANDS, least=1), _few(_OPERANDS | {"zone": ZONES, "ignore_case": FLAGS}), _DAYS
)
_PLAIN = st.dictionaries(
    st.sampled_from(["x", "y.z", "items"]), SCALARS | _SCALAR_OPERATORS, min_size=1, max_size=2
)
FILTERS = _brief(
    st.recursive(
        _PLAIN,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"not": inner}),
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"items": st.fixed_dictionaries({"any": inner})}),
            st.fixed_dictionaries({"items": st.fixed_dictionaries({"none": inner})}),
        ),
        max_leaves=3,
    )
)
OPERATORS = _brief(
    _SCALAR_OPERATORS | _few({"any": FILTERS, "none": FILTERS, "exists": FLAGS}, least=1)
)

_OPS = ("is", "gt", "gte", "lt", "lte")
COUNTS = WHOLE | _few(dict.fromkeys(_OPS, WHOLE), least=1)
AGGREGATES = _brief(
    st.one_of(
        _named("property", DOTTED, _few(dict.fromkeys(_OPS, WHOLE | NUMBERS), least=1)),
        _named(
            "property",
            DOTTED,
            _few(dict.fromkeys(_OPS, NUMBERS), least=1),
            _few({"where": FILTERS}, 1),
        ),
    )
)
EVENTS = NAMES | st.lists(_mostly(["a", "b", "buy"], ["*", ""]), min_size=1, max_size=2)
_STREAM = {"where": FILTERS, "gross": FLAGS, "lines": FLAGS}
_WHEN = {key: _OPERANDS[key] for key in TIMES}
_WHICH = {"which": _mostly(["first", "last"], ["frist"])}
_TIME = st.one_of(st.just({}), _few(_WHEN, 1), _DAYS)
ANCHORS = _brief(_named("event", EVENTS, _few(_STREAM | _WHICH | {"within": SPANS}, 1)))
_MEASURES = {
    "count": COUNTS,
    "distinct_days": COUNTS,
    **dict.fromkeys(("sum", "avg", "min", "max", "distinct"), AGGREGATES),
}
_EVENT = _STREAM | _WHEN | _MEASURES | _WHICH | {"since": ANCHORS, "zone": ZONES}
EVENT_CONDITIONS = _brief(
    st.one_of(
        _named(
            "event",
            EVENTS,
            _few(_STREAM, 1),
            _TIME,
            _few(_MEASURES | _WHICH | {"since": ANCHORS}, 1),
        ),
        _named("event", EVENTS, _few(_EVENT | {"history": TEXTS}, 3)),
    )
)
_WINDOWS = _brief(
    _named(
        "event",
        EVENTS,
        st.fixed_dictionaries({"within": SPANS, "history": _mostly(["required"], [True])}),
        _few(_STREAM | _MEASURES, 1),
    )
)
NEGATIVE_WINDOWS = st.fixed_dictionaries({"not": _WINDOWS}) | _WINDOWS
STEPS = _brief(
    st.one_of(
        _named("event", EVENTS, _few(_STREAM, 1), _TIME),
        _named("event", EVENTS, _few(_STREAM | _WHEN | _WHICH | {"count": WHOLE}, 1)),
    )
)
LAST_STEPS = _brief(
    st.fixed_dictionaries({"not": _named("event", EVENTS, _few({"within": SPANS} | _STREAM))})
)
SEQUENCES = st.one_of(
    st.tuples(STEPS, STEPS), st.tuples(STEPS, LAST_STEPS), st.lists(STEPS | LAST_STEPS, max_size=4)
).map(lambda steps: {"sequence": list(steps)})
RELATIONS = _brief(
    _named(
        "related", NAMES, _few({"where": FILTERS, "via": FILTERS, "count": COUNTS, "within": SPANS})
    )
)
VALUES = _brief(
    st.one_of(
        _named("attribute", NAMES, OPERATORS, _few({"true_for": SPANS}, 1)),
        _named("trait", NAMES, OPERATORS),
        _named("trait", NAMES, OPERATORS, _few({"true_for": SPANS}, 1)),
    )
)
_CONDITIONS = st.recursive(
    st.one_of(EVENT_CONDITIONS, NEGATIVE_WINDOWS, SEQUENCES, RELATIONS, VALUES),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
    ),
    max_leaves=3,
)
CONDITIONS = _brief(_CONDITIONS)
"""A condition of the whole language."""

SUBJECTS = _brief(
    st.one_of(
        _mostly(["buy.total", "b.c.total", "*.total"], ["buy", ".x", "x.", 3]),
        _named("event", EVENTS, st.fixed_dictionaries({"property": DOTTED})),
        _named("event", EVENTS, st.fixed_dictionaries({"property": DOTTED, "where": FILTERS})),
    )
)
OPERANDS = st.lists(_mostly(["u", "zz", 3, 0], ["t", True]), min_size=1, max_size=3)
_AGGREGATED = {
    "count": EVENTS,
    **dict.fromkeys(("sum", "avg", "min", "max", "distinct", "first", "last"), SUBJECTS),
}
_MATH = dict.fromkeys(("plus", "minus", "times", "divided_by"), OPERANDS)
_BESIDE = _STREAM | _WHEN | {"since": ANCHORS, "owner": TEXTS, "zone": ZONES}
_TRAITS = st.one_of(
    st.builds(
        lambda *parts: {key: value for part in parts for key, value in part.items()},
        _few(_AGGREGATED, 1, least=1),
        _few(_STREAM, 1),
        _TIME,
        _few({"since": ANCHORS, "description": TEXTS}, 1),
    ),
    _few(_MATH, 1, least=1),
    st.builds(
        lambda *parts: {key: value for part in parts for key, value in part.items()},
        _few(_AGGREGATED | _MATH),
        _few(_BESIDE),
    ),
)
TRAITS = _brief(_TRAITS)
"""One trait; it may name the traits t, u and zz."""

TRAIT_SECTIONS = st.dictionaries(
    st.sampled_from(["t", "u", "zz", "a b"]), TRAITS, min_size=1, max_size=3
)
