"""Asking charge points for something, one of them or many at once: what, how, whether really, and off it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import Response

from console.pages.asked_fields import LATER, asked_in, fields_of
from console.pages.commands import CANCEL, rows_of, said
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice
from console.pages.places import PLACES, may
from console.pages.visit import Visit
from core.errors import NotFoundError, RequestError, ServiceError
from operations.edge import read_request
from operations.gate import admitted
from operations.local_lists.plan import GROUP as LISTS

OFTEN: Final = ("start", "stop", "reset", "unlock", "availability", "limit", "clear_limit", "get", "set", "trigger")
"""What operators do every week; all else stands below."""

AT_ONCE: Final = ("reset", "availability", "limit", "clear_limit", "get", "set", "trigger", "sync_list", "password")
"""What makes sense for many stations alike."""

CONFIRMED: Final = frozenset(
    {"stop", "reset", "unlock", "availability", "clear_cache", "password", "firmware", "delete_certificate"}
)
"""What disturbs people who charge, or cannot be taken back: it is asked for twice."""

LIST: Final = "sync_list"
FIRMWARE: Final = frozenset({"firmware", "publish_firmware"})
PAGE_OF_STATIONS: Final = 500
STATION_WAITS_S: Final = 2.0
"""So long a form waits for one station's answer; the page it leads to waits for all that takes longer."""

