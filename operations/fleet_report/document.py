"""The monthly report as a document: every section from 0 to 13 and the annex, in the words of one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version as version_of
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from core.texts import Catalogue
from fleet.savings.scopes import SITE
from fleet.savings.statement import FLEET, Light
from operations.fleet_report.facts import FleetMonth, FleetMonths
from operations.fleet_report.raw import raw_of
from operations.fleet_report.sections import Sections, annex_said, sections_said
from operations.fleet_report.words import FleetWords, Shown
from operations.house import House
from operations.reports.words import DASH, day_said
from reports.document import Passage
from reports.fleet_document import FleetDocument, TableSaid

_LABELS: Final = (
    *("page", "summary", "head", "figure", "value", "unit", "quality", "note", "id", "annex", "method"),
    *("glossary", "seal", "seal_lead", "figures", "section", "sum"),
)
_PASSAGES: Final = ("distances", "energy", "emissions", "privacy", "ids")
_GLOSSARY: Final = ("wtw", "ttw", "location", "market", "gross", "net", "revision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that another revision told otherwise; `before` or `now` None: not computed."""

    name: str
    before: Decimal | None
    now: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """All that a document is made of: `previous` and `last_year` are None where nothing is known of that month.

    `changes` are those to the revision before, `reason` says why there is this one.
    """

    months: FleetMonths
    sections: Sections
    previous: Shown | None
    last_year: Shown | None
    preliminary: bool
    revision: int
    reason: str
    changes: tuple[Change, ...]
    seal: tuple[tuple[str, str], ...]
    made_by: str
    made_at_utc: datetime


def document_of(house: House, report: FleetReport, words: FleetWords) -> FleetDocument:
    """Return the document."""
    texts, month = words.texts, report.months.now
    shown = by_name(report.sections)
    light, light_text = _light(shown, words)
    return FleetDocument(
        language=texts.language,
        title=texts.say("fleet_report.title", month=month_said(month, texts)),
        subtitle=scope_name(house, month, texts),
        state=_state(report, texts, house),
        light=light,
        light_text=light_text,
        facts=tuple(_facts(house, report, words)),
        labels={name: texts.say(f"fleet_report.label.{name}") for name in _LABELS},
        sentences=words.sentences(shown, report.previous),
        tiles=words.tiles(shown, report.previous, report.last_year),
        changes=_changes(report, words),
        sections=tuple(sections_said(house, report.months, report.sections, words)),
        annex=annex_said(house, report.months, words),
        passages=tuple(
            Passage(
                heading=texts.say(f"fleet_report.method.{name}"),
                paragraphs=(texts.say(f"fleet_report.method.{name}_text"),),
            )
            for name in _PASSAGES
        ),
        glossary=tuple(
            (texts.say(f"fleet_report.term.{name}"), texts.say(f"fleet_report.term.{name}_text")) for name in _GLOSSARY
        ),
        raw=raw_of(house, report.months, words),
        seal=report.seal,
        made_at_utc=report.made_at_utc,
    )


def by_name(sections: Sections) -> Shown:
    """Return all figures of a report by their names."""
    return {each.name: each for figures in sections.values() for each in figures}


def month_said(month: FleetMonth, texts: Catalogue) -> str:
    """Return the month as people write it."""
    locale = "en_GB" if texts.language == "en" else texts.language
    return format_date(month.first, "MMMM y", locale=locale)


def scope_name(house: House, month: FleetMonth, texts: Catalogue) -> str:
    """Return whom a report is about."""
    if month.scope == FLEET:
        return texts.say("fleet_report.whole_fleet")
    if month.scope.startswith(SITE):
        site = house.inventory().sites[month.scope.removeprefix(SITE)]
        return texts.say("fleet_report.of_site", name=site.name)
    name = month.vehicles[0].group if month.vehicles else month.scope.partition(":")[2]
    return texts.say("fleet_report.of_group", name=name)


def _state(report: FleetReport, texts: Catalogue, house: House) -> str:
    day = day_said(house.day(report.made_at_utc), texts.language)
    code = "fleet_report.state_preliminary" if report.preliminary else "fleet_report.state_final"
    return texts.say(code, day=day, revision=report.revision)


def _light(shown: Shown, words: FleetWords) -> tuple[str, str]:
    known = shown["known_days_percent"].value
    if known is None:
        return "none", words.texts.say("fleet_report.light.none")
    light = Light.of(known).value
    return light, words.texts.say(f"fleet_report.light.{light}", percent=words.number(known, 0))


def _facts(house: House, report: FleetReport, words: FleetWords) -> Iterable[tuple[str, str]]:
    month, texts = report.months.now, words.texts
    days = f"{day_said(month.first, texts.language)} {DASH} {day_said(month.last, texts.language)}"
    factors = month.savings.factors if month.savings else ()
    sites = {each.site for each in month.vehicles} | {each.site for each in month.stations}
    facts = {
        "period": days,
        "scope": scope_name(house, month, texts),
        "vehicles": words.number(float(len(month.vehicles)), 0),
        "sites": words.number(float(len(sites)), 0),
        "as_of": _instant(house, report.made_at_utc, texts),
        "revision": str(report.revision),
        **({"reason": report.reason} if report.reason else {}),
        "made_by": report.made_by,
        "factors": ", ".join(each.id for each in factors) or texts.say("fleet_report.no_factors"),
        "service": f"Kreiswatt {version_of('kreiswatt')}",
    }
    for name, value in facts.items():
        yield texts.say(f"fleet_report.fact.{name}"), value


def _instant(house: House, at_utc: datetime, texts: Catalogue) -> str:
    locale = "en_GB" if texts.language == "en" else texts.language
    return format_datetime(at_utc, "medium", tzinfo=ZoneInfo(house.time_zone), locale=locale)


def _changes(report: FleetReport, words: FleetWords) -> TableSaid | None:
    """Return what this revision says otherwise than the one before."""
    if report.revision == 1 or report.preliminary:
        return None
    texts = words.texts
    rows = tuple(
        (
            words.label(each.name),
            DASH if each.before is None else words.value(each.before, each.unit),
            DASH if each.now is None else words.value(each.now, each.unit),
            report.reason,
        )
        for each in report.changes
    )
    head = tuple(texts.say(f"fleet_report.column.{name}") for name in ("figure", "before", "now", "cause"))
    note = "" if rows else texts.say("fleet_report.nothing_changed")
    return TableSaid(
        title=texts.say("fleet_report.table.changes", revision=report.revision - 1),
        head=head,
        numeric=(False, True, True, False),
        rows=rows,
        note=note,
    )
