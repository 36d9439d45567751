"""Reports: the energy report of a year, made as a file, its figures frozen, its versions kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import version as version_of
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from core.documents import DocumentFormat, ReportFilter, ReportRecord
from core.errors import NotFoundError, RequestError
from core.ports import Page
from core.statements import StatementKey
from core.texts import Catalogue, Finding, Language, catalogue
from operations.arrivals.files import ref_of_report
from operations.evidence.figures import local_text
from operations.evidence.freezing import freeze
from operations.evidence.grounding import Grounding
from operations.evidence.report import year_of
from operations.house import Call, House
from operations.reports.export_rows import FileRef
from operations.reports.place import ENERGY
from operations.reports.places import PlaceFigures, places_of, read_place
from operations.reports.words import ReportWords, day_said
from operations.values import Limit
from reports.document import OverviewRow, Passage, PlaceSaid, ReportDocument, Said
from reports.pdf import pdf_of
from reports.workbook import workbook_of

T = TypeVar("T")

YEAR_LENGTH: Final = 4


class ReportFormat(StrEnum):
    """What an energy report is written in."""

    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeEnergyReport:
    """Which report: of `site:<id>` with its buildings, of `building:<id>` or `all`, of a year (the last one over).

    `reason` says why there is to be another version where there is one already.
    """

    id: str = "all"
    period: str | None = None
    format: ReportFormat = ReportFormat.PDF
    language: Language = "de"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReports:
    """Which reports."""

    period: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report that was made, and its file. A preliminary one is of a time that was not over: nothing was frozen.

    `mailed` are the recipients whom it was sent to as it was made, or will be as soon as the server takes it.
    """

    id: int
    kind: str
    period: str
    scope: str
    name: str
    format: DocumentFormat
    language: Language
    version: int
    file: FileRef
    reason: str
    made_by: str
    made_at_utc: datetime
    mailed: tuple[str, ...] = ()


async def list_reports(house: House, request: ListReports, call: Call) -> Page[ReportRow]:
    """Return the reports that the actor may see, last made first."""
    wanted = ReportFilter(period=request.period, sites=call.actor.sites, limit=request.limit, cursor=request.cursor)
    page = await house.ledger.reports(wanted)
    return Page(tuple(row_of(house, each) for each in page.items), page.total, page.next_cursor)


async def make_energy_report(house: House, request: MakeEnergyReport, call: Call) -> ReportRow:
    """Return the report with its figures frozen. Raises `NotFoundError` or `ForbiddenError` for its scope.

    Raises `RequestError` for what is no year, and where another version wants a reason.
    """
    texts = catalogue(request.language)
    year, preliminary = year_of(house, request.period, call)
    scopes = await places_of(house, request.id, call)
    draft = await next_version(
        house, ENERGY, year, request.id, DocumentFormat(request.format.value), request.language, request.reason
    )
    said = await _told(house, request, year, scopes, ReportWords(texts, year), call, preliminary=preliminary)
    call.progress(0.9, Finding.of("reports.setting"))
    document = await _document(house, request, year, draft, said, texts, call, preliminary=preliminary)
    maker: Callable[[ReportDocument], bytes] = pdf_of if request.format is ReportFormat.PDF else workbook_of
    content = await heavy(house, maker, document)
    return await keep(house, replace(draft, site=site_of_scope(house, request.id)), content, texts, call)


async def _told(
    house: House,
    request: MakeEnergyReport,
    year: str,
    scopes: Sequence[str],
    words: ReportWords,
    call: Call,
    *,
    preliminary: bool,
) -> tuple[PlaceSaid, ...]:
    """Return what is told of each place, its figures frozen. Raises `NotFoundError` where there is no meter at all."""
    metered, said = False, []
    for number, scope in enumerate(scopes):
        call.progress(0.9 * number / len(scopes), Finding.of("reports.reading", scope=scope))
        place = await read_place(house, scope, year, call)
        metered = metered or bool(place.carriers)
        if not place.carriers and len(scopes) > 1:
            continue
        version = None if preliminary else await _freeze(house, place, year, request.reason, call)
        remarks = () if place.carriers else (Finding.of("reports.nothing_metered"),)
        said.append(words.place(place, version, remarks))
    if not metered:
        raise NotFoundError("reports.nothing_to_report", scope=request.id[:80], period=year)
    return tuple(said)


async def next_version(
    house: House, kind: str, period: str, scope: str, form: DocumentFormat, language: Language, reason: str
) -> ReportRecord:
    """Return the record of the version to be made, without its file. Raises `RequestError` where a reason is wanted."""
    wanted = ReportFilter(kind=kind, period=period, scope=scope, format=form, language=language, limit=1)
    newest = (await house.ledger.reports(wanted)).items
    if newest and not reason.strip():
        raise RequestError("reports.reason_missing", version=newest[0].version)
    return ReportRecord(
        kind=kind,
        period=period,
        scope=scope,
        site=None,
        format=form,
        language=language,
        version=newest[0].version + 1 if newest else 1,
        file_name="",
        size_byte=0,
        digest="",
        reason=reason.strip(),
        made_by="",
        made_at_utc=datetime.min,  # noqa: DTZ901 - replaced before anything is kept
    )


