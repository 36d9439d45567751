"""Alarms: what needs a person, who has seen it, and what is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Len

from core.alarms import ALARMS, OPEN, Alarm, AlarmFilter, AlarmState, Severity, SubjectKind
from core.errors import ConflictError, NotFoundError
from core.inventory import Inventory
from core.ports import Page
from operations.house import Call, House
from operations.values import Limit, Told, age_s

ACTION = "alarm.action."

Note = Annotated[str, Len(0, 500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAlarms:
    """Which alarms that are not over: at a site, of a kind, of a severity, seen by somebody or not; newest first."""

    site: str | None = None
    kind: str | None = None
    severity: Severity | None = None
    state: AlarmState | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPastAlarms:
    """Which alarms, those that are over too: at a site, of a kind, about a subject; newest first."""

    site: str | None = None
    kind: str | None = None
    subject: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAlarm:
    """One alarm by its id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlarm:
    """Which alarm has been seen, and what is done about it."""

    id: str
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAlarmKinds:
    """All kinds of alarms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An alarm: about what, where, since when, how often seen, what was found last, what to do.

    `subject_name` is the name in the inventory, or the part of the service.
    """

    id: str
    kind: str
    severity: Severity
    state: AlarmState
    subject: str
    subject_name: str
    site: str | None
    site_name: str | None
    finding: Told
    action: Told
    since_utc: datetime
    raised_at_utc: datetime | None
    age_s: float | None
    cleared_at_utc: datetime | None
    acknowledged_at_utc: datetime | None
    acknowledged_by: str
    note: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKindRow:
    """A kind of alarm: how severe, how long it must be there to be raised and gone to be over, whether it is sent."""

    kind: str
    severity: Severity
    subject: SubjectKind
    raise_after_s: float
    clear_after_s: float
    notifies: bool
    action: Told


async def list_alarms(house: House, request: ListAlarms, call: Call) -> Page[AlarmRow]:
    """Return the alarms that are not over and that the actor may see, newest first."""
    states = OPEN if request.state is None else OPEN & {request.state}
    wanted = AlarmFilter(
        states=states,
        sites=sites_seen(house, request.site, call),
        kinds=_kinds(request.kind, request.severity),
        limit=request.limit,
        cursor=request.cursor,
    )
    return await _page(house, wanted, call)


async def list_past_alarms(house: House, request: ListPastAlarms, call: Call) -> Page[AlarmRow]:
    """Return all alarms that were ever raised and that the actor may see, newest first."""
    wanted = AlarmFilter(
        sites=sites_seen(house, request.site, call),
        kinds=_kinds(request.kind, None),
        subject=request.subject,
        limit=request.limit,
        cursor=request.cursor,
    )
    return await _page(house, wanted, call)


async def show_alarm(house: House, request: ShowAlarm, call: Call) -> AlarmRow:
    """Return one alarm, those that are over too. Raises `NotFoundError`, outside the actor's sites `ForbiddenError`."""
    return alarm_row(await _alarm(house, request.id, call), house.inventory(), call)


async def acknowledge_alarm(house: House, request: AcknowledgeAlarm, call: Call) -> AlarmRow:
    """Remember who has seen an alarm first and the newest note on it. The alarm stays until it is over.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError` for one that has not been raised yet.
    """
    alarm = await _alarm(house, request.id, call)
    if alarm.raised_at_utc is None:
        raise ConflictError("alarms.not_raised", id=alarm.id)
    note = " ".join(request.note.split())
    seen = await house.ledger.acknowledge_alarm(alarm.id, call.actor.name, note, call.now_utc)
    return alarm_row(seen or alarm, house.inventory(), call)


async def list_alarm_kinds(_house: House, _request: ListAlarmKinds, _call: Call) -> Page[AlarmKindRow]:
    """Return all kinds of alarms."""
    rows = tuple(
        AlarmKindRow(
            kind=kind,
            severity=row.severity,
            subject=row.subject,
            raise_after_s=row.raise_after.total_seconds(),
            clear_after_s=row.clear_after.total_seconds(),
            notifies=row.notifies,
            action=Told(ACTION + kind, {}),
        )
        for kind, row in ALARMS.items()
    )
    return Page(rows, len(rows))


def alarm_row(alarm: Alarm, inventory: Inventory, call: Call) -> AlarmRow:
    """Return the row of an alarm."""
    site = inventory.sites.get(alarm.site or "")
    return AlarmRow(
        id=alarm.id,
        kind=alarm.kind,
        severity=ALARMS[alarm.kind].severity,
        state=alarm.state,
        subject=alarm.subject,
        subject_name=inventory.name_of(alarm.subject),
        site=alarm.site,
        site_name=site.name if site else None,
        finding=Told.of(alarm.finding),
        action=Told(ACTION + alarm.kind, {}),
        since_utc=alarm.since_utc,
        raised_at_utc=alarm.raised_at_utc,
        age_s=age_s(alarm.since_utc, call.now_utc),
        cleared_at_utc=alarm.cleared_at_utc,
        acknowledged_at_utc=alarm.acknowledged_at_utc,
        acknowledged_by=alarm.acknowledged_by,
        note=alarm.note,
        count=alarm.count,
    )


def sites_seen(house: House, site: str | None, call: Call) -> frozenset[str] | None:
    """Return the sites that are asked for and that the actor may see; None for all, and the district as a whole.

    Raises `NotFoundError` for an unknown site, `ForbiddenError` for one outside the actor's scope.
    """
    if site is None:
        return call.actor.sites
    if site not in house.inventory().sites:
        raise NotFoundError("alarms.site_unknown", site=site[:80])
    call.must_see(site)
    return frozenset({site})


def _kinds(kind: str | None, severity: Severity | None) -> frozenset[str] | None:
    if kind is not None and kind not in ALARMS:
        raise NotFoundError("alarms.kind_unknown", kind=kind[:80])
    if kind is None and severity is None:
        return None
    return frozenset(name for name, row in ALARMS.items() if kind in (None, name) and severity in (None, row.severity))


async def _page(house: House, wanted: AlarmFilter, call: Call) -> Page[AlarmRow]:
    page = await house.ledger.alarms(wanted)
    inventory = house.inventory()
    return Page(tuple(alarm_row(alarm, inventory, call) for alarm in page.items), page.total, page.next_cursor)


async def _alarm(house: House, id: str, call: Call) -> Alarm:  # noqa: A002
    alarm = await house.ledger.alarm(id)
    if alarm is None:
        raise NotFoundError("alarms.unknown", id=id[:80])
    call.must_see(alarm.site)
    return alarm
