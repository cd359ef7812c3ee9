"""Bugs planted where segments become one query for everybody; see ``mutants.py``."""

from mutant import Mutant

FIXTURES = ("tests/test_segment_fixtures.py", "-k")
AND_ATTRIBUTES = (*FIXTURES, "recent_and_attributes")
AND_OLDER = (*FIXTURES, "recent_and_older")
NUMBERS = (*FIXTURES, "recent_numbers")
SINCE = (*FIXTURES, "since")
SIMPLIFY = ("tests/segments/test_simplify.py",)
REACH = ("tests/sql/test_reach.py",)
CANDIDATES = ("tests/sql/test_candidates.py",)
PARTS = ("tests/sql/test_parts.py",)

SIMPLER: tuple[Mutant, ...] = (
    Mutant(
        "simplify: whether something happened long ago is told by the last time",
        "dataout/segments/simplify.py",
        "case None | Within() | After() | CalendarDays(youngest=0):",
        "case None | Within() | OlderThan() | After() | CalendarDays(youngest=0):",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: an age is told by the last time",
        "dataout/segments/simplify.py",
        "case None | Within() | After() | CalendarDays(youngest=0):",
        "case None | Within() | After() | Age() | CalendarDays(youngest=0):",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: days that have passed are told by the last time",
        "dataout/segments/simplify.py",
        "case None | Within() | After() | CalendarDays(youngest=0):",
        "case None | Within() | After() | CalendarDays():",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: an event that may be its own anchor is another",
        "dataout/segments/simplify.py",
        "set(one.names).isdisjoint(other.names)",
        "(one != other)",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: any event is another than those that have a name",
        "dataout/segments/simplify.py",
        "return bool(one.names) and bool(other.names) and set",
        "return set",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: after an anchor the first of all events tells",
        "dataout/segments/simplify.py",
        'if which == "first" or not _apart(',
        "if not _apart(",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: that there is an event implies that it lies in a window",
        "dataout/segments/simplify.py",
        "return part.when is None and part.atom in known",
        "return part.atom in known",
        SIMPLIFY,
    ),
    Mutant(
        "simplify: that there is an event implies itself",
        "dataout/segments/simplify.py",
        "case PickedIn(atom, when) if when is not None:",
        "case PickedIn(atom, when):",
        SINCE,
    ),
    Mutant(
        "simplify: none is some",
        "dataout/segments/simplify.py",
        "return formula if happens is None else Negation(happens)",
        "return happens or formula",
        (*FIXTURES, "count"),
    ),
    Mutant(
        "values: true is one",
        "dataout/segments/values.py",
        "return op, type(bound), bound, ignore_case",
        "return op, bound, ignore_case",
        (*FIXTURES, "true_is_not_one"),
    ),
    Mutant(
        "values: in a list true is one",
        "dataout/segments/values.py",
        "return tuple(map(type, bounds)), bounds, ignore_case",
        "return bounds, ignore_case",
        (*FIXTURES, "true_is_not_one"),
    ),
)

