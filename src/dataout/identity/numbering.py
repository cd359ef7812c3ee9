"""Numbering plans, compiled: what libphonenumber's metadata says, at ten times its speed.

Only for numbers written plainly, with digits, spaces and ``().-/``. What is answered here is what
the library answers; where it would have to think, nothing is, and the library is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import phonenumbers
from phonenumbers import PhoneMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

_PUNCTUATION = str.maketrans("", "", " ().-/")
_LONGEST_TEXT = 40
_LONGEST_NUMBER = 17
_SHORTEST_NUMBER = 5
_NO_REGION = "001"  # of numbers that belong to no country, such as +800
_TYPES = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
    "fixed_line",
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One region's plan: ``valid`` by length, ``viable`` is what any of its numbers looks like."""

    code: str
    lengths: frozenset[int]
    viable: re.Pattern[str]
    valid: Mapping[int, re.Pattern[str]]
    leading: re.Pattern[str] | None
    abroad: re.Pattern[str] | None
    trunk: re.Pattern[str] | None
    rewrites: bool

    def knows(self, number: str) -> bool:
        """Whether a national number is a valid one of some type."""
        pattern = self.valid.get(len(number))
        return pattern is not None and pattern.fullmatch(number) is not None


def plain_number(text: str, region: str | None) -> str | None:
    """Give the E.164 form of a valid number that is written plainly, or None: ask the library.

    >>> plain_number("07911 123456", "GB"), plain_number("+1 (212) 555-0123", None)
    ('+447911123456', '+12125550123')
    >>> plain_number("0044 7911 123456", "GB")
    """
    if len(text) > _LONGEST_TEXT:
        return None
    international = text.startswith("+")
    digits = (text[1:] if international else text).translate(_PUNCTUATION)
    usual = _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER
    if not (usual and digits.isascii() and digits.isdigit()):
        return None
    return _with_code(digits) if international else _dialled(digits, region)


def _with_code(digits: str) -> str | None:
    for end in (1, 2, 3):
        if (plan := _main_plan(digits[:end])) is not None:
            return _national(digits[end:], plan)
    return None


def _dialled(digits: str, region: str | None) -> str | None:
    plan = None if region is None else _plan(region)
    if plan is None or digits.startswith(plan.code):
        return None  # with its own code in front it may be two numbers
    if plan.abroad is not None and plan.abroad.match(digits):
        return None
    return _national(digits, plan)


def _national(digits: str, plan: _Plan) -> str | None:
    """Take the trunk prefix off, as the library does, and look the rest up."""
    number = digits
    if plan.trunk is not None and (found := plan.trunk.match(digits)):
        if plan.rewrites:
            return None
        number = digits[found.end() :]
        if plan.viable.fullmatch(digits) and not plan.viable.fullmatch(number):
            number = digits
        elif len(number) not in plan.lengths:
            return None
    if number.startswith("0"):
        return None
    return f"+{plan.code}{number}" if _is_valid(plan.code, number) else None


def _is_valid(code: str, number: str) -> bool:
    plans = _plans(code)
    if len(plans) == 1:
        return plans[0].knows(number)
    for plan in plans:
        if plan.leading is not None:
            if plan.leading.match(number):
                return plan.knows(number)
        elif plan.knows(number):
            return True
    return False


@cache
def _main_plan(code: str) -> _Plan | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    if not regions or str(int(code)) != code:
        return None
    return _plan_of(int(code), regions[0])


@cache
def _plan(region: str) -> _Plan | None:
    code = phonenumbers.country_code_for_region(region)
    return _plan_of(code, region) if code else None


@cache
def _plans(code: str) -> tuple[_Plan, ...]:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)]
    found = (_plan_of(int(code), region) for region in regions)
    return tuple(plan for plan in found if plan is not None)


@cache
def _plan_of(code: int, region: str) -> _Plan | None:
    plan: Any = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if plan is None or plan.general_desc.national_number_pattern is None:
        return None
    trunk = plan.national_prefix_for_parsing
    return _Plan(
        code=str(code),
        lengths=frozenset(plan.general_desc.possible_length),
        viable=re.compile(plan.general_desc.national_number_pattern),
        valid=_valid_by_length(plan),
        leading=_compiled(plan.leading_digits),
        abroad=_compiled(plan.international_prefix),
        trunk=_compiled(trunk),
        rewrites=bool(plan.national_prefix_transform_rule),
    )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _valid_by_length(plan: Any) -> Mapping[int, re.Pattern[str]]:
    """Compile for each length what a number has to be: of the plan's form, and of some type."""
    types = _TYPES if plan.same_mobile_and_fixed_line_pattern else (*_TYPES, "mobile")
    descriptions = [getattr(plan, name) for name in types]
    general = plan.general_desc
    patterns: dict[int, list[str]] = {}
    for each in descriptions:
        if each is not None and each.national_number_pattern:
            for length in each.possible_length or general.possible_length:
                patterns.setdefault(length, []).append(f"(?:{each.national_number_pattern})")
    return {
        length: re.compile(rf"(?=(?:{general.national_number_pattern})\Z)(?:{'|'.join(several)})")
        for length, several in patterns.items()
        if not general.possible_length or length in general.possible_length
    }
