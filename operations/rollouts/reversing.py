"""A roll-out of settings taken back: the same stations, with what they had before. Nothing here waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.errors import RequestError
from core.rollouts import Rollout, RolloutKind, RolloutState, RolloutStation, SettingChange, StationRollout

_TOUCHED = frozenset(
    {StationRollout.ASKED, StationRollout.PROVING, StationRollout.DONE, StationRollout.FAILED},
)


def reversed_rollout(rollout: Rollout, wave: int | None, by: str, now_utc: datetime) -> Rollout:
    """Return the roll-out that takes another back, at one wave or at all stations that it has come to.

    What a station did not tell before, and what cannot be taken back from afar, is left as it is. Raises
    `RequestError` where that leaves nothing.
    """
    if rollout.kind is not RolloutKind.SETTINGS:
        raise RequestError("rollouts.only_settings_reversed", id=rollout.id)
    touched = [each for each in rollout.stations if each.state in _TOUCHED and wave in (None, each.wave)]
    stations = tuple(
        RolloutStation(station=each.station, wave=each.wave, since_utc=now_utc, changes=changes)
        for each in touched
        if (changes := tuple(_reversed(each.changes, rollout.id)))
    )
    if not stations:
        raise RequestError("rollouts.nothing_to_reverse", id=rollout.id)
    first = min(each.wave for each in stations)
    return replace(
        rollout,
        id=0,
        turn=0,
        stations=tuple(replace(each, wave=each.wave - first + 1) for each in stations),
        plan="",
        reverses=rollout.id,
        state=RolloutState.RUNNING,
        forgiven=0,
        finding=None,
        started_by=by,
        started_at_utc=now_utc,
        changed_by=by,
        changed_at_utc=now_utc,
    )


def _reversed(changes: Iterable[SettingChange], rollout: int) -> Iterable[SettingChange]:
    for each in changes:
        if each.old is not None and each.new is not None and not each.irreversible:
            yield replace(each, new=each.old, old=each.new, origin=f"rollout:{rollout}", network=None)
