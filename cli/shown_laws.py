"""Laws on a screen: a list of rules, or one rule with figures, marks, what is uncertain, and its plants."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from cli.layout import Strip, fitting, table_of
from cli.shown import DAYS, harmless
from core.ports import Page
from core.texts import Language, catalogue
from core.units import show_exact
from operations.edge import result_adapter
from operations.laws.rows import LawDetail, LawRow
from operations.laws.wording import facts, formula, key_in_words, lands, mark, mark_explained, marks_of, reach
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
                row.valid_from.strftime(DAYS[self._language]),
                row.valid_to.strftime(DAYS[self._language]) if row.valid_to else "–",
            )
            for row in found.items
        ]
        self._table("", ("rule", "kind", "formula", "computed", "valid_from", "valid_to"), rows)
        if found.next_cursor:
            shown, total = len(found.items), found.total or 0
            self._print(self._texts.say("cli.rows_more", shown=shown, total=total, cursor=found.next_cursor))

    def rule(self, found: LawDetail) -> None:
        rule = found.rule
        self._screen.print(harmless(self._said(rule.title)), style="bold")
        self._print(f"{self._say(f'console.plant_kind.{rule.kind.value}')} · {lands(rule.states, self._language)}")
        if rule.not_computed:
            self._print(self._said(rule.not_computed))
        for name, value in facts(found, self._language):
            self._print(f"{self._say(f'laws.column.{name}')}: {value}")
        if rule.changed:
            keys = ", ".join(key_in_words(key, self._language) for key in rule.changed)
            self._print(f"{self._say('laws.column.changed')}: {keys}")
        figures = [
            (
                key_in_words(each.key, self._language),
                show_exact(each.value, "" if each.unit == "1" else each.unit, self._language),
                mark(each.provenance, self._language),
                "\n".join(filter(None, (each.source or self._say("laws.no_source"), self._said(each.note)))),
            )
            for each in found.figures
        ]
        self._table("laws.figures", ("figure", "value", "mark", "source"), figures)
        for each in marks_of(found):
            self._print(f"{mark(each, self._language)}: {mark_explained(each, self._language)}")
        self._paragraphs("laws.reach", list(reach(found, self._language)))
        self._paragraphs("laws.uncertain", [self._said(each) for each in found.uncertain])
        self._plants(found)

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

    def _paragraphs(self, title: str, lines: Sequence[str]) -> None:
        if lines:
            self._screen.print(Text())
            self._screen.print(harmless(self._say(title)), style="bold")
        for line in lines:
            self._print(f"- {line}")

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
        shown = fitting(strips, self._screen.width, ("kind", "valid_to", "valid_from"))
        table = table_of(shown, self._screen.width, self._say(title) if title else "", "")
        self._screen.print(table, width=max(self._screen.width, self._screen.measure(table).minimum), crop=False)
