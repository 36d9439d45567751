"""Figures of the monthly report in the words and numbers of one language: printed, as tiles, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.texts import Catalogue, Finding, Param
from core.units import number
from operations.reports.figures import ReportFigure
from operations.reports.words import DASH, NO_BREAK
from reports.document import Said
from reports.fleet_document import Sentence, Tile

Shown = Mapping[str, ReportFigure]

_LOOKS: Final[dict[str, tuple[int, str, int]]] = {
    "m": (1000, "km", 0),
    "Wh": (1000, "kWh", 0),
    "W": (1000, "kW", 1),
    "Wh/100 km": (1000, "kWh/100 km", 1),
    "l": (1, "L", 0),
    "l/100 km": (1, "L/100 km", 1),
    "%": (1, "%", 1),
    "%/d": (1, "%/d", 2),
    "s": (3600, "h", 0),
    "g": (1000, "kg", 0),
    "EUR": (1, "€", 2),
    "EUR/100 km": (1, "€/100 km", 2),
    "1": (1, "", 2),
}
"""How values in a unit are printed: divided, in which unit, with so many decimals. Other units are counted things."""

TILES: Final = (
    "electric_vehicles_percent",
    "electric_distance_percent",
    "co2e_avoided_g.wtw.location",
    "saved_eur",
    "renewable_percent",
    "open_actions",
)
SENTENCES: Final = (
    "electric_vehicles_percent",
    "electric_distance_percent",
    "co2e_avoided_g.wtw.location",
    "renewable_percent",
    "known_wh",
)
SIGNED: Final = frozenset({"co2e_avoided_g.wtw.location"})
"""Of these a sentence says a negative value by other words, so that the one before is said by its own."""

POINTS: Final = "%"
WHOLE, ALMOST_ALL, MOST, NEARLY_NOTHING, LEAST = 100, 99.5, 99.9, 0.5, 0.1
"""Percentages that would be rounded to all or nothing are said with a decimal, 0.1 to 99.9."""

INVENTORY: Final = frozenset(
    {"vehicles", "electric_vehicles_percent", "additions", "disposals", "leases_ending", "clean_percent"}
    | {"next_needed", "combustion_vehicles", "connectors", "connector_power_w", "open_actions"}
)
"""What the inventory and people's books say, not measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWords:
    """Says figures of a month and scope; ids carry the `version` of the statement where there is one."""

    texts: Catalogue
    period: str
    scope: str
    version: int | None

    def id(self, name: str) -> str:
        """Return the id of a figure of this report."""
        suffix = "" if self.version is None else f"@r{self.version}"
        return f"fleet/{self.period}/{self.scope}/{name}{suffix}"

    def figure(self, figure: ReportFigure) -> Said:
        """Return a figure in words, with the id to be printed beside it."""
        divisor, unit, _ = _LOOKS.get(figure.unit, (1, figure.unit, 0))
        shown = None if figure.value is None else figure.value / divisor
        return Said(
            label=self.label(figure.name),
            text=DASH if figure.value is None else self.value(figure.value, figure.unit),
            number=None if shown is None else float(shown),
            unit=unit if figure.unit in _LOOKS else self.texts.say(f"fleet_report.unit_name.{figure.unit}"),
            quality=self._quality(figure),
            note=" ".join(self._notes(figure)),
            figure=self.id(figure.name),
        )

    def value(self, value: Decimal, unit: str) -> str:
        """Return a value with its unit as people read it."""
        if unit not in _LOOKS:
            return self.texts.say(f"fleet_report.unit.{unit}", count=int(value), number=self.number(value, 0))
        divisor, shown, decimals = _LOOKS[unit]
        scaled = value / divisor
        if unit == "Wh" and 0 < abs(scaled) < 1:
            decimals = 2
        space = "" if shown == POINTS and self.texts.language == "en" else NO_BREAK
        return f"{self.number(scaled, decimals)}{space}{shown}".rstrip()

    def label(self, name: str) -> str:
        """Return what a figure is called; the variant stands behind it in words."""
        first, _, variant = name.partition(".")
        label = self.texts.say(f"fleet_report.figure.{first}")
        known = self.texts.codes()
        words = [self._variant(each, known) for each in variant.split(".") if each]
        return f"{label} ({', '.join(words)})" if words else label

    def _variant(self, word: str, known: frozenset[str]) -> str:
        code = f"fleet_report.variant.{word}"
        return self.texts.say(code) if code in known else word.replace("_", "\N{EN DASH}")

    def number(self, value: Decimal | float, decimals: int) -> str:
        """Return a number with the language's separators."""
        return number(value, decimals, self.texts.language)

    def tell(self, finding: Finding) -> str:
        """Return a finding in words."""
        return self.texts.say(finding.code, **{name: self._param(name, value) for name, value in finding.params})

    def why(self, reason: Finding) -> str:
        """Return a finding without the words that something is not computed: that is said beside it."""
        text, said = self.tell(reason), self.texts.say("fleet_report.not_computed", reason="")
        plain = text[len(said) :].lstrip() if text.casefold().startswith(said.casefold().rstrip()) else text
        return plain[:1].upper() + plain[1:]

    def _param(self, name: str, value: Param) -> Param:
        if isinstance(value, float):
            return self.number(value, 0 if value.is_integer() else 1)
        return self.number(value, 0) if isinstance(value, int) and name != "count" else value

    def _quality(self, figure: ReportFigure) -> str:
        if figure.value is None:
            return self.texts.say("fleet_report.quality.none")
        if figure.measured_percent is not None:
            return self.texts.say("fleet_report.quality.known", percent=self._share(figure.measured_percent))
        is_stock = figure.name.partition(".")[0] in INVENTORY
        return self.texts.say("fleet_report.quality.inventory" if is_stock else "fleet_report.quality.computed")

    def _share(self, percent: float) -> str:
        """Return a percentage; what is not all is never said to be all, and what is something never nothing."""
        if ALMOST_ALL <= percent < WHOLE:
            return self.number(min(percent, MOST), 1)
        return self.number(max(percent, LEAST), 1) if 0 < percent < NEARLY_NOTHING else self.number(percent, 0)

    def _notes(self, figure: ReportFigure) -> Iterator[str]:
        if figure.reason:
            yield self.texts.say("fleet_report.not_computed", reason=self.why(figure.reason))
        yield from map(self.why, figure.remarks)

    def tiles(self, now: Shown, previous: Shown | None, last_year: Shown | None) -> tuple[Tile, ...]:
        """Return the six tiles, each with its change to both other months."""
        return tuple(
            Tile(
                said=self.figure(now[name]),
                previous=self.texts.say("fleet_report.tile.previous", change=self.change(now, previous, name)),
                last_year=self.texts.say("fleet_report.tile.last_year", change=self.change(now, last_year, name)),
            )
            for name in TILES
        )

    def change(self, now: Shown, before: Shown | None, name: str) -> str:
        """Return by how much a figure is more or less than before, in its own unit, or that nobody can say."""
        if before is None or before[name].value is None or now[name].value is None:
            return self.texts.say("fleet_report.change.unknown")
        difference = self._shown_difference(now[name], before[name])
        if not difference:
            return self.texts.say("fleet_report.change.same")
        sign = "+" if difference > 0 else ""
        if now[name].unit == POINTS:
            text = self.texts.say("fleet_report.change.points", points=self.number(difference, 1))
        else:
            text = self.value(difference, now[name].unit)
        return f"{sign}{text}"

    def _before(self, before: ReportFigure, code: str) -> str:
        value = self.value(abs(before.value or Decimal(0)), before.unit)
        return self.texts.say(f"fleet_report.trend.{code}", before=value)

    def _printed(self, figure: ReportFigure) -> Decimal:
        """Return the value as it is printed: one that is printed as nought is nought."""
        divisor, _, decimals = _LOOKS.get(figure.unit, (1, "", 0))
        return round((figure.value or Decimal(0)) / divisor, decimals)

    def _shown_difference(self, now: ReportFigure, before: ReportFigure) -> Decimal:
        """Return the difference of two known figures; one that would be printed as nought is nought."""
        divisor, _, decimals = _LOOKS.get(now.unit, (1, "", 0))
        difference = (now.value or Decimal(0)) - (before.value or Decimal(0))
        return difference if round(difference / divisor, decimals) else Decimal(0)

    def sentences(self, now: Shown, previous: Shown | None) -> tuple[Sentence, ...]:
        """Return the five sentences of the summary."""
        told = [
            Sentence(text=self.sentence(name, now, previous, opens=not place), figure=self.id(name))
            for place, name in enumerate(SENTENCES)
        ]
        return tuple(told)

    def sentence(self, name: str, now: Shown, previous: Shown | None, *, opens: bool = True) -> str:
        """Return what a figure says, how that compares with the month before, or why it is not known.

        That there is no month before is said by the sentence that opens the summary.
        """
        code, figure = f"fleet_report.sentence.{name.partition('.')[0]}", now[name]
        if figure.value is None:
            reason = self.why(figure.reason or Finding.of("fleet_report.nothing_known"))
            return self.texts.say(f"{code}.missing", reason=reason)
        params = self._numbers(now, figure)
        trend = self.trend(now, previous, name) if previous is not None or opens else ""
        if not self._printed(figure):
            return self.texts.say(f"{code}.zero", **params, trend=trend)
        if name == SENTENCES[0] and params["battery"] == 1 and params["count"] != 1:
            return self.texts.say("fleet_report.sentence.electric_vehicles_percent.one", **params, trend=trend)
        return self.texts.say(f"{code}.less" if figure.value < 0 else f"{code}.told", **params, trend=trend)

    def _numbers(self, now: Shown, figure: ReportFigure) -> dict[str, Param]:
        parts = {"battery": now.get("vehicles.battery"), "vehicles": now.get("vehicles")}
        counts = {name: 0 if part is None or part.value is None else int(part.value) for name, part in parts.items()}
        value = abs(figure.value or Decimal(0))
        return {"value": self.value(value, figure.unit), "battery": counts["battery"], "count": counts["vehicles"]}

    def trend(self, now: Shown, previous: Shown | None, name: str) -> str:
        """Return a clause about the month before: it rose, fell, stayed, was not known, or there was none."""
        if previous is None:
            return self.texts.say("fleet_report.trend.first")
        if previous[name].value is None or now[name].value is None:
            return self.texts.say("fleet_report.trend.unknown")
        return self._compared(now[name], previous[name])

    def _compared(self, now: ReportFigure, before: ReportFigure) -> str:
        """Return how a known figure compares; beside nought and below it the value before says more than a change."""
        shown, former = self._printed(now), self._printed(before)
        if now.name in SIGNED and former and (shown <= 0 or former < 0):
            return self._before(before, "before_added" if former < 0 else "before_avoided")
        if not shown:
            return self._before(before, "before") if former else self.texts.say("fleet_report.trend.still")
        difference = self._shown_difference(now, before)
        if not difference:
            return self.texts.say("fleet_report.trend.same")
        way = "rises" if difference > 0 else "falls"
        if now.unit == POINTS:
            points = self.number(abs(difference), 1)
            return self.texts.say(f"fleet_report.trend.points_{way}", points=points)
        return self.texts.say(f"fleet_report.trend.{way}", amount=self.value(abs(difference), now.unit))
