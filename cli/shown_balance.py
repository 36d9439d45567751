"""Balances and meters behind each other as people read them on a terminal: in shown units, rows as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from cli.layout import Strip, fitting, table_of
from cli.shown import harmless
from core.inventory import Medium
from core.quantities import Quantity
from core.texts import Language, catalogue
from core.units import show as show_quantity
from operations.balances.rows import BalanceOf, BalanceRow, BranchRow, MeteringTree, PartOfBalance
from operations.edge import result_adapter
from operations.table import CAPABILITIES
from operations.values import Told

COURSE: Final = ("import_wh", "generation_wh", "export_wh", "self_use_wh", "use_wh", "own_wh", "autarky_percent")
"""What the rows of a period show, as far as a place has it."""


def show_balance(name: str, answer: bytes, language: Language) -> None:
    """Print the answer of a row about balances."""
    result = result_adapter(CAPABILITIES[name]).validate_json(answer)
    sheet = _Sheet(language)
    if isinstance(result, MeteringTree):
        sheet.tree(result)
    else:
        sheet.balance(result)


class _Sheet:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._texts = catalogue(language)
        self._screen = Console(soft_wrap=False, highlight=False)

    def balance(self, found: BalanceOf) -> None:
        """Print all figures of a balance, where energy went, and the rows of its period."""
        self._title(found.name, found.period)
        if found.reason is not None or found.whole is None:
            self._tell([found.reason] if found.reason else [])
            return
        whole = found.whole
        known, measured = self._percent(whole.known_percent), self._percent(whole.measured_percent)
        self._screen.print(harmless(self._say("console.loads.known", known=known, measured=measured)))
        self._tell(found.findings)
        figures = [(self._name(each), self._shown(each), each.figure) for each in whole.figures]
        self._table({"console.balance.figure": False, "column.value": True, "column.figure": False}, figures)
        flows = [
            (
                self._say(f"balance.from.{row.source.value}"),
                self._say(f"balance.to.{row.sink.value}"),
                self._energy(row.value),
            )
            for row in found.flows
        ]
        self._table({"console.balance.from": False, "console.balance.to": False, "console.balance.energy": True}, flows)
        there = [name for name in COURSE if any(each.name == name for each in whole.figures)]
        headers = {"column.period": False} | {f"balance.figure.{name}": True for name in there}
        self._table(headers, [self._row(row, there) for row in found.rows])

    def tree(self, found: MeteringTree) -> None:
        """Print all meters of a medium, each behind the one it hangs behind."""
        self._title(f"{found.name} · {self._say(f'console.medium.{found.medium.value}')}", found.period)
        self._tell(found.findings)
        headers = {
            "console.meter": False,
            "console.role": False,
            "console.loads.counted": True,
            "console.loads.part_share": True,
            "column.share": False,
            "console.balance.both_ways": False,
        }
        self._table(headers, [self._branch(row, found.quantity) for row in found.branches])
        own = () if found.tenants is None else (("tenants", found.tenants), ("own", found.own))
        supplied = "supplied_net" if found.medium is Medium.ELECTRICITY else "supplied"
        for name, value in ((supplied, found.supplied), *own):
            said = self._say("console.none") if value is None else self._quantity(found.quantity, value)
            self._screen.print(harmless(f"{self._say(f'console.balance.{name}')}: {said}"))

    def _row(self, row: BalanceRow, names: Sequence[str]) -> Sequence[str]:
        cells = [" + ".join(self._shown(each) for each in row.figures if each.name == name) for name in names]
        return row.period, *cells

    def _branch(self, row: BranchRow, quantity: Quantity) -> Sequence[str]:
        name = row.name if row.source else self._say("console.loads.rest")
        role = self._say(f"console.meter_role.{row.role.value}") if row.role else ""
        value = self._say("console.none") if row.value is None else self._quantity(quantity, row.value)
        percent = "" if row.percent is None else self._percent(row.percent)
        share = self._say(f"evidence.share.{row.share.value}") if row.share else ""
        return f"{'· ' * row.depth}{name}", role, value, percent, share, self._both_ways(row, quantity)

    def _both_ways(self, row: BranchRow, quantity: Quantity) -> str:
        """Return what came and what went of a meter that counts both, of which the row has the difference."""
        if row.fed_in is None or row.value is None:
            return ""
        came, went = self._quantity(quantity, row.value + row.fed_in), self._quantity(quantity, row.fed_in)
        return self._say("console.balance.came_and_went", came=came, went=went)

    def _name(self, figure: PartOfBalance) -> str:
        name = self._say(f"balance.figure.{figure.name}")
        maker = figure.generator
        return name if maker is None else f"{name} ({self._say(f'console.generator.{maker.value}')})"

    def _shown(self, figure: PartOfBalance) -> str:
        if figure.value is None:
            return self._say("console.none")
        if figure.name.endswith("percent"):
            return self._percent(float(figure.value))
        return self._energy(figure.value)

    def _energy(self, value: Any) -> str:
        return self._quantity(Quantity.ENERGY_IMPORT_WH, value)

    def _percent(self, value: float) -> str:
        return self._quantity(Quantity.SOC_PERCENT, value)

    def _quantity(self, quantity: Quantity, value: Any) -> str:
        return show_quantity(quantity, value, self._language).text

    def _say(self, code: str, **params: Any) -> str:
        return self._texts.say(code, **params)

    def _tell(self, findings: Sequence[Told]) -> None:
        for told in findings:
            self._screen.print(harmless(self._say(told.code, **told.params)))

    def _title(self, name: str, period: str) -> None:
        self._screen.print(harmless(f"{name} · {period}"), style="bold")

    def _table(self, headers: Mapping[str, bool], rows: Sequence[Sequence[str]]) -> None:
        """Print rows below headers; which of these stand above numbers is said with them."""
        if not rows:
            return
        columns = zip(headers.items(), zip(*rows, strict=True), strict=True)
        strips = [
            Strip(name=code, header=self._say(code), cells=list(cells), prose=not number, number=number)
            for (code, number), cells in columns
        ]
        self._screen.print(Text())
        table = table_of(fitting(strips, self._screen.width, ()), self._screen.width, "", "")
        self._screen.print(table, width=max(self._screen.width, self._screen.measure(table).minimum), crop=False)
