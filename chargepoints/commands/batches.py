"""Requests that take several messages: because the version says one thing at a time, or the station takes no more.

How many items a station takes in one message stands in its settings (`ItemsPerMessage`, in 1.6 of keys that are read
`GetConfigurationMaxKeys`). Once somebody has read them no message is longer (2.0.1, B05.FR.11, B06.FR.05, N04.FR.08,
N06.FR.04). As few know them before they ask, all are sent in one message until then, and in halves where it is refused
for its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chargepoints.commands.sending import Outcome
from core.commands import CommandKind, CommandState
from core.facts import Protocol

LISTS: Mapping[CommandKind, str] = {
    CommandKind.GET: "keys",
    CommandKind.SET: "settings",
    CommandKind.SET_MONITORING: "monitors",
    CommandKind.CLEAR_MONITORING: "numbers",
    CommandKind.LIST_CERTIFICATES: "uses",
}
"""Kinds whose items may go in several messages, and the field that has them."""

SINGLY: Mapping[Protocol, frozenset[CommandKind]] = {
    Protocol.OCPP_16: frozenset({CommandKind.SET, CommandKind.LIST_CERTIFICATES}),
}
"""Kinds whose messages say one thing at a time."""

TOO_MANY = frozenset({"occurrenceconstraintviolation", "occurenceconstraintviolation"})
"""CALLERROR codes for more items than a station takes (2.0.1, B05.FR.11 and B06.FR.16), in both spellings."""

MOST: Mapping[str, CommandKind] = {
    "devicedatactrlr/itemspermessage.getvariables": CommandKind.GET,
    "devicedatactrlr/itemspermessage.setvariables": CommandKind.SET,
    "monitoringctrlr/itemspermessage.setvariablemonitoring": CommandKind.SET_MONITORING,
    "monitoringctrlr/itemspermessage.clearvariablemonitoring": CommandKind.CLEAR_MONITORING,
    "getconfigurationmaxkeys": CommandKind.GET,
}
"""The settings that say how many items of which kind a station takes in one message."""

_WELL = (CommandState.ACCEPTED, CommandState.DONE)


def parts(version: Protocol, kind: CommandKind, request: Any, most: int | None = None) -> tuple[Any, ...]:
    """Return the requests, one for each message, that say what a request says, with at most so many items in each."""
    singly = kind in SINGLY.get(version, ())
    if kind not in LISTS or not (singly or most):
        return (request,)
    items, step = getattr(request, LISTS[kind]), 1 if singly else most or 1
    return _with_items(kind, request, [items[at : at + step] for at in range(0, len(items), step)]) or (request,)


def most_items(result: Mapping[str, Any]) -> dict[CommandKind, int]:
    """Return how many items of which kinds a station takes in one message, as far as settings it has told say so."""
    found = {}
    for setting in result.get("settings", ()):
        kind = MOST.get(str(setting.get("key", "")).casefold().removesuffix(":actual"))
        value = str(setting.get("value", "")).strip()
        if kind is not None and value.isdecimal() and int(value):
            found[kind] = int(value)
    return found


def halves(kind: CommandKind, request: Any, outcome: Outcome) -> tuple[Any, ...]:
    """Return a request that was refused for its length as two; nothing where that is not the reason."""
    items = getattr(request, LISTS[kind]) if kind in LISTS else ()
    if len(items) < 2 or str(outcome.result.get("error", "")).casefold() not in TOO_MANY:  # noqa: PLR2004 - two halves
        return ()
    middle = len(items) // 2
    return _with_items(kind, request, [items[:middle], items[middle:]])


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Return what came of all messages together: as far as the last one, with what each told."""
    last = next((outcome for outcome in outcomes if outcome.state not in _WELL), outcomes[-1])
    if len(outcomes) == 1:
        return last
    told: dict[str, Any] = {}
    for outcome in outcomes:
        for name, value in outcome.result.items():
            known = told.get(name)
            if isinstance(known, list) and isinstance(value, list):
                told[name] = known + value
            elif isinstance(known, bool) and isinstance(value, bool):
                told[name] = known or value
            else:
                told[name] = value
    return replace(last, result=told)


def _with_items(kind: CommandKind, request: Any, lists: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(replace(request, **{LISTS[kind]: items}) for items in lists)
