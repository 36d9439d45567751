"""Answers as people read them: tables in shown units, local time, and the words of their language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any
from unicodedata import category

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.columns import COLUMNS, EXACT, EXPENDABLE, MEASURED, NUMBERED, PROSE, UNITS, WORDS
from cli.layout import Strip, fitting, table_of
from core.intervals import Reliability
from core.quantities import Quantity
from core.station_words import lines_of, plain_line
from core.texts import Language, catalogue
from core.units import money, number
from core.units import show as show_quantity

MOMENTS: dict[Language, str] = {"de": "%d.%m.%Y %H:%M", "en": "%Y-%m-%d %H:%M"}

DAYS: dict[Language, str] = {"de": "%d.%m.%Y", "en": "%Y-%m-%d"}
"""How an instant and a day are written: never so that day and month can be mistaken for each other."""

TOLD = frozenset({"request", "station_said"})
"""What a command carries and what the station said: names and values, told as such."""

LOADS = ("loads.show", "peaks.show", "baseload.show", "loadmap.show")
"""What has a page of its own, with units and courses."""


_OWN: Mapping[str, str] = {
    "explain.show": "cli.explained:show_tree",
    "meters.discover": "cli.discovered:show_devices",
    "health.show": "cli.shown_health:show_health",
    "stations.plan": "cli.shown_plan:show_plan",
}
_OWN_OF_SEVERAL: Mapping[str, str] = {
    **dict.fromkeys(("dashboards.diff", "dashboards.push"), "cli.shown_dashboards:show_push"),
    **dict.fromkeys(LOADS, "cli.shown_loads:show_load"),
    "balance.show": "cli.shown_balance:show_balance",
    "metering.show": "cli.shown_balance:show_balance",
    "laws": "cli.shown_laws:show_laws",
    "calc": "cli.shown_calc:show_calculation",
    "factors": "cli.shown_calc:show_calculation",
}
"""Rows, and subjects, that are shown in a way of their own: `module:function`, loaded when it is needed."""


def show(name: str, answer: bytes, language: Language) -> None:
    """Print an answer."""
    subject = name.partition(".")[0]
    if name in _OWN:
        _loaded(_OWN[name])(answer, language)
        return
    if own := _OWN_OF_SEVERAL.get(name) or _OWN_OF_SEVERAL.get(subject):
        _loaded(own)(name, answer, language)
        return
    screen = Console(soft_wrap=False, highlight=False)
    for table in Sheet(subject, language, screen.width).tables(name, json.loads(answer)):
        screen.print(table, width=max(screen.width, screen.measure(table).minimum), crop=False)


def _loaded(place: str) -> Callable[..., None]:
    module, _, name = place.partition(":")
    found: Callable[..., None] = getattr(import_module(module), name)
    return found


class Sheet:
    """Lays out the answers about one subject in one language, for a screen of some width."""

    def __init__(self, subject: str, language: Language, width: int, measured: frozenset[str] | None = None) -> None:
        self._subject = subject
        self._measures = MEASURED.get(subject, frozenset()) if measured is None else measured
        self._language = language
        self._texts = catalogue(language)
        self._width = width

    def tables(self, name: str, answer: Mapping[str, Any]) -> Iterable[Table]:
        """Yield the table of a list, or a thing's own table and one for each list in it."""
        if name in COLUMNS:
            yield self.of_rows(name, COLUMNS[name], answer["items"], caption=self._caption(answer))
            return
        yield self._thing(answer)
        of_all = {key: value for key, value in _flat(answer) if key == "quantity"}
        for key, rows in _lists(answer):
            columns = COLUMNS.get(f"{name}.{key}") or COLUMNS.get(f"{key}.list") or _plain_columns(rows)
            measured = MEASURED.get(f"{name}.{key}", frozenset())
            sheet = self if key == "items" else Sheet(key, self._language, self._width, measured)
            known = f"{name}.{key}" if f"{name}.{key}" in EXPENDABLE else f"{key}.list"
            yield sheet.of_rows(known, columns, [{**of_all, **row} for row in rows], title=self._header(key))

    def text(self, key: str, value: Any) -> str:
        """Return a value in words."""
        if value is None or value == "":
            return self._texts.say("word.all") if key == "sites" else "–"
        match value:
            case bool():
                return self._texts.say("word.yes" if value else "word.no")
            case int() | float():
                return self._number(key, value)
            case str():
                return self._word(key, value)
            case list():
                return self._several(key, value) or "–"
            case _:
                return self._told(value) if key in TOLD else self._record(value)

    def _told(self, told: Mapping[str, Any]) -> str:
        """Return what a station was asked or said, a line for each name."""
        lines = lines_of(told, self._texts, self._moment)
        return "\n".join(map(plain_line, lines)) or "–"

    def _moment(self, at: datetime) -> str:
        return at.astimezone().strftime(MOMENTS[self._language])

    def _several(self, key: str, values: Sequence[Any]) -> str:
        """Return values beside each other; rows of a file and sentences stand one below the other."""
        below = bool(values) and (isinstance(values[0], list) or (isinstance(values[0], dict) and "code" in values[0]))
        return ("\n" if below else ", ").join(self.text(key, each) for each in values)

    def of_rows(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        *,
        caption: str = "",
        title: str = "",
    ) -> Table:
        """Return the table of some rows."""
        strips = [self._strip(column, rows) for column in columns]
        shown = fitting(strips, self._width, EXPENDABLE.get(name, ()))
        return table_of(shown, self._width, title, caption)

    def _strip(self, column: str, rows: Sequence[Mapping[str, Any]]) -> Strip:
        return Strip(
            name=column,
            header=self._header(column),
            cells=[harmless(self._cell(column, row)).plain for row in rows],
            prose=column in PROSE,
            number=column != "id" and any(_is_number(row[column]) for row in rows),
        )

    def _thing(self, answer: Mapping[str, Any]) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        fields = list(_flat(answer))
        row = dict(fields)
        for key, value in fields:
            table.add_row(self._header(key), harmless(self._cell(key, {**row, key: value})))
        return table

    def _cell(self, column: str, row: Mapping[str, Any]) -> str:
        if "quantity" in row and (column == "value" or column in self._measures):
            return self._measured(row, column)
        return self.text(column, row[column])

    def _measured(self, row: Mapping[str, Any], column: str = "value") -> str:
        """Return a value in its shown unit; exact ones come as text."""
        if row[column] is None or (column == "corrected" and not float(row[column])):
            return "–"
        shown = show_quantity(Quantity(row["quantity"]), float(row[column]), self._language).text
        return self._relied(shown, row) if column == "value" else shown

    def _relied(self, shown: str, row: Mapping[str, Any]) -> str:
        """Return a total, as a lower bound or as too little known where it is not the whole."""
        reliability = row.get("reliability", Reliability.WHOLE)
        if reliability == Reliability.WHOLE:
            return shown
        return self._texts.say(f"evidence.reliability.{reliability}", value=shown)

    def _caption(self, answer: Mapping[str, Any]) -> str:
        following = answer["next_cursor"]
        if following is None:
            return self._texts.say("cli.rows", count=answer["total"])
        return self._texts.say("cli.rows_more", shown=len(answer["items"]), total=answer["total"], cursor=following)

    def _header(self, key: str) -> str:
        for code in (f"column.{self._subject}.{key}", f"column.{key}"):
            text = self._texts.say(code)
            if text != code:
                return text
        return key  # a counter keeps the name it has in /metrics

    def _number(self, key: str, value: float) -> str:
        if key in NUMBERED:
            return str(value)
        if key.endswith("_s"):
            return format_timedelta(timedelta(seconds=value), format="short", locale=self._language)
        quantity = next((known for ending, known in UNITS.items() if key.endswith(ending)), None)
        if quantity:
            return show_quantity(quantity, value, self._language).text
        return format_decimal(value, locale=self._language)

    def _word(self, key: str, value: str) -> str:
        if key.endswith("_utc"):
            return self._moment(datetime.fromisoformat(value))
        if key in {"valid_from", "valid_to", "valid_on"}:
            return date.fromisoformat(value).strftime(DAYS[self._language])
        if key.endswith("_eur") and key != "price_eur":
            return money(Decimal(value), self._language)
        if key == "used":
            return number(Decimal(value), 1, self._language)
        if key in EXACT:
            return self._number(key, float(value))
        prefix = WORDS.get(f"{self._subject}.{key}") or WORDS.get(key)
        return self._texts.say(prefix + value) if prefix else value

    def _record(self, value: Mapping[str, Any]) -> str:
        if "quantity" in value and "value" in value:
            shown = self._measured(value)
            if "share" in value:
                return f"{shown} ({self.text('share', value['share'])})"
            return f"{shown} ({self._number('age_s', value['age_s'])})" if "age_s" in value else shown
        if "code" in value:
            return self._texts.say(value["code"], **value["params"])
        if "counted" in value:
            return f"{self._number('power_w', value['power_w'])} ({value['counted']}/{value['meters']})"
        if "number" in value and "status" in value:
            return f"{value['number']}: {self.text('status', value['status'])}"
        return ", ".join(f"{self._header(key)} {self.text(key, each)}" for key, each in value.items())


def _flat(answer: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Yield a thing's fields, those of the row it begins with among them, but no lists of rows."""
    for key, value in answer.items():
        if key in TOLD:
            yield key, value
            continue
        whole = key in {"effect", "use", "whole"} and isinstance(value, dict) and "value" not in value
        if key == "counts" or whole or (isinstance(value, dict) and ("id" in value or "name" in value)):
            yield from _flat(value)
        elif not _is_rows(value):
            yield key, value


def _lists(answer: Mapping[str, Any]) -> Iterable[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Yield the lists of rows in a thing and in the row it begins with."""
    for key, value in answer.items():
        if _is_rows(value):
            yield key, value
        elif isinstance(value, dict) and key not in TOLD:
            yield from _lists(value)


def harmless(text: str) -> Text:
    """Return text that is no markup and holds no control characters: rejected messages come from anywhere."""
    return Text(
        "".join(ascii(sign)[1:-1] if category(sign).startswith("C") and sign != "\n" else sign for sign in text)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "code" not in value[0]


def _plain_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(key for key, value in rows[0].items() if not _is_rows(value))
