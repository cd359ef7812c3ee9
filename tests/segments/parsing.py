"""Reads one condition: what it means, or what is said about it."""

from dataout.model.complaints import Mistakes, spell
from dataout.segments.parse import parse_condition
from dataout.segments.tree import CountIs, Stream

H = 3_600_000
D = 24 * H
ANY = CountIs("gte", 1)
BUY = Stream(("buy",))


def parse(value, zone="UTC"):
    mistakes = Mistakes()
    condition = parse_condition(value, ("who",), mistakes, zone)
    assert (condition is None) == bool(mistakes.found), mistakes.found
    assert not mistakes.found, mistakes.found
    return condition


def wrong(value, zone="UTC"):
    """Parse what is wrong, and write each mistake as ``path: message hint``."""
    mistakes = Mistakes()
    assert parse_condition(value, ("who",), mistakes, zone) is None
    assert mistakes.found
    return [f"{spell(each.path)}: {each.message} {each.hint}".strip() for each in mistakes.found]
