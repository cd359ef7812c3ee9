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
    if given["as_known_at"] is not None:
        yield _with(question, "as_known_at", None)
    if given["timezone"] != "UTC":
        yield _with(question, "timezone", "UTC")


def _with(question, key, value):
    return replace(question, given=question.given | {key: value})


def _without(mapping, key):
    return {each: value for each, value in mapping.items() if each != key}


def _less(row, column):
    """Leave out an optional field, or a key of what the row holds."""
    for key in ("event_id", "source", "received_at", "set_at"):
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
        case {"event": _}:
            for key in _without(rule, "event"):
                yield _without(rule, key)
            for where in _filters(rule.get("where", {})):
                yield rule | {"where": where}
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
