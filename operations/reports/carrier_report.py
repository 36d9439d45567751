"""Yearly totals by carrier and sector as a file, in the units the Land collects (EnEfG § 6 (7))."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib.metadata import version as version_of
from zoneinfo import ZoneInfo

from core.documents import DocumentFormat
from core.errors import NotFoundError
from core.statements import StatementKey
from core.texts import Catalogue, Finding, Language, catalogue
from operations.evidence.figures import local_text
from operations.evidence.freezing import freeze
from operations.evidence.grounding import Grounding
from operations.evidence.report import year_of
from operations.house import Call, House
from operations.reports.carriers import (
    CARRIERS,
    DISTRICT,
    PJ_PER_WH,
    SECTORS,
    CarrierRow,
    carriers_of,
    id_of,
    read_sites,
    title_of,
)
from operations.reports.made import ReportRow, heavy, keep, next_version, seal_of
from operations.reports.places import PlaceFigures
from operations.reports.words import ReportWords, day_said
from reports.csv_table import BYTE_ORDER_MARK
from reports.workbook import table_workbook


class CarriersFormat(StrEnum):
    """What the totals are written in."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCarriers:
    """Which totals: of a year (the last one over). `reason` says why there is to be another version."""

    period: str | None = None
    format: CarriersFormat = CarriersFormat.XLSX
    language: Language = "de"
    reason: str = ""


async def make_carriers(house: House, request: MakeCarriers, call: Call) -> ReportRow:
    """Return the totals as a file, frozen. Raises `RequestError` for no year, and where a reason is wanted."""
    texts = catalogue(request.language)
    year, preliminary = year_of(house, request.period, call)
    form = DocumentFormat(request.format.value)
    draft = await next_version(house, CARRIERS, year, DISTRICT, form, request.language, request.reason)
    sites = await read_sites(house, year, call)
    rows = carriers_of(sites, year)
    if not rows:
        raise NotFoundError("reports.nothing_to_report", scope=DISTRICT, period=year)
    version = None if preliminary else await _freeze(house, sites, rows, year, request.reason, call)
    call.progress(0.95, Finding.of("reports.setting"))
    sheet = _Sheet(texts, year, version)
    about = await _about(house, texts, year, call, preliminary=preliminary, number=draft.version)
    if form is DocumentFormat.CSV:
        content = sheet.csv(rows)
    else:
        title = texts.say("reports.carriers_title", year=year)
        content = await heavy(
            house,
            table_workbook,
            title,
            call.now_utc.replace(tzinfo=None),
            sheet.head,
            [sheet.row(row) for row in rows],
            about,
            (texts.say("reports.carriers.sheet"), texts.say("reports.label.cover")),
        )
    return await keep(house, draft, content, texts, call)


async def _freeze(
    house: House, sites: Sequence[PlaceFigures], rows: Sequence[CarrierRow], year: str, reason: str, call: Call
) -> int:
    known = {
        site.figure(name, year): figure.explanation(
            site.figure(name, year), Finding.of("reports.figure_title", name=site.name, period=year)
        )
        for site in sites
        for name, figure in site.figures.items()
    }
    grounding = Grounding(house, call, known)
    evidence = {
        figure.name: await grounding.freeze(figure.explanation(id_of(figure, year, None), title_of(row, year)))
        for row in rows
        for figure in (row.used, row.corrected)
    }
    statement, _ = await freeze(house, StatementKey(CARRIERS, year, DISTRICT), evidence, reason, call)
    return statement.version


class _Sheet:
    """The totals as a table in one language."""

    def __init__(self, texts: Catalogue, year: str, version: int | None) -> None:
        self._texts = texts
        self._words = ReportWords(texts, year)
        self._year = year
        self._version = version
        names = ("sector", "carrier", "kwh", "pj", "corrected_pj", "measured", "sites", "note", "figure")
        self.head = tuple(texts.say(f"reports.carriers.{name}") for name in names)

    def row(self, row: CarrierRow) -> tuple[object, ...]:
        used = row.used
        notes = [used.reason, *used.remarks, row.corrected.reason]
        return (
            self._texts.say(f"reports.sector.{row.sector}"),
            self._texts.say(f"reports.carrier.{row.carrier.name}"),
            None if used.value is None else round(float(used.value / PJ_PER_WH / 1000), 3),
            None if used.value is None else float(used.value),
            None if row.corrected.value is None else float(row.corrected.value),
            None if used.measured_percent is None else round(used.measured_percent, 1),
            row.sites,
            " ".join(self._words.tell(each) for each in notes if each is not None),
            id_of(used, self._year, self._version),
        )

    def csv(self, rows: Sequence[CarrierRow]) -> bytes:
        german = self._texts.language == "de"
        written = io.StringIO()
        writer = csv.writer(written, delimiter=";" if german else ",", lineterminator="\r\n")
        writer.writerow(self.head)
        for row in rows:
            writer.writerow([_cell(value, german=german) for value in self.row(row)])
        return (BYTE_ORDER_MARK + written.getvalue()).encode()


def _cell(value: object, *, german: bool) -> str:
    if isinstance(value, float):
        text = f"{Decimal(repr(round(value, 12))):f}".removesuffix(".0")  # no digits that rounding left to a float
        return text.replace(".", ",") if german else text
    return "" if value is None else str(value)


async def _about(
    house: House, texts: Catalogue, year: str, call: Call, *, preliminary: bool, number: int
) -> tuple[tuple[str, str], ...]:
    zone = ZoneInfo(house.time_zone)
    state = "reports.state_preliminary" if preliminary else "reports.state_final"
    sectors = "; ".join(
        f"{texts.say(f'console.site_kind.{kind.value}')} → {texts.say(f'reports.sector.{sector}')}"
        for kind, sector in SECTORS.items()
    )
    return (
        (texts.say("reports.carriers_title", year=year), ""),
        ("", texts.say(state, version=number, day=day_said(call.now_utc.astimezone(zone).date(), texts.language))),
        (texts.say("reports.fact.made_at"), local_text(call.now_utc, zone)),
        (texts.say("reports.fact.made_by"), call.actor.name),
        (texts.say("reports.fact.service"), f"Kreiswatt {version_of('kreiswatt')}"),
        ("", texts.say("reports.carriers.about_law")),
        ("", texts.say("reports.carriers.about_sectors", sectors=sectors)),
        ("", texts.say("reports.carriers.about_bases")),
        ("", texts.say("reports.carriers.about_pj")),
        ("", texts.say("reports.method.weather_text")),
        *await seal_of(house, texts),
    )
