"""Limits as charging profiles: one schedule, in the unit that the station takes.

OCPP 1.6 chapter 3.13 and 2.0.1 block K. A limit has at most one decimal (1.6, SetChargingProfile) and is
rounded down, so that it is never exceeded.
"""

from __future__ import annotations

from datetime import datetime
from math import floor
from typing import Any, NamedTuple

from chargepoints.commands.answers import Answer, number, part, parts, text, whole
from chargepoints.commands.sending import Context, Payload, given, instant
from core.command_requests import LimitPower, LimitStep, StartCharging
from core.command_words import LimitPurpose, LimitTime, RateUnit
from core.errors import RequestError

KINDS = {
    LimitTime.ABSOLUTE: "Absolute",
    LimitTime.RELATIVE: "Relative",
    LimitTime.DAILY: "Recurring",
    LimitTime.WEEKLY: "Recurring",
}
RECURRING = {LimitTime.DAILY: "Daily", LimitTime.WEEKLY: "Weekly"}

_DECIMALS = 10
_HAIR = 1e-9
"""So that 6.1 stays 6.1, which no binary number is exactly."""


class Profile(NamedTuple):
    """What all versions say of a limit: where, under which number, for which transaction, and its schedule."""

    connector: int
    number: int
    transaction: str
    fields: Payload
    schedule: Payload


def profile_of(request: LimitPower, context: Context) -> Profile:
    """Return a limit's profile. Raises `RequestError` for one that cannot be."""
    running = context.running(request.session) if request.purpose is LimitPurpose.SESSION else None
    _check_purpose(request)
    number_ = context.number if request.profile is None else request.profile
    fields = {
        "stackLevel": request.stack_level,
        "chargingProfileKind": KINDS[request.time],
        **given(
            recurrencyKind=RECURRING.get(request.time),
            validFrom=_instant(request.from_utc),
            validTo=_instant(request.until_utc),
        ),
    }
    connector = running.connector if running else request.connector or 0
    transaction = running.transaction if running else ""
    return Profile(connector, number_, transaction, fields, _schedule(request, context))


def start_profile(request: StartCharging, context: Context) -> Profile | None:
    """Return the limit that a start brings along, counted from the session's begin; None if it brings none."""
    if request.power_w is None and request.current_a is None:
        return None
    fields = {"stackLevel": 0, "chargingProfileKind": KINDS[LimitTime.RELATIVE]}
    step = LimitStep(start_s=0, power_w=request.power_w, current_a=request.current_a, phases=request.phases)
    return Profile(request.connector, context.number, "", fields, _periods([step], context))


def told_schedule(schedule: Answer, begin: str) -> dict[str, Any]:
    """Return what a station told of a composite schedule: unit, begin, steps; no limit is None."""
    return {
        "unit": text(schedule, "chargingRateUnit"),
        "from": begin,
        "duration_s": whole(schedule, "duration"),
        "steps": [
            {
                "start_s": whole(period, "startPeriod"),
                "limit": number(period, "limit"),
                "phases": _phases(whole(period, "numberPhases")),
            }
            for period in parts(schedule, "chargingSchedulePeriod")
        ],
    }


def told_composite_16(answer: Answer) -> dict[str, Any]:
    """Return the schedule of a GetCompositeSchedule.conf."""
    schedule = part(answer, "chargingSchedule")
    begin = text(answer, "scheduleStart") or text(schedule, "startSchedule")
    return {"connector": whole(answer, "connectorId"), **told_schedule(schedule, begin)} if schedule else {}


def told_composite_2(answer: Answer) -> dict[str, Any]:
    """Return the schedule of a GetCompositeScheduleResponse."""
    schedule = part(answer, "schedule")
    begin = text(schedule, "scheduleStart")
    return {"connector": whole(schedule, "evseId"), **told_schedule(schedule, begin)} if schedule else {}


def _phases(count: int | None) -> int | None:
    return count if count is not None and count > 0 else None


def _check_purpose(request: LimitPower) -> None:
    if request.purpose is LimitPurpose.EXTERNAL:
        raise RequestError("ocpp.limit_of_others")
    whole_station = request.purpose is LimitPurpose.STATION
    if whole_station and (request.connector or request.time is LimitTime.RELATIVE):
        raise RequestError("ocpp.limit_whole_station")


def _schedule(request: LimitPower, context: Context) -> Payload:
    first = LimitStep(start_s=0, power_w=request.power_w, current_a=request.current_a, phases=request.phases)
    schedule = _periods(list(request.steps) or [first], context)
    if request.time is LimitTime.RELATIVE:
        return schedule
    begin_utc = request.from_utc or context.now_utc
    schedule["startSchedule"] = instant(begin_utc)
    if request.until_utc is not None and request.time is LimitTime.ABSOLUTE:
        duration_s = int((request.until_utc - begin_utc).total_seconds())
        if duration_s <= 0:
            raise RequestError("ocpp.limit_over")
        schedule["duration"] = duration_s
    return schedule


def _periods(steps: list[LimitStep], context: Context) -> Payload:
    starts = [step.start_s for step in steps]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise RequestError("ocpp.limit_steps")
    unit = context.rate_unit or (RateUnit.AMPERE if steps[0].power_w is None else RateUnit.WATT)
    return {
        "chargingRateUnit": unit.value,
        "chargingSchedulePeriod": [
            {"startPeriod": step.start_s, "limit": _limit(step, unit, context), **given(numberPhases=step.phases)}
            for step in steps
        ],
    }


def _limit(step: LimitStep, unit: RateUnit, context: Context) -> float:
    """Return a step's limit in `unit`; a current is that of each phase."""
    volt_phases = context.voltage_v * (step.phases or context.phases)
    match step.power_w, step.current_a:
        case float() | int() as power_w, None:
            limit = power_w if unit is RateUnit.WATT else power_w / volt_phases
        case None, float() | int() as current_a:
            limit = current_a if unit is RateUnit.AMPERE else current_a * volt_phases
        case _:
            raise RequestError("ocpp.limit_missing")
    if limit < 0:
        raise RequestError("ocpp.limit_missing")
    return floor(limit * _DECIMALS + _HAIR) / _DECIMALS


def _instant(at_utc: datetime | None) -> str | None:
    return None if at_utc is None else instant(at_utc)
