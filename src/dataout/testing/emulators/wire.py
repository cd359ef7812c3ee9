"""How parameters travel over HTTP: in the query, as a form, as multipart, as JSON."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import httpx

Params = dict[str, object]


def parameters(request: httpx.Request) -> Params:
    """Collect what a call says, from its address and its body; the body wins.

    Values of a query or a form are text. A ``ValueError`` says that a body cannot be read.
    """
    query: Params = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    return {**query, **_body(request.content, request.headers.get("content-type", ""))}


def decoded(value: object) -> object:
    """Read a value that travels as JSON inside a text, where it is one."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _body(content: bytes, kind: str) -> Params:
    if not content:
        return {}
    if kind.startswith("application/json"):
        found = json.loads(content)
        if not isinstance(found, dict):
            raise ValueError("the body is no JSON object")
        return found
    if kind.startswith("multipart/form-data"):
        return _multipart(content, kind)
    return dict(parse_qsl(content.decode(), keep_blank_values=True, strict_parsing=True))


def _multipart(content: bytes, kind: str) -> Params:
    whole = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + content
    )
    if not whole.is_multipart():
        raise ValueError("the body is no multipart form")
    found: Params = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found[name] = value.decode()
    return found
