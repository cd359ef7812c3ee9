"""What a value is, and the operators that test one."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import re2

from dataout.testing.judge.numbers import number
from dataout.testing.judge.times import ABSOLUTE, TIME_TESTS, Moment, Unjudged, instant

NEGATIVE: Final = {"is_not": "is", "not_in": "in", "not_contains": "contains", "none": "any"}
"""Each is exactly the negation of the other, so it holds where there is no value."""

ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"is": operator.eq, **ORDER}
TEXT_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}
TESTS: Final = frozenset(
    {*NEGATIVE, *COMPARE, *TEXT_TESTS, *TIME_TESTS, "in", "any", "matches", "exists"}
)


def at_path(holder: object, path: str) -> object:
    """Follow a dotted path through objects; None where it leads nowhere. A list is no object."""
    for key in path.split("."):
        if not isinstance(holder, Mapping):
            return None
        holder = holder.get(key)
    return holder


@dataclass(frozen=True, slots=True)
class Test:
    """One operator and its bound, asked at a moment."""

    op: str
    bound: Any
    ignore_case: bool
    moment: Moment


def passes(value: object, tests: object, moment: Moment) -> bool:
    """Tell whether every test holds. ``3`` alone means ``{is: 3}``; None stands for no value."""
    asked: Mapping[str, Any] = tests if isinstance(tests, Mapping) else {"is": tests}
    operators = {key: bound for key, bound in asked.items() if key not in ("ignore_case", "zone")}
    if not operators or not operators.keys() <= TESTS:
        raise Unjudged(f"not tests of a value: {tests!r}")
    ignore_case = bool(asked.get("ignore_case", False))
    if "zone" in asked:
        if "calendar_days" not in asked:
            raise Unjudged(f"nothing here counts days: {tests!r}")
        moment = moment.counting(asked["zone"])
    return all(
        _holds(value, Test(op, bound, ignore_case, moment)) for op, bound in operators.items()
    )


def _holds(value: object, test: Test) -> bool:
    """Test a value; a list holds when any element does, so a negation when none does."""
    if test.op in NEGATIVE:
        return not _holds(value, replace(test, op=NEGATIVE[test.op]))
    if test.op == "exists":
        return exists(value) is bool(test.bound)
    if test.op == "any":
        return any(passes_where(each, test.bound, test.moment) for each in objects_in(value))
    elements = value if isinstance(value, list | tuple) else [value]
    return any(_one(element, test) for element in elements)


def objects_in(value: object) -> list[Mapping[str, Any]]:
    """Give the objects of a list; what is not a list has no elements."""
    elements = value if isinstance(value, list | tuple) else []
    return [each for each in elements if isinstance(each, Mapping)]


def passes_where(holder: Mapping[str, Any], where: object, moment: Moment) -> bool:
    """Test one event, or one object, by every filter; ``all``, ``any`` and ``not`` nest freely."""
    if not isinstance(where, Mapping):
        raise Unjudged(f"not filters: {where!r}")
    return all(_clause(holder, key, test, moment) for key, test in where.items())


def _clause(holder: Mapping[str, Any], key: str, test: Any, moment: Moment) -> bool:
    match key:
        case "all":
            return all(passes_where(holder, each, moment) for each in test)
        case "any":
            return any(passes_where(holder, each, moment) for each in test)
        case "not":
            return not passes_where(holder, test, moment)
        case _:
            return passes(at_path(holder, key), test, moment)


def looks_at_now(tests: object) -> bool:
    """Tell whether time alone can change what tests, or the filters inside them, answer."""
    match tests:
        case Mapping():
            relative = TIME_TESTS.keys() - ABSOLUTE
            return any(key in relative or looks_at_now(each) for key, each in tests.items())
        case list() | tuple():
            return any(looks_at_now(each) for each in tests)
        case _:
            return False


def identity(value: object) -> tuple[str, object] | None:
    """Tell single values apart by type and value: the text "5" is not the number 5, but 5.0 is.

    None: numbers that do not fit, empty texts, nulls, lists and objects are no values here.
    """
    match value:
        case bool():
            return ("truth", value)
        case str():
            return ("text", value) if value else None
        case _:
            exact = number(value)
            return None if exact is None else ("number", exact)


def exists(value: object) -> bool:
    """Tell whether there is a value: not null, NaN or infinite, no empty text, no empty list."""
    finite = not isinstance(value, float) or math.isfinite(value)
    return finite and value not in (None, "", [], ())


def _one(value: object, test: Test) -> bool:
    """Test one value positively. What the types do not allow is false, never an error."""
    if test.op in TIME_TESTS:
        t = instant(value, test.moment.zone)
        return t is not None and TIME_TESTS[test.op](t, test.bound, test.moment)
    if test.op == "matches":
        return isinstance(value, str) and _found(test, value)
    bound = test.bound
    if test.ignore_case:
        value, bound = _lower(value), _lower(bound)
    if test.op in TEXT_TESTS:
        return isinstance(value, str) and TEXT_TESTS[test.op](value, bound)
    if test.op == "in":
        return any(_compare(value, "is", each) for each in bound)
    return _compare(value, test.op, bound)


def _lower(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_lower(each) for each in value]
    return value.lower().replace("ς", "σ") if isinstance(value, str) else value


def _found(test: Test, text: str) -> bool:
    r"""Find the RE2 pattern somewhere in the text. It ignores case by itself: ``\D`` stays so."""
    options = re2.Options()
    options.case_sensitive = not test.ignore_case
    return re2.search(test.bound, text, options) is not None


def _compare(value: object, op: str, bound: object) -> bool:
    """Compare two single values.

    Two texts compare as text, by code point, even if both look like numbers. Booleans have no
    order; as text, ``true`` and ``false`` equal them. All else compares as numbers or not at all.
    """
    if isinstance(value, str) and isinstance(bound, str):
        return COMPARE[op](value, bound)
    if isinstance(value, bool) or isinstance(bound, bool):
        return op == "is" and _truth(value) is not None and _truth(value) == _truth(bound)
    left, right = number(value), number(bound)
    return left is not None and right is not None and COMPARE[op](left, right)


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None