HOW_FAR: tuple[Mutant, ...] = (
    Mutant(
        "reach: of what comes first, nothing old is looked at",
        "dataout/sql/reach.py",
        'if bound is not None and atom.which == "last"',
        "if bound is not None",
        AND_OLDER,
    ),
    Mutant(
        "reach: what one part of an or asks bounds the others",
        "dataout/sql/reach.py",
        "        case Or(of):\n            for part in of:\n                yield from _needs(",
        "        case Or(of):\n            bounds = _asked_for(of, bounds, at)\n"
        "            for part in of:\n                yield from _needs(",
        AND_OLDER,
    ),
    Mutant(
        "reach: an anchor is as recent as what came after it",
        "dataout/sql/reach.py",
        "            if (bound := found.get(part.since)) is not None:\n"
        "                found[part.atom] = max(found.get(part.atom, bound), bound)",
        "            if (bound := found.get(part.atom)) is not None:\n"
        "                found[part.since] = max(found.get(part.since, bound), bound)",
        AND_OLDER,
    ),
    Mutant(
        "reach: of two formulas, the one that looks less far decides",
        "dataout/sql/reach.py",
        "known is None or bound is None else min(known, bound)",
        "known is None or bound is None else max(known, bound)",
        AND_OLDER,
    ),
    Mutant(
        "reach: who needs all of history is bounded by others",
        "dataout/sql/reach.py",
        "found[atom] = None if known is None or bound is None else min(known, bound)",
        "found[atom] = min((b for b in (known, bound) if b is not None), default=None)",
        AND_OLDER,
    ),
    Mutant(
        "reach: a first event that is recent is any recent event",
        "dataout/sql/reach.py",
        "return And((recent, formula))",
        "return recent",
        AND_OLDER,
    ),
    Mutant(
        "reach: what a negation asks for is asked for",
        "dataout/sql/reach.py",
        "    for part in parts:\n        if isinstance(part, PickedIn)",
        "    for part in [p.of if isinstance(p, Negation) else p for p in parts]:\n"
        "        if isinstance(part, PickedIn)",
        AND_OLDER,
    ),
    Mutant(
        "reach: atoms of one pass look as far back as the nearest",
        "dataout/sql/reach.py",
        "return min(known) if len(known) == len(bounds) else None",
        "return max(known) if len(known) == len(bounds) else None",
        NUMBERS,
    ),
    Mutant(
        "windows: the first instant of a span is too old",
        "dataout/sql/windows.py",
        "            return start - 1\n",
        "            return int(start)\n",
        AND_OLDER,
    ),
    Mutant(
        "windows: the first instant of a day is too old",
        "dataout/sql/windows.py",
        "return calendar_bounds(test, at)[0] - 1",
        "return int(calendar_bounds(test, at)[0])",
        REACH,
    ),
)

OF_WHOM: tuple[Mutant, ...] = (
    Mutant(
        "candidates: who has no row is passed over though they pass",
        "dataout/sql/candidates.py",
        "if home is not None and groups.selects(home) and not of_nobody(part):",
        "if home is not None and groups.selects(home):",
        AND_ATTRIBUTES,
    ),
    Mutant(
        "candidates: one part of an or selects for the others",
        "dataout/sql/candidates.py",
        "        case Or(parts):\n            for part in parts:\n"
        "                yield from _asked(part, of, groups)",
        "        case Or(parts):\n            inside = next(_selecting(parts, groups), of)\n"
        "            for part in parts:\n                yield from _asked(part, inside, groups)",
        AND_ATTRIBUTES,
    ),
    Mutant(
        "candidates: what is asked of everybody is computed of some",
        "dataout/sql/candidates.py",
        "        if None not in selections\n",
        "        if selections != {None}\n",
        AND_ATTRIBUTES,
    ),
    Mutant(
        "candidates: nobody waits for an anchor",
        "dataout/sql/candidates.py",
        "for each in (group, *groups.waits_for(group)):",
        "for each in (group,):",
        AND_ATTRIBUTES,
    ),
    Mutant(
        "candidates: any group selects",
        "dataout/sql/candidates.py",
        "if home is not None and groups.selects(home) and not",
        "if home is not None and not",
        CANDIDATES,
    ),
    Mutant(
        "candidates: of several selections the last counts",
        "dataout/sql/evaluate.py",
        "sorted(selections, key=repr)",
        "sorted(selections, key=repr)[-1:]",
        AND_ATTRIBUTES,
    ),
)

