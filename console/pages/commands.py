"""What charge points are asked to do: a form for each command, made from its request, and how commands went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints
from urllib.parse import quote, urlencode

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.filters import Choice, Filters, choice, members
from console.pages.places import PLACES, may
from console.pages.visit import Visit
from console.pages.words import LABELS
from core.commands import CommandKind, CommandState
from core.errors import NotFoundError, ServiceError
from operations.table import CAPABILITIES

OFTEN: Final = ("start", "stop", "reset", "unlock", "availability", "limit", "clear_limit", "get", "set", "trigger")
"""What operators do every week; all else stands below."""

CANCEL: Final = "commands.cancel"
AHEAD: Final = frozenset({"id", "wait_s", "answer_within_s"})
LATER: Final = ("when_idle", "at_utc", "expires_utc")
TITLES: Final = {
    "at_utc": "commands.not_before",
    "connector": "console.outlet",
    "expires_utc": "commands.expires",
    "from_utc": "commands.from",
    "install_at_utc": "commands.install_at",
    "retrieve_at_utc": "commands.retrieve_at",
    "to_utc": "commands.until",
    "until_utc": "commands.until",
}
"""Fields whose option on the command line asks for a way to write it that a form has not."""

STATION_WAITS_S: Final = 5.0
NO_WORD: Final = ""


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field of a command: its name, its text, how it is asked for, and what may be chosen."""

    name: str
    title: str
    control: str
    required: bool
    several: bool
    choices: tuple[Choice, ...] = ()


def verbs() -> tuple[str, ...]:
    """Return all that can be asked of a station, what is done often first."""
    named = [row.partition(".")[2] for row, place in PLACES.items() if place == "/stations/{id}/ask/{kind}"]
    return (*OFTEN, *(verb for verb in named if verb not in OFTEN))


async def choose(visit: Visit) -> Response:
    """Return what a station can be asked, and what it was asked last."""
    detail = await visit.ask("stations.show", id=visit.part("id"))
    asked = await visit.ask("commands.list", station=detail.station.id, limit=20)
    allowed = [verb for verb in verbs() if may(visit.actor, f"stations.{verb}")]
    return visit.page(
        "commands/choose.html",
        visit.words.t("commands.heading", name=detail.station.name),
        station=detail.station,
        often=[verb for verb in allowed if verb in OFTEN],
        seldom=[verb for verb in allowed if verb not in OFTEN],
        name_of=lambda verb: visit.words.t("capability." + f"stations.{verb}"),
        page=asked,
        may_cancel=may(visit.actor, CANCEL),
        progress_of=progress_of,
    )


async def form(visit: Visit) -> Response:
    """Return the form of a command."""
    return await _form(visit, dict(visit.query.items()))


