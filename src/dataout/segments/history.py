"""``history: required``, taken away again: to see whom it keeps out."""

from __future__ import annotations

from dataout.segments.tree import All, AnyOf, Condition, Everyone, Not, SeenBefore


def without_history(condition: Condition) -> Condition:
    """Give the same condition without ``history: required``; nested segments keep theirs.

    It is equal to the condition itself where that does not ask for a history.
    """
    match condition:
        case SeenBefore():
            return Everyone()
        case All(of):
            return All(tuple(without_history(part) for part in of))
        case AnyOf(of):
            return AnyOf(tuple(without_history(part) for part in of))
        case Not(part):
            return Not(without_history(part))
        case _:
            return condition
