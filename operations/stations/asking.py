"""From what people ask to commands in the ledger: which stations, who may, and what the command carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from pydantic import TypeAdapter

from core.command_requests import REQUESTS
from core.commands import Command, CommandKind
from core.errors import NotFoundError, RequestError
from core.inventory import Station
from core.secrets import is_secret_setting
from operations.house import Call, House
from operations.stations.requests import RENAMED, Targets

ALL: Final = "all"
"""All charge points of today; one of that name goes before."""
SITE: Final = "site:"
MAKER: Final = "maker:"
AT_ONCE_FOR: Final = timedelta(minutes=1)
WAITING_FOR: Final = timedelta(days=1)
_TAG_FIELDS: Final = ("tag", "parent_tag")
_TARGETS: Final = frozenset(each.name for each in fields(Targets))


def stations_of(house: House, call: Call, wanted: str) -> list[Station]:
    """Return the stations that a text names, parted by commas: ids, `site:<id>`, `maker:<name>[/<model>]`, `all`.

    Of these only those of today, of a maker and of all only those that the actor may see. Raises `NotFoundError` for an
    unknown one or a group without any, `ForbiddenError` outside the actor's sites.
    """
    named = [each.strip() for each in wanted.split(",") if each.strip()]
    if not named:
        raise NotFoundError("stations.unknown", id="")
    found = {station.id: station for each in named for station in _named(house, call, each)}
    for station in found.values():
        call.must_see(station.site)
    return list(found.values())


def in_group(stations: Iterable[Station], group: str) -> list[Station]:
    """Return those of a maker, and of a model if one is named: `maker:Alfen`, `maker:Alfen/Eve`.

    Raises `RequestError` for what is no such group.
    """
    if not group.startswith(MAKER):
        raise RequestError("commands.group_unclear", group=group[:80])
    maker, _, model = group.removeprefix(MAKER).partition("/")
    return [each for each in stations if _same(maker, each.maker) and (not model or _same(model, each.model))]


def _named(house: House, call: Call, name: str) -> list[Station]:
    stations, day = house.inventory().stations, house.day(call.now_utc)
    today = [each for each in stations.values() if each.valid_on(day)]
    if name.startswith(MAKER):
        found = [each for each in in_group(today, name) if call.actor.sees(each.site)]
        if not found:
            raise NotFoundError("commands.group_without_stations", group=name[:80])
        return found
    if name.startswith(SITE):
        found = [each for each in today if each.site == name.removeprefix(SITE)]
        if not found:
            raise NotFoundError("commands.site_without_stations", site=name.removeprefix(SITE)[:80])
        return found
    if name in stations:
        return [stations[name]]
    if name == ALL:
        return [each for each in today if call.actor.sees(each.site)]
    raise NotFoundError("stations.unknown", id=name[:80])


def _same(said: str, known: str | None) -> bool:
    return known is not None and said.strip().casefold() == known.strip().casefold()


def fields_of(house: House, kind: CommandKind, request: Targets) -> dict[str, Any]:
    """Return the fields of a command as plain values; cards by their pseudonyms.

    Raises `NotFoundError` for a card that the inventory does not have.
    """
    given = {
        RENAMED.get(each.name, each.name): getattr(request, each.name)
        for each in fields(request)
        if each.name not in _TARGETS
    }
    for name in _TAG_FIELDS:
        if given.get(name):
            given[name] = tag_of(house, given[name])
    return plain(kind, given)


def plain(kind: CommandKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a command as JSON holds them. Raises `RequestError` for a secret, which is never kept."""
    for setting in given.get("settings", ()):
        if is_secret_setting(setting["key"]):
            raise RequestError("commands.secret_setting", key=setting["key"][:80])
    known = {each.name for each in fields(REQUESTS[kind])}
    adapter: TypeAdapter[Any] = TypeAdapter(REQUESTS[kind])
    said = adapter.validate_python({name: value for name, value in given.items() if name in known})
    dumped: dict[str, Any] = adapter.dump_python(said, mode="json", exclude_defaults=True)
    return dumped


def tag_of(house: House, named: str) -> str:
    """Return the pseudonym of a card named by id or pseudonym. Raises `NotFoundError` for an unknown one."""
    if named.startswith("tag:"):
        return named
    tag = house.inventory().tags.get(named)
    if tag is None or house.pseudonym is None:
        raise NotFoundError("commands.card_unknown", tag=named[:80])
    return tag.known_as(house.pseudonym)


async def asked(
    house: House, request: Targets, call: Call, kind: CommandKind, each: Iterable[tuple[str, Mapping[str, Any]]]
) -> tuple[Command, ...]:
    """Keep one command for each station and its fields, and have them looked at. Returns them with their ids."""
    later = request.when_idle or request.at_utc is not None
    begins = max(call.now_utc, _aware(request.at_utc)) if request.at_utc else call.now_utc
    ends = _aware(request.expires_utc) if request.expires_utc else begins + (WAITING_FOR if later else AT_ONCE_FOR)
    if ends <= begins:
        raise RequestError("commands.expires_before")
    extra = {"answer_within_s": request.answer_within_s} if request.answer_within_s else {}
    group = str(uuid4())
    commands = [
        Command(
            station=station,
            kind=kind,
            request={**said, **extra},
            asked_by=call.actor.name,
            asked_at_utc=call.now_utc,
            expires_at_utc=ends,
            not_before_utc=begins if request.at_utc else None,
            when_idle=request.when_idle,
            connector=said.get("connector"),
            group=group,
        )
        for station, said in each
    ]
    kept = await house.ledger.ask(commands)
    house.wake_commands()
    return kept


def _aware(at_utc: datetime) -> datetime:
    if at_utc.tzinfo is None:
        raise RequestError("commands.instant_without_zone")
    return at_utc.astimezone(UTC)
