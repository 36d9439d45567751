"""What stations' answers mean. They are taken as far as their meaning is clear, whatever the schema says.

GetLocalListVersion of 2.0.1 comes with `listVersion`, attributes without `type`, limits of -1 for none,
words in another case; a status nobody knows is told as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from chargepoints.commands.sending import Outcome
from core.commands import CommandState
from core.texts import Finding

Answer = Mapping[str, Any]
States = Mapping[str, CommandState]
Tell = Callable[[Answer], dict[str, Any]]

_SHOWN = 100

DONE = {"Accepted": CommandState.DONE, "Rejected": CommandState.REJECTED}
"""The station did it, or will not."""
BEGUN = {"Accepted": CommandState.ACCEPTED, "Rejected": CommandState.REJECTED}
"""What it leads to is still to come."""

_REFUSALS = {
    "NotImplemented": CommandState.NOT_SUPPORTED,
    "NotSupported": CommandState.NOT_SUPPORTED,
    "SecurityError": CommandState.REJECTED,
}
_WELL = (CommandState.ACCEPTED, CommandState.DONE)


def refused(code: str, description: str = "") -> Outcome:
    """Return what a CALLERROR means. Stations put anything into code and description."""
    words = {word.casefold(): state for word, state in _REFUSALS.items()}
    state = words.get(code.strip().casefold(), CommandState.FAILED)
    reason = f"{code[:_SHOWN]} {' '.join(description.split())[:_SHOWN]}".strip()
    return Outcome(
        state=state, result={"error": code[:_SHOWN]}, finding=Finding.of("ocpp.command_error", reason=reason)
    )


def by_status(states: States, tell: Tell = lambda _: {}) -> Callable[[Answer], Outcome]:
    """Return an understanding of answers by their `status`; `tell` takes out what else they say."""
    known = {word.casefold(): (word, state) for word, state in states.items()}

    def understand(answer: Answer) -> Outcome:
        said = text(answer, "status")
        word, state = known.get(said.casefold(), (said[:_SHOWN], CommandState.FAILED))
        told = {"status": word} | tell(answer)
        return Outcome(state=state, result=told, finding=None if state in _WELL else _reason(word, answer))

    return understand


def acknowledged(state: CommandState, tell: Tell = lambda _: {}) -> Callable[[Answer], Outcome]:
    """Return an understanding of answers that have no status: any answer means `state`."""
    return lambda answer: Outcome(state=state, result=tell(answer))


def told_version(answer: Answer) -> Outcome:
    """Return the version of a station's list; -1 means that it has no such list (1.6, GetLocalListVersion)."""
    version = whole(answer, "versionNumber", "listVersion")
    if version is None:
        return Outcome(state=CommandState.FAILED, finding=Finding.of("ocpp.answer_without_version"))
    state = CommandState.NOT_SUPPORTED if version < 0 else CommandState.DONE
    finding = Finding.of("ocpp.list_not_supported") if version < 0 else None
    return Outcome(state=state, result={"version": version}, finding=finding)


def _reason(word: str, answer: Answer) -> Finding:
    """Return why it is not done, with the station's own reason where it gives one (2.x, statusInfo)."""
    if not word:
        return Finding.of("ocpp.answer_without_status")
    info = part(answer, "statusInfo")
    reason = " ".join(filter(None, (text(info, "reasonCode"), text(info, "additionalInfo")[:_SHOWN])))
    if reason:
        return Finding.of("ocpp.command_refused_because", status=word, reason=reason)
    return Finding.of("ocpp.command_refused", status=word)


def text(answer: Answer, name: str) -> str:
    """Return a field as text, empty where there is none."""
    value = answer.get(name)
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def part(answer: Answer, name: str) -> Answer:
    """Return a field that is an object, an empty one where there is none."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def parts(answer: Answer, name: str) -> list[Answer]:
    """Return the objects of a list, none where there is no list."""
    value = answer.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def whole(answer: Answer, *names: str) -> int | None:
    """Return the first of the fields that is a whole number, be it written as text."""
    for name in names:
        value = answer.get(name)
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            with suppress(ValueError, OverflowError):
                return int(value)
    return None


def number(answer: Answer, name: str) -> float | None:
    """Return a limit or amount; None where there is none, which some stations say as -1."""
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return None
    return value
