"""The form of a command to charge points, made from its request: fields, choices, and what was filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, dataclass
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from console.pages.filters import Choice
from console.pages.visit import Visit
from console.pages.words import LABELS
from operations.table import CAPABILITIES

AHEAD: Final = frozenset({"id", "wait_s", "answer_within_s"})
LATER: Final = ("when_idle", "at_utc", "expires_utc")
TITLES: Final = {
    "at_utc": "commands.not_before",
    "connector": "console.outlet",
    "expires_utc": "commands.expires",
    "file": "firmware.from_library",
    "from_utc": "commands.from",
    "install_at_utc": "commands.install_at",
    "retrieve_at_utc": "commands.retrieve_at",
    "to_utc": "commands.until",
    "until_utc": "commands.until",
}
"""Fields whose option on the command line asks for a way to write it that a form has not."""


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field of a command: its name, its text, how it is asked for, and what may be chosen.

    `given` is what is chosen at first, `nothing` what an empty choice stands for.
    """

    name: str
    title: str
    control: str
    required: bool
    several: bool
    choices: tuple[Choice, ...] = ()
    given: str = ""
    nothing: str = ""


def fields_of(visit: Visit, verb: str, outlets: Iterable[int], library: tuple[Choice, ...] = ()) -> list[AskedField]:
    """Return the fields of a command to stations that have these outlets; `library` are the firmware files."""
    known = [each for each in CAPABILITIES[f"stations.{verb}"].fields if each.name not in AHEAD]
    return [_field(visit, verb, each, tuple(outlets), library) for each in known]


def asked_in(visit: Visit, verb: str, given: Any) -> dict[str, Any]:
    """Return what a form asks for, as the capability takes it; what was left empty is not asked."""
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


def _field(visit: Visit, verb: str, field: Any, outlets: tuple[int, ...], library: tuple[Choice, ...]) -> AskedField:
    kind, several = _kind(verb, field.name)
    title = visit.words.t(TITLES.get(field.name) or "option." + field.name)
    required = field.default is MISSING and field.default_factory is MISSING
    if field.name == "connector":
        numbered = tuple(Choice(str(each), visit.words.t("console.outlet_number", number=each)) for each in outlets)
        whole = "" if required else visit.words.t("commands.whole_station")
        return AskedField(field.name, title, "choice", required, several, numbered, nothing=whole)
    if field.name == "file":
        elsewhere = visit.words.t("firmware.from_elsewhere")
        return AskedField(field.name, title, "choice", required, several, library, nothing=elsewhere)
    if field.name in ("tag", "parent_tag"):
        cards = visit.desk.gate.house.inventory().tags.values()
        choices = tuple(Choice(each.id, each.name) for each in cards)
        return AskedField(field.name, title, "choice", required, several, choices)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        choices = tuple(Choice(each.value, _word(visit, each)) for each in kind)
        given = field.default.value if isinstance(field.default, StrEnum) else ""
        return AskedField(field.name, title, "choice", required, several, choices, given)
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


def _local(visit: Visit, text: str) -> str:
    """Return an instant given in the district's time with its zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=visit.words.zone).isoformat()
    except ValueError:
        return text
