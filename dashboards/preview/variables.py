"""The variables of a dashboard: what they are when it is opened, and how they get into a query.

Source: Grafana's InfluxDB data source (`interpolateQueryExpr`) and its documentation of variables.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboards.preview.frames import first_result
from dashboards.preview.window import Window, interval_ms, interval_text

Ask = Callable[[str], Awaitable[dict[str, Any]]]
"""Asks InfluxQL and returns the answer as `/query` gives it, times in milliseconds."""

ALL: Final = "$__all"
_NAMED: Final = re.compile(r"\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]")
_IN_REGEX: Final = re.compile(r"[=!]~\s*/(?:[^/\\]|\\.)*\Z")
_SPECIAL: Final = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a variable is: its `values`, whether there may be several, and what All is written as (None: as a list)."""

    values: tuple[str, ...]
    multi: bool = False
    all_value: str | None = None


Variables = Mapping[str, Chosen]


async def variables_of(
    board: Mapping[str, Any], ask: Ask, window: Window, wanted: Mapping[str, str] | None = None
) -> dict[str, Chosen]:
    """Return the variables of a dashboard as they are when it is opened, with those that are `wanted` instead."""
    found: dict[str, Chosen] = {}
    for variable in (board.get("templating") or {}).get("list", ()):
        name = str(variable["name"])
        if wanted and name in wanted:
            found[name] = Chosen((wanted[name],), multi=bool(variable.get("multi")))
        elif variable["type"] == "query":
            found[name] = _of_options(variable, await _options(variable, ask, found, window))
        else:
            found[name] = _written(variable)
    return found


def _written(variable: Mapping[str, Any]) -> Chosen:
    """Return a variable that asks nobody: what it is at first, or its first option."""
    query = str(variable.get("query", ""))
    if variable["type"] in ("custom", "interval"):
        options = [part.partition(" : ")[2] or part for part in map(str.strip, query.split(","))]
        return _of_options(variable, [option.strip() for option in options if option])
    current = (variable.get("current") or {}).get("value")
    return Chosen((str(current) if current not in (None, "", {}) else query,))


def _of_options(variable: Mapping[str, Any], options: Sequence[str]) -> Chosen:
    multi = bool(variable.get("multi"))
    if variable.get("includeAll"):
        return Chosen(tuple(options), multi=multi, all_value=variable.get("allValue") or None)
    current = (variable.get("current") or {}).get("value")
    first = current if isinstance(current, str) and current in options else next(iter(options), "")
    return Chosen((first,), multi=multi)


async def _options(variable: Mapping[str, Any], ask: Ask, known: Variables, window: Window) -> list[str]:
    query = variable.get("query", "")
    text = str(query.get("query", "") if isinstance(query, Mapping) else query)
    series = first_result(await ask(filled(text, known, window, {})))
    found: dict[str, None] = {}
    for each in series:
        column = _column(each["columns"])
        found |= dict.fromkeys(str(row[column]) for row in each["values"] if row[column] not in (None, ""))
    return sorted(_filtered(found, str(variable.get("regex") or "")), key=str.casefold)


def _column(columns: Sequence[str]) -> int:
    if list(columns) == ["key", "value"]:
        return 1
    return 1 if columns[0] == "time" and len(columns) > 1 else 0


def _filtered(options: Mapping[str, None], regex: str) -> list[str]:
    if not regex:
        return list(options)
    pattern = re.compile(regex.strip("/"))
    matches = (pattern.search(option) for option in options)
    return [match[1] if match.groups() else match.string for match in matches if match]


def filled(text: str, variables: Variables, window: Window, panel: Mapping[str, Any]) -> str:
    """Return a query with its variables and macros filled in."""
    step = interval_ms(window, dict(panel))
    macros = {
        "timeFilter": f"time >= {window.start_ms}ms and time <= {window.end_ms}ms",
        "__timeFilter": f"time >= {window.start_ms}ms and time <= {window.end_ms}ms",
        "__interval": interval_text(step),
        "interval": interval_text(step),
        "__interval_ms": str(step),
        "__from": str(window.start_ms),
        "__to": str(window.end_ms),
        "__timezone": window.zone.key,
    }

    def put(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        if name in variables:
            in_regex = _IN_REGEX.search(text[: match.start()]) is not None
            return _text(variables[name], match[3] or match[5] or "", in_regex=in_regex)
        return macros.get(name, match[0])

    return _NAMED.sub(put, text)


def _text(chosen: Chosen, form: str, *, in_regex: bool) -> str:
    if chosen.all_value is not None:
        return chosen.all_value
    if form in ("raw", "csv", "text", "pipe"):
        return ("|" if form == "pipe" else ",").join(chosen.values)
    if form == "singlequote":
        return ",".join(f"'{value}'" for value in chosen.values)
    escaped = [_SPECIAL.sub(r"\\\g<0>", value) for value in chosen.values]
    if len(escaped) != 1:
        return f"({'|'.join(escaped)})"
    return escaped[0] if in_regex or chosen.multi or form == "regex" else chosen.values[0]
