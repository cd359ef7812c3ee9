"""Destinations: their settings, validated by the model of their type, secrets unresolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from dataout.model.complaints import Mistake, nearest
from dataout.model.definitions import DestinationDefinition
from dataout.model.readers import JSON, NAME, TEXT, read_key
from dataout.model.reading import Context, Schema, mapping_of, unsupported
from dataout.settings.secrets import malformed, references

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from dataout.model.complaints import Path
    from dataout.model.definitions import Place

TYPE = "type"
LATER = frozenset({"consent"})
BARE = (
    "Write ${NAME} for an environment variable or ${file:PATH} for a file. Whoever has seen this "
    "one may use it: let a new one be made."
)


@dataclass(frozen=True, slots=True)
class Written:
    """A destination as written, before its place is known."""

    name: str
    type: str
    settings: Mapping[str, object]
    path: Path

    def definition(self, place: Place) -> DestinationDefinition:
        """Give it its place."""
        return DestinationDefinition(self.name, self.type, self.settings, place)


def read_destinations(
    value: object, path: Path, context: Context, types: Mapping[str, type[BaseModel]]
) -> Mapping[str, Written]:
    """Read the section; ``types`` holds the settings' model of every known type."""
    mapping = mapping_of(value, path, "destinations", context) or {}
    found: dict[str, Written] = {}
    for name, item in mapping.items():
        here = (*path, name)
        read_key(NAME, name, here, context)
        body = mapping_of(item, here, "a destination", context)
        if body is not None and (written := _destination(name, body, here, context, types)):
            found[name] = written
    return found


def _destination(
    name: str,
    body: Mapping[str, object],
    path: Path,
    context: Context,
    types: Mapping[str, type[BaseModel]],
) -> Written | None:
    if TYPE not in body:
        context.mistakes.add(path, "a destination needs 'type'.", nearest("", types))
        return None
    kind = TEXT.read(body[TYPE], (*path, TYPE), context)
    settings = {key: value for key, value in body.items() if key != TYPE}
    for key, item in settings.items():
        JSON.read(item, (*path, key), context)
        _check_secrets(item, (*path, key), context)
    if kind is None:
        return None
    if kind not in types:
        context.mistakes.add(
            (*path, TYPE), f"there is no type of destination '{kind}'.", nearest(kind, types)
        )
        return Written(name, kind, settings, path)
    _validate(settings, types[kind], path, context)
    return Written(name, kind, settings, path)


def _check_secrets(value: object, path: Path, context: Context) -> None:
    match value:
        case str() if malformed(value):
            hint = "Write ${NAME}, ${NAME:-default} or ${file:PATH}; $${ stands for ${ itself."
            context.mistakes.add(path, "a reference to a secret that cannot be read.", hint)
        case Mapping():
            for key, item in value.items():
                _check_secrets(item, (*path, key), context)
        case list():
            for at, item in enumerate(value):
                _check_secrets(item, (*path, at), context)
        case _:
            pass


def _validate(
    settings: Mapping[str, object], model: type[BaseModel], path: Path, context: Context
) -> None:
    known = _known(model)
    strange = [key for key in settings if key not in known]
    for key in strange:
        here = (*path, key)
        if key in LATER:
            context.mistakes.found.append(Mistake(here, unsupported(key), at_key=True))
        else:
            context.mistakes.unknown(here, "setting", [TYPE, *known])
    bare = [key for key in known if known[key] and _in_plain_sight(settings.get(key))]
    for key in bare:
        context.mistakes.add((*path, key), "a secret is written in plain text.", BARE)
    try:
        model.model_validate({key: item for key, item in settings.items() if key in known})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False, include_input=True):
            if detail["loc"][0] not in bare:
                _report(detail, path, strange, context)


def _known(model: type[BaseModel]) -> Mapping[str, bool]:
    """Name the settings of a model, and say which of them hold secrets."""
    return {
        field.alias or name: _is_secret(field.annotation)
        for name, field in model.model_fields.items()
    }


def _is_secret(annotation: object) -> bool:
    """Whether a value of this type is, or holds, a secret.

    >>> _is_secret(SecretStr | None), _is_secret(list[SecretStr]), _is_secret(str)
    (True, True, False)
    """
    if isinstance(annotation, type) and issubclass(annotation, SecretStr | SecretBytes):
        return True
    return any(_is_secret(part) for part in get_args(annotation))


def _in_plain_sight(value: object) -> bool:
    """Whether a text in a value refers to nothing: what it says stands in the file itself."""
    match value:
        case str():
            return not malformed(value) and not any(references(value))
        case Mapping():
            return any(_in_plain_sight(item) for item in value.values())
        case list():
            return any(_in_plain_sight(item) for item in value)
        case _:
            return isinstance(value, int | float)


def _report(detail: ErrorDetails, path: Path, strange: list[str], context: Context) -> None:
    here = (*path, *detail["loc"])
    if detail["type"] == "missing":
        key = str(detail["loc"][-1])
        if not any(nearest(other, [key]).startswith("Did") for other in strange):
            context.mistakes.add(here[:-1], f"the setting '{key}' is missing.")
    elif detail["type"] == "extra_forbidden":
        context.mistakes.found.append(Mistake(here, "unknown setting.", at_key=True))
    elif not any(references(detail["input"])):
        # What was written stays out of the message: it may be a secret.
        message = detail["msg"].removeprefix("Value error, ")
        context.mistakes.add(here, f"{message[:1].lower()}{message[1:]}.")


def destination_schema() -> Schema:
    """Say what a destination may hold; its type's own settings are not spelled out."""
    return {
        "type": "object",
        "properties": {TYPE: TEXT.schema},
        "required": [TYPE],
    }
