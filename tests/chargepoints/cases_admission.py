"""Cases about stations that are not accepted yet: B_02, B_03, B_30 and B_31 of 2.0.1, and 4.2 of 1.6."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from core.command_requests import GetConfiguration, RequestReport, SetConfiguration, Setting, TriggerMessage
from core.command_words import ReportBase, Triggered
from core.commands import CommandState
from core.inventory import Admission
from tests.chargepoints.station import CARD, Case

ACCEPTED = CommandState.ACCEPTED
NAME = "HeartbeatInterval"
VARIABLE = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": NAME}}
START_201 = {
    "eventType": "Started",
    "timestamp": "2026-11-22T10:00:00Z",
    "triggerReason": "CablePluggedIn",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "t1"},
}
STATUS_16 = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
Run = Callable[[Case], Awaitable[None]]


def admit(case: Case, admission: Admission) -> None:
    """Say in the inventory what the station's next boot is answered."""
    stations = case.house.central._inventory().stations
    stations[case.name] = replace(stations[case.name], admission=admission)


async def boot(case: Case, reason: str = "PowerUp") -> str:
    """Boot, and return what is answered."""
    about: dict[str, Any] = {"reason": reason, "chargingStation": {"vendorName": "Maker", "model": "Model"}}
    if case.version == "ocpp1.6":
        about = {"chargePointVendor": "Maker", "chargePointModel": "Model"}
    answer = await case.call("BootNotification", about)
    assert 0 < answer["interval"] <= 300
    return str(answer["status"])


async def status_201(case: Case, word: str = "Available") -> dict[str, Any]:
    said = {"timestamp": case.station.at(0.1), "connectorStatus": word, "evseId": 1, "connectorId": 1}
    return await case.call("StatusNotification", said)


async def trigger(case: Case, message: Triggered, wire: str) -> None:
    await case.ask(TriggerMessage(message=message), "TriggerMessage", {"requestedMessage": wire}, state=ACCEPTED)


async def pending_then_accepted(case: Case) -> None:
    """Set a pending station up, take its report, and accept its triggered boot."""
    assert await boot(case) == "Pending"
    asked = GetConfiguration(keys=(f"OCPPCommCtrlr/{NAME}",))
    known = {"attributeStatus": "Accepted", "attributeValue": "300", **VARIABLE}
    await case.ask(asked, "GetVariables", None, {"getVariableResult": [known]})
    change = SetConfiguration(settings=(Setting(key=f"OCPPCommCtrlr/{NAME}", value="60"),))
    await case.ask(change, "SetVariables", None, {"setVariableResult": [{"attributeStatus": "Accepted", **VARIABLE}]})
    await case.ask(RequestReport(base=ReportBase.FULL), "GetBaseReport", None, state=ACCEPTED)
    for part in (0, 1):
        said = {"requestId": 7, "generatedAt": case.station.at(), "seqNo": part, "tbc": part == 0}
        assert await case.call("NotifyReport", said) == {}
    admit(case, Admission.ACCEPTED)
    await trigger(case, Triggered.BOOT, "BootNotification")
    assert await boot(case, "Triggered") == "Accepted"
    assert await status_201(case) == {}
    assert await case.statuses() == {1: "available"}


async def rejected_then_accepted(case: Case) -> None:
    """Reject a station until it is let in."""
    admit(case, Admission.REJECTED)
    assert await boot(case) == "Rejected"
    assert await case.refusal("Heartbeat", {}) == "SecurityError"
    admit(case, Admission.ACCEPTED)
    assert await boot(case) == "Accepted"
    assert await case.call("Heartbeat")


async def pending_says_too_much(case: Case) -> None:
    """Refuse whatever a pending station was not asked for, and store nothing of it."""
    assert await case.refusal("Heartbeat", {}) == "SecurityError"
    assert await boot(case) == "Pending"
    told = {"timestamp": case.station.at(0.1), "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}
    assert await case.refusal("StatusNotification", told) == "SecurityError"
    assert await case.refusal("TransactionEvent", START_201) == "SecurityError"
    shown = {"idToken": {"idToken": CARD, "type": "ISO14443"}}
    assert await case.refusal("Authorize", shown) == "SecurityError"
    assert await case.statuses() == {}
    assert await case.sessions() == []


async def pending_says_what_is_triggered(case: Case) -> None:
    """Take a triggered message, never a transaction, and accept the triggered boot."""
    assert await boot(case) == "Pending"
    await trigger(case, Triggered.STATUS, "StatusNotification")
    assert await status_201(case, "Occupied") == {}
    await trigger(case, Triggered.TRANSACTION, "TransactionEvent")
    assert await case.refusal("TransactionEvent", START_201) == "SecurityError"
    assert await boot(case, "Triggered") == "Pending"
    admit(case, Admission.ACCEPTED)
    await trigger(case, Triggered.BOOT, "BootNotification")
    assert await boot(case, "Triggered") == "Accepted"
    assert await case.call("Heartbeat")


async def pending_16(case: Case) -> None:
    """Set up a pending station of 1.6, refuse what it says unasked, and accept its triggered boot."""
    assert await boot(case) == "Pending"
    assert await case.refusal("StatusNotification", STATUS_16) == "SecurityError"
    start = {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": "2026-11-22T10:00:00Z"}
    assert await case.refusal("StartTransaction", start) == "SecurityError"
    key = {"key": NAME, "readonly": False, "value": "300"}
    await case.ask(GetConfiguration(keys=(NAME,)), "GetConfiguration", {"key": [NAME]}, {"configurationKey": [key]})
    change = SetConfiguration(settings=(Setting(key=NAME, value="60"),))
    await case.ask(change, "ChangeConfiguration", {"key": NAME, "value": "60"})
    admit(case, Admission.ACCEPTED)
    await trigger(case, Triggered.BOOT, "BootNotification")
    assert await boot(case) == "Accepted"
    assert await case.call("StatusNotification", STATUS_16) == {}
    assert await case.sessions() == []
    assert await case.statuses() == {1: "available"}


CASES_201: Mapping[str, Run] = {
    "TC_B_02": pending_then_accepted,
    "TC_B_03": rejected_then_accepted,
    "TC_B_30": pending_says_too_much,
    "TC_B_31": pending_says_what_is_triggered,
}
CASES_16: Mapping[str, Run] = {"1.6 4.2 Pending": pending_16}
