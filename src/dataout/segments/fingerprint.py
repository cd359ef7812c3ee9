"""A definition's fingerprint: it follows the meaning, not the spelling."""

from __future__ import annotations

import hashlib

from dataout.segments.formulas import And, Formula, Negation, Or


def fingerprint(formula: Formula) -> str:
    """Digest a formula; the order and repetition of parts joined by and, or make no difference.

    >>> from dataout.segments.atoms import Always, Negation
    >>> a, b = Always(), Negation(Always())
    >>> fingerprint(And((a, b))) == fingerprint(And((b, a, a)))
    True
    """
    return hashlib.sha256(_spell(formula).encode()).hexdigest()[:16]


def _spell(formula: Formula) -> str:
    match formula:
        case And(of) | Or(of):
            parts = sorted({_spell(part) for part in of})
            return parts[0] if len(parts) == 1 else f"{type(formula).__name__}({', '.join(parts)})"
        case Negation(Negation(part)):
            return _spell(part)
        case Negation(part):
            return f"Negation({_spell(part)})"
        case _:
            return repr(formula)