_NOT_ASKED: Final = frozenset({"csrf_token", "confirmed"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The stations that something is asked of, as rows of their list, and where the pages about it stand."""

    stations: tuple[Any, ...]
    path: str
    query: str = ""

    @property
    def only(self) -> Any:
        """Return the one station, None where there may be several."""
        return None if self.query else self.stations[0]

    @property
    def charging(self) -> tuple[Any, ...]:
        """Return those where a session runs now."""
        return tuple(each for each in self.stations if any(outlet.session for outlet in each.outlets))

    @property
    def silent(self) -> tuple[Any, ...]:
        """Return those that are not connected."""
        return tuple(each for each in self.stations if not each.connected)

    @property
    def outlets(self) -> tuple[int, ...]:
        """Return the numbers of all their outlets."""
        return tuple(sorted({outlet.number for each in self.stations for outlet in each.outlets}))

    @property
    def ids(self) -> str:
        """Return the stations as commands name them."""
        return ",".join(each.id for each in self.stations)

    def form_of(self, verb: str) -> str:
        """Return the address of a command's form."""
        return f"{self.path}/{verb}?{self.query}" if self.query else f"{self.path}/{verb}"


def verbs() -> tuple[str, ...]:
    """Return all that can be asked of a station, what is done often first."""
    named = [row.partition(".")[2] for row, place in PLACES.items() if place == "/stations/{id}/ask/{kind}"]
    return (*OFTEN, *(verb for verb in named if verb not in OFTEN))


async def choose(visit: Visit) -> Response:
    """Return what a station can be asked, and what it was asked last."""
    chosen = await _one(visit)
    station = chosen.stations[0]
    asked = await visit.ask("commands.list", station=station.id, limit=20)
    allowed = [verb for verb in verbs() if may(visit.actor, f"stations.{verb}")]
    return visit.page(
        "commands/choose.html",
        visit.words.t("commands.heading", name=station.name),
        station=station,
        chosen=chosen,
        often=[verb for verb in allowed if verb in OFTEN],
        seldom=[verb for verb in allowed if verb not in OFTEN],
        name_of=lambda verb: visit.words.t("capability." + f"stations.{verb}"),
        page=asked,
        may_cancel=may(visit.actor, CANCEL),
        **rows_of(asked),
    )


async def choose_many(visit: Visit) -> Response:
    """Return what the chosen stations can be asked at once."""
    chosen = await _many(visit, visit.request.query_params)
    return visit.page(
        "commands/choose_many.html",
        visit.words.t("commands.heading_many", count=len(chosen.stations)),
        chosen=chosen,
        verbs=[verb for verb in AT_ONCE if may(visit.actor, f"stations.{verb}")],
        name_of=lambda verb: visit.words.t("capability." + f"stations.{verb}"),
    )


async def form(visit: Visit) -> Response:
    """Return the form of a command to one station."""
    verb = _verb(visit)
    return await _form(visit, await _one(visit), verb, dict(visit.query.items()))


async def form_many(visit: Visit) -> Response:
    """Return the form of a command to several stations."""
    verb = _verb(visit, AT_ONCE)
    return await _form(visit, await _many(visit, visit.request.query_params), verb, dict(visit.query.items()))


async def ask(visit: Visit) -> Response:
    """Ask a station, after a word of warning where somebody could be disturbed."""
    verb, given = _verb(visit), await visit.form()
    return await _ask(visit, await _one(visit), verb, given)


async def ask_many(visit: Visit) -> Response:
    """Ask several stations, after saying of how many, and at which of them somebody charges."""
    verb, given = _verb(visit, AT_ONCE), await visit.form()
    return await _ask(visit, await _many(visit, given), verb, given)


async def _ask(visit: Visit, chosen: Chosen, verb: str, given: Any) -> Response:
    try:
        asked = asked_in(visit, verb, given)
        if _to_confirm(chosen, verb, asked) and not given.get("confirmed"):
            return _confirm(visit, chosen, verb, asked, given)
        return visit.go(await _sent(visit, chosen, verb, asked))
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        filled = {name: str(given.get(name, "")) for name in given}
        return await _form(visit, chosen, verb, filled, 422, problems_of(visit, error))


async def _sent(visit: Visit, chosen: Chosen, verb: str, asked: Mapping[str, Any]) -> str:
    """Ask, and return the address where it is seen how it goes."""
    if verb == LIST:
        for station in chosen.stations:
            await visit.ask(f"stations.{LIST}", id=station.id)
        return f"/commands?{urlencode({'group': LISTS})}"
    wait_s = STATION_WAITS_S if chosen.only else 0
    found = await visit.ask(f"stations.{verb}", id=chosen.ids, wait_s=wait_s, **asked)
    if len(found.items) == 1:
        return f"/commands/{found.items[0].id}"
    return f"/commands?{urlencode({'group': found.group})}"


def _to_confirm(chosen: Chosen, verb: str, asked: Mapping[str, Any]) -> bool:
    if len(chosen.stations) > 1:
        return True
    return verb in CONFIRMED and not asked.get("operative")


def _confirm(visit: Visit, chosen: Chosen, verb: str, asked: Mapping[str, Any], given: Any) -> Response:
    """Return the page that says what is about to happen, and to whom; the form's fields go along."""
    capability = admitted(f"stations.{verb}", visit.actor)
    if verb != LIST:
        read_request(capability, {**asked, "id": chosen.ids})
    filled = [(name, str(value)) for name, value in given.multi_items() if name not in _NOT_ASKED and str(value)]
    return visit.page(
        "commands/confirm.html",
        visit.words.t("capability." + f"stations.{verb}"),
        chosen=chosen,
        verb=verb,
        stations=sorted(chosen.stations, key=lambda each: each not in chosen.charging),
        effect="commands.effect." + _effect(verb, asked),
        lines=said(visit.words, {name: value for name, value in asked.items() if value or name == "operative"}),
        filled=filled,
        waits=bool(asked.get("when_idle") or asked.get("at_utc")),
        back=f"{chosen.path}/{quote(verb)}?{urlencode(filled)}",
    )


def _effect(verb: str, asked: Mapping[str, Any]) -> str:
    """Return what of a command says what becomes of running sessions."""
    if verb == "reset":
        return f"reset_{asked.get('way', 'immediate')}"
    if verb == "availability":
        return "in_service" if asked.get("operative") else "out_of_service"
    return verb


async def _library(visit: Visit, verb: str) -> tuple[Choice, ...]:
    """Return the files of the firmware library, where a command may be about one."""
    if verb not in FIRMWARE:
        return ()
    files = (await visit.ask("firmware.list")).items
    text = visit.words.t
    return tuple(
        Choice(str(each.id), text("firmware.one", maker=each.maker, model=each.model, firmware=each.firmware))
        for each in files
    )


async def _form(
    visit: Visit,
    chosen: Chosen,
    verb: str,
    given: Mapping[str, str],
    status: int = 200,
    problems: Sequence[Problem] = (),
) -> Response:
    now = fields_of(visit, verb, chosen.outlets, await _library(visit, verb))
    return visit.page(
        "commands/form.html",
        visit.words.t("capability." + f"stations.{verb}"),
        status,
        chosen=chosen,
        verb=verb,
        own=[each for each in now if each.name not in LATER],
        later=[each for each in now if each.name in LATER],
        given={each.name: each.given for each in now} | dict(given),
        problems=problems,
    )


def _verb(visit: Visit, known: Sequence[str] = ()) -> str:
    verb = visit.part("kind")
    if verb not in (known or verbs()):
        raise NotFoundError("commands.verb_unknown", verb=verb[:40])
    return verb


async def _one(visit: Visit) -> Chosen:
    detail = await visit.ask("stations.show", id=visit.part("id"))
    return Chosen((detail.station,), f"/stations/{quote(detail.station.id, safe='')}/ask")


async def _many(visit: Visit, given: Any) -> Chosen:
    """Return the stations that were ticked, or all that a list was narrowed to.

    Raises `RequestError` where none was, `NotFoundError` for one that is not in use.
    """
    whole = bool(given.get("all"))
    narrowed = {name: given.get(name, "") for name in ("site", "query") if whole and given.get(name)}
    found = await _stations(visit, narrowed)
    if not whole:
        ticked = list(dict.fromkeys(given.getlist("station")))
        unknown = [each for each in ticked if each not in found]
        if unknown:
            raise NotFoundError("stations.unknown", id=", ".join(unknown)[:80])
        found = {each: found[each] for each in ticked}
    if not found:
        raise RequestError("commands.none_chosen")
    return Chosen(tuple(found.values()), "/commands/new", urlencode([("station", each) for each in found]))


async def _stations(visit: Visit, narrowed: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    cursor: str | None = None
    while True:
        page = await visit.ask("stations.list", **narrowed, limit=PAGE_OF_STATIONS, cursor=cursor)
        found |= {row.id: row for row in page.items}
        cursor = page.next_cursor
        if cursor is None:
            return found
