"""Random trees of the segment language, every kind of node among them."""

from hypothesis import strategies as st

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
    Everyone,
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
    Stream,
    TraitAggregate,
    TraitIs,
    TraitMath,
    TraitPick,
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
    PropertyIs,
    TextTest,
    Within,
    WithinNext,
)

COMPARISONS = st.sampled_from(["is", "gt", "gte", "lt", "lte"])
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"])
SPANS = st.one_of(
    st.sampled_from([1, 999, 60_000, 3_600_000, 5_400_000, 86_400_000, 604_800_000]),
    st.integers(1, 10**11),
)
INSTANTS = st.integers(-(10**12), 4 * 10**12).map(Instant)
COUNTS = st.integers(0, 4)
NUMBERS = st.decimals(-(10**6), 10**14, places=3, allow_nan=False)
TEXTS = st.sampled_from(["", "a", "EUR", "50", "true", "it's", "Zoë “x”"])
SCALARS = st.one_of(NUMBERS, TEXTS, st.booleans())
NAMES = st.sampled_from(["purchase", "cart_started", "product viewed", "x.y", "refund", "Ω"])
PATHS = st.lists(
    st.sampled_from(["total", "items", "cart_value", "_", "ß"]), min_size=1, max_size=2
)
PATHS = PATHS.map(tuple)
WHICH = st.sampled_from(["first", "last"])


def ordered(values):
    return st.tuples(values, values).filter(lambda pair: pair[0] != pair[1]).map(sorted)


times = st.one_of(
    st.builds(Within, SPANS),
    st.builds(OlderThan, SPANS),
    ordered(SPANS).map(lambda pair: Age(*pair)),
    st.builds(WithinNext, SPANS),
    st.builds(After, INSTANTS),
    st.builds(Before, INSTANTS),
    ordered(INSTANTS).map(lambda pair: Between(*pair)),
    st.tuples(ordered(st.integers(0, 9)), ZONES).map(lambda it: CalendarDays(*it[0], it[1])),
    st.builds(lambda day, zone: CalendarDays(day, day, zone), st.integers(0, 3), ZONES),
)
scalar_tests = st.one_of(
    st.builds(Compare, COMPARISONS, SCALARS, st.booleans()),
    st.builds(OneOf, st.lists(SCALARS, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(
        TextTest,
        st.sampled_from(["contains", "starts_with", "ends_with", "matches"]),
        TEXTS,
        st.booleans(),
    ),
    st.just(Exists()),
)


def tests_of(positive):
    each = st.one_of(positive, st.builds(IsNot, positive), times)
    return st.lists(each, min_size=1, max_size=3).map(tuple)


def joined(inner, all_of, any_of, negation):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(all_of, several), st.builds(any_of, several), st.builds(negation, inner)
    )


simple_filters = st.builds(PropertyIs, PATHS, tests_of(scalar_tests))
filters = st.recursive(
    simple_filters, lambda inner: joined(inner, FilterAll, FilterAny, FilterNot), max_leaves=3
)
tests = tests_of(st.one_of(scalar_tests, st.builds(AnyElement, filters)))
perhaps = st.none() | filters
streams = st.builds(
    Stream,
    st.lists(NAMES, max_size=2, unique=True).map(tuple),
    perhaps,
    st.sampled_from(["net", "gross", "lines"]),
)
anchors = st.builds(Anchor, streams, WHICH)
measures = st.one_of(
    st.builds(CountIs, COMPARISONS, COUNTS),
    st.builds(
        AggregateIs,
        st.sampled_from(["sum", "avg", "min", "max"]),
        PATHS,
        COMPARISONS,
        NUMBERS,
        perhaps,
    ),
    st.builds(DistinctIs, PATHS, COMPARISONS, COUNTS),
    st.builds(DistinctDaysIs, COMPARISONS, COUNTS, ZONES),
    st.builds(PickIs, WHICH),
)
chains = st.builds(
    Sequence,
    st.builds(FirstStep, streams, st.none() | times, st.none() | WHICH),
    st.lists(st.builds(NextStep, streams, st.none() | SPANS, st.none() | times), max_size=2).map(
        tuple
    ),
    st.none() | st.builds(NoStep, streams, st.none() | SPANS),
)
leaves = st.one_of(
    st.just(Everyone()),
    st.builds(EventIs, streams, measures, st.none() | times, st.none() | anchors),
    st.builds(AttributeIs, PATHS, tests, st.none() | SPANS),
    st.builds(TraitIs, st.sampled_from(["a", "b", "c", "d"]), tests),
    st.builds(InSegment, st.sampled_from(["a", "b", "nowhere"])),
    st.builds(InList, st.sampled_from(["staff", "press"])),
    st.builds(SeenBefore, SPANS),
    chains,
    st.builds(Related, st.just("ticket"), perhaps, perhaps, COMPARISONS, COUNTS),
)
conditions = st.recursive(leaves, lambda inner: joined(inner, All, AnyOf, Not), max_leaves=6)
traits = st.one_of(
    st.builds(
        TraitAggregate,
        st.sampled_from(["count", "sum", "avg", "min", "max", "distinct"]),
        PATHS,
        streams,
        st.none() | times,
        st.none() | anchors,
        perhaps,
    ),
    st.builds(TraitPick, WHICH, PATHS, streams, st.none() | times),
    st.builds(
        TraitMath,
        st.sampled_from(["plus", "minus", "times", "divided_by"]),
        st.lists(st.sampled_from(["a", "b", "c", "d"]) | NUMBERS, min_size=2, max_size=3).map(
            tuple
        ),
    ),
)
