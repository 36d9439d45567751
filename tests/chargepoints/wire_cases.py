"""Sessions as stations tell them on the wire, with what becomes of them: begin, end, energy, quality, findings.

Minutes are counted from `BEGUN`. A frame is (when it came, its OCPP version, the call); a start gets the next
number from 12 on, in the order of the list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BEGUN = datetime(2026, 1, 1, 8, tzinfo=UTC)
V16, V201 = "1.6", "2.0.1"
MEASURED, RECOVERED = "measured", "recovered"
Frame = tuple[float, str, list[Any]]
Session = tuple[float, float | None, float | None, str, tuple[str, ...]]
"""Begin and end in minutes, energy in Wh, quality, codes of findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Frames and the sessions that they tell of; `idle_s` of each where it matters, `verdict` on the tag."""

    name: str
    frames: tuple[Frame, ...]
    sessions: tuple[Session, ...]
    idle_s: tuple[float | None, ...] = ()
    skew_s: tuple[float | None, ...] = ()
    verdict: str = "Accepted"
    power_w: float = 22_000.0
    more: dict[str, Any] = field(default_factory=dict)


def at(minutes: float) -> str:
    return (BEGUN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def start(minutes: float, wh: int = 1000, connector: int = 1, *, came: float | None = None, said: str = "") -> Frame:
    payload = {"connectorId": connector, "idTag": "tag:1", "meterStart": wh, "timestamp": said or at(minutes)}
    return minutes if came is None else came, V16, [2, "1", "StartTransaction", payload]


def stop(minutes: float, wh: int, number: int = 12, *, came: float | None = None, said: str = "", **more: Any) -> Frame:
    payload = {"transactionId": number, "meterStop": wh, "timestamp": said or at(minutes), **more}
    return minutes if came is None else came, V16, [2, "1", "StopTransaction", payload]


def meter(
    minutes: float, *sampled: dict[str, str], number: int = 12, connector: int = 1, came: float | None = None
) -> Frame:
    value = {"timestamp": at(minutes), "sampledValue": list(sampled)}
    payload = {"connectorId": connector, "transactionId": number, "meterValue": [value]}
    return minutes if came is None else came, V16, [2, "1", "MeterValues", payload]


def wh(value: float | str, **more: str) -> dict[str, str]:
    return {"value": str(value), **more}


def watts(value: float, **more: str) -> dict[str, str]:
    return {"value": str(value), "measurand": "Power.Active.Import", "unit": "W", **more}


def status(minutes: float, word: str, connector: int = 1, *, came: float | None = None) -> Frame:
    payload = {"connectorId": connector, "errorCode": "NoError", "status": word, "timestamp": at(minutes)}
    return minutes if came is None else came, V16, [2, "1", "StatusNotification", payload]


def boot(minutes: float) -> Frame:
    return minutes, V16, [2, "1", "BootNotification", {"chargePointVendor": "Example", "chargePointModel": "One"}]


def event(
    minutes: float,
    kind: str,
    sequence: int,
    value: float | None = None,
    *,
    transaction: str = "tx-1",
    came: float | None = None,
    context: str = "",
    state: str = "",
    trigger: str = "MeterValuePeriodic",
    **info: Any,
) -> Frame:
    contexts = {"Started": "Transaction.Begin", "Ended": "Transaction.End", "Updated": "Sample.Periodic"}
    payload: dict[str, Any] = {
        "eventType": kind,
        "timestamp": at(minutes),
        "triggerReason": trigger,
        "seqNo": sequence,
        "transactionInfo": {"transactionId": transaction, **({"chargingState": state} if state else {}), **info},
    }
    if kind == "Started":
        payload |= {"evse": {"id": 1, "connectorId": 1}, "idToken": {"idToken": "tag:1", "type": "ISO14443"}}
    if value is not None:
        sampled = {"value": value, "context": context or contexts[kind]}
        payload["meterValue"] = [{"timestamp": at(minutes), "sampledValue": [sampled]}]
    return minutes if came is None else came, V201, [2, "1", "TransactionEvent", payload]


def status_201(minutes: float, word: str) -> Frame:
    payload = {"timestamp": at(minutes), "connectorStatus": word, "evseId": 1, "connectorId": 1}
    return minutes, V201, [2, "1", "StatusNotification", payload]


def boot_201(minutes: float) -> Frame:
    payload = {"reason": "PowerUp", "chargingStation": {"model": "One", "vendorName": "Example"}}
    return minutes, V201, [2, "1", "BootNotification", payload]


WHOLE = (start(0), meter(10, wh(2000)), meter(20, wh(3000)), stop(30, 4000))
WHOLE_201 = (
    event(0, "Started", 0, 1000),
    event(10, "Updated", 1, 2000),
    event(20, "Updated", 2, 3000),
    event(30, "Ended", 3, 4000, stoppedReason="EVDisconnected"),
)
PLAIN: Session = (0, 30, 3000.0, MEASURED, ())

CASES = (
    Case(name="1.6: as it should be", frames=WHOLE, sessions=(PLAIN,), skew_s=(0.0,)),
    Case(name="2.0.1: as it should be", frames=WHOLE_201, sessions=(PLAIN,), skew_s=(0.0,)),
    Case(
        name="1.6: a whole transaction queued while offline, all of it hours late",
        frames=(start(0, came=300), meter(10, wh(2000), came=300.1), stop(30, 4000, came=300.2)),
        sessions=(PLAIN,),
        skew_s=(None,),
    ),
    Case(
        name="2.0.1: a whole transaction queued while offline",
        frames=tuple((300 + place / 10, version, call) for place, (_, version, call) in enumerate(WHOLE_201)),
        sessions=(PLAIN,),
        skew_s=(None,),
    ),
    Case(
        name="1.6: an offline transaction with a blocked tag is energy all the same",
        frames=(start(0, came=90), stop(30, 4000, came=90)),
        sessions=(PLAIN,),
        verdict="Blocked",
        more={"tag_verdict": "blocked"},
    ),
    Case(
        name="1.6: no begin, as another system had it",
        frames=(meter(10, wh(2000), number=4711), meter(20, wh(3000), number=4711), stop(30, 4000, 4711)),
        sessions=((10, 30, 2000.0, RECOVERED, ("session.begin_missing", "session.start_register_missing")),),
    ),
    Case(
        name="2.0.1: no begin",
        frames=WHOLE_201[1:],
        sessions=((10, 30, 2000.0, RECOVERED, ("session.begin_missing", "session.start_register_missing")),),
    ),
    Case(
        name="1.6: a stop of a number that nobody gave is none yet",
        frames=(stop(30, 4000, 4711),),
        sessions=(),
    ),
    Case(
        name="1.6: a stop that overtakes its start",
        frames=(start(0, came=41), stop(30, 4000, came=40)),
        sessions=(PLAIN,),
    ),
    Case(
        name="1.6: no end, the next one begins at the outlet",
        frames=(start(0), meter(10, wh(2000)), start(60, 4000), stop(90, 5000, 13)),
        sessions=(
            (0, 60, 1000.0, RECOVERED, ("session.closed_by_next", "session.stop_register_missing")),
            (60, 90, 1000.0, MEASURED, ()),
        ),
    ),
    Case(
        name="1.6: no end, the outlet is free again",
        frames=(start(0), meter(10, wh(2000)), status(45, "Available"), status(45, "Available", 2)),
        sessions=((0, 45, 1000.0, RECOVERED, ("session.closed_by_free", "session.stop_register_missing")),),
    ),
    Case(
        name="2.0.1: no end, the outlet is free again",
        frames=(*WHOLE_201[:3], status_201(45, "Available")),
        sessions=((0, 45, 2000.0, RECOVERED, ("session.closed_by_free", "session.stop_register_missing")),),
    ),
    Case(
        name="1.6: no end, the station starts anew days later",
        frames=(start(0), meter(10, wh(2000)), boot(4000)),
        sessions=((0, 10, 1000.0, RECOVERED, ("session.closed_by_boot", "session.stop_register_missing")),),
    ),
    Case(
        name="2.0.1: no end, the station starts anew",
        frames=(*WHOLE_201[:2], boot_201(400)),
        sessions=((0, 10, 1000.0, RECOVERED, ("session.closed_by_boot", "session.stop_register_missing")),),
    ),
    Case(
        name="1.6: the other outlet free, or the same one before, ends nothing",
        frames=(status(-1, "Available"), start(0), meter(10, wh(2000)), status(45, "Available", 2)),
        sessions=((0, None, 1000.0, MEASURED, ()),),
    ),
    Case(
        name="1.6: a restart in the middle ends nothing that goes on",
        frames=(start(0), meter(10, wh(2000)), boot(15), meter(20, wh(3000)), stop(30, 4000)),
        sessions=(PLAIN,),
    ),
    Case(
        name="1.6: power lost, the end told after the restart, the meter counts on",
        frames=(start(0), meter(10, wh(2000)), boot(60), stop(12, 2200, came=61, reason="PowerLoss")),
        sessions=((0, 12, 1200.0, MEASURED, ()),),
        more={"stop_reason": "PowerLoss"},
    ),
    Case(
        name="2.0.1: power lost, the end told after the restart",
        frames=(*WHOLE_201[:2], boot_201(60), event(12, "Ended", 2, 2200, came=61, stoppedReason="PowerLoss")),
        sessions=((0, 12, 1200.0, MEASURED, ()),),
        more={"stop_reason": "PowerLoss"},
    ),
    Case(
        name="1.6: a register that begins with each session",
        frames=(start(0, 0), meter(10, wh(1000)), stop(30, 3000)),
        sessions=(PLAIN,),
    ),
    Case(
        name="1.6: a register that falls to 0 and counts on",
        frames=(
            start(0),
            meter(5, wh(1500)),
            meter(10, wh(100)),
            meter(15, wh(700)),
            stop(30, 900),
        ),
        sessions=((0, 30, 1300.0, RECOVERED, ("session.register_reset",)),),
    ),
    Case(
        name="1.6: all in kWh without a unit, as the power tells",
        frames=(
            start(0, 100),
            meter(10, wh("103.5"), watts(21_000)),
            meter(20, wh("107"), watts(21_000)),
            stop(30, 110),
        ),
        sessions=((0, 30, 10_000.0, RECOVERED, ("session.register_in_kwh",)),),
    ),
    Case(
        name="1.6: values in kWh without a unit, both ends in Wh",
        frames=(start(0, 1_000_000), meter(10, wh("1001.0")), meter(20, wh("1002.0")), stop(30, 1_003_000)),
        sessions=((0, 30, 3000.0, RECOVERED, ("session.register_in_kwh",)),),
    ),
    Case(
        name="1.6: kWh with its unit, fractions as text, a comma",
        frames=(start(0), meter(10, wh("2.0", unit="kWh")), meter(20, wh("3000,58")), stop(30, 4000)),
        sessions=(PLAIN,),
    ),
    Case(
        name="2.0.1: kWh by its multiplier",
        frames=(
            event(0, "Started", 0, 1000),
            (
                10,
                V201,
                [
                    2,
                    "1",
                    "TransactionEvent",
                    {
                        "eventType": "Updated",
                        "timestamp": at(10),
                        "triggerReason": "MeterValuePeriodic",
                        "seqNo": 1,
                        "transactionInfo": {"transactionId": "tx-1"},
                        "meterValue": [
                            {
                                "timestamp": at(10),
                                "sampledValue": [{"value": 2.0, "unitOfMeasure": {"unit": "Wh", "multiplier": 3}}],
                            }
                        ],
                    },
                ],
            ),
            event(30, "Ended", 2, 4000),
        ),
        sessions=(PLAIN,),
    ),
    Case(
        name="1.6: phases without a total",
        frames=(
            start(0, 3000),
            meter(
                10, *(wh(1000 + n, phase=f"L{n}") for n in (1, 2, 3)), *(watts(2000, phase=f"L{n}") for n in (1, 2, 3))
            ),
            stop(30, 6000),
        ),
        sessions=(PLAIN,),
        more={"peak_power_w": 6000.0},
    ),
    Case(
        name="1.6: the session's energy where the register should be",
        frames=(start(0, 5_000_000), meter(10, wh(500)), meter(20, wh(1000)), stop(30, 5_003_000)),
        sessions=((0, 30, 3000.0, RECOVERED, ("session.register_uneven",)),),
    ),
    Case(
        name="1.6: the lifetime register where the session's energy should be",
        frames=(start(0, 0), stop(30, 5_000_000)),
        sessions=((0, 30, None, RECOVERED, ("session.energy_implausible",)),),
    ),
    Case(
        name="1.6: the lifetime register, and no clock to bound it by time",
        frames=(start(0, 0, said="1970-01-01T00:00:10Z"), stop(30, 5_000_000, said="1970-01-01T00:30:00Z")),
        sessions=((0, 30, None, RECOVERED, ("session.time_assumed", "session.energy_implausible")),),
    ),
    Case(
        name="1.6: a dial that says 0 at the begin",
        frames=(start(0, 0), meter(1, wh(1_000_100)), stop(30, 1_003_100)),
        sessions=((0, 30, 3000.0, RECOVERED, ("session.start_register_zero",)),),
    ),
    Case(
        name="2.0.1: Transaction.Begin is 0",
        frames=(event(0, "Started", 0, 0), event(1, "Updated", 1, 1_000_100), event(30, "Ended", 2, 1_003_100)),
        sessions=((0, 30, 3000.0, RECOVERED, ("session.start_register_zero",)),),
    ),
    Case(
        name="1.6: a clock years behind",
        frames=(start(0, said="2010-01-01T08:00:00Z"), stop(30, 4000, said="2010-01-01T08:30:00Z")),
        sessions=((0, 30, 3000.0, MEASURED, ("session.time_assumed",)),),
        skew_s=(-5844 * 86_400.0,),
    ),
    Case(
        name="1.6: a clock an hour behind, which counts as it stands",
        frames=(start(-60, came=0), meter(-50, wh(2000), came=10), stop(-30, 4000, came=30)),
        sessions=((-60, -30, 3000.0, MEASURED, ()),),
        skew_s=(-3600.0,),
    ),
    Case(
        name="1.6: paused and resumed with a card",
        frames=(
            start(0),
            status(0, "Charging"),
            meter(10, wh(2000)),
            status(10, "SuspendedEVSE"),
            meter(20, wh(2000)),
            status(20, "Charging"),
            meter(30, wh(3000)),
            stop(40, 4000),
        ),
        sessions=((0, 40, 3000.0, MEASURED, ()),),
        idle_s=(0.0,),
    ),
    Case(
        name="2.0.1: paused and resumed with a card",
        frames=(
            event(0, "Started", 0, 1000, state="Charging"),
            event(10, "Updated", 1, 2000, state="EVConnected", trigger="StopAuthorized"),
            event(20, "Updated", 2, 2000, state="Charging", trigger="Authorized"),
            event(40, "Ended", 3, 4000),
        ),
        sessions=((0, 40, 3000.0, MEASURED, ()),),
        idle_s=(0.0,),
    ),
    Case(
        name="1.6: full long before it leaves, as the outlet says",
        frames=(start(0), meter(15, wh(2500)), status(22, "SuspendedEV"), meter(30, wh(4000)), stop(90, 4000)),
        sessions=((0, 90, 3000.0, MEASURED, ()),),
        idle_s=(68 * 60.0,),
    ),
    Case(
        name="2.0.1: full long before it leaves",
        frames=(
            event(0, "Started", 0, 1000, state="Charging"),
            event(22, "Updated", 1, 4000, state="SuspendedEV", trigger="ChargingStateChanged"),
            event(90, "Ended", 2, 4000),
        ),
        sessions=((0, 90, 3000.0, MEASURED, ()),),
        idle_s=(68 * 60.0,),
    ),
    Case(
        name="1.6: full long before it leaves, as only the register tells",
        frames=(start(0), meter(15, wh(2500)), meter(30, wh(4000)), meter(45, wh(4000)), stop(90, 4000)),
        sessions=((0, 90, 3000.0, MEASURED, ()),),
        idle_s=(60 * 60.0,),
    ),
    Case(
        name="2.0.1: the same id again after a restart",
        frames=(
            *WHOLE_201,
            boot_201(100),
            event(120, "Started", 0, 4000),
            event(150, "Ended", 1, 9000),
        ),
        sessions=(PLAIN, (120, 150, 5000.0, MEASURED, ())),
    ),
    Case(
        name="1.6: a stop of an old number after a restart",
        frames=(*WHOLE, boot(100), start(120, 4000), stop(150, 9000, 13), stop(150, 9000, 12)),
        sessions=((0, 30, 3000.0, MEASURED, ("session.end_differs",)), (120, 150, 5000.0, MEASURED, ())),
    ),
    Case(
        name="1.6: values after the stop",
        frames=(*WHOLE, meter(40, wh(4000), watts(0.0))),
        sessions=(PLAIN,),
        more={"samples": 3},
    ),
    Case(
        name="1.6: a second stop at the shutdown",
        frames=(*WHOLE, stop(90, 4001, reason="Reboot")),
        sessions=((0, 30, 3000.0, MEASURED, ("session.end_differs",)),),
    ),
    Case(
        name="1.6: two outlets in the same second",
        frames=(start(0), start(0, 1000, 2), stop(30, 4000), stop(40, 2000, 13)),
        sessions=(PLAIN, (0, 40, 1000.0, MEASURED, ())),
    ),
    Case(
        name="2.0.1: the end again with sequence number 0",
        frames=(*WHOLE_201, event(30, "Ended", 0, 4000, came=31, stoppedReason="EVDisconnected")),
        sessions=(PLAIN,),
    ),
    Case(
        name="2.0.1: events that never came are counted",
        frames=(WHOLE_201[0], WHOLE_201[3]),
        sessions=((0, 30, 3000.0, MEASURED, ("session.events_missing",)),),
    ),
    Case(
        name="1.6: the stop says 0, its values say more",
        frames=(
            start(0),
            stop(
                30,
                0,
                transactionData=[
                    {"timestamp": at(30), "sampledValue": [wh(4000, context="Transaction.End")]},
                ],
            ),
        ),
        sessions=((0, 30, 3000.0, RECOVERED, ("session.stop_register_replaced",)),),
    ),
)
