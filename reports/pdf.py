"""The energy report as PDF/A-2a and PDF/UA-1: for the archive, and for everybody's ears. Set by Typst."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any, Final, Literal

import typst

from core.errors import CalculationError
from reports.bars import month_bars
from reports.document import CarrierSaid, ReportDocument

STANDARDS: Final[list[Literal["a-2a", "ua-1"]]] = ["a-2a", "ua-1"]
_SHORT: Final = 3


def pdf_of(document: ReportDocument) -> bytes:
    """Return the report; the same document gives the same bytes. Raises `CalculationError` if it cannot be set."""
    data = asdict(document) | {"made_at_utc": document.made_at_utc.isoformat()}
    for place, said in zip(document.places, data["places"], strict=True):
        for carrier, words in zip(place.carriers, said["carriers"], strict=True):
            words["chart"] = _chart(carrier, document.language)
    return set_pdf("energy.typ", data, document.made_at_utc)


def set_pdf(name: str, data: Mapping[str, Any], made_at_utc: datetime) -> bytes:
    """Return a document that the template `name` sets from `data`. Raises `CalculationError` if it cannot be set."""
    with as_file(files("reports") / name) as template, as_file(files("fontpkg_fira_sans") / "files") as fonts:
        try:
            made, warnings = typst.compile_with_warnings(
                str(template),
                root=str(template.parent),
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                pdf_standards=list(STANDARDS),
                timestamp=int(made_at_utc.timestamp()),
            )
        except typst.TypstError as error:
            raise CalculationError("reports.not_set", reason=str(error)) from error
    if warnings:
        raise CalculationError("reports.not_set", reason="; ".join(str(each.message) for each in warnings))
    return made


def _chart(carrier: CarrierSaid, language: str) -> str:
    """Return the chart of a carrier, nothing where no month is known."""
    now = [month.now.number for month in carrier.months]
    before = [month.before.number for month in carrier.months]
    if not any((*now, *before)):
        return ""
    names = [month.name[:_SHORT] for month in carrier.months]
    return month_bars(names, now, before, unit=carrier.unit, years=carrier.years, language=language)
