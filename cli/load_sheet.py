"""What lines and tables about a load are made of: its words, numbers in shown units, moments of the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal, format_percent
from rich.console import Console
from rich.text import Text

from cli.layout import Strip, fitting, table_of
from cli.shown import DAYS, MOMENTS, harmless
from core.quantities import Quantity
from core.texts import Language, catalogue
from core.units import money
from core.units import show as show_quantity
from operations.loads.rows import LoadOf, PeakRow
from operations.values import Told

Cells = Sequence[str]

BARS: Final = "▁▂▃▄▅▆▇█"
UNKNOWN: Final = "·"
PER_HOUR: Final = 4
EXPENDABLE: Final = ("column.days", "column.hours_0_24", "console.loads.stands_on")
"""What a table leaves out where a screen is too narrow."""


class LoadSheet:
    """Prints what is said of one load in one language."""

    def __init__(self, load: LoadOf, language: Language) -> None:
        self.load = load
        self.language = language
        self.zone = ZoneInfo(load.time_zone)
        self.texts = catalogue(language)
        self.screen = Console(soft_wrap=False, highlight=False)

    def title(self) -> None:
        """Print what the load is of, in one line."""
        load = self.load
        text = f"{load.name} · {self.medium(load.medium.value)} · {load.period}"
        self.screen.print(harmless(text), style="bold")

    def told_of(self, *facts: tuple[str, str], also: Iterable[Told] = ()) -> None:
        """Print what the load is of, facts about it below, and what one must know of both."""
        load = self.load
        known, measured = self.percent(load.known_percent), self.percent(load.measured_percent)
        place = [
            (self.say("column.site"), f"{load.site_name} ({load.site})"),
            (self.say("column.period"), f"{self.moment(load.begin_utc)} – {self.moment(load.end_utc)}"),
            (self.say("column.meters"), ", ".join(load.meters) or self.none),
            (self.say("column.media"), ", ".join(self.medium(each.value) for each in load.media)),
            (self.say("column.calendar"), load.calendar or self.none),
            (self.say("column.quality"), self.say("console.loads.known", known=known, measured=measured)),
        ]
        wide = max(len(label) for label, _ in (*place, *facts)) + 2
        for label, said in (*place, *facts):
            lines = harmless(said).wrap(self.screen, max(self.screen.width - wide, 20))
            for number, line in enumerate(lines):
                text = (label if number == 0 else "").ljust(wide) + line.plain.rstrip()
                self.screen.print(Text(text), soft_wrap=True)
        for told in (*load.findings, *also):
            self.screen.print(harmless(self.tell(told)))

    def table(self, title: str, headers: Mapping[str, bool], rows: Sequence[Cells], prose: Sequence[str] = ()) -> None:
        """Print rows below headers; which of these stand above numbers is said with them."""
        if not rows:
            return
        columns = zip(headers.items(), zip(*rows, strict=True), strict=True)
        strips = [
            Strip(
                name=header,
                header=self.say(header),
                cells=[harmless(cell).plain for cell in cells],
                prose=header in prose,
                number=number,
            )
            for (header, number), cells in columns
        ]
        self.screen.print()
        self.screen.print(harmless(self.say(title)), style="italic")
        shown = fitting(strips, self.screen.width, EXPENDABLE)
        table = table_of(shown, self.screen.width, "", "")
        self.screen.print(table, width=max(self.screen.width, self.screen.measure(table).minimum), crop=False)

    @property
    def none(self) -> str:
        """Return what stands where there is nothing."""
        return self.say("console.none")

    def say(self, code: str, **params: Any) -> str:
        """Return a text."""
        return self.texts.say(code, **params)

    def medium(self, medium: str) -> str:
        """Return the name of a medium."""
        return self.say(f"console.medium.{medium}")

    def tell(self, told: Told) -> str:
        """Return a finding in words."""
        return self.say(told.code, **told.params)

    def reason(self, told: Told | None) -> str:
        """Return why a figure is not told."""
        return self.none if told is None else f"{self.say('console.loads.not_computed')}: {self.tell(told)}"

    def share(self, peak: PeakRow) -> str:
        """Return what a peak stands on, in a word."""
        return self.none if peak.share is None else self.say(f"evidence.share.{peak.share.value}")

    def rate(self, value: float | Decimal | None) -> str:
        """Return a rate in its shown unit."""
        return self.none if value is None else self.measured(self.load.quantity, value)

    def signed(self, value: float) -> str:
        """Return a change of a rate with its sign."""
        return ("+" if value > 0 else "") + self.rate(value)

    def measured(self, quantity: Quantity, value: float | Decimal) -> str:
        """Return a value in the unit its quantity is shown in."""
        return show_quantity(quantity, value, self.language, self.load.medium).text

    def number(self, value: float) -> str:
        """Return a plain number with at most one digit behind the point."""
        return format_decimal(value, format="#,##0.#", locale=self.language)

    def percent(self, percent: float | None) -> str:
        """Return a part of a hundred."""
        if percent is None:
            return self.none
        pattern = "#,##0.#\N{NO-BREAK SPACE}%" if self.language == "de" else "#,##0.#%"
        return format_percent(percent / 100, format=pattern, locale=self.language)

    def euro(self, value: Decimal | None) -> str:
        """Return an amount of money."""
        return self.none if value is None else money(value, self.language)

    def moment(self, at_utc: datetime) -> str:
        """Return an instant in the time of the place."""
        return at_utc.astimezone(self.zone).strftime(MOMENTS[self.language])

    def day(self, day: date) -> str:
        """Return a date."""
        return day.strftime(DAYS[self.language])


def strip(values: Sequence[float | None], highest: float) -> str:
    """Return quarter hours as one bar per hour, of eight heights up to `highest`; a dot where nothing is known."""
    hours = [values[start : start + PER_HOUR] for start in range(0, len(values), PER_HOUR)]
    return "".join(_bar([each for each in hour if each is not None], highest) for hour in hours)


def _bar(known: Sequence[float], highest: float) -> str:
    if not known:
        return UNKNOWN
    part = min(max(fmean(known), 0.0) / highest, 1.0) if highest > 0 else 0.0
    return BARS[min(int(part * len(BARS)), len(BARS) - 1)]
