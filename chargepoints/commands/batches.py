"""Requests that take several messages: because the version says one thing at a time, or the station takes no more.

How many items a 2.x station takes in one message stands in its variables (ItemsPerMessage), which few know
before they ask. So all are sent in one message first, and in halves where it is refused for its length.
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

_WELL = (CommandState.ACCEPTED, CommandState.DONE)


def parts(version: Protocol, kind: CommandKind, request: Any) -> tuple[Any, ...]:
    """Return the requests, one for each message, that say what a request says."""
    if kind not in SINGLY.get(version, ()):
        return (request,)
    return _with_items(kind, request, [(item,) for item in getattr(request, LISTS[kind])]) or (request,)


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
