"""The jobs that look at the whole district and say what is new: alarms raised, alarms over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import structlog

from core.alarms import ALARMS, Alarm, AlarmChange, AlarmEvent, Observation, advance
from core.errors import ServiceError
from core.letters import Letter
from core.texts import Finding
from operations.alarms.watches import DAILY_WATCHES, WATCHES, Watch
from operations.arrivals.sightings import Seen
from operations.house import Call, House
from operations.publishing.alarms import tell_dashboards
from operations.schedule import JobWork

log = structlog.get_logger("alarms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How many alarms were raised and are over, how many letters that makes, and how many watches could not look."""

    raised: int
    resolved: int
    letters: int
    watches_failed: int


@dataclass(slots=True)
class _Outcome:
    saved: list[Alarm] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    events: Counter[AlarmEvent] = field(default_factory=Counter)


async def watch_district(house: House, _request: JobWork, call: Call) -> Watched:
    """Let every watch look at the district as it is now, and keep what that changes, with its letters, at once.

    A watch that cannot look costs only its own kind: its alarms stay as they are.
    """
    return await _look(house, WATCHES, call)


async def watch_usage(house: House, _request: JobWork, call: Call) -> Watched:
    """Let every watch look that sees something new once a day only; else as `watch_district`."""
    return await _look(house, DAILY_WATCHES, call)


async def _look(house: House, watches: Mapping[str, Watch], call: Call) -> Watched:
    known = {(alarm.kind, alarm.subject): alarm for alarm in await house.ledger.open_alarms()}
    outcome, failed = _Outcome(), 0
    for number, (kind, watch) in enumerate(watches.items()):
        call.progress(number / len(watches), Finding.of("alarms.watching", kind=kind))
        try:
            seen = await watch(house, call)
        except ServiceError as error:
            log.error("watch failed", kind=kind, finding=str(error.finding))
            failed += 1
            continue
        for observation in observations(kind, seen, known, call):
            _take(house, observation, known, outcome, call)
    change = AlarmChange(saved=outcome.saved, dropped=outcome.dropped, letters=outcome.letters)
    await house.ledger.save_alarms(change)
    known |= {(alarm.kind, alarm.subject): alarm for alarm in outcome.saved}
    await tell_dashboards(house, known.values(), call)
    return Watched(
        raised=outcome.events[AlarmEvent.RAISED],
        resolved=outcome.events[AlarmEvent.RESOLVED],
        letters=len(outcome.letters),
        watches_failed=failed,
    )


def observations(kind: str, seen: Seen, known: Mapping[tuple[str, str], Alarm], call: Call) -> Iterator[Observation]:
    """Yield what is there, and of all open alarms of the kind what is no longer there."""
    present = {sighting.subject: sighting for sighting in seen.sightings}
    for subject, sighting in present.items():
        yield Observation(
            kind=kind,
            subject=subject,
            site=sighting.site,
            present=True,
            at_utc=call.now_utc,
            finding=sighting.finding,
        )
    for alarm in known.values():
        if alarm.kind == kind and alarm.subject not in present.keys() | seen.undecided:
            yield Observation(
                kind=kind,
                subject=alarm.subject,
                site=alarm.site,
                present=False,
                at_utc=call.now_utc,
                finding=alarm.finding,
            )


def _take(
    house: House, observation: Observation, known: Mapping[tuple[str, str], Alarm], outcome: _Outcome, call: Call
) -> None:
    before = known.get((observation.kind, observation.subject))
    after, event = advance(before, observation, ALARMS[observation.kind])
    if after is not None and after is not before:
        outcome.saved.append(after)
    if after is None and before is not None:
        outcome.dropped.append(before.id)
    if after is not None and event is not None:
        outcome.events[event] += 1
        if house.notifier is not None:
            outcome.letters += house.notifier.letters(after, event, call.now_utc)
