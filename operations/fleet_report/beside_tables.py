"""Tables of the monthly report about what stands beside the vehicles: sites, candidates, sources, corrections."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from core.readings import SlotShare
from operations.candidates.rows import Candidate
from operations.fleet_report.drawing import Drawing
from operations.fleet_report.rows import Corrected, SourceKind, SourceMonth
from operations.reports.words import DASH, day_said
from reports.fleet_document import TableSaid

CANDIDATES_MOST: Final = 10
DAYS_MOST: Final = 5


class BesideTables(Drawing):
    """Draws up tables; None where there is nothing to be drawn."""

    __slots__ = ()

    def warmth(self) -> TableSaid | None:
        """Return what driving took in twelve months by the warmth of days."""
        classes = self.month.beside.warmth if self.month.beside else ()
        rows = [
            (
                self.texts.say(f"fleet_report.warmth.{each.name}"),
                self.count(each.days),
                self.value(each.distance_m, "m"),
                self.value(each.wh_per_100km, "Wh/100 km"),
            )
            for each in classes
        ]
        head = tuple(self.head(name) for name in ("vehicle_days", "distance", "gross"))
        return self.table("warmth", head, rows, note=self.texts.say("fleet_report.warmth_note")) if rows else None

    def roofs(self) -> TableSaid | None:
        """Return the roof power of the sites with charge points."""
        roofs = self.month.beside.roofs if self.month.beside else ()
        rows = [
            (
                each.name,
                self.value(each.generation_wh, "Wh"),
                self._percent(each.self_use_wh, each.generation_wh),
                self.value(each.use_wh, "Wh"),
                self._percent(each.local_wh, each.use_wh),
            )
            for each in roofs
        ]
        head = tuple(self.head(name) for name in ("generation", "self_use", "use", "autarky"))
        return self.table("roofs", head, rows) if rows else None

    def peaks(self) -> TableSaid | None:
        """Return the peaks of sites with what charging drew in them."""
        found = self.month.costs.peaks if self.month.costs else ()
        rows = [
            (
                each.name,
                self.value(each.peak_w, "W"),
                self.value(each.charging_w, "W"),
                self.value(each.cost_eur, "EUR"),
            )
            for each in found
            if each.peak_w is not None
        ]
        head = tuple(self.head(name) for name in ("peak", "charging", "cost"))
        return self.table("peaks", head, rows) if rows else None

    def candidates(self) -> TableSaid | None:
        """Return the combustion vehicles that are replaced best, the best first."""
        found = self._ranked()
        if not found or self.month.beside is None or self.month.beside.candidates is None:
            return None
        years = self.month.beside.candidates.years
        head = (
            *(self.head(name) for name in ("model", "verdict", "failing")),
            self.texts.say("fleet_report.column.cost_delta", count=years),
            self.head("avoided_year"),
        )
        rows = [self._candidate(each) for each in found[:CANDIDATES_MOST]]
        more = len(found) - CANDIDATES_MOST
        note = self.texts.say("fleet_report.more_candidates", count=more) if more > 0 else ""
        return self.table("candidates", head, rows, numeric=(False, False, False, True, True, True), note=note)

    def _candidate(self, each: Candidate) -> tuple[str, ...]:
        verdict = self.texts.say(f"candidates.suitability.{each.suitability}")
        if each.limit is not None:
            verdict = f"{verdict} ({self.texts.say(f'candidates.limit.{each.limit}')})"
        return (
            f"{each.rank}. {self._named(each)}",
            each.best or DASH,
            verdict,
            self.count(each.failing or 0),
            self.value(each.cost_delta_eur, "EUR"),
            self.value(each.co2e_avoided_year_g, "g"),
        )

    def _named(self, each: Candidate) -> str:
        """Return the name of a vehicle; of one that a single person uses its number."""
        return self.number_of(each.vehicle) if each.personal else each.name

    def hard_days(self) -> TableSaid | None:
        """Return the days on which ranked vehicles would have failed, the longest first."""
        rows = [
            (self._named(each), ", ".join(self._days(each)))
            for each in self._ranked()[:CANDIDATES_MOST]
            if each.failing and each.models[0].days
        ]
        return self.table("hard_days", (self.head("days"),), rows, numeric=(False, False)) if rows else None

    def _days(self, each: Candidate) -> Iterator[str]:
        failing = sorted((day for day in each.models[0].days if day.fails), key=lambda day: -day.distance_m)
        for day in failing[:DAYS_MOST]:
            yield f"{day_said(day.day, self.texts.language)} ({self.value(day.distance_m, 'm')})"
        if len(failing) > DAYS_MOST:
            yield self.texts.say("fleet_report.more_days", count=len(failing) - DAYS_MOST)

    def _ranked(self) -> list[Candidate]:
        found = self.month.beside.candidates if self.month.beside else None
        return [each for each in found.items if each.suitability is not None] if found else []

    def quotas(self) -> TableSaid | None:
        """Return how procurement stands with its quotas in the period of today."""
        found = self.month.beside.candidates if self.month.beside else None
        rows = [
            (
                f"{self.texts.say(f'fleet_report.variant.{each.group}')}, {each.period.replace('-', '–')}",
                self.value(each.quota_percent, "%"),
                self.count(each.procured),
                self.count(each.clean),
                self.count(each.next_needed),
            )
            for each in (found.quotas if found else ())
        ]
        head = tuple(self.head(name) for name in ("quota", "procured", "clean", "next_needed"))
        return self.table("quotas", head, rows) if rows else None

    def infrastructure(self) -> TableSaid | None:
        """Return what sites need for all suitable candidates to become electric."""
        found = self.month.beside.infrastructure if self.month.beside else ()
        rows = [
            (
                each.site_name,
                self.count(each.connectors),
                self.count(each.connectors_needed),
                self.count(each.evenings_short),
                self.value(each.headroom_w, "W"),
                self.value(each.added_at_once_w, "W"),
                self.value(each.added_managed_w, "W"),
            )
            for each in found
        ]
        names = ("connectors", "needed", "evenings_short", "headroom", "at_once", "managed")
        note = self.texts.say("fleet_report.infrastructure_note")
        return self.table("infrastructure", tuple(map(self.head, names)), rows, note=note) if rows else None

    def sources(self) -> TableSaid | None:
        """Return how each source was known."""
        found = self.month.beside.sources if self.month.beside else ()
        head = ("expected", "received", "interpolated", "estimated", "missing")
        return self.table("sources", tuple(map(self.head, head)), map(self._source, found)) if found else None

    def _source(self, each: SourceMonth) -> tuple[str, ...]:
        name = each.name or self.texts.say(f"fleet_report.source.{each.kind.value}")
        if each.silent:
            name = self.texts.say("fleet_report.source_silent", name=name)
        unit = {SourceKind.METER: "h", SourceKind.SESSIONS: ""}.get(each.kind, self.head("unit_days"))
        shares = (
            (SlotShare.MEASURED, SlotShare.RECOVERED),
            (SlotShare.INTERPOLATED,),
            (SlotShare.ESTIMATED,),
            (SlotShare.MISSING,),
        )
        parts = (self.value(Decimal(repr(round(each.of(*those), 3))), "%") for those in shares)
        return (name, f"{self.count(each.expected)} {unit}".rstrip(), *parts)

    def corrections(self) -> TableSaid | None:
        """Return what was corrected since the report before, with the reasons."""
        found = self.month.beside.corrected if self.month.beside else ()
        rows = [
            (
                self._subject(each),
                self.texts.say(f"fleet_report.corrected.{each.kind.value}"),
                day_said(each.day, self.texts.language),
                each.reason or DASH,
            )
            for each in found
        ]
        head = tuple(self.head(name) for name in ("what", "of_day", "cause"))
        return self.table("corrections", head, rows, numeric=(False,) * 4) if rows else None

    def _subject(self, each: Corrected) -> str:
        kind, _, name = each.subject.partition(":")
        if kind == "vehicle":
            there = {vehicle.id for vehicle in self.month.vehicles}
            return self.number_of(name) if name in there else self.texts.say("fleet_report.a_vehicle")
        return self.house.inventory().name_of(each.subject)

    def _percent(self, part: Decimal, whole: Decimal) -> str:
        return self.value(100 * part / whole, "%") if whole else DASH
