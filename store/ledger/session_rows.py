"""Charge sessions as rows, in the table of sessions and in that of sessions as they were told."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from core.facts import ChargeSession, Origin, Protocol, SessionSpan, SessionState, TagVerdict
from core.readings import ReadingQuality
from store.ledger.database import finding_of, finding_row
from store.ledger.filling import filler
from store.ledger.packed import maker
from store.ledger.tables import CHARGE_SESSION

_NAMES = tuple(column.name for column in CHARGE_SESSION.c)
_FINDINGS = _NAMES.index("findings")
_KINDS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("protocol", Protocol),
    ("state", SessionState),
    ("tag_verdict", TagVerdict),
    ("quality", ReadingQuality),
    ("origin", Origin),
)
_WORDS = tuple((_NAMES.index(name), {word.value: word for word in kind}) for name, kind in _KINDS)
_fill = filler(ChargeSession, _NAMES)
sessions_of_rows = maker(ChargeSession, tuple(CHARGE_SESSION.c), dict(_KINDS))
"""Return the sessions of rows as they lie in the database."""
SPAN_COLUMNS = tuple(CHARGE_SESSION.c[field.name] for field in fields(SessionSpan))
spans_of_rows = maker(SessionSpan, SPAN_COLUMNS, {})
"""Return when and where sessions were, of rows of these columns as they lie in the database."""


def row_of(session: ChargeSession) -> dict[str, Any]:
    """Return the row of a session."""
    row: dict[str, Any] = {name: getattr(session, name) for name in _NAMES}
    row["findings"] = [finding_row(finding) for finding in session.findings]
    return row


def session_of(row: Row[Any]) -> ChargeSession:
    """Return the session of a row with all columns in their order: a year of a large fleet is read by this."""
    told = list(row)
    for place, words in _WORDS:
        told[place] = words[told[place]]
    told[_FINDINGS] = tuple(map(finding_of, told[_FINDINGS]))
    return _fill(told)
