"""Cases of the OCA's test document for 2.0.1 (part 6) that have several steps on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.command_requests import (
    CustomerInformation,
    GetLimits,
    LimitPower,
    ListEntry,
    ReserveOutlet,
    SendList,
    SetMessage,
)
from core.command_words import LimitPurpose, ListUpdate
from core.commands import CommandKind, CommandState
from core.facts import SessionState
from tests.chargepoints.asked_201 import ACCEPTED, UNTIL, UNTIL_TEXT, event
from tests.chargepoints.cases_201 import EVSE, TOKEN, Charge, Run, authorize, boot, status
from tests.chargepoints.station import CARD, COLLEAGUE, MASTER, MEMBER, Case

GROUP, MASTER_GROUP = {"idToken": "G1", "type": "Central"}, {"idToken": "MASTER", "type": "Central"}


def _shown(tag: str) -> dict[str, str]:
    return {"idToken": tag, "type": "ISO14443"}


async def ended_by_a_colleague_from_the_list(case: Case) -> None:
    """Both cards stand in the station's list, so it asks for neither before it tells."""
    await boot(case)
    charge = Charge(case)
    began = await charge.event("Started", "Authorized", {"idToken": _shown(MEMBER)}, chargingState="EVConnected")
    assert (began["idTokenInfo"]["status"], began["idTokenInfo"]["groupIdToken"]) == ("Accepted", GROUP)
    await charge.update("ChargingStateChanged", chargingState="Charging")
    ended = await charge.update("StopAuthorized", _shown(COLLEAGUE), chargingState="EVConnected")
    assert (ended["idTokenInfo"]["status"], ended["idTokenInfo"]["groupIdToken"]) == ("Accepted", GROUP)
    await charge.end("EVCommunicationLost", "Local", chargingState="Idle")
    session = await charge.session(state=SessionState.ENDED, energy_wh=300.0)
    assert session.tag == case.house.privacy.token(MEMBER)


async def ended_by_the_master_pass(case: Case) -> None:
    """End what others began with a card of the group that the station knows as its master pass (C16)."""
    await boot(case)
    charges = [Charge(case, "tx-1"), Charge(case, "tx-2")]
    for evse, charge in enumerate(charges, 1):
        began = {"idToken": TOKEN, "evse": EVSE | {"id": evse}}
        await charge.event("Started", "Authorized", began, chargingState="Charging")
    master = await authorize(case, MASTER)
    assert (master["status"], master["groupIdToken"]) == ("Accepted", MASTER_GROUP)
    for charge in charges:
        told = {"stoppedReason": "MasterPass", "chargingState": "Idle"}
        ended = await charge.event("Ended", "StopAuthorized", {"idToken": _shown(MASTER)}, **told)
        assert (ended["idTokenInfo"]["status"], ended["idTokenInfo"]["groupIdToken"]) == ("Accepted", MASTER_GROUP)
    sessions = await case.sessions()
    assert [each.stop_reason for each in sessions] == ["MasterPass", "MasterPass"]
    assert {each.tag for each in sessions} == {case.house.privacy.token(CARD)}


async def reserved_by_plug(case: Case) -> None:
    """Any outlet with such a plug."""
    await boot(case)
    request = ReserveOutlet(number=3, tag="card", until_utc=UNTIL, connector_type="sType2")
    wire = {"id": 3, "expiryDateTime": UNTIL_TEXT, "idToken": TOKEN, "connectorType": "sType2"}
    result = await case.ask(request, "ReserveNow", wire)
    assert result["status"] == "Accepted"
    await status(case, "Reserved")
    assert (await case.statuses())[1] == "reserved"


async def external_limit_reported(case: Case) -> None:
    """Tell a limit that neither we nor a person set, but something at the site."""
    await boot(case)
    await case.ask(GetLimits(connector=1), "GetChargingProfiles", None, state=ACCEPTED)
    asked = case.station.asked[-1][1]
    profile = {
        "id": 9,
        "stackLevel": 0,
        "chargingProfilePurpose": "ChargingStationExternalConstraints",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [
            {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]}
        ],
    }
    told = {"requestId": asked["requestId"], "chargingLimitSource": "EMS", "evseId": 1, "chargingProfile": [profile]}
    assert await case.call("ReportChargingProfiles", told) == {}


