"""Making a question smaller while two answers to it still differ, so that a person can read it."""

from dataclasses import replace


def reduced(question, differs):
    """Leave out whatever can be left out of a question about which ``differs`` stays true."""
    smaller = True
    while smaller:
        smaller = next((each for each in _smaller(question) if differs(each)), None)
        question = smaller or question
    return question


def _smaller(question):
    """Give every question that is one step smaller, the largest steps first."""
    for name in question.segments:
        yield replace(question, segments=_without(question.segments, name))
    for name, segment in question.segments.items():
        for part in _parts(segment["who"]):
            yield replace(question, segments=question.segments | {name: {"who": part}})
    given = question.given
    for column in ("events", "profiles"):
        for number, row in enumerate(given[column]):
            rows = given[column][:number], given[column][number + 1 :]
            yield _with(question, column, [*rows[0], *rows[1]])
            for less in _less(row, "attributes" if column == "profiles" else "properties"):
                yield _with(question, column, [*rows[0], less, *rows[1]])
    for name, rows in given["lists"].items():
        for number in range(len(rows)):
            yield _with(
                question, "lists", given["lists"] | {name: rows[:number] + rows[number + 1 :]}
            )
    yield from _less_of_the_rest(question)
    if given["as_known_at"] is not None:
        yield _with(question, "as_known_at", None)
    if given["timezone"] != "UTC":
        yield _with(question, "timezone", "UTC")


def _less_of_the_rest(question):
    """Leave out objects, traits, orders, and parts of them."""
    given = question.given
    rows = given.get("objects", [])
    for number, row in enumerate(rows):
        yield _with(question, "objects", rows[:number] + rows[number + 1 :])
        for key in row.keys() - {"type", "object_id"}:
            less = _without(row, key)
            yield _with(question, "objects", [*rows[:number], less, *rows[number + 1 :]])
    for column in ("traits", "catalog"):
        for less in _smaller_mappings(given.get(column, {})):
            yield _with(question, column, less)


def _smaller_mappings(held):
    """Leave out one key of a mapping, or of one below it; or one element of a list."""
    match held:
        case dict():
            for key, inner in held.items():
                yield _without(held, key)
                for less in _smaller_mappings(inner):
                    yield held | {key: less}
        case list():
            for number, inner in enumerate(held):
                yield held[:number] + held[number + 1 :]
                for less in _smaller_mappings(inner):
                    yield [*held[:number], less, *held[number + 1 :]]


def _with(question, key, value):
    return replace(question, given=question.given | {key: value})


def _without(mapping, key):
    return {each: value for each, value in mapping.items() if each != key}


def _less(row, column):
    """Leave out an optional field, or a key of what the row holds."""
    for key in ("op", "event_id", "source", "received_at", "set_at"):
        if key in row:
            yield _without(row, key)
    for key in row[column]:
        yield row | {column: _without(row[column], key)}


def _parts(rule):
    """Give what a condition is made of, and the condition with one thing less."""
    match rule:
        case {"all": parts} | {"any": parts}:
            yield from parts
        case {"not": part}:
            yield part
        case {"sequence": _} | {"related": _} | {"trait": _}:
            yield from _smaller_mappings(rule)
        case {"event": _}:
            for key in _without(rule, "event"):
                yield _without(rule, key)
            for where in _filters(rule.get("where", {})):
                yield rule | {"where": where}
            for key in ("since", "sum", "avg", "min", "max"):
                for less in _smaller_mappings(rule.get(key, {})):
                    yield rule | {key: less}
        case {"attribute": _} if len(rule) > 2:
            for key in _without(rule, "attribute"):
                yield _without(rule, key)


def _filters(where):
    match where:
        case {"all": parts} | {"any": parts}:
            yield from parts
        case {"not": part}:
            yield part
        case _ if len(where) > 1:
            for key in where:
                yield _without(where, key)
