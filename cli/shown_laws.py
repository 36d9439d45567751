"""Laws on a screen: a list of rules, or one rule with figures, marks, what is uncertain, and its plants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Console
from rich.text import Text

from cli.layout import Strip, fitting, table_of
from cli.shown import DAYS, harmless
from core.ports import Page
from core.texts import Language, catalogue
from core.units import show_exact
from operations.edge import result_adapter
from operations.laws.rows import CohortRow, LawDetail, LawRow
from operations.laws.wording import formula, key_in_words, marks_of, years_in_words
from operations.table import CAPABILITIES
from renewables.rules import Said


def show_laws(name: str, answer: bytes, language: Language) -> None:
    """Print the answer of a row about laws."""
    result = result_adapter(CAPABILITIES[name]).validate_json(answer)
    sheet = _Sheet(language)
    if isinstance(result, Page):
        sheet.rules(result)
    else:
        sheet.rule(result)


class _Sheet:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._texts = catalogue(language)
        self._screen = Console(soft_wrap=False, highlight=False)

    def rules(self, found: Page[LawRow]) -> None:
        rows = [
            (
                row.id,
                self._say(f"console.plant_kind.{row.kind.value}"),
                formula(row, self._language),
                self._say(f"laws.computed.{row.computed.value}"),
                self._span(row.valid_from, row.valid_to),
            )
            for row in found.items
        ]
        self._table("", ("rule", "kind", "formula", "computed", "valid"), rows)
        if found.next_cursor:
            shown, total = len(found.items), found.total or 0
            self._print(self._texts.say("cli.rows_more", shown=shown, total=total, cursor=found.next_cursor))

    def rule(self, found: LawDetail) -> None:
        rule = found.rule
        self._screen.print(harmless(self._said(rule.title)), style="bold")
        for name, value in self._facts(found):
            self._print(f"{self._say(f'laws.column.{name}')}: {value}")
        figures = [
            (
                key_in_words(each.key, self._language),
                show_exact(each.value, "" if each.unit == "1" else each.unit, self._language),
                each.provenance.value,
                "\n".join(filter(None, (each.source or self._say("laws.no_source"), self._said(each.note)))),
            )
            for each in found.figures
        ]
        self._table("laws.figures", ("figure", "value", "mark", "source"), figures)
        for mark in marks_of(found):
            self._print(f"{mark.value}: {self._say(f'laws.mark.{mark.value.lower()}')}")
        self._paragraphs("laws.reach", self._reach(found))
        self._paragraphs("laws.uncertain", [self._said(each) for each in found.uncertain])
        self._plants(found)

    def _facts(self, found: LawDetail) -> Iterator[tuple[str, str]]:
        rule = found.rule
        yield "rule", rule.id
        yield "states", ", ".join(rule.states) or self._say("laws.whole_country")
        yield "kind", self._say(f"console.plant_kind.{rule.kind.value}")
        yield "basis", self._say(f"laws.basis_means.{rule.basis.value}")
        yield "formula", formula(rule, self._language)
        yield "computed", self._say(f"laws.computed.{rule.computed.value}")
        if rule.not_computed:
            yield "reasons", self._said(rule.not_computed)
        yield "split", self._say(f"laws.split.{found.split.value}")
        marked = found.denominator_mark.value
        yield "denominator", f"{self._say(f'laws.denominator.{found.denominator.value}')} ({marked})"
        rounding = f"{self._say(f'laws.rounding.{found.rounding.value}')} ({found.rounding_mark.value})"
        yield "rounding", " ".join(filter(None, (rounding, self._said(found.rounding_note))))
        yield "years", years_in_words(found, self._language)
        if found.due:
            yield "due", self._said(found.due)
        if found.report:
            yield "report", self._said(found.report)
        if found.waived_by:
            yield "waived_by", ", ".join(found.waived_by)
        yield "valid", self._span(rule.valid_from, rule.valid_to)
        yield "citation", rule.citation
        yield "place", found.place
        if rule.changed:
            yield "changed", ", ".join(key_in_words(key, self._language) for key in rule.changed)

    def _reach(self, found: LawDetail) -> Iterator[str]:
        for each in found.cohorts:
            if each.threshold is None:
                yield self._cohort(each)
        for least in found.thresholds:
            code = "laws.from_kw" if least.inclusive else "laws.above_kw"
            said = self._texts.say(code, power=show_exact(least.power_kw, "kW", self._language))
            only = [self._cohort(each) for each in found.cohorts if each.threshold == least.key]
            yield " – ".join((said, *(f"{self._say('laws.only_for')} {each}" for each in only)))

    def _cohort(self, cohort: CohortRow) -> str:
        days = [
            self._texts.say(code, day=self._day(day))
            for code, day in (("laws.from_day", cohort.begins), ("laws.before_day", cohort.ends))
            if day
        ]
        said = " ".join(days) or self._say("laws.days_unknown")
        return f"{self._say(f'laws.by.{cohort.by.value}')}: {said} ({cohort.provenance.value})"

    def _plants(self, found: LawDetail) -> None:
        rows = [
            (
                each.name,
                self._say(f"laws.verdict.{each.verdict.value}"),
                each.contract or "–",
                " ".join(self._texts.say(told.code, **told.params) for told in each.reasons) or "–",
            )
            for each in found.plants
        ]
        self._screen.print(Text())
        self._screen.print(harmless(self._texts.say("laws.plants", year=found.year)), style="bold")
        if rows:
            self._table("", ("plant", "verdict", "contract", "reasons"), rows)
        else:
            self._print(self._say("laws.no_plants"))

    def _paragraphs(self, title: str, texts: Iterator[str] | Sequence[str]) -> None:
        lines = list(texts)
        if lines:
            self._screen.print(Text())
            self._screen.print(harmless(self._say(title)), style="bold")
        for line in lines:
            self._print(f"- {line}")

    def _span(self, begins: date, ends: date | None) -> str:
        return f"{self._day(begins)} – {self._day(ends) if ends else ''}".rstrip()

    def _day(self, day: date) -> str:
        return day.strftime(DAYS[self._language])

    def _said(self, text: Said | None) -> str:
        return text.text(self._language) if text else ""

    def _say(self, code: str) -> str:
        return self._texts.say(code)

    def _print(self, text: str) -> None:
        self._screen.print(harmless(text))

    def _table(self, title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if not rows:
            return
        strips = [
            Strip(
                name=name,
                header=self._say(f"laws.column.{name}"),
                cells=list(cells),
                prose=name in {"formula", "source", "reasons", "computed"},
            )
            for name, cells in zip(names, zip(*rows, strict=True), strict=True)
        ]
        if title:
            self._screen.print(Text())
        shown = fitting(strips, self._screen.width, ("kind", "valid"))
        table = table_of(shown, self._screen.width, self._say(title) if title else "", "")
        self._screen.print(table, width=max(self._screen.width, self._screen.measure(table).minimum), crop=False)
