"""Statements: figures that somebody relies on, kept in versions and never overwritten.

A body holds what JSON holds; every number in it is exact and comes back as a `Decimal`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol

import orjson

from core.ports import Page

Body = Mapping[str, Any]
"""Text, whole numbers, Decimals, truth values, None, and lists and mappings of them. No floats: they are not exact."""


@dataclass(frozen=True, slots=True)
class StatementKey:
    """What a statement is about: its `kind` (`savings`, `shares`), the period (`2026-10`) and whom it covers."""

    kind: str
    period: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One version of a statement, 1 being the first; `digest` covers key, body and inputs' digest.

    `inputs_digest` names the state of what it was computed from; `reason` says why there is this
    version after the one before.
    """

    key: StatementKey
    version: int
    body: Body = field(hash=False)
    inputs_digest: str
    digest: str
    reason: str
    made_by: str
    made_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDraft:
    """What is to become a version."""

    key: StatementKey
    body: Body = field(hash=False)
    inputs_digest: str
    reason: str
    made_by: str
    made_at_utc: datetime

    @property
    def digest(self) -> str:
        """Return SHA-256 over key, body and inputs' digest: what is equal in them says the same."""
        return self.digest_with(write_body(self.body))

    def digest_with(self, body: str) -> str:
        """Return the same where it is known what `write_body` writes of the body."""
        key = self.key
        about = ",".join(map(write_body, (key.kind, key.period, key.scope)))
        return sha256(f"[{about},{body},{write_body(self.inputs_digest)}]".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFilter:
    """Which statements; the newest version of each (`all_versions`: every one), last made first.

    Without `with_body` their bodies are empty: a list of versions needs none.
    """

    kind: str | None = None
    period: str | None = None
    scope: str | None = None
    all_versions: bool = False
    limit: int = 50
    cursor: str | None = None
    with_body: bool = True


class StatementBook(Protocol):
    """Keeps statements: versions are added, none is changed or removed."""

    async def state(self, draft: StatementDraft) -> Statement:
        """Keep a draft as the next version and return it.

        If it says the same as the newest version, that one is returned and nothing is kept. Of
        several writers each gets a version of their own.
        """
        ...

    async def statement(self, key: StatementKey, version: int | None = None) -> Statement | None:
        """Return a version (None: the newest) of a statement, None if there is none."""
        ...

    async def statements(self, wanted: StatementFilter) -> Page[Statement]:
        """Return statements, last made first."""
        ...


def write_body(body: Any) -> str:
    """Return a body as JSON, the same for equal bodies, with all digits.

    Raises `TypeError` for a float or anything else that JSON does not hold exactly.
    """
    if isinstance(body, str):
        return _text(body)
    if body is None or isinstance(body, bool | int):
        return json.dumps(body)
    if isinstance(body, Decimal) and body.is_finite():
        return str(body)
    if isinstance(body, Mapping):
        return f"{{{','.join(f'{_name(name)}:{write_body(body[name])}' for name in sorted(body))}}}"
    if isinstance(body, Sequence) and not isinstance(body, bytes):
        return f"[{','.join(map(write_body, body))}]"
    raise TypeError(f"a statement cannot hold {body!r}")


def read_body(text: str) -> dict[str, Any]:
    """Return the body that was written, every number as a `Decimal`."""
    body: dict[str, Any] = json.loads(text, parse_int=Decimal, parse_float=Decimal)
    return body


def as_read(body: Any) -> Any:
    """Return a body as `read_body` would of what `write_body` writes of it."""
    if isinstance(body, str) or body is None or isinstance(body, bool):
        return body
    if isinstance(body, Mapping):
        return {str(name): as_read(each) for name, each in body.items()}
    if isinstance(body, Sequence):
        return [as_read(each) for each in body]
    return Decimal(body)


def _text(text: str) -> str:
    """Return a text as JSON; a statement of a large fleet is one of many megabytes."""
    try:
        return orjson.dumps(text).decode()
    except orjson.JSONEncodeError:  # half a surrogate pair
        return json.dumps(text, ensure_ascii=False)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a statement cannot name a figure {name!r}")
    return json.dumps(name, ensure_ascii=False)
