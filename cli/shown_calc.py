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
    sheet = _Sheet(language)
    match result:
        case CalculatedSavings():
            sheet.savings(result)
        case CalculatedThg():
            sheet.thg(result)
        case CalculatedCleanVehicles():
            sheet.clean_vehicles(result)
        case Page():
            sheet.factors(result)
        case _:
            sheet.factor(result)


class _Sheet:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._texts = catalogue(language)
        self._screen = Console(soft_wrap=False, highlight=False)

    def savings(self, found: CalculatedSavings) -> None:
        for vehicle in found.vehicles:
            self._vehicle(vehicle, found.period)
        if len(found.vehicles) > 1:
            rows = [
                (*self._variant(row), self._kg(row.avoided_kg), str(row.vehicles - row.not_computed), str(row.vehicles))
                for row in found.totals
            ]
            self._table(
                "calc.totals", ("boundary", "account", "resolution", "avoided", "computed", "vehicles"), rows, 3
            )
        plants = [
            (
                row.name,
                self._say(f"calc.use.{row.use.value}"),
                self._say(f"calc.method.{row.method.value}"),
                self._kg(row.avoided_kg),
                self._reasons([row.reason] if row.reason else []),
            )
            for row in found.plants
        ]
        self._table("calc.plants", ("name", "use", "method", "avoided", "reason"), plants, 3, 4)
        self._tell(found.notes)

    def thg(self, found: CalculatedThg) -> None:
        rows = [
            (
                row.name,
                self._say(f"calc.convention.{row.convention.value}"),
                str(row.count),
                self._number(row.energy_kwh),
                self._number(row.kg),
                "–" if row.eur is None else money(row.eur, self._language),
                self._reasons([row.reason] if row.reason else []),
            )
            for row in found.rows
        ]
        self._table(
            "calc.certificates", ("name", "convention", "count", "energy_kwh", "kg", "eur", "reason"), rows, 2, 6
        )
        for row in found.rows:
            if row.formula:
                self._print(f"{row.name}: {written(row.formula, self._language)}")
        self._tell(found.notes)

    def clean_vehicles(self, found: CalculatedCleanVehicles) -> None:
        rows = [
            (
                self._say(f"calc.group.{row.group.value}"),
                row.period.value,
                str(row.procured),
                str(row.clean),
                f"{self._plain(row.quota_percent)} %",
                str(row.needed),
                str(row.gap),
                f"{row.zero_emission} / {row.zero_emission_needed}" if row.zero_emission_needed else "–",
                str(row.next_needed),
            )
            for row in found.quotas
        ]
        names = ("group", "period", "procured", "clean", "quota", "needed", "gap", "zero_emission", "next_needed")
        self._table("calc.quotas", names, rows, 2)
        awards = [
            (
                row.name,
                row.vehicle_class.value,
                row.awarded.isoformat(),
                str(row.count),
                self._say(f"calc.verdict.{row.verdict.value}"),
                self._reasons([row.reason] if row.reason else []),
            )
            for row in found.vehicles
        ]
        self._table("calc.awards", ("name", "vehicle_class", "awarded", "count", "verdict", "reason"), awards, 9)
        self._tell(found.notes)

    def factors(self, found: Page[Any]) -> None:
        rows = [
            (
                row.id,
                self._say(f"factors.subject.{row.subject.value}"),
                self._plain(row.value, row.unit),
                self._boundary(row.boundary),
                self._say(f"factors.status.{row.status.value}"),
                row.provenance.value,
                row.edition,
            )
            for row in found.items
        ]
        self._table("", ("id", "subject", "value", "boundary", "status", "provenance", "edition"), rows, 9)
        if found.next_cursor:
            said = {"shown": len(found.items), "total": found.total, "cursor": found.next_cursor}
            self._print(self._say("cli.rows_more", **said))

    def factor(self, found: Any) -> None:
        row = found.factor
        pairs: Mapping[str, str] = {
            "id": row.id,
            "subject": self._say(f"factors.subject.{row.subject.value}"),
            "value": self._plain(row.value, row.unit),
            "boundary": self._boundary(row.boundary),
            "reference": row.reference.value if row.reference else "–",
            "set": row.set,
            "edition": row.edition,
            "status": self._say(f"factors.status.{row.status.value}"),
            "provenance": self._say(f"factors.provenance.{row.provenance.value.lower()}"),
            "source": row.source,
            "valid_from": str(row.valid_from or "–"),
            "valid_to": str(row.valid_to or "–"),
            "note": found.note or "–",
            "place": found.place,
        }
        for name, value in pairs.items():
            self._print(f"{self._say(f'calc.column.{name}')}: {value}")
        terms = [(self._say(f"factors.term.{each.term}"), self._plain(each.value)) for each in found.terms]
        self._table("calc.terms", ("name", "value"), terms, 1)

    def _vehicle(self, vehicle: CalcVehicle, period: str) -> None:
        self._screen.print(harmless(f"{vehicle.name} · {period}"), style="bold")
        rows = [
            (
                *self._variant(row),
                self._kg(row.avoided_kg),
                self._grams(row.baseline_g),
                self._grams(row.own_fuel_g),
                self._grams(row.electricity_g),
                self._grams(row.uncertainty.half_width_g) if row.uncertainty else "–",
                self._reasons([*row.reasons, *row.notes]),
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
        self._table("", columns, rows, 3, 8)
        for row in vehicle.results:
            if row.avoided_kg is not None:
                self._print(f"{' · '.join(self._variant(row))}: {written(row.formula, self._language)}")
        self._tell(vehicle.notes)

    def _variant(self, row: SavingsRow | Any) -> tuple[str, str, str]:
        return (
            self._boundary(row.boundary),
            self._say(f"calc.account.{row.account.value}"),
            self._say(f"calc.resolution.{row.resolution.value}"),
        )

    def _boundary(self, boundary: Any) -> str:
        return self._say(f"factors.boundary.{boundary.value}") if boundary else "–"

    def _kg(self, value: Decimal | None) -> str:
        return "–" if value is None else f"{number(value, 3, self._language)} kg"

    def _grams(self, value: Decimal | None) -> str:
        return self._kg(None if value is None else value / 1000)

    def _number(self, value: Decimal | None) -> str:
        return "–" if value is None else number(value, 3, self._language)

    def _plain(self, value: Decimal, unit: str = "") -> str:
        return show_exact(value, "" if unit == "1" else unit, self._language)

    def _reasons(self, told: Sequence[Told]) -> str:
        return " ".join(self._say(each.code, **each.params) for each in told)

    def _say(self, code: str, **params: Any) -> str:
        known = self._texts.codes()
        named = {
            name: self._texts.say(beginning + str(params[name]))
            for name, beginning in NAMED.items()
            if f"{beginning}{params.get(name)}" in known
        }
        return self._texts.say(code, **(params | named))

    def _tell(self, findings: Sequence[Told]) -> None:
        for told in findings:
            self._print(self._say(told.code, **told.params))

    def _print(self, text: str) -> None:
        self._screen.print(harmless(text))

    def _table(
        self, title: str, names: Sequence[str], rows: Sequence[Sequence[str]], numbers: int, ends: int = 99
    ) -> None:
        """Print rows; the columns from `numbers` on and before `ends` hold numbers."""
        if not rows:
            return
        strips = [
            Strip(
                name=name,
                header=self._say(f"calc.column.{name}"),
                cells=list(cells),
                prose=not numbers <= place < ends,
                number=numbers <= place < ends,
            )
            for place, (name, cells) in enumerate(zip(names, zip(*rows, strict=True), strict=True))
        ]
        if title:
            self._screen.print(Text())
        shown = fitting(strips, self._screen.width, ())
        table = table_of(shown, self._screen.width, self._say(title) if title else "", "")
        self._screen.print(table, width=max(self._screen.width, self._screen.measure(table).minimum), crop=False)
