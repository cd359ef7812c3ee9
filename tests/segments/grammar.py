"""Draws conditions and traits that are right, or nearly: every word, where it belongs and beside."""

from hypothesis import strategies as st

from dataout.segments.filters import TESTS
from dataout.segments.words import TIMES

NAMES = st.sampled_from(["a", "b.c", "*", "", "buy", 7, None])
SPANS = st.sampled_from(["1d", "2h", "0d", "-1h", "9", 3])
WHOLE = st.sampled_from([0, 1, 2, -1, 1.5, "1", True, 10**20])
NUMBERS = st.sampled_from([0, 1.5, -3, float("nan"), "1", None])
SCALARS = st.sampled_from(["x", "", 1, 2.5, True, None])
INSTANTS = st.sampled_from(["2026-01-01", "2026-03-01T12:00:00Z", "soon"])
ZONES = st.sampled_from(["Europe/Berlin", "UTC", "Mars/Base"])
FLAGS = st.sampled_from([True, False, 1])

_OPERANDS = {
    **dict.fromkeys(("gt", "gte", "lt", "lte", "is", "is_not"), SCALARS),
    **dict.fromkeys(("in", "not_in"), st.lists(SCALARS, max_size=2)),
    **dict.fromkeys(("contains", "not_contains", "starts_with", "ends_with", "matches"), SCALARS),
    "exists": FLAGS,
    **dict.fromkeys(("within", "older_than", "within_next"), SPANS),
    "age": st.lists(SPANS, min_size=1, max_size=2),
    **dict.fromkeys(("after", "before"), INSTANTS),
    "between": st.lists(INSTANTS, min_size=2, max_size=2),
    "calendar_days": WHOLE | st.lists(WHOLE, min_size=2, max_size=2),
}
assert set(_OPERANDS) == set(TESTS) - {"any", "none"}


def _few(keys, most=2):
    """A mapping of at most so many of the keys."""
    pairs = [st.tuples(st.just(key), values) for key, values in keys.items()]
    return st.lists(st.one_of(pairs), max_size=most).map(dict)


OPERATORS = st.deferred(
    lambda: _few(_OPERANDS | {"any": FILTERS, "none": FILTERS, "zone": ZONES, "ignore_case": FLAGS})
)
FILTERS = st.deferred(
    lambda: st.one_of(
        st.dictionaries(
            st.sampled_from(["x", "y.z", "", "items"]), SCALARS | OPERATORS, max_size=2
        ),
        st.fixed_dictionaries({"not": FILTERS}),
        st.fixed_dictionaries({"all": st.lists(FILTERS, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(FILTERS, max_size=2)}),
    )
)
_BOUNDS = dict.fromkeys(("is", "gt", "gte", "lt", "lte"), NUMBERS | WHOLE)
COUNTS = WHOLE | _few(_BOUNDS)
AGGREGATES = st.builds(
    lambda steps, bounds: {"property": steps} | bounds,
    st.sampled_from(["total", "items.price", ""]),
    _few(_BOUNDS | {"where": FILTERS}),
)
EVENTS = NAMES | st.lists(NAMES, max_size=2)
_STREAM = {"where": FILTERS, "gross": FLAGS, "lines": FLAGS}
_WHEN = {key: _OPERANDS[key] for key in TIMES} | {"zone": ZONES}
_WHICH = {"which": st.sampled_from(["first", "last", "frist"])}
ANCHORS = st.builds(
    lambda name, rest: {"event": name} | rest, EVENTS, _few(_STREAM | _WHICH | {"within": SPANS}, 1)
)
_MEASURES = {
    "count": COUNTS,
    "distinct_days": COUNTS,
    **dict.fromkeys(("sum", "avg", "min", "max", "distinct"), AGGREGATES),
}
_EVENT = (
    _STREAM
    | _WHEN
    | _MEASURES
    | _WHICH
    | {"since": ANCHORS, "history": st.sampled_from(["required", True])}
)
EVENT_CONDITIONS = st.builds(lambda name, rest: {"event": name} | rest, EVENTS, _few(_EVENT, 3))
NEGATIVE_WINDOWS = st.builds(
    lambda event, span: {"not": event | {"within": span, "history": "required"}},
    EVENT_CONDITIONS,
    SPANS,
)
STEPS = st.builds(
    lambda name, rest: {"event": name} | rest,
    EVENTS,
    _few(_STREAM | _WHEN | _WHICH | {"count": WHOLE}, 2),
)
SEQUENCES = st.fixed_dictionaries(
    {"sequence": st.lists(STEPS | st.fixed_dictionaries({"not": STEPS}), max_size=4)}
)
RELATIONS = st.builds(
    lambda name, rest: {"related": name} | rest,
    NAMES,
    _few({"where": FILTERS, "via": FILTERS, "count": COUNTS, "within": SPANS}),
)
VALUES = st.builds(
    lambda kind, name, operators, more: {kind: name} | operators | more,
    st.sampled_from(["attribute", "trait"]),
    NAMES,
    OPERATORS,
    _few({"true_for": SPANS}, 1),
)
CONDITIONS = st.recursive(
    st.one_of(EVENT_CONDITIONS, NEGATIVE_WINDOWS, SEQUENCES, RELATIONS, VALUES),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=2)}),
    ),
    max_leaves=4,
)

SUBJECTS = st.one_of(
    st.sampled_from(["buy", "buy.total", "b.c.total", ".x", "x.", "*.total", 3]),
    st.builds(lambda name, rest: {"event": name} | rest, EVENTS, AGGREGATES),
    st.builds(lambda name, path: {"event": name, "property": path}, EVENTS, NAMES),
)
OPERANDS = st.lists(st.sampled_from(["t", "u", "zz", 3, 0, True]), max_size=3)
_COMPUTED = {
    "count": EVENTS,
    **dict.fromkeys(("sum", "avg", "min", "max", "distinct", "first", "last"), SUBJECTS),
    **dict.fromkeys(("plus", "minus", "times", "divided_by"), OPERANDS),
}
TRAITS = st.builds(
    lambda computed, rest: computed | rest,
    _few(_COMPUTED, 1),
    _few(_STREAM | _WHEN | {"since": ANCHORS, "owner": SCALARS, "which": SCALARS}),
)
TRAIT_SECTIONS = st.dictionaries(st.sampled_from(["t", "u", "a b"]), TRAITS, max_size=3)
