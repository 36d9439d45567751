"""What a figure stands on: its id, what it cites, and the explanation down to the readings that made it.

A figure id is printed beside the figure: `<report>/<period>/<scope>/<quantity>[.<variant>...][@r<n>]`,
like `fleet/2026-10/lra/co2e_avoided_g.wtw.location@r2`. Without `@r` it is the figure as it stands now;
with it, the version a statement froze.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.errors import RequestError
from core.texts import Finding

_ID = re.compile(
    r"(?P<report>[a-z][a-z0-9_]*)/(?P<period>[0-9][0-9A-Z:.\-]*)/(?P<scope>[^\s@]+)/"
    r"(?P<quantity>[a-z][a-z0-9_]*)(?P<variant>(?:\.[a-z0-9_]+)*)(?:@r(?P<version>[1-9][0-9]*))?"
)


@dataclass(frozen=True, slots=True)
class FigureId:
    """The name of one figure; `version` None: as it stands now. `scope` may hold a source id with its slash."""

    report: str
    period: str
    scope: str
    quantity: str
    variant: tuple[str, ...] = ()
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> FigureId:
        """Return the figure id that `text` spells. Raises `RequestError` if it is none."""
        found = _ID.fullmatch(text)
        if found is None:
            raise RequestError("evidence.figure_id_invalid", id=text[:120])
        said = found.groupdict()
        variant = tuple(said["variant"].split(".")[1:])
        version = None if said["version"] is None else int(said["version"])
        return cls(said["report"], said["period"], said["scope"], said["quantity"], variant, version)

    def __str__(self) -> str:
        quantity = ".".join((self.quantity, *self.variant))
        version = "" if self.version is None else f"@r{self.version}"
        return f"{self.report}/{self.period}/{self.scope}/{quantity}{version}"


class CitedKind(StrEnum):
    """What kind of thing a figure stands on."""

    READING = "reading"
    BOOKING = "booking"
    INTERVAL = "interval"
    FIGURE = "figure"
    FACTOR = "factor"
    RULE = "rule"
    SESSION = "session"
    FRAME = "frame"
    VOUCHER = "voucher"
    ENTRY = "entry"
    """What stands in the inventory or in a book that people keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One thing a figure stands on: `reference` names it, `value` and `unit` say what it was, exactly.

    A reading's reference is `<source>/<quantity>`, at `at_utc`. `channel` is where it came in
    (`mqtt:<broker> <topic>`, `ocpp <station>`), `received_at_utc` when. `edition` is the version of a
    rule, factor or figure.
    """

    kind: CitedKind
    reference: str
    value: Decimal | None = None
    unit: str = ""
    at_utc: datetime | None = None
    received_at_utc: datetime | None = None
    channel: str = ""
    edition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A figure, how it came about, and what it stands on, down to readings, frames, bookings and rules.

    `value` is None where it was not computed; then `findings` say why. `how` is the rule in words.
    `citation` is set where this is itself something cited (a leaf). `frozen` says the answer comes from
    what a statement froze, `intact` whether its digest still fits (None: nothing frozen).
    `parts_left_out` of very many equal parts are not spelled out.
    """

    title: Finding
    figure: str = ""
    value: Decimal | None = None
    unit: str = ""
    how: Finding | None = None
    citation: Citation | None = None
    findings: tuple[Finding, ...] = ()
    parts: tuple[Explanation, ...] = ()
    parts_left_out: int = 0
    frozen: bool = False
    intact: bool | None = None
    details: Mapping[str, str] = field(default_factory=dict)
