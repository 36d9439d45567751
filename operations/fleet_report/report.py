"""The monthly report on the fleet: made as a file, its figures frozen, its revisions kept with what they changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from core.documents import DocumentFormat
from core.errors import RequestError
from core.evidence import FigureId
from core.statements import Statement, StatementKey
from core.texts import Catalogue, Finding, Language, catalogue
from fleet.savings.scopes import SITE
from fleet.savings.statement import FLEET
from operations.evidence.freezing import FIGURES, Frozen, freeze, frozen
from operations.fleet_report.actions import suggest_actions
from operations.fleet_report.beside import with_beside
from operations.fleet_report.document import Change, FleetReport, by_name, document_of
from operations.fleet_report.facts import FleetMonth, actions_of, month_asked, read_months
from operations.fleet_report.figures import sections_of
from operations.fleet_report.rows import FLEET_REPORT
from operations.fleet_report.words import FleetWords, Shown
from operations.house import Call, House
from operations.reports.figures import ReportFigure
from operations.reports.made import ReportFormat, ReportRow, heavy, keep, next_version, seal_of
from reports.fleet_document import FleetDocument
from reports.fleet_pdf import fleet_pdf_of
from reports.fleet_workbook import fleet_workbook_of

READ, STATED, SET = 0.1, 0.6, 0.8
"""How far the making of a report is after each of its steps."""

KEPT_AS: Final = FLEET_REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeFleetReport:
    """Which report: of a month (`2026-10`; the last one over) and a scope (`fleet`, `site:<id>`, `group:<name>`).

    `reason` says why there is to be another version where there is one already. `mail` are recipients to be sent it,
    or `all` who get this scope.
    """

    month: str | None = None
    scope: str = FLEET
    format: ReportFormat = ReportFormat.PDF
    language: Language = "de"
    reason: str = ""
    mail: tuple[str, ...] = ()


async def make_fleet_report(house: House, request: MakeFleetReport, call: Call) -> ReportRow:
    """Return the report, its figures frozen if the month is over.

    Raises `RequestError` for what is no month and where another version wants a reason, `NotFoundError` or
    `ForbiddenError` for its scope.
    """
    first, _, preliminary = month_asked(house, request.month, call)
    must_see(request.scope, call)
    texts = catalogue(request.language)
    period = f"{first:%Y-%m}"
    form = DocumentFormat(request.format.value)
    draft = await next_version(house, KEPT_AS, period, request.scope, form, request.language, request.reason)
    document = await compose(house, request, first, texts, call, preliminary=preliminary)
    call.progress(SET, Finding.of("reports.setting"))
    maker: Callable[[FleetDocument], bytes] = fleet_pdf_of
    if request.format is ReportFormat.XLSX:
        maker = fleet_workbook_of
    content = await heavy(house, maker, document)
    site = request.scope.removeprefix(SITE) if request.scope.startswith(SITE) else None
    return await keep(house, replace(draft, site=site), content, texts, call)


async def compose(
    house: House, request: MakeFleetReport, first: date, texts: Catalogue, call: Call, *, preliminary: bool
) -> FleetDocument:
    """Return the document of a month, its figures frozen unless it is preliminary.

    What the last month that is over asks for becomes something to be done.
    """
    call.progress(READ, Finding.of("fleet_report.reading", month=f"{first:%Y-%m}"))
    months = await with_beside(house, await read_months(house, request.scope, first), call)
    if not preliminary and request.scope == FLEET and first == month_asked(house, None, call)[0]:
        await suggest_actions(house, months.now, call)
        actions = await actions_of(house, FLEET, months.now.vehicles)
        months = replace(months, now=replace(months.now, actions=actions))
    sections = sections_of(months.now, house.factors())
    shown = by_name(sections)
    call.progress(STATED, Finding.of("fleet_report.stating"))
    key = StatementKey(FLEET_REPORT, months.now.period, request.scope)
    before, statement = None, None
    if not preliminary:
        statement = await _freeze(house, key, shown, request.reason, call)
        before = await house.ledger.statement(key, statement.version - 1) if statement.version > 1 else None
    report = FleetReport(
        months=months,
        sections=sections,
        previous=_compared(house, months.previous),
        last_year=_compared(house, months.last_year),
        preliminary=preliminary,
        revision=statement.version if statement else 1,
        reason=statement.reason if statement else "",
        changes=changes_since(before, shown) if before else (),
        seal=await seal_of(house, texts),
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    version = statement.version if statement else None
    words = FleetWords(texts=texts, period=months.now.period, scope=request.scope, version=version)
    return document_of(house, report, words)


def must_see(scope: str, call: Call) -> None:
    """Raise `ForbiddenError` for a scope that the actor may not see: a group may be anywhere."""
    call.must_see(scope.removeprefix(SITE) if scope.startswith(SITE) else None)


def changes_since(before: Statement, now: Shown) -> tuple[Change, ...]:
    """Return the figures that a statement told otherwise."""
    told = values_in(before)
    units = {name: figure.unit for name, figure in now.items()}
    changes = [
        Change(name=name, before=told.get(name), now=figure.value, unit=units[name])
        for name, figure in now.items()
        if name in told and told[name] != figure.value
    ]
    return tuple(changes)


def values_in(statement: Statement) -> Mapping[str, Decimal | None]:
    """Return what a statement said of each figure."""
    return {name: each["explanation"]["value"] for name, each in statement.body[FIGURES].items()}


async def _freeze(house: House, key: StatementKey, shown: Shown, reason: str, call: Call) -> Statement:
    evidence = {name: frozen_figure(figure, key) for name, figure in shown.items()}
    newest = await house.ledger.statement(key)
    why = reason.strip()
    if newest is not None and not why and values_in(newest) != {name: each.value for name, each in shown.items()}:
        raise RequestError("evidence.reason_missing", version=newest.version)
    statement, _ = await freeze(house, key, evidence, why, call)
    return statement


def frozen_figure(figure: ReportFigure, key: StatementKey) -> Frozen:
    """Return what is kept of a figure."""
    return frozen(figure.explanation(figure_id(key.period, key.scope, figure.name), title_of(figure, key.period)), {})


def figure_id(period: str, scope: str, name: str) -> str:
    """Return the id of a figure of the report as it stands now."""
    first, *variant = name.split(".")
    return str(FigureId(FLEET_REPORT, period, scope, first, tuple(variant)))


def title_of(figure: ReportFigure, period: str) -> Finding:
    """Return what a figure is called where it is explained."""
    return Finding.of(f"fleet_report.figure.{figure.name.partition('.')[0]}", period=period)


def _compared(house: House, month: FleetMonth) -> Shown | None:
    """Return the figures of another month, None where nothing was told of it."""
    return by_name(sections_of(month, house.factors())) if month.is_known else None
