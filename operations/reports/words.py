"""Figures of reports in the words and numbers of one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date, get_month_names

from core.inventory import Medium
from core.quantities import Quantity
from core.texts import Catalogue, Finding, Language, Param
from core.units import number
from operations.reports.figures import ReportFigure
from operations.reports.places import CarrierFigures, PlaceFigures
from reports.document import CarrierSaid, MonthSaid, PlaceSaid, Said

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
DASH: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class _Look:
    """How values in a unit are printed: divided, in which unit, with so many decimals."""

    divisor: int | Decimal
    unit: str
    decimals: int


_LOOKS: Final = {
    "Wh": _Look(1000, "kWh", 0),
    "Wh/m²": _Look(1000, "kWh/m²", 1),
    "W": _Look(1000, "kW", 1),
    "m³": _Look(1, "m³", 1),
    "m³/m²": _Look(1, "m³/m²", 2),
    "g": _Look(1000, "kg", 0),
    "g/m²": _Look(1000, "kg/m²", 1),
    "EUR": _Look(1, "EUR", 2),
    "%": _Look(1, "%", 1),
    "PJ": _Look(1, "PJ", 6),
}
_OIL: Final = {
    "m³": _Look(Decimal("0.001"), "L", 0),
    "m³/m²": _Look(Decimal("0.001"), "L/m²", 1),
}
"""Heating oil is ordered and burnt in litres."""

_BASES: Final = {Quantity.FUEL_HO_WH.value: "Ho", Quantity.FUEL_HI_WH.value: "Hi"}


def day_said(day: date, language: Language) -> str:
    """Return a day as people write it."""
    return format_date(day, "medium", locale="en_GB" if language == "en" else language)


class ReportWords:
    """Says figures of a year in a language; ids carry a statement's version where there is one."""

    def __init__(self, texts: Catalogue, year: str) -> None:
        self._texts = texts
        self._year = year
        self._before = str(int(year) - 1)

    def place(self, place: PlaceFigures, version: int | None, remarks: tuple[Finding, ...]) -> PlaceSaid:
        """Return a site or building in words."""
        return PlaceSaid(
            scope=place.scope,
            name=place.name,
            level=2 if place.building else 1,
            facts=tuple(self._facts(place)),
            carriers=tuple(self._carrier(place, each, version) for each in place.carriers),
            own_heading=self._texts.say("reports.own_power"),
            own=tuple(self.said(place, name, self._own_label(name), version) for name in place.own),
            remarks=tuple(self.tell(each) for each in remarks),
        )

    def said(self, place: PlaceFigures, name: str, label: str, version: int | None) -> Said:
        """Return one figure of a place in words."""
        return self.figure(place.figures[name], label, place.figure(name, self._year, version))

    def figure(self, figure: ReportFigure, label: str, id_: str) -> Said:
        """Return a figure in words, with the id to be printed beside it."""
        oil = figure.name.split(".")[1:2] == [Medium.OIL.value]
        look = _OIL.get(figure.unit, _LOOKS[figure.unit]) if oil else _LOOKS[figure.unit]
        unit = look.unit + (f"{NO_BREAK}{basis}" if (basis := self._basis(figure.name)) else "")
        number = None if figure.value is None else figure.value / look.divisor
        return Said(
            label=label,
            text=DASH if number is None else f"{self.number(number, look.decimals)}{NO_BREAK}{unit}",
            number=None if number is None else float(number),
            unit=unit.replace(NO_BREAK, " "),
            quality=self._quality(figure),
            note=self._note(figure),
            figure=id_,
        )

    def number(self, value: Decimal | float, decimals: int) -> str:
        """Return a number with the language's separators."""
        return number(value, decimals, self._texts.language)

    def tell(self, finding: Finding) -> str:
        """Return a finding in words, its numbers as the language writes them."""
        return self._texts.say(finding.code, **{name: self._param(name, value) for name, value in finding.params})

    def month_names(self) -> tuple[str, ...]:
        """Return the names of the months."""
        names = get_month_names("wide", locale=self._texts.language)
        return tuple(names[month] for month in range(1, 13))

    def _param(self, name: str, value: Param) -> Param:
        if isinstance(value, float):
            return self.number(value, 0 if value.is_integer() else 1)
        return self.number(value, 0) if isinstance(value, int) and name != "count" else value

    def _facts(self, place: PlaceFigures) -> Iterator[tuple[str, str]]:
        say = self._texts.say
        yield say("reports.fact.kind"), say(f"console.site_kind.{place.site.kind.value}")
        if place.building:
            yield say("reports.fact.part_of"), place.site.name
            if place.building.built_year:
                yield say("reports.fact.built"), str(place.building.built_year)
        area = f"{self.number(place.area_m2, 0)}{NO_BREAK}m²" if place.area_m2 else say("reports.unknown")
        yield say("reports.fact.area"), area
        yield say("reports.fact.id"), place.scope

    def _carrier(self, place: PlaceFigures, carrier: CarrierFigures, version: int | None) -> CarrierSaid:
        medium = self._texts.say(f"console.medium.{carrier.medium.value}")
        names = (carrier.whole, carrier.before, *carrier.others)
        figures = [self.said(place, name, self._label(name, carrier), version) for name in names]
        months = [
            MonthSaid(name=name, now=self.said(place, now, name, version), before=self.said(place, old, name, version))
            for name, now, old in zip(self.month_names(), carrier.months, carrier.before_months, strict=True)
        ]
        unit = figures[0].unit
        return CarrierSaid(
            name=medium,
            unit=unit,
            told_by=self._texts.say(
                "reports.told_by", count=len(carrier.meters), meters=", ".join(each.name for each in carrier.meters)
            ),
            figures=tuple(figures),
            months=tuple(months),
            years=(self._year, self._before),
            alt=self._texts.say(
                "reports.chart_alt", carrier=medium, place=place.name, unit=unit, year=self._year, before=self._before
            ),
        )

    def _label(self, name: str, carrier: CarrierFigures) -> str:
        first = name.partition(".")[0]
        if name == carrier.whole:
            return self._texts.say("reports.figure.use", year=self._year)
        if name == carrier.before:
            return self._texts.say("reports.figure.use", year=self._before)
        if name.endswith(".corrected"):
            return self._texts.say("reports.figure.corrected")
        if "_per_m2" in first:
            return self._texts.say("reports.figure.per_area")
        known = self._texts.codes()
        code = f"reports.figure.{first}"
        return self._texts.say(code if code in known else f"console.quantity.{first}")

    def _own_label(self, name: str) -> str:
        first, _, generator = name.partition(".")
        label = self._texts.say(f"reports.figure.{first}")
        return f"{label} ({self._texts.say(f'console.generator.{generator}')})" if generator else label

    def _basis(self, name: str) -> str:
        first = name.partition(".")[0].replace("_per_m2", "")
        return _BASES.get(first, "")

    def _quality(self, figure: ReportFigure) -> str:
        if figure.value is None:
            return ""
        share = "" if figure.share is None else self._texts.say(f"evidence.share.{figure.share.value}")
        if figure.measured_percent is None:
            return share
        percent = self._texts.say("reports.measured", percent=self.number(figure.measured_percent, 0))
        return f"{share}, {percent}" if share else percent

    def _note(self, figure: ReportFigure) -> str:
        notes = [self._texts.say("reports.not_computed", reason=self.tell(figure.reason))] if figure.reason else []
        return " ".join([*notes, *map(self.tell, figure.remarks)])
