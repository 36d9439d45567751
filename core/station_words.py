"""What a command carries and what a station said to it, as plain lines of name and value.

Settings stand under their own names (`HeartbeatInterval = 300`), all else under its name in the reader's
language. The words of OCPP stay as they are, for they are looked up in manuals, and are told beside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from core.texts import Catalogue

Line = tuple[str, str]

NOTHING: Final = "–"
_VALUES: Final[Mapping[str, str]] = {
    "awaits": "station_words.awaited.",
    "purpose": "commands.purpose.",
    "way": "commands.way.",
}
"""Where the words for values of ours stand, by the name of the field."""

_OCPP: Final = frozenset({"error", "status"})
_MARKS: Final = ("read_only", "constant")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")


def lines_of(told: Mapping[str, Any], texts: Catalogue, moment: Callable[[datetime], str]) -> list[Line]:
    """Return what a command carries, or what a station said, as names and values; `moment` writes an instant."""
    return list(_Speaker(texts, moment).lines(told))


def plain_line(line: Line) -> str:
    """Return a line as one text: `name = value`."""
    return " = ".join(filter(None, line))


class _Speaker:
    """Says names and values in one language."""

    def __init__(self, texts: Catalogue, moment: Callable[[datetime], str]) -> None:
        self._texts = texts
        self._moment = moment

    def lines(self, told: Mapping[str, Any], before: str = "") -> Iterable[Line]:
        for name, value in told.items():
            if isinstance(value, Mapping):
                yield from self.lines(value, f"{before}{self._name(name)} · ")
            elif isinstance(value, (list, tuple)):
                yield from self._several(name, value, before)
            else:
                yield f"{before}{self._name(name)}", self._value(name, value)

    def _several(self, name: str, values: Iterable[Any], before: str) -> Iterable[Line]:
        simple = [str(each) for each in values if not isinstance(each, Mapping)]
        if simple:
            yield f"{before}{self._name(name)}", ", ".join(simple)
        for number, each in enumerate((each for each in values if isinstance(each, Mapping)), 1):
            if "key" in each:
                yield f"{before}{each['key']}", self._setting(each)
            else:
                yield from self.lines(each, f"{before}{self._name(name)} {number} · ")

    def _setting(self, setting: Mapping[str, Any]) -> str:
        """Return what is known of one setting: its value or how it went, and what else is told of it."""
        first = "value" if "value" in setting else "status"
        said = self._value(first, setting.get(first))
        more = [self._name(mark) for mark in _MARKS if setting.get(mark) is True]
        more += [
            f"{self._name(name)} {self._value(name, value)}"
            for name, value in setting.items()
            if name not in ("key", first, *_MARKS) and value not in (None, "", [])
        ]
        return f"{said} ({', '.join(more)})" if more else said

    def _name(self, name: str) -> str:
        return self._known("station_words.field." + name) or name.replace("_", " ")

    def _value(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return self._texts.say("word.yes" if value else "word.no")
        text = str(value)
        if name in _OCPP:
            return self.status(text)
        if name in _VALUES:
            return self._known(_VALUES[name] + text) or text.replace("_", " ")
        return self._moment(datetime.fromisoformat(text)) if _INSTANT.fullmatch(text) else text

    def status(self, word: str) -> str:
        """Return an answer's word as OCPP has it, and what it means: `RebootRequired (wirkt nach Neustart)`."""
        meaning = self._known("station_words.status." + word.lower())
        return f"{word} ({meaning})" if meaning else word

    def _known(self, code: str) -> str:
        text = self._texts.say(code)
        return "" if text == code else text
