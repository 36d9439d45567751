"""Loads as people read them on a terminal: in shown units, in the place's own time, courses as strips of bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from cli.load_sheet import LoadSheet, strip
from cli.shown import harmless
from core.texts import Language
from operations.edge import result_adapter
from operations.loads.rows import BaseLoads, LoadMap, Loads, PartRow, PeakDetail, PeakRow, Peaks, depth_of
from operations.table import CAPABILITIES


def show_load(name: str, answer: bytes, language: Language) -> None:
    """Print the answer of a row about loads."""
    result = result_adapter(CAPABILITIES[name]).validate_json(answer)
    page = LoadPage(result.load, language)
    page.title()
    _PARTS[name](page, result)


class LoadPage(LoadSheet):
    """Prints each kind of answer about a load."""

    def loads(self, loads: Loads) -> None:
        """Print what was counted, peak, base load and hours, then months, parts of the peak and typical days."""
        counted = None if loads.counted is None else self.measured(loads.counted_quantity, loads.counted)
        hours = None if loads.full_load_h is None else f"{self.number(loads.full_load_h)} h"
        known = self.say("console.loads.of_hours", hours=self.number(loads.known_h))
        facts = [
            (self.say("console.loads.counted"), counted or self.none),
            (self.say("console.loads.peak"), self._peak(loads.peak)),
            (self.say("console.loads.base_load"), self._base(loads.base_load)),
            (self.say("console.loads.full_load"), f"{hours} ({known})" if hours else self.none),
        ]
        self.told_of(*facts)
        self._months(loads.months)
        self.table(
            "console.loads.above",
            {"column.percent": True, "console.loads.peak": True, "console.loads.hours": True},
            [(self.percent(row.percent), self.rate(row.value), self.number(row.hours)) for row in loads.above],
        )
        self._typical(loads)
        self._figures(loads.peak.figure, loads.base_load.figure)

    def peaks(self, peaks: Peaks) -> None:
        """Print the peak with what it costs and who made it, what avoiding it saves, and the months."""
        whole = peaks.whole
        costs = (*self._cost(whole), *self._cost_of_months(peaks))
        self.told_of((self.say("console.loads.peak"), self._peak(whole)), *costs)
        if whole.value is not None and not whole.parts:
            self.screen.print(harmless(self.say("console.loads.nothing_behind")))
        self._parts(whole)
        saves = any(row.saved_eur is not None for row in peaks.avoided)
        saved = "console.loads.saved_month" if whole.price_eur_per_kw_month else "console.loads.saved"
        self.table(
            "console.loads.avoided",
            {"console.loads.without": False, "console.loads.peak": True} | ({saved: True} if saves else {}),
            [
                (
                    self.say("console.loads.without_slots", count=row.slots),
                    self.rate(row.value),
                    *([self.euro(row.saved_eur)] if saves else []),
                )
                for row in peaks.avoided
            ],
        )
        self._months(peaks.months, self._largest)
        self._figures(whole.figure)

    def base_loads(self, base: BaseLoads) -> None:
        """Print the base load, how it changes, whether water stops, and all weeks."""
        facts = [(self.say("console.loads.base_load"), self._base(base.base_load))]
        if creep := base.creep:
            change, low, high = (self.signed(each) for each in (creep.change, creep.low, creep.high))
            said = self.say(
                f"console.loads.creep_{'last_year' if creep.against.value == 'last_year' else 'each_other'}",
                count=creep.weeks,
                change=change,
                low=low,
                high=high,
            )
            surely = self.say(f"console.loads.creep_{'certain' if creep.certain else 'uncertain'}")
            facts.append((self.say("column.creep"), f"{said} {surely}"))
        if flow := base.night_flow:
            year = self.number(flow.m3_per_year)
            said = self.say("console.loads.night_flow", count=flow.nights, value=self.rate(flow.value), year=year)
            facts.append((self.say("column.night_flow"), said))
        self.told_of(*facts, also=base.findings)
        self.table(
            "column.weeks",
            {
                "console.loads.week_of": False,
                "console.loads.base_load": True,
                "console.loads.last_year": True,
                "console.loads.quiet_hours": True,
            },
            [
                (self.day(week.monday), self.rate(week.value), self.rate(week.last_year), str(week.hours))
                for week in base.weeks
            ],
        )
        self._figures(base.base_load.figure)

    def days(self, found: LoadMap) -> None:
        """Print each day as a strip of its hours, with its lowest and highest quarter hour."""
        self.told_of()
        rows = [(day.day, [each for each in day.values if each is not None], day.values) for day in found.days]
        highest = max((max(known) for _, known, _ in rows if known), default=0.0)
        self.table(
            "console.loads.course",
            {"column.day": False, "column.hours_0_24": False, "column.low": True, "column.high": True},
            [
                (
                    self.day(day),
                    strip(values, highest),
                    self.rate(min(known, default=None)),
                    self.rate(max(known, default=None)),
                )
                for day, known, values in rows
            ],
        )

    def _peak(self, peak: PeakRow) -> str:
        if peak.value is None or peak.at_utc is None:
            return self.reason(peak.reason)
        return f"{self.rate(peak.value)}, {self.moment(peak.at_utc)} ({self.share(peak)})"

    def _base(self, base: Any) -> str:
        if base.value is None:
            return self.reason(base.reason)
        if base.percent is None:
            return self.rate(base.value)
        share = self.say("console.loads.base_share", percent=self.percent(base.percent))
        return f"{self.rate(base.value)} ({share})"

    def _cost(self, whole: PeakDetail) -> Iterator[tuple[str, str]]:
        label = self.say("console.loads.cost")
        price = whole.price_eur_per_kw_month or whole.price_eur_per_kw_year
        if whole.cost_eur is not None and price is not None:
            code = "console.loads.peak_cost_month" if whole.price_eur_per_kw_month else "console.loads.peak_cost"
            params = {"cost": self.euro(whole.cost_eur), "price": self.euro(price), "tariff": whole.tariff or ""}
            yield label, self.say(code, **params)
        elif whole.cost_reason is not None:
            yield label, self.tell(whole.cost_reason)

    def _cost_of_months(self, peaks: Peaks) -> Iterator[tuple[str, str]]:
        billed = sum(month.cost_eur is not None for month in peaks.months)
        if peaks.months_cost_eur is not None:
            cost = self.euro(peaks.months_cost_eur)
            yield self.say("column.months_cost_eur"), self.say("console.loads.months_cost", cost=cost, count=billed)

    def _parts(self, whole: PeakDetail) -> None:
        costs = any(part.cost_eur is not None for part in whole.parts)
        cost = "console.loads.cost_month" if whole.price_eur_per_kw_month else "console.loads.cost"
        headers = {"console.loads.part": False, "console.loads.peak": True, "console.loads.part_share": True}
        rows = [
            (
                "  " * depth_of(part, whole.parts) + self._part(part),
                self.say("console.loads.part_unknown") if part.value is None else self.rate(part.value),
                self.percent(part.percent),
                *([self.euro(part.cost_eur)] if costs else []),
            )
            for part in whole.parts
        ]
        self.table("console.loads.who", headers | ({cost: True} if costs else {}), rows)

    def _part(self, part: PartRow) -> str:
        return part.name or self.say("console.loads.rest")

    def _largest(self, peak: PeakDetail) -> str:
        parts = [part for part in peak.parts if part.parent is None and part.value]
        return f"{self._part(parts[0])}, {self.rate(parts[0].value)}" if parts else self.none

    def _months(self, months: Sequence[Any], more: Callable[[Any], str] | None = None) -> None:
        headers = {
            "console.loads.month": False,
            "console.loads.peak": True,
            "console.loads.moment": False,
            "console.loads.stands_on": False,
        } | ({"console.loads.largest": False} if more else {})
        rows = []
        for month in months:
            said = [self.rate(month.value), self.none, self.reason(month.reason)]
            if month.at_utc is not None:
                said = [self.rate(month.value), self.moment(month.at_utc), self.share(month)]
            rows.append((month.period, *said, *([more(month)] if more else [])))
        self.table("console.loads.months", headers, rows, prose=("console.loads.stands_on", "console.loads.largest"))

    def _typical(self, loads: Loads) -> None:
        means = [[each for each in row.mean if each is not None] for row in loads.typical_days]
        highest = max((max(mean) for mean in means if mean), default=0.0)
        headers = {"column.season": False, "column.kind": False, "column.days": True}
        self.table(
            "console.loads.typical",
            headers | {"column.hours_0_24": False, "column.mean": True},
            [
                (
                    self.say(f"loads.season.{row.season.value}"),
                    self.say(f"loads.day_kind.{row.kind.value}"),
                    str(row.days),
                    strip(row.mean, highest),
                    self.rate(fmean(mean) if mean else None),
                )
                for row, mean in zip(loads.typical_days, means, strict=True)
            ],
        )

    def _figures(self, *figures: str) -> None:
        self.screen.print()
        for figure in figures:
            self.screen.print(harmless(f"kreiswatt explain {figure}"), style="dim", soft_wrap=True)


_PARTS: Final[Mapping[str, Callable[[LoadPage, Any], None]]] = {
    "loads.show": LoadPage.loads,
    "peaks.show": LoadPage.peaks,
    "baseload.show": LoadPage.base_loads,
    "loadmap.show": LoadPage.days,
}