async def ask(visit: Visit) -> Response:
    """Ask a station, and go where it can be seen how it goes."""
    verb, given = _verb(visit), await visit.form()
    try:
        asked = _asked(visit, verb, given)
        found = await visit.ask(f"stations.{verb}", id=visit.part("id"), wait_s=STATION_WAITS_S, **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _form(visit, {name: str(given.get(name, "")) for name in given}, 422, problems_of(visit, error))
    if len(found.items) == 1:
        return visit.go(f"/commands/{found.items[0].id}")
    return visit.go(f"/commands?{urlencode({'group': found.group})}")


async def show_all(visit: Visit) -> Response:
    """Return commands to all stations, newest first."""
    filters = Filters(
        "/commands",
        (
            choice(visit.query, "kind", "commands.command", members(CommandKind, visit.words)),
            choice(visit.query, "state", "console.state", members(CommandState, visit.words)),
        ),
        cursor=visit.query.get("cursor", ""),
    )
    group = visit.query.get("group", "")
    page = await visit.ask("commands.list", **filters.given(), group=group, cursor=filters.cursor)
    return visit.page(
        "commands/list.html",
        visit.words.t("commands.title"),
        page=page,
        filters=filters,
        may_cancel=may(visit.actor, CANCEL),
        progress_of=progress_of,
    )


async def show(visit: Visit) -> Response:
    """Return one command with the station's answer."""
    row = await visit.ask("commands.show", id=visit.part("id"))
    return visit.page(
        "commands/show.html",
        visit.words.label(row.command),
        row=row,
        answer=_lines(row.answer),
        asked=_lines(row.request),
        may_cancel=may(visit.actor, CANCEL),
        progress_of=progress_of,
    )


async def cancel(visit: Visit) -> Response:
    """Take back a command that waits."""
    await visit.form()
    await visit.ask(CANCEL, id=visit.part("id"))
    return visit.go(f"/commands/{quote(visit.part('id'))}")


_TONES: Final[Mapping[CommandState, tuple[str, str]]] = {
    CommandState.WAITING: ("paused", "idle"),
    CommandState.SENT: ("busy", "busy"),
    CommandState.ACCEPTED: ("busy", "busy"),
    CommandState.DONE: ("good", "good"),
    CommandState.REJECTED: ("warn", "warn"),
    CommandState.FAILED: ("warn", "bad"),
    CommandState.TIMED_OUT: ("offline", "bad"),
    CommandState.NOT_SUPPORTED: ("closed", "idle"),
    CommandState.CANCELLED: ("closed", "idle"),
}


def progress_of(words: Any, state: CommandState) -> dict[str, str]:
    """Return how far a command is as shape, tone and word."""
    shape, tone = _TONES[state]
    return {"shape": shape, "tone": tone, "text": words.label(state)}


async def _form(visit: Visit, given: Mapping[str, str], status: int = 200, problems: Any = ()) -> Response:
    verb = _verb(visit)
    detail = await visit.ask("stations.show", id=visit.part("id"))
    asked = [_field(visit, verb, each, detail.station) for each in CAPABILITIES[f"stations.{verb}"].fields]
    now = [each for each in asked if each.name not in AHEAD]
    return visit.page(
        "commands/form.html",
        visit.words.t("capability." + f"stations.{verb}"),
        status,
        station=detail.station,
        verb=verb,
        own=[each for each in now if each.name not in LATER],
        later=[each for each in now if each.name in LATER],
        given={each.name: "" for each in now} | dict(given),
        problems=problems,
    )


def _verb(visit: Visit) -> str:
    verb = visit.part("kind")
    if verb not in verbs():
        raise NotFoundError("commands.verb_unknown", verb=verb[:40])
    return verb


def _field(visit: Visit, verb: str, field: Any, station: Any) -> AskedField:
    kind, several = _kind(verb, field.name)
    title = visit.words.t(TITLES.get(field.name) or "option." + field.name)
    required = field.default is MISSING and field.default_factory is MISSING
    if field.name == "connector":
        outlets = tuple(
            Choice(str(each.number), visit.words.t("console.outlet_number", number=each.number))
            for each in station.outlets
        )
        return AskedField(field.name, title, "choice", required, several, outlets)
    if field.name in ("tag", "parent_tag"):
        cards = visit.desk.gate.house.inventory().tags.values()
        choices = tuple(Choice(each.id, each.name) for each in cards)
        return AskedField(field.name, title, "choice", required, several, choices)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        choices = tuple(Choice(each.value, _word(visit, each)) for each in kind)
        return AskedField(field.name, title, "choice", required, several, choices)
    controls = {bool: "check", datetime: "time"}
    return AskedField(field.name, title, controls.get(kind, "text"), required, several)


def _word(visit: Visit, member: StrEnum) -> str:
    """Return a word in the page's language, or OCPP's own where it is nobody's daily one."""
    return visit.words.label(member) if type(member).__name__ in LABELS else member.value.replace("_", " ")


def _kind(verb: str, name: str) -> tuple[Any, bool]:
    hint = get_type_hints(CAPABILITIES[f"stations.{verb}"].request)[name]
    several = get_origin(hint) is tuple
    parts = [part for part in (get_args(hint) or (hint,)) if part not in (NoneType, Ellipsis)]
    return parts[0], several


def _asked(visit: Visit, verb: str, given: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for field in CAPABILITIES[f"stations.{verb}"].fields:
        if field.name in AHEAD:
            continue
        kind, several = _kind(verb, field.name)
        said = [str(each).strip() for each in given.getlist(field.name)]
        if several:
            lines = [line.strip() for each in said for line in each.splitlines() if line.strip()]
            asked |= {field.name: lines} if lines else {}
        elif kind is bool:
            asked[field.name] = bool(said and said[0])
        elif said and said[0]:
            asked[field.name] = _local(visit, said[0]) if kind is datetime else said[0]
    return asked


def _local(visit: Visit, text: str) -> str:
    """Return an instant given in the district's time with its zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=visit.words.zone).isoformat()
    except ValueError:
        return text


def _lines(told: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Return what a station told as names and values, lists one under the other."""
    found: list[tuple[str, str]] = []
    for name, value in told.items():
        place = f"{path}{name}"
        if isinstance(value, Mapping):
            found += _lines(value, f"{place}.")
        elif isinstance(value, (list, tuple)):
            for number, each in enumerate(value, 1):
                inner = each if isinstance(each, Mapping) else {"": each}
                found += [(line.rstrip("."), text) for line, text in _lines(inner, f"{place} {number}.")]
        else:
            found.append((place, NO_WORD if value is None else str(value)))
    return found