PIECES: tuple[Mutant, ...] = (
    Mutant(
        "parts: a number added to nothing is nothing",
        "dataout/sql/nobody.py",
        "            return number\n",
        "            return Decimal(0)\n",
        AND_ATTRIBUTES,
    ),
    Mutant(
        "parts: what is taken from a number is added to it",
        "dataout/sql/nobody.py",
        'sign = -1 if operation == "minus" else 1',
        "sign = 1",
        PARTS,
    ),
    Mutant(
        "parts: in arithmetic an empty sum is absent",
        "dataout/sql/nobody.py",
        '        case AtomValue(NumberAtom("sum")):\n            return Decimal(0)\n',
        '        case AtomValue(NumberAtom("sum")):\n            return None\n',
        AND_ATTRIBUTES,
    ),
    Mutant(
        "parts: what does not fit is there for nobody",
        "dataout/sql/nobody.py",
        "or abs(total + sign * number) >= TOO_LARGE:",
        "or False:",
        AND_ATTRIBUTES,
    ),
    Mutant(
        "parts: nobody passes an or that they pass one part of",
        "dataout/sql/nobody.py",
        "return any(of_nobody(part) for part in of)",
        "return all(of_nobody(part) for part in of)",
        PARTS,
    ),
    Mutant(
        "parts: nobody passes an and that they pass one part of",
        "dataout/sql/nobody.py",
        "return all(of_nobody(part) for part in of)",
        "return any(of_nobody(part) for part in of)",
        PARTS,
    ),
    Mutant(
        "parts: what stands side by side is joined by and",
        "dataout/sql/parts.py",
        "joint = type(formula)",
        "joint = And",
        PARTS,
    ),
    Mutant(
        "parts: an and or an or has the home of its first part",
        "dataout/sql/parts.py",
        "return homes.pop() if len(homes) == 1 else None",
        "return home_of(of[0], home)",
        PARTS,
    ),
    Mutant(
        "parts: bits of different words share a place",
        "dataout/sql/parts.py",
        "part: Bit(number // BITS, number % BITS,",
        "part: Bit(0, number % BITS,",
        PARTS,
    ),
    Mutant(
        "parts: who has rows in one group alone has no trait",
        "dataout/sql/evaluate.py",
        'kind = "inner" if origin.of == "those in all of them" else "full"',
        'kind = "inner"',
        AND_ATTRIBUTES,
    ),
    Mutant(
        "parts: who has no row at all is in no segment",
        "dataout/sql/evaluate.py",
        "everybody = any(of_nobody(formula) for formula in formulas.values())",
        "everybody = False",
        (*FIXTURES, "boolean"),
    ),
    Mutant(
        "parts: who has rows is not asked whether they are deleted",
        "dataout/sql/evaluate.py",
        'return query.where(scope.alive("b"), copy=False)',
        "return query",
        (*FIXTURES, "recent_deleted"),
    ),
    Mutant(
        "parts: a program without parts has bits",
        "dataout/sql/evaluate.py",
        "if kept_in and not everybody:",
        "if not everybody:",
        (*FIXTURES, "nobody"),
    ),
)

ONE_PASS: tuple[Mutant, ...] = (
    Mutant(
        "events: one filter is taken for another",
        "dataout/sql/lookups.py",
        "tests[where] = (exp.column(name),)",
        'tests[where] = (exp.column("p0"),)',
        NUMBERS,
    ),
    Mutant(
        "events: a filter looks as far back as the first that asks for it",
        "dataout/sql/lookups.py",
        "using = [atom for atom in atoms if atom.source.where == where]",
        "using = [atom for atom in atoms if atom.source.where == where][:1]",
        NUMBERS,
    ),
    Mutant(
        "events: rows that are too old are looked into, and no others",
        "dataout/sql/lookups.py",
        'young = exp.column("event_time") > bound',
        'young = exp.column("event_time") <= bound',
        NUMBERS,
    ),
    Mutant(
        "events: what has no filter counts what others' filters pass",
        "dataout/sql/events.py",
        "if found.tests and all(found.rows[atom].tests for atom in atoms):",
        "if found.tests:",
        NUMBERS,
    ),
    Mutant(
        "events: the first day of a window has no bit",
        "dataout/sql/events.py",
        "CASE WHEN {number} >= 0 THEN",
        "CASE WHEN {number} > 0 THEN",
        NUMBERS,
    ),
    Mutant(
        "events: there is a bit for each of however many days",
        "dataout/sql/events.py",
        "scope.at - bound < (BITS - 2) * DAY",
        "scope.at - bound < 9 * BITS * DAY",
        NUMBERS,
    ),
    Mutant(
        "events: days near 1970 have no number",
        "dataout/sql/events.py",
        'exp.cast(exp.convert(reach[atom]), "BIGINT")',
        "exp.convert(reach[atom])",
        (*FIXTURES, "1970"),
    ),
    Mutant(
        "groups: orders that pass different filters are counted together",
        "dataout/sql/groups.py",
        "source = atom.source if atom.source.rules else Source(atom.source.names)",
        "source = Source(atom.source.names, None, atom.source.rules)",
        (*FIXTURES, "order"),
    ),
)

EVALUATION = (*SIMPLER, *HOW_FAR, *OF_WHOM, *PIECES, *ONE_PASS)
