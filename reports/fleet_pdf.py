"""The monthly report on the fleet as PDF/A-2a and PDF/UA-1."""

from __future__ import annotations

from dataclasses import asdict, replace

from reports.fleet_document import FleetDocument
from reports.month_columns import month_columns
from reports.pdf import set_pdf


def fleet_pdf_of(document: FleetDocument) -> bytes:
    """Return the report; the same document gives the same bytes. Raises `CalculationError` if it cannot be set."""
    data = asdict(replace(document, raw=())) | {"made_at_utc": document.made_at_utc.isoformat()}
    for section, said in zip(document.sections, data["sections"], strict=True):
        for chart, words in zip(section.charts, said["charts"], strict=True):
            words["svg"] = month_columns(chart, document.language)
    return set_pdf("fleet.typ", data, document.made_at_utc)
