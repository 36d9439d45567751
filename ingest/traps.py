"""What is easily misread about a device that was heard, each with what to do about it in its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from core.quantities import PROPERTIES, Kind
from core.texts import Finding
from ingest.formats import DECODERS
from ingest.hearing import Track
from ingest.part_rows import Part
from ingest.preview import Preview
from ingest.redaction import redact_topic

CLOCK_LIMIT_S: Final = 120
MIXED_UNITS: Final[Mapping[str, str]] = {
    "opendtu": "yieldtotal (kWh), yieldday (Wh)",
    "ahoydtu": "YieldTotal (kWh), YieldDay (Wh)",
    "evcc": "chargeTotalImport (kWh), chargedEnergy (Wh)",
}
"""Formats whose tree has both, and the names that show it."""
_WATT_MINUTES: Final = re.compile(r"(emeter|relay|meter|light|roller)/\d/(returned_)?energy")
_LOCAL_TIME: Final = re.compile(
    rb'"(?:Time|time|timestamp|Timestamp|last_seen|ts)"\s*:\s*"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"'
)
_SENTINELS: Final = "payload.value_sentinel"
_CLOCK_OFF_BY: Final = (
    (60, 120 * 60, "detective.clock_ahead", "detective.clock_behind"),
    (3600, 48 * 3600, "detective.clock_ahead_hours", "detective.clock_behind_hours"),
    (86_400, float("inf"), "detective.clock_ahead_days", "detective.clock_behind_days"),
)
"""Seconds of a unit, up to how many seconds it is told in, and the codes."""
_CLOCKS: Final = ("payload.time_implausible", "payload.time_invalid", "payload.time_missing")
_UNITS: Final = "payload.unit_missing"
_SAID_ELSEWHERE: Final = frozenset({_SENTINELS, _UNITS, *_CLOCKS, "payload.not_announced"})


def traps(format_: str, topic: str, tracks: Sequence[Track], part: Part, seen: Preview) -> tuple[Finding, ...]:
    """Return all warnings about a meter that was heard."""
    return tuple(finding for trap in TRAPS for finding in trap(format_, topic, tracks, part, seen))


def _watt_minutes(_: str, topic: str, tracks: Sequence[Track], *__: object) -> Iterator[Finding]:
    tails = {track.topic.removeprefix(f"{topic}/") for track in tracks}
    counted = sorted(tail for tail in tails if _WATT_MINUTES.fullmatch(tail))
    if counted and topic.startswith("shellies/"):
        yield Finding.of("detective.watt_minutes", name=counted[0])


def _mixed_units(format_: str, *_: object) -> Iterator[Finding]:
    if format_ in MIXED_UNITS:
        yield Finding.of("detective.units_mixed", names=MIXED_UNITS[format_])


def _replays(_: str, __: str, tracks: Sequence[Track], ___: Part, seen: Preview) -> Iterator[Finding]:
    if all(track.retained == track.count for track in tracks):
        yield Finding.of("detective.retained_only")
    elif seen.values and all(value.replayed for value in seen.values.values()):
        yield Finding.of("detective.values_retained_only")


def _local_time(format_: str, _: str, tracks: Sequence[Track], *__: object) -> Iterator[Finding]:
    if format_ != "wmbusmeters" and any(_LOCAL_TIME.search(track.newest.payload) for track in tracks):
        yield Finding.of("detective.local_time")


def _sessions(_: str, __: str, ___: Sequence[Track], part: Part, seen: Preview) -> Iterator[Finding]:
    counters = [value.quantity for value in seen.values.values() if value.quantity.kind is Kind.SESSION]
    if counters and not seen.registers and not part.vehicle:
        yield Finding.of("detective.session_counter_only")
    elif counters and not part.vehicle:
        yield Finding.of("detective.session_counter")


def _falls(_: str, __: str, ___: Sequence[Track], ____: Part, seen: Preview) -> Iterator[Finding]:
    for value in seen.registers:
        if value.fell > 0:
            properties = PROPERTIES[value.quantity]
            amount = f"{value.fell / properties.divisor:.{max(properties.decimals, 3)}f} {properties.shown_unit}"
            yield Finding.of("detective.register_falls", amount=amount)


def _units(_: str, __: str, ___: Sequence[Track], part: Part, seen: Preview) -> Iterator[Finding]:
    if part.unit_open or _UNITS in seen.remarks:
        yield Finding.of("detective.unit_missing")
    elif any(not named.target for named in part.names):
        yield Finding.of("detective.meaning_missing")
    if any(named.target for named in part.names):
        yield Finding.of("detective.meaning_guessed")


def _sentinels(_: str, __: str, ___: Sequence[Track], ____: Part, seen: Preview) -> Iterator[Finding]:
    if finding := seen.remarks.get(_SENTINELS):
        said = dict(finding.params)
        yield Finding.of("detective.sentinel", field=said.get("field", ""), value=said.get("value", ""))


def _clock(_f: str, _t: str, _h: Sequence[Track], _p: Part, seen: Preview) -> Iterator[Finding]:
    wrong = next((seen.remarks[code] for code in _CLOCKS if code in seen.remarks), None)
    if wrong:
        yield Finding.of("detective.clock_unusable", time=dict(wrong.params).get("time", "-"))
    elif seen.ahead_s is not None and abs(seen.ahead_s) > CLOCK_LIMIT_S:
        off_s = abs(seen.ahead_s)
        unit_s, _, ahead, behind = next(row for row in _CLOCK_OFF_BY if off_s < row[1])
        yield Finding.of(ahead if seen.ahead_s > 0 else behind, count=round(off_s / unit_s))


def _rejected(format_: str, _: str, __: Sequence[Track], part: Part, seen: Preview) -> Iterator[Finding]:
    needs_first = DECODERS[format_].needs_fields and not any(named.target for named in part.names)
    told = [finding for code, finding in seen.reasons.items() if code not in _SAID_ELSEWHERE]
    yield from () if needs_first else told[:3]
    odd = [finding for code, finding in seen.remarks.items() if code not in _SAID_ELSEWHERE]
    yield from odd[:3]


def _nothing(_: str, __: str, ___: Sequence[Track], part: Part, seen: Preview) -> Iterator[Finding]:
    if not seen.values and not part.names and not seen.rejected and not seen.positions:
        yield Finding.of("detective.nothing_measured")


def _personal(_: str, topic: str, __: Sequence[Track], part: Part, ___: Preview) -> Iterator[Finding]:
    if redact_topic(topic) != topic:
        yield Finding.of("detective.topic_personal")
    if part.vehicle:
        yield Finding.of("detective.vehicle")


_TRACKERS: Final = (("batteryLevel", "detective.tracker_battery"), ("totalDistance", "detective.tracker_distance"))


def _of_tracker(format_: str, _: str, tracks: Sequence[Track], *__: object) -> Iterator[Finding]:
    if format_ == "traccar":
        for name, code in _TRACKERS:
            if any(f'"{name}"'.encode() in track.newest.payload for track in tracks):
                yield Finding.of(code, name=name)


def _of_profile(format_: str, *_: object) -> Iterator[Finding]:
    if format_ == "wican":
        yield Finding.of("detective.units_of_profile")


Trap = Callable[[str, str, Sequence[Track], Part, Preview], Iterator[Finding]]
TRAPS: Final[tuple[Trap, ...]] = (
    _personal,
    _nothing,
    _replays,
    _clock,
    _local_time,
    _watt_minutes,
    _mixed_units,
    _of_tracker,
    _of_profile,
    _units,
    _sessions,
    _falls,
    _sentinels,
    _rejected,
)
"""In the order in which they are told: what makes all values useless first."""
