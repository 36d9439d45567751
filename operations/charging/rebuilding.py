"""Sessions assembled again from the journal: what would be otherwise, and kept if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from chargepoints.chronicle import rebuild_events
from chargepoints.rebuilding import Rebuilt, rebuild
from chargepoints.replay import Replay
from chargepoints.settings import ChargePointSettings
from core.books import SessionFilter
from core.errors import NotFoundError, RequestError
from core.facts import ChargeSession, Origin, TagVerdict
from core.inventory import Station
from core.periods import Period
from core.texts import Finding
from operations.charging.corrections import again, whole_of
from operations.house import Call, House

SHOWN: Final = 500
_AT_ONCE: Final = 500
_BEFORE: Final = timedelta(days=2)
_NOT_COMPARED: Final = frozenset({"id", "station", "origin", "protocol"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSessions:
    """Which charge points' sessions are assembled again: one by its `id`, those of a `site`, or all.

    `since_utc` leaves out sessions that began before. With `dry_run` nothing is kept.
    """

    id: str | None = None
    site: str | None = None
    since_utc: datetime | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDifference:
    """What is otherwise in one session: a `field`, what it was and what it is; of a new session only what it is."""

    session: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsRebuilt:
    """What came of it: `same` as before, `changed`, `added`.

    `gone` are recorded sessions that the journal no longer gives, which are left as they are; `out_of_reach` those
    whose frames the journal no longer has. `differences` are the first 500.
    """

    dry_run: bool
    stations: int
    frames: int
    same: int
    changed: int
    added: int
    gone: tuple[str, ...]
    out_of_reach: int
    differences: tuple[SessionDifference, ...]


@dataclass(slots=True)
class _Found:
    frames: int = 0
    same: int = 0
    out_of_reach: int = 0
    gone: list[str] = field(default_factory=list)
    changed: list[tuple[ChargeSession, ChargeSession]] = field(default_factory=list)
    added: list[ChargeSession] = field(default_factory=list)


async def rebuild_sessions(house: House, request: RebuildSessions, call: Call) -> SessionsRebuilt:
    """Assemble sessions again from the journal and keep those that are otherwise now.

    What is booked of a session stays booked. The stations' events are made again with them.
    Raises `NotFoundError` or `ForbiddenError`.
    """
    stations, found = _stations(house, request, call), _Found()
    for number, station in enumerate(stations):
        call.progress(number / len(stations), Finding.of("sessions.rebuilding", station=station.name))
        known = await _known(house, station.id, request.since_utc or datetime.min.replace(tzinfo=UTC))
        replay = _replay()
        rebuilt = await rebuild(
            house.journal,
            replay,
            house.inventory(),
            station=station.id,
            after=await _after(house, station.id, request.since_utc),
            number=house.ledger.transaction_number,
        )
        for session in rebuilt.sessions:
            if session.id not in known and (told := await house.ledger.session_as_told(session.id)) is not None:
                known[session.id] = told  # nobody sees it any more: it was merged with another, or declared void
        _compare(rebuilt, known, request.since_utc, found)
        if not request.dry_run:
            await rebuild_events(house.journal, house.ledger, _replay(), station.id)
    if not request.dry_run:
        await house.ledger.save_sessions([*(after for _, after in found.changed), *found.added])
        await again(house, [*(each for pair in found.changed for each in pair), *found.added], call)
    return SessionsRebuilt(
        dry_run=request.dry_run,
        stations=len(stations),
        frames=found.frames,
        same=found.same,
        changed=len(found.changed),
        added=len(found.added),
        gone=tuple(found.gone[:SHOWN]),
        out_of_reach=found.out_of_reach,
        differences=tuple(_differences(found))[:SHOWN],
    )


def _replay() -> Replay:
    return Replay(lenient=True, max_depth=ChargePointSettings().max_depth)


def _stations(house: House, request: RebuildSessions, call: Call) -> Sequence[Station]:
    known = house.inventory().stations
    if request.id is not None and request.site is not None:
        raise RequestError("sessions.rebuild_one_or_site")
    if request.id is not None:
        if request.id not in known:
            raise NotFoundError("stations.unknown", id=request.id[:80])
        call.must_see(known[request.id].site)
        return [known[request.id]]
    if request.site is not None:
        call.must_see(request.site)
    return [each for each in known.values() if call.actor.sees(each.site) and request.site in (None, each.site)]


async def _known(house: House, station: str, since_utc: datetime) -> dict[str, ChargeSession]:
    """Return the recorded sessions of a station as they were told, by id."""
    told: dict[str, ChargeSession] = {}
    cursor = None
    while True:
        period = Period(since_utc, datetime.max.replace(tzinfo=UTC))
        wanted = SessionFilter(stations=frozenset({station}), period=period, limit=_AT_ONCE, cursor=cursor)
        page = await house.ledger.sessions(wanted)
        for session in page.items:
            if session.origin is Origin.RECORDED and session.first_frame and whole_of(session.id) == session.id:
                told[session.id] = await house.ledger.session_as_told(session.id) or session
        cursor = page.next_cursor
        if cursor is None:
            return told


async def _after(house: House, station: str, since_utc: datetime | None) -> int:
    """Return the frame after which the journal is read, early enough for all sessions begun since."""
    if since_utc is None:
        return 0
    period = Period(datetime.min.replace(tzinfo=UTC), since_utc - _BEFORE)
    page = await house.ledger.sessions(SessionFilter(stations=frozenset({station}), period=period, limit=1))
    return max(page.items[0].first_frame - 1, 0) if page.items else 0


def _compare(rebuilt: Rebuilt, known: dict[str, ChargeSession], since_utc: datetime | None, found: _Found) -> None:
    found.frames += rebuilt.frames
    given = {session.id for session in rebuilt.sessions}
    for session in rebuilt.sessions:
        before = known.get(session.id)
        if since_utc is not None and session.begun_at_utc < since_utc:
            continue
        if before is None:
            found.added += [session] if _is_whole(session) else []
        elif not _in_reach(before, rebuilt) or before.last_frame > session.last_frame:
            found.out_of_reach += 1
        elif (after := _as_answered(session, before)) == before:
            found.same += 1
        else:
            found.changed.append((before, after))
    for session in known.values():
        if session.id not in given:
            found.out_of_reach += not _in_reach(session, rebuilt)
            found.gone += [session.id] if _in_reach(session, rebuilt) else []


def _in_reach(session: ChargeSession, rebuilt: Rebuilt) -> bool:
    return bool(rebuilt.frames) and session.first_frame >= rebuilt.first_frame


def _is_whole(session: ChargeSession) -> bool:
    """Return whether a session that nobody knew is one: without its begin, the journal may have lost the rest."""
    return not any(finding.code == "session.begin_missing" for finding in session.findings)


def _as_answered(session: ChargeSession, before: ChargeSession) -> ChargeSession:
    """Return a session with the verdict and tag that only the ledger still has: erased, or never journalled."""
    verdict = before.tag_verdict if session.tag_verdict is TagVerdict.NONE else session.tag_verdict
    return replace(session, tag=before.tag, tag_verdict=verdict)


def _differences(found: _Found) -> Iterator[SessionDifference]:
    for before, after in found.changed:
        for each in fields(ChargeSession):
            was, now = getattr(before, each.name), getattr(after, each.name)
            if was != now and each.name not in _NOT_COMPARED:
                yield SessionDifference(session=after.id, field=each.name, before=_plain(was), after=_plain(now))
    for session in found.added:
        yield SessionDifference(session=session.id, field="begun_at_utc", before="", after=_plain(session.begun_at_utc))


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(each.code for each in value if isinstance(each, Finding))
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
