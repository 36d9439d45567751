"""Numbers and words of papers on shares: with all their digits, as the language writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from babel.dates import get_month_names
from babel.numbers import format_decimal

from core.exact import EXACT
from core.money import CENT
from core.texts import Catalogue, Finding
from operations.reports.words import DASH, NO_BREAK, day_said
from renewables.energy_base import BaseMonth, BaseSource
from renewables.rules import Figure, Said

MINUS: Final = "\N{MINUS SIGN}"
SHOWN: Final = Decimal("0.000001")
"""So many places are printed of an exact part: enough to see which remainder is the larger one."""

M2_PER_HA: Final = 10_000


@dataclass(frozen=True, slots=True)
class ShareWords:
    """Says amounts, energies and areas in one language. A dash stands for what nobody knows."""

    texts: Catalogue

    def text(self, name: str, /, **params: str | int) -> str:
        """Return a text of these papers."""
        return self.texts.say(f"share_papers.{name}", **params)

    def tell(self, finding: Finding) -> str:
        """Return a finding in words."""
        return self.texts.tell(finding)

    def said(self, text: Said | None) -> str:
        """Return a text of a rule, "" where it has none."""
        return text.text(self.texts.language) if text else ""

    def source(self, month: BaseMonth) -> str:
        """Return where a month's energy is known from; nobody states that a plant not yet built fed in nothing."""
        if month.source is BaseSource.NONE and month.fed_in_wh == 0:
            return self.text("source.before")
        return self.text(f"source.{month.source.value}")

    def day(self, day: date | None) -> str:
        """Return a day."""
        return DASH if day is None else day_said(day, self.texts.language)

    def month(self, month: str) -> str:
        """Return a month such as `2025-03` by its name; what is no month stays as it is."""
        year, _, number = month.partition("-")
        locale = "en_GB" if self.texts.language == "en" else self.texts.language
        return f"{get_month_names('wide', locale=locale)[int(number)]} {year}" if number else month

    def fixed(self, value: Decimal | int, places: int) -> str:
        """Return a number with so many places."""
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(value, format=pattern, locale=self.texts.language).replace("-", MINUS)

    def exact(self, value: Decimal | int) -> str:
        """Return a number with all its digits."""
        text = format_decimal(value, locale=self.texts.language, decimal_quantization=False)
        return text.replace("-", MINUS)

    def eur(self, amount: Decimal | None) -> str:
        """Return an amount in EUR."""
        return DASH if amount is None else f"{self.cents(amount)}{NO_BREAK}EUR"

    def cents(self, amount: Decimal | None) -> str:
        """Return an amount to the cent without its unit."""
        return DASH if amount is None else self.fixed(amount, 2)

    def six(self, amount: Decimal) -> str:
        """Return an exact amount with six places."""
        return self.fixed(amount.quantize(SHOWN, ROUND_HALF_EVEN), 6)

    def floor(self, amount: Decimal) -> str:
        """Return an exact amount cut to whole cents."""
        return self.fixed(amount.quantize(CENT, ROUND_FLOOR), 2)

    def kwh(self, energy_wh: int | None) -> str:
        """Return an energy in kWh with all that is known of it, without its unit."""
        return DASH if energy_wh is None else self.fixed(EXACT.scaleb(Decimal(energy_wh), -3), 3)

    def kw(self, power_w: float) -> str:
        """Return a power in kW."""
        return f"{self.exact(EXACT.scaleb(Decimal(repr(power_w)), -3).normalize())}{NO_BREAK}kW"

    def m2(self, area_m2: int | None) -> str:
        """Return an area in whole square metres, without its unit."""
        return DASH if area_m2 is None else self.fixed(area_m2, 0)

    def percent(self, part: int, whole: int) -> str:
        """Return which part of a whole something is, in per cent with four places."""
        return DASH if not whole else self.fixed((Decimal(100 * part) / whole).quantize(Decimal("0.0001")), 4)

    def figure(self, figure: Figure) -> str:
        """Return the value of a figure with its unit."""
        if not isinstance(figure.value, Decimal):
            return figure.value
        if figure.unit == "1":
            return f"{self.exact((figure.value * 100).normalize())}{NO_BREAK}%"
        return f"{self.exact(figure.value)}{NO_BREAK}{figure.unit}".rstrip()

    def formula(self, formula: str) -> str:
        """Return a formula with its numbers as the language writes them."""
        signed = re.sub(r"(?<![\w-])-(?=\d)", MINUS, formula)
        return re.sub(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])", lambda found: self.exact(Decimal(found[0])), signed)

    def listed(self, texts: Iterable[str]) -> str:
        """Return some words in a row."""
        return ", ".join(texts) or DASH
