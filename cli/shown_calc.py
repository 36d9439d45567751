"""Factors and calculations on a screen: results first, then the sums with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.text import Text

from cli.layout import Strip, fitting, table_of
from cli.shown import harmless
from core.exact import written
from core.ports import Page
from core.texts import Language, catalogue
from core.units import money, number, show_exact
from operations.calc.rows import (
    CalculatedCleanVehicles,
    CalculatedSavings,
    CalculatedThg,
    CalcVehicle,
    SavingsRow,
)
from operations.calc.share_rows import CalculatedShares
from operations.edge import result_adapter
from operations.table import CAPABILITIES
from operations.values import Told

NAMED = {
    "subject": "factors.subject.",
    "boundary": "factors.boundary.",
    "series": "factors.boundary.",
    "drive": "console.drive.",
}
"""Parameters of findings whose values have names, and where these stand."""


def show_calculation(name: str, answer: bytes, language: Language) -> None:
    """Print the answer of a row about factors or of a calculation."""
    result = result_adapter(CAPABILITIES[name]).validate_json(answer)
    sheet = CalcSheet(language)
    match result:
        case CalculatedSavings():
            sheet.savings(result)
        case CalculatedThg():
            sheet.thg(result)
        case CalculatedCleanVehicles():
            sheet.clean_vehicles(result)
        case CalculatedShares():
            from cli.shown_shares import show_shares

            show_shares(result, language)
        case Page():
            sheet.factors(result)
        case _:
            sheet.factor(result)


class CalcSheet:
    """A screen in one language, with what all calculations print on it."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = catalogue(language)
        self._screen = Console(soft_wrap=False, highlight=False)

    def savings(self, found: CalculatedSavings) -> None:
        """Print what vehicles and plants saved."""
        for vehicle in found.vehicles:
            self._vehicle(vehicle, found.period)
        if len(found.vehicles) > 1:
            rows = [
                (*self._variant(row), self._kg(row.avoided_kg), str(row.vehicles - row.not_computed), str(row.vehicles))
                for row in found.totals
            ]
            self.table("calc.totals", ("boundary", "account", "resolution", "avoided", "computed", "vehicles"), rows, 3)
        plants = [
            (
                row.name,
                self.say(f"calc.use.{row.use.value}"),
                self.say(f"calc.method.{row.method.value}"),
                self._kg(row.avoided_kg),
                self.reasons([row.reason] if row.reason else []),
            )
            for row in found.plants
        ]
        self.table("calc.plants", ("name", "use", "method", "avoided", "reason"), plants, 3, 4)
        self.tell(found.notes)

    def thg(self, found: CalculatedThg) -> None:
        """Print certificates and what they bring."""
        rows = [
            (
                row.name,
                self.say(f"calc.convention.{row.convention.value}"),
                str(row.count),
                self._number(row.energy_kwh),
                self._number(row.kg),
                "–" if row.eur is None else money(row.eur, self.language),
                self.reasons([row.reason] if row.reason else []),
            )
            for row in found.rows
        ]
        self.table(
            "calc.certificates", ("name", "convention", "count", "energy_kwh", "kg", "eur", "reason"), rows, 2, 6
        )
        for row in found.rows:
            if row.formula:
                self.print(f"{row.name}: {written(row.formula, self.language)}")
        self.tell(found.notes)

    def clean_vehicles(self, found: CalculatedCleanVehicles) -> None:
        """Print how quotas stand."""
        rows = [
            (
                self.say(f"calc.group.{row.group.value}"),
                row.period.value,
                str(row.procured),
                str(row.clean),
                f"{self.plain(row.quota_percent)} %",
                str(row.needed),
                str(row.gap),
                f"{row.zero_emission} / {row.zero_emission_needed}" if row.zero_emission_needed else "–",
                str(row.next_needed),
            )
            for row in found.quotas
        ]
        names = ("group", "period", "procured", "clean", "quota", "needed", "gap", "zero_emission", "next_needed")
        self.table("calc.quotas", names, rows, 2)
        awards = [
            (
                row.name,
                row.vehicle_class.value,
                row.awarded.isoformat(),
                str(row.count),
                self.say(f"calc.verdict.{row.verdict.value}"),
                self.reasons([row.reason] if row.reason else []),
            )
            for row in found.vehicles
        ]
        self.table("calc.awards", ("name", "vehicle_class", "awarded", "count", "verdict", "reason"), awards, 9)
        self.tell(found.notes)

    def factors(self, found: Page[Any]) -> None:
        """Print factors as a list."""
        rows = [
            (
                row.id,
                self.say(f"factors.subject.{row.subject.value}"),
                self.plain(row.value, row.unit),
                self._boundary(row.boundary),
                self.say(f"factors.status.{row.status.value}"),
                row.provenance.value,
                row.edition,
            )
            for row in found.items
        ]
        self.table("", ("id", "subject", "value", "boundary", "status", "provenance", "edition"), rows, 9)
        if found.next_cursor:
            said = {"shown": len(found.items), "total": found.total, "cursor": found.next_cursor}
            self.print(self.say("cli.rows_more", **said))

    def factor(self, found: Any) -> None:
        """Print one factor."""
        row = found.factor
        pairs: Mapping[str, str] = {
            "id": row.id,
            "subject": self.say(f"factors.subject.{row.subject.value}"),
            "value": self.plain(row.value, row.unit),
            "boundary": self._boundary(row.boundary),
            "reference": row.reference.value if row.reference else "–",
            "set": row.set,
            "edition": row.edition,
            "status": self.say(f"factors.status.{row.status.value}"),
            "provenance": self.say(f"factors.provenance.{row.provenance.value.lower()}"),
            "source": row.source,
            "valid_from": str(row.valid_from or "–"),
            "valid_to": str(row.valid_to or "–"),
            "note": found.note or "–",
            "place": found.place,
        }
        for name, value in pairs.items():
            self.print(f"{self.say(f'calc.column.{name}')}: {value}")
        terms = [(self.say(f"factors.term.{each.term}"), self.plain(each.value)) for each in found.terms]
        self.table("calc.terms", ("name", "value"), terms, 1)

    def _vehicle(self, vehicle: CalcVehicle, period: str) -> None:
        self.head(f"{vehicle.name} · {period}")
        rows = [
            (
                *self._variant(row),
                self._kg(row.avoided_kg),
                self._grams(row.baseline_g),
                self._grams(row.own_fuel_g),
                self._grams(row.electricity_g),
                self._grams(row.uncertainty.half_width_g) if row.uncertainty else "–",
                self.reasons([*row.reasons, *row.notes]),
            )
            for row in vehicle.results
        ]
        columns = (
            "boundary",
            "account",
            "resolution",
            "avoided",
            "baseline",
            "own_fuel",
            "electricity",
            "band",
            "reason",
        )
        self.table("", columns, rows, 3, 8)
        for row in vehicle.results:
            if row.avoided_kg is not None:
                self.print(f"{' · '.join(self._variant(row))}: {written(row.formula, self.language)}")
        self.tell(vehicle.notes)

    def _variant(self, row: SavingsRow | Any) -> tuple[str, str, str]:
        return (
            self._boundary(row.boundary),
            self.say(f"calc.account.{row.account.value}"),
            self.say(f"calc.resolution.{row.resolution.value}"),
        )

    def _boundary(self, boundary: Any) -> str:
        return self.say(f"factors.boundary.{boundary.value}") if boundary else "–"

    def _kg(self, value: Decimal | None) -> str:
        return "–" if value is None else f"{number(value, 3, self.language)} kg"

    def _grams(self, value: Decimal | None) -> str:
        return self._kg(None if value is None else value / 1000)

    def _number(self, value: Decimal | None) -> str:
        return "–" if value is None else number(value, 3, self.language)

    def plain(self, value: Decimal, unit: str = "") -> str:
        """Return a value with all its digits."""
        return show_exact(value, "" if unit == "1" else unit, self.language)

    def reasons(self, told: Sequence[Told]) -> str:
        """Return findings as one text."""
        return " ".join(self.say(each.code, **each.params) for each in told)

    def say(self, code: str, **params: Any) -> str:
        """Return a text, its parameters by their names."""
        known = self._texts.codes()
        named = {
            name: self._texts.say(beginning + str(params[name]))
            for name, beginning in NAMED.items()
            if f"{beginning}{params.get(name)}" in known
        }
        return self._texts.say(code, **(params | named))

    def tell(self, findings: Sequence[Told]) -> None:
        """Print findings, one a line."""
        for told in findings:
            self.print(self.say(told.code, **told.params))

    def head(self, text: str) -> None:
        """Print what the lines below are about."""
        self._screen.print(harmless(text), style="bold")

    def print(self, text: str) -> None:
        """Print a line."""
        self._screen.print(harmless(text))

    def table(
        self, title: str, names: Sequence[str], rows: Sequence[Sequence[str]], numbers: int, ends: int = 99
    ) -> None:
        """Print rows; the columns from `numbers` on and before `ends` hold numbers."""
        if not rows:
            return
        strips = [
            Strip(
                name=name,
                header=self.say(f"calc.column.{name}"),
                cells=list(cells),
                prose=not numbers <= place < ends,
                number=numbers <= place < ends,
            )
            for place, (name, cells) in enumerate(zip(names, zip(*rows, strict=True), strict=True))
        ]
        if title:
            self._screen.print(Text())
        shown = fitting(strips, self._screen.width, ())
        table = table_of(shown, self._screen.width, self.say(title) if title else "", "")
        self._screen.print(table, width=max(self._screen.width, self._screen.measure(table).minimum), crop=False)