async def keep(house: House, draft: ReportRecord, content: bytes, texts: Catalogue, call: Call) -> ReportRow:
    """Keep a report with its bytes."""
    scope = draft.scope.partition(":")[2] or texts.say("reports.file_all")
    name = f"{texts.say(f'reports.file_{draft.kind}')}-{draft.period}-{scope}-v{draft.version}.{draft.format.value}"
    record = replace(
        draft,
        file_name=name,
        size_byte=len(content),
        digest=sha256(content).hexdigest(),
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    return row_of(house, await house.ledger.keep_report(record, content))


def row_of(house: House, record: ReportRecord) -> ReportRow:
    """Return a report as programs get it."""
    inventory, (kind, _, id_) = house.inventory(), record.scope.partition(":")
    shelf: Mapping[str, object] = inventory.buildings if kind == "building" else inventory.sites
    return ReportRow(
        id=record.id,
        kind=record.kind,
        period=record.period,
        scope=record.scope,
        name=str(getattr(shelf.get(id_), "name", record.scope)),
        format=record.format,
        language=record.language,
        version=record.version,
        file=ref_of_report(record),
        reason=record.reason,
        made_by=record.made_by,
        made_at_utc=record.made_at_utc,
    )


async def heavy(house: House, maker: Callable[..., T], *given: object) -> T:
    """Return what is calculated in the worker process; without one, in a thread."""
    return await (house.worker.run(maker, *given) if house.worker else asyncio.to_thread(maker, *given))


async def seal_of(house: House, texts: Catalogue) -> tuple[tuple[str, str], ...]:
    """Return the head of the audit, to be printed: kept outside, it proves that nothing before it was changed."""
    head = await house.ledger.audit_head()
    if head is None:
        return ((texts.say("reports.seal_number"), "0"),)
    return ((texts.say("reports.seal_number"), str(head.number)), (texts.say("reports.seal_digest"), head.digest))


def site_of_scope(house: House, scope: str) -> str | None:
    """Return the site of `site:x` or `building:x`, None for the whole district."""
    kind, _, id_ = scope.partition(":")
    building = house.inventory().buildings.get(id_)
    return id_ if kind == "site" else building.site if building and kind == "building" else None


async def _freeze(house: House, place: PlaceFigures, year: str, reason: str, call: Call) -> int:
    title = Finding.of("reports.figure_title", name=place.name, period=year)
    grounding = Grounding(house, call)
    evidence = {
        name: await grounding.freeze(figure.explanation(place.figure(name, year), title))
        for name, figure in place.figures.items()
    }
    statement, _ = await freeze(house, StatementKey(ENERGY, year, place.scope), evidence, reason, call)
    return statement.version


async def _document(
    house: House,
    request: MakeEnergyReport,
    year: str,
    draft: ReportRecord,
    places: tuple[PlaceSaid, ...],
    texts: Catalogue,
    call: Call,
    *,
    preliminary: bool,
) -> ReportDocument:
    zone = ZoneInfo(house.time_zone)
    names = tuple(dict.fromkeys(carrier.name for place in places for carrier in place.carriers))
    subtitle = places[0].name if len(places) == 1 or request.id != "all" else texts.say("reports.all_places")
    state = texts.say(
        "reports.state_preliminary" if preliminary else "reports.state_final",
        day=day_said(call.now_utc.astimezone(zone).date(), texts.language),
        version=draft.version,
    )
    facts = {
        "period": year,
        "places": str(len(places)),
        "version": str(draft.version),
        **({"reason": draft.reason} if draft.reason else {}),
        "made_at": local_text(call.now_utc, zone),
        "made_by": call.actor.name,
        "service": f"Kreiswatt {version_of('kreiswatt')}",
    }
    return ReportDocument(
        language=texts.language,
        title=texts.say("reports.energy_title", year=year),
        subtitle=subtitle,
        state=state,
        facts=tuple((texts.say(f"reports.fact.{name}"), value) for name, value in facts.items()),
        labels={name: texts.say(f"reports.label.{name}") for name in _LABELS},
        overview_head=names,
        overview=tuple(OverviewRow(name=each.name, level=each.level, cells=_cells(each, names)) for each in places),
        places=places,
        passages=tuple(
            Passage(heading=texts.say(f"reports.method.{name}"), paragraphs=(texts.say(f"reports.method.{name}_text"),))
            for name in _PASSAGES
        ),
        seal=await seal_of(house, texts),
        made_at_utc=call.now_utc,
    )


def _cells(place: PlaceSaid, names: tuple[str, ...]) -> tuple[Said | None, ...]:
    by_name = {carrier.name: carrier.figures[0] for carrier in place.carriers}
    return tuple(by_name.get(name) for name in names)


_LABELS: Final = (
    *("page", "contents", "overview", "overview_lead", "place", "part_of", "carrier", "figure", "value", "unit"),
    *("quality", "note", "month", "id", "last_year", "method", "seal", "seal_lead", "cover", "figures", "months"),
)
_PASSAGES: Final = ("totals", "quality", "fuels", "weather", "costs", "peak", "own_power", "ids")
