"""What is made public of revenue shares: one row for each municipality and year, and open data of it.

Nothing in it is of a single plant, operator or contract; what is not final has no numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from core.texts import LANGUAGES, Finding, catalogue

NAME: Final = "revenue-shares"
COLUMNS: Final = (
    *("year", "municipality_key", "municipality", "state", "status", "plants", "power_kw", "fed_in_kwh"),
    *("statutory_eur", "contractual_eur", "co2_kg", "co2_g_per_kwh", "co2_factor", "co2_factor_edition"),
)
_NUMBERS: Final = ("power_kw", "fed_in_kwh", "statutory_eur", "contractual_eur", "co2_kg", "co2_g_per_kwh")
_WHOLE: Final = ("year", "plants")


class PublicStatus(StrEnum):
    """Whether a year of a municipality is final, or something is open about it and nothing is told."""

    FINAL = "final"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFactor:
    """The factor that energy was multiplied with; `provisional` where none is published for the year yet."""

    id: str
    edition: str
    g_per_kwh: Decimal
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRow:
    """A municipality's year. `plants`, `power_kw` and `fed_in_kwh` are of the plants that stand in it.

    `statutory_eur` is owed by law, `contractual_eur` by contracts (None: not published, or none there are).
    `co2_reason` says why no CO2 was computed.
    """

    year: int
    key: str
    name: str
    state: str
    status: PublicStatus
    plants: int
    power_kw: Decimal
    fed_in_kwh: Decimal | None = None
    statutory_eur: Decimal | None = None
    contractual_eur: Decimal | None = None
    co2_kg: Decimal | None = None
    co2_reason: Finding | None = None
    factor: PublicFactor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicShares:
    """All that is made public, the newest year first; `settled_at_utc` is the last settlement in it."""

    rows: tuple[PublicRow, ...]
    settled_at_utc: datetime | None
    licence: str

    @property
    def years(self) -> tuple[int, ...]:
        """Return the years, the newest first."""
        return tuple(dict.fromkeys(row.year for row in self.rows))

    def of(self, year: int) -> tuple[PublicRow, ...]:
        """Return the rows of a year by key."""
        return tuple(row for row in self.rows if row.year == year)


def plain(value: Decimal) -> str:
    """Return a number as programs read it, without needless noughts."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def values_of(row: PublicRow) -> dict[str, Any]:
    """Return a row by column, as JSON has it: numbers as decimal texts, None where nothing is told."""
    said = row.factor
    euros = {"statutory_eur": row.statutory_eur, "contractual_eur": row.contractual_eur}
    return {
        "year": row.year,
        "municipality_key": row.key,
        "municipality": row.name,
        "state": row.state,
        "status": row.status.value,
        "plants": row.plants,
        "power_kw": plain(row.power_kw),
        "fed_in_kwh": None if row.fed_in_kwh is None else plain(row.fed_in_kwh),
        **{name: None if amount is None else f"{amount:.2f}" for name, amount in euros.items()},
        "co2_kg": None if row.co2_kg is None else plain(row.co2_kg),
        "co2_g_per_kwh": plain(said.g_per_kwh) if said else None,
        "co2_factor": said.id if said else None,
        "co2_factor_edition": said.edition if said else None,
    }


def csv_of(shares: PublicShares) -> bytes:
    """Return the rows as CSV: UTF-8, commas, points, empty where nothing is told."""
    written = io.StringIO()
    lines = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    lines.writeheader()
    for row in shares.rows:
        lines.writerow({name: "" if value is None else value for name, value in values_of(row).items()})
    return written.getvalue().encode()


def json_of(shares: PublicShares) -> bytes:
    """Return the rows as JSON, with the reason where no CO2 was computed."""
    body = {
        "form": "kreiswatt/public-shares/1",
        "settled_at": shares.settled_at_utc.isoformat() if shares.settled_at_utc else None,
        "licence": shares.licence or None,
        "rows": [values_of(row) | {"co2_reason": _both(row.co2_reason)} for row in shares.rows],
    }
    return _dumped(body)


def schema_of() -> bytes:
    """Return the JSON Schema of the rows as JSON."""
    number = {"type": ["string", "null"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
    properties: dict[str, dict[str, Any]] = {name: number | {"description": _described(name)["en"]} for name in COLUMNS}
    for name in COLUMNS:
        if name in _WHOLE:
            properties[name] = {"type": "integer", "description": _described(name)["en"]}
        elif name not in _NUMBERS:
            properties[name] = {"type": ["string", "null"], "description": _described(name)["en"]}
    properties["status"] = {"enum": [each.value for each in PublicStatus], "description": _described("status")["en"]}
    both = {"type": ["object", "null"], "required": list(LANGUAGES), "properties": {}}
    properties["co2_reason"] = both | {"description": _described("co2_reason")["en"]}
    rows = {"type": "object", "required": [*COLUMNS, "co2_reason"], "additionalProperties": False}
    return _dumped(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:kreiswatt:public-shares:1",
            "title": "Energy, money and CO2 of renewables by municipality",
            "type": "object",
            "required": ["form", "settled_at", "licence", "rows"],
            "additionalProperties": False,
            "properties": {
                "form": {"const": "kreiswatt/public-shares/1"},
                "settled_at": {"type": ["string", "null"], "format": "date-time"},
                "licence": {"type": ["string", "null"]},
                "rows": {"type": "array", "items": rows | {"properties": properties}},
            },
        }
    )


def package_of(shares: PublicShares) -> bytes:
    """Return the description of the data as a Frictionless Data Package: every column in both languages."""
    fields = [
        {"name": name, "type": _type(name), "title": _described(name)["en"], "title_de": _described(name)["de"]}
        for name in COLUMNS
    ]
    table = {"fields": fields, "primaryKey": ["year", "municipality_key"], "missingValues": [""]}
    resource = {
        "name": NAME,
        "path": f"{NAME}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "decimalChar": "."},
        "schema": table,
    }
    as_json = {"name": f"{NAME}-json", "path": f"{NAME}.json", "format": "json", "jsonSchema": f"{NAME}.schema.json"}
    licence = {"licenses": [{"name": shares.licence}]} if shares.licence else {}
    return _dumped(
        {"name": NAME, "title": catalogue("en").say("transparency.title"), **licence, "resources": [resource, as_json]}
    )


def _type(name: str) -> str:
    return "integer" if name in _WHOLE else "number" if name in _NUMBERS else "string"


def _described(name: str) -> dict[str, str]:
    return {language: catalogue(language).say(f"transparency.field.{name}") for language in LANGUAGES}


def _both(finding: Finding | None) -> dict[str, str] | None:
    return {language: catalogue(language).tell(finding) for language in LANGUAGES} if finding else None


def _dumped(body: object) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def totals(rows: Sequence[PublicRow], name: str) -> Decimal | None:
    """Return the sum of a column over what is told, None where nothing is."""
    told = [value for value in (getattr(row, name) for row in rows) if value is not None]
    return sum(told, Decimal(0)) if told else None
