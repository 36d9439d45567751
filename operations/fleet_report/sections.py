"""The sections of the monthly report in the words of one language: figures, charts, tables, and what else to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from operations.fleet_report.beside_tables import BesideTables
from operations.fleet_report.charts import FleetCharts
from operations.fleet_report.facts import FleetMonths
from operations.fleet_report.tables import FleetTables
from operations.fleet_report.words import FleetWords
from operations.house import House
from operations.reports.figures import ReportFigure
from reports.fleet_document import ChartSaid, SectionSaid, TableSaid

Sections = Mapping[str, tuple[ReportFigure, ...]]

FIRST_SECTION: Final = 2
"""Head and summary come before."""


def sections_said(house: House, months: FleetMonths, sections: Sections, words: FleetWords) -> Iterator[SectionSaid]:
    """Yield the sections by their numbers."""
    charts = _charts(months, FleetCharts(house, words, months.now))
    tables, beside = FleetTables(house, words, months.now), BesideTables(house, words, months.now)
    drawn = _tables(months, tables, beside)
    for number, (name, figures) in enumerate(sections.items(), FIRST_SECTION):
        yield SectionSaid(
            number=number,
            heading=words.texts.say(f"fleet_report.section.{name}"),
            lead=words.texts.say(f"fleet_report.lead.{name}"),
            figures=tuple(words.figure(each) for each in figures),
            charts=charts.get(name, ()),
            tables=tuple(each for each in drawn.get(name, ()) if each is not None),
            remarks=tuple(_remarks(name, months, words)),
        )


def annex_said(house: House, months: FleetMonths, words: FleetWords) -> tuple[TableSaid, ...]:
    """Return the tables of the annex: all vehicles by number, and the factors."""
    tables = FleetTables(house, words, months.now)
    return tuple(each for each in (tables.vehicles(), tables.factors()) if each is not None)


def _charts(months: FleetMonths, charts: FleetCharts) -> dict[str, tuple[ChartSaid, ...]]:
    course = months.course
    found: dict[str, tuple[ChartSaid, ...]] = {}
    if any(each.electric_m or each.burning_m for each in course):
        found["use"] = (charts.distances(course),)
    if any(each.own_wh or each.elsewhere_wh for each in course):
        found["energy"] = (charts.energies(course),)
    if any(each.avoided_g for each in course):
        found["emissions"] = (charts.avoided(course),)
    return found


def _tables(months: FleetMonths, tables: FleetTables, beside: BesideTables) -> dict[str, tuple[TableSaid | None, ...]]:
    month = months.now
    return {
        "stock": (tables.by_drive(), tables.by_group()) if month.vehicles else (),
        "energy": (beside.warmth(),),
        "charging": (tables.sites(),) if month.stations else (),
        "renewables": (beside.roofs(),),
        "costs": (beside.peaks(),),
        "candidates": (beside.candidates(), beside.hard_days(), beside.quotas()),
        "infrastructure": (beside.infrastructure(),),
        "batteries": (tables.batteries(),) if any(each.capacity_wh for each in month.batteries.values()) else (),
        "quality": (beside.sources(), beside.corrections()),
        "actions": (tables.actions(),) if month.actions else (),
    }


def _remarks(name: str, months: FleetMonths, words: FleetWords) -> Iterator[str]:
    month, texts = months.now, words.texts
    if name == "actions" and not month.actions:
        yield texts.say("fleet_report.no_actions")
    if name == "batteries" and (silent := sum(each.capacity_wh is None for each in month.batteries.values())):
        yield texts.say("fleet_report.batteries_unknown", count=silent)
    if name == "candidates" and month.beside and month.beside.candidates:
        yield from (texts.say(note.code, **note.params) for note in month.beside.candidates.notes)
    if name == "quality":
        if month.beside and not month.beside.corrected:
            yield texts.say("fleet_report.nothing_corrected")
        told = [finding for each in month.figures.values() for finding in each.findings]
        for code in sorted({each.code for each in told}):
            of_code = [each for each in told if each.code == code]
            yield texts.say("fleet_report.concerns", count=len(of_code), what=words.tell(of_code[0]))
