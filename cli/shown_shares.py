"""Revenue shares on a screen: each plant and rule with its sum, its parts, and what is open about them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from cli.shown_calc import CalcSheet
from core.exact import written
from core.factors import Provenance
from core.texts import Language
from core.units import money, show_exact
from operations.calc.share_rows import CalcSharePlant, CalculatedShares, SharePart, ShareRow
from operations.laws.wording import key_in_words, mark, mark_explained
from renewables.rules import Said

PARTS = ("party", "area_ha", "exact_eur", "amount_eur", "extra", "paid_eur", "reimbursable_eur")
"""The columns of a party's part."""


def show_shares(found: CalculatedShares, language: Language) -> None:
    """Print what plants would have to share."""
    sheet = _Shares(language)
    for plant in found.plants:
        sheet.plant(plant)
    if len(found.plants) > 1:
        sheet.totals(found)
    sheet.rules([row for plant in found.plants for row in plant.rules])
    sheet.tell(found.notes)


class _Shares(CalcSheet):
    """Prints on the screen of all calculations."""

    def plant(self, plant: CalcSharePlant) -> None:
        kind = self.say(f"console.plant_kind.{plant.kind.value}")
        words = (plant.name, kind, plant.state, str(plant.year))
        self.head(" · ".join(word for word in words if word))
        self.tell(plant.notes)
        for row in plant.rules:
            self._rule(row)
        for left in plant.left_out:
            self.print(f"{left.rule}: {money(left.total_eur, self.language)}. {self.reasons(left.reasons)}")
        self.print("")

    def totals(self, found: CalculatedShares) -> None:
        rows = [
            (row.law, row.name, money(row.amount_eur, self.language), money(row.paid_eur, self.language))
            for row in found.totals
        ]
        self.table("calc.share_totals", ("law", "party", "amount_eur", "paid_eur"), rows, 2)

    def rules(self, rows: Iterable[ShareRow]) -> None:
        """Print each rule that was used once: its figures with their marks, and what is uncertain about it."""
        used: set[Provenance] = set()
        for row in {row.rule: row for row in rows}.values():
            self.head(f"{row.rule}: {row.citation}")
            self.print(f"  {self._marks(row)}")
            used |= {row.rounding_mark, *(figure.provenance for figure in row.figures)}
            for uncertain in row.uncertain:
                self.print(f"  {self._said(uncertain)}")
        for each in sorted(used):
            self.print(f"[{each.value}] {mark(each, self.language)}: {mark_explained(each, self.language)}")

    def _rule(self, row: ShareRow) -> None:
        self.print(f"{self._said(row.title)} ({row.rule})")
        if row.formula:
            self.print(f"  {written(row.formula, self.language)}")
        self.print(f"  {' · '.join(self._state(row))}")
        # The exact amounts stand in the formulas below, too: with what is reimbursed the table would be too wide.
        last = "exact_eur" if row.reimbursable_eur is None else "reimbursable_eur"
        columns = [name for name in PARTS if name not in ("exact_eur", "reimbursable_eur") or name == last]
        cells = [dict(zip(PARTS, self._part(part), strict=True)) for part in row.parts]
        self.table("", columns, [[each[name] for name in columns] for each in cells], 1)
        for part in row.parts:
            if part.formula and len(row.parts) > 1:
                self.print(f"  {part.name}: {written(part.formula, self.language)}")
        for part in row.parts:
            if part.earmarked_eur is not None:
                amount = money(part.earmarked_eur, self.language)
                self.print(f"  {self.say('calc.earmarked', name=part.name, amount=amount)}")
        told = (self.say(each.code, **each.params) for each in (*row.reasons, *row.findings, *row.notes))
        for text in dict.fromkeys(told):
            self.print(f"  {text}")

    def _state(self, row: ShareRow) -> Iterable[str]:
        """Yield the sum, and what is to be done with it."""
        if row.total_eur is None:
            yield self.say("console.loads.not_computed")
        else:
            yield money(row.total_eur, self.language)
            yield self.say("calc.owed" if row.owed else "calc.only_forecast")
            if row.owed:
                yield self.say("calc.to_pay_in", year=row.payment_year)
        if row.reimbursable_eur is not None and row.reimbursable_kwh is not None:
            amount = money(row.reimbursable_eur, self.language)
            energy = show_exact(row.reimbursable_kwh, "kWh", self.language)
            yield self.say("calc.reimbursed", year=row.refund_year, amount=amount, energy=energy)
        if row.draft:
            yield self.say("calc.draft")

    def _part(self, part: SharePart) -> tuple[str, ...]:
        name = part.name or self.say("calc.outside")
        named = name if part.key in ("", name) else f"{name} ({part.key})"
        paid = money(part.paid_eur, self.language)
        return (
            named,
            "–" if part.area_m2 is None else show_exact(part.area_m2 / 10_000, "ha", self.language),
            show_exact(part.shown_eur, "", self.language),
            money(part.amount_eur, self.language),
            f"+{part.extra_cents}" if part.extra_cents else "",
            f"{paid} ({self.say('calc.has_refused')})" if part.refused else paid,
            self._money(part.reimbursable_eur),
        )

    def _marks(self, row: ShareRow) -> str:
        """Return each figure of the rule with its mark, and how the total was rounded."""
        figures = [
            f"{key_in_words(each.key, self.language)}: {self.plain(each.value, each.unit)} [{each.provenance.value}]"
            for each in row.figures
        ]
        rounding = f"{self.say(f'laws.rounding.{row.rounding.value}')} [{row.rounding_mark.value}]"
        return "; ".join((*figures, rounding))

    def _money(self, amount: Decimal | None) -> str:
        return "–" if amount is None else money(amount, self.language)

    def _said(self, text: Said) -> str:
        return text.text(self.language)