async def several_limits(case: Case) -> None:
    """One for each purpose, of different numbers."""
    await boot(case)
    await Charge(case).begin()
    requests = (
        LimitPower(current_a=6.0, purpose=LimitPurpose.DEFAULT, connector=1, profile=8),
        LimitPower(power_w=22_000.0, purpose=LimitPurpose.STATION, profile=9),
    )
    for request in requests:
        await case.ask(request, "SetChargingProfile", None)
    default, most = (payload["chargingProfile"] for _, payload in case.station.asked[-2:])
    assert (default["chargingProfilePurpose"], most["chargingProfilePurpose"]) == (
        "TxDefaultProfile",
        "ChargingStationMaxProfile",
    )
    assert default["id"] != most["id"]
    for profile in (default, most):
        (schedule,) = profile["chargingSchedule"]
        assert profile["chargingProfileKind"] == "Absolute"
        assert "startSchedule" in schedule
        assert schedule["chargingSchedulePeriod"][0]["startPeriod"] == 0


async def forgotten_in_the_list_too(case: Case) -> None:
    """Clear what a station knows of a card's owner, and take the card out of its list."""
    await boot(case)
    clear = CustomerInformation(report=True, clear=True, tag="card")
    await case.ask(
        clear, "CustomerInformation", {"requestId": 7, "report": True, "clear": True, "idToken": TOKEN}, state=ACCEPTED
    )
    part = {"data": "Kunde", "seqNo": 0, "generatedAt": case.station.at(), "requestId": 7}
    assert await case.call("NotifyCustomerInformation", part) == {}
    away = SendList(version=2, update=ListUpdate.DIFFERENTIAL, entries=(ListEntry(tag="card", status=None),))
    wire = {"versionNumber": 2, "updateType": "Differential", "localAuthorizationList": [{"idToken": TOKEN}]}
    result = await case.ask(away, "SendLocalList", wire)
    assert result["status"] == "Accepted"


def _items_per_message(component: str, instance: str, most: int) -> dict[str, Any]:
    variable = {"name": "ItemsPerMessage", "instance": instance}
    told = {"component": {"name": component}, "variable": variable}
    return {"getVariableResult": [{**told, "attributeStatus": "Accepted", "attributeValue": str(most)}]}


async def no_more_variables_than_it_takes(case: Case) -> None:
    """Once a station has told how many variables it takes in one message, none has more."""
    await boot(case)
    keys = [
        "DeviceDataCtrlr/ItemsPerMessage.GetReport",
        "DeviceDataCtrlr/ItemsPerMessage.GetVariables",
        "DeviceDataCtrlr/BytesPerMessage.GetReport",
        "DeviceDataCtrlr/BytesPerMessage.GetVariables",
        "AuthCtrlr/AuthorizeRemoteStart",
    ]
    case.station.answers["GetVariables"] = _items_per_message("DeviceDataCtrlr", "GetVariables", 4)
    await case.dispatch(CommandKind.GET, keys=keys[1:2])
    case.station.asked.clear()
    assert (await case.dispatch(CommandKind.GET, keys=keys)).state is CommandState.DONE
    assert [len(payload["getVariableData"]) for _, payload in case.station.asked] == [4, 1]


async def no_more_monitors_than_it_takes(case: Case) -> None:
    """Do the same with the monitors that are cleared."""
    await boot(case)
    case.station.answers["GetVariables"] = _items_per_message("MonitoringCtrlr", "ClearVariableMonitoring", 3)
    await case.dispatch(CommandKind.GET, keys=["MonitoringCtrlr/ItemsPerMessage.ClearVariableMonitoring"])
    case.station.asked.clear()
    cleared = [{"id": 1, "status": "Accepted"}]
    case.station.answers["ClearVariableMonitoring"] = {"clearMonitoringResult": cleared}
    assert (await case.dispatch(CommandKind.CLEAR_MONITORING, numbers=[1, 2, 3, 4, 5])).state is CommandState.DONE
    assert [payload["id"] for _, payload in case.station.asked] == [[1, 2, 3], [4, 5]]


async def text_replaced(case: Case) -> None:
    """Show a text that takes the place of the one of the same number."""
    await boot(case)
    for text in ("Guten Tag", "Gute Nacht"):
        await case.ask(SetMessage(number=5, text=text), "SetDisplayMessage", None)
    before, after = (payload["message"] for _, payload in case.station.asked[-2:])
    assert before["id"] == after["id"] == 5
    assert after["message"]["content"] == "Gute Nacht"


CASES: Mapping[str, Run] = {
    "TC_B_08": no_more_variables_than_it_takes,
    "TC_C_40": ended_by_a_colleague_from_the_list,
    "TC_C_47": ended_by_the_master_pass,
    "TC_C_49": ended_by_the_master_pass,
    "TC_H_15": reserved_by_plug,
    "TC_K_52": external_limit_reported,
    "TC_K_70": several_limits,
    "TC_N_18": no_more_monitors_than_it_takes,
    "TC_N_46": forgotten_in_the_list_too,
    "TC_N_48": event(actualValue="", eventNotificationType="HardWiredMonitor"),
    "TC_O_12": text_replaced,
}
"""Not played: K_02, which is for those who send a session's limit while no session runs; we send none (K01.FR.03)."""
