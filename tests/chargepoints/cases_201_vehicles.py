"""Cases of the OCA's test document for 2.0.1 (part 6): what a session costs (I), and what vehicles wish for (K)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.commands import CommandKind, CommandState
from tests.chargepoints.cases_201 import EVSE, TOKEN, Charge, Run, authorize, boot, status
from tests.chargepoints.station import Case

AC = {
    "requestedEnergyTransfer": "AC_three_phase",
    "acChargingParameters": {"energyAmount": 20_000, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 400},
}
DC = {
    "requestedEnergyTransfer": "DC",
    "dcChargingParameters": {"evMaxCurrent": 100, "evMaxVoltage": 500, "evMaxPower": 20_000},
}


async def cost_while_it_runs(case: Case) -> None:
    """Be told the cost so far whenever the register is told."""
    await boot(case)
    assert (await authorize(case))["status"] == "Accepted"
    charge = Charge(case)
    await charge.event("Updated", "Authorized", {"idToken": TOKEN, "evse": EVSE})
    current = {"value": 16, "measurand": "Current.Import"}
    silent = {"meterValue": [{"timestamp": case.station.at(), "sampledValue": [current]}]}
    assert "totalCost" not in await charge.event("Updated", "ChargingStateChanged", silent, chargingState="Charging")
    costs = []
    for wh in (5_000, 2_500):
        case.station.measured(wh)
        costs.append((await charge.event("Updated", "MeterValuePeriodic"))["totalCost"])
    assert costs == [2.5, 3.75]  # at 0.50 €/kWh


async def cost_in_the_end(case: Case) -> None:
    """Tell the register at begin and end only, and the end twice."""
    await boot(case)
    charge = Charge(case)
    began = await charge.event("Started", "CablePluggedIn", chargingState="EVConnected")
    assert began["totalCost"] == 0.0
    case.station.measured(5_000)
    case.station.at(60)
    ended = await charge.event("Ended", "EVCommunicationLost", stoppedReason="EVDisconnected", chargingState="Idle")
    assert ended["totalCost"] == 2.5
    await charge.session(energy_wh=5_000.0)
    again = await charge.event("Ended", "EVCommunicationLost", stoppedReason="EVDisconnected", chargingState="Idle")
    assert again["totalCost"] == 2.5


async def no_cost_where_there_is_no_price(case: Case) -> None:
    """Tell nothing where nobody said what charging costs."""
    await boot(case)
    charge = Charge(case)
    await charge.event("Started", "Authorized", {"idToken": TOKEN})
    case.station.measured(5_000)
    ended = await charge.event("Ended", "StopAuthorized", stoppedReason="Local")
    assert "totalCost" not in ended


async def scheduled(case: Case, needs: Mapping[str, Any] = AC, wished: int = 1) -> dict[str, Any]:
    """Return the profile that is sent for a vehicle's wishes; the vehicle then tells its own."""
    case.station.answers["SetChargingProfile"] = {"status": "Accepted"}
    told = {"evseId": 1, "maxScheduleTuples": 10, "chargingNeeds": needs}
    assert (await case.call("NotifyEVChargingNeeds", told)) == {"status": "Processing"}
    async with asyncio.timeout(5):
        while True:
            if sum(action == "SetChargingProfile" for action, _ in case.station.asked) == wished:
                break
            await asyncio.sleep(0.01)
    asked = case.station.asked[-1][1]
    assert asked["evseId"] == 1
    await schedule_told(case, asked["chargingProfile"])
    profile: dict[str, Any] = asked["chargingProfile"]
    return profile


async def schedule_told(case: Case, profile: Mapping[str, Any]) -> None:
    """Tell the schedule that the vehicle keeps to: the one it was sent."""
    told = {
        "timeBase": datetime.now(UTC).isoformat(),  # noqa: TID251
        "evseId": 1,
        "chargingSchedule": profile["chargingSchedule"][0],
    }
    assert await case.call("NotifyEVChargingSchedule", told) == {"status": "Accepted"}


def limit_of(profile: Mapping[str, Any]) -> tuple[str, str, float]:
    """Return for which transaction a profile is, and what it limits to in which unit."""
    assert profile["chargingProfilePurpose"] == "TxProfile"
    (schedule,) = profile["chargingSchedule"]
    (period,) = schedule["chargingSchedulePeriod"]
    return profile["transactionId"], schedule["chargingRateUnit"], period["limit"]


async def wished(case: Case) -> Charge:
    """Plug in, be let charge, and get a schedule for the vehicle's wishes."""
    await boot(case)
    await status(case, "Occupied")
    charge = Charge(case)
    await charge.begin("CablePluggedIn", chargingState="EVConnected")
    assert limit_of(await scheduled(case)) == ("tx-1", "W", 11_040.0)  # 16 A on three phases: less than the outlet's
    await charge.update("ChargingStateChanged", chargingState="Charging")
    return charge


async def scheduled_once(case: Case) -> None:
    """Send no other schedule unless there is a cause."""
    charge = await wished(case)
    await charge.update("MeterValuePeriodic")
    await case.house.stored()
    assert [action for action, _ in case.station.asked] == ["SetChargingProfile"]


async def vehicle_wishes_anew(case: Case) -> None:
    """Wish for more than the outlet gives, by direct current."""
    await wished(case)
    assert limit_of(await scheduled(case, DC, wished=2)) == ("tx-1", "W", 20_000.0)
    more = DC | {"dcChargingParameters": {"evMaxCurrent": 100, "evMaxVoltage": 500}}
    assert limit_of(await scheduled(case, more, wished=3)) == ("tx-1", "W", 22_000.0)


async def limited(case: Case, power_w: float = 4_200.0) -> None:
    """Limit the session as people do."""
    (session,) = await case.sessions()
    request = {"session": session.id, "purpose": "session", "power_w": power_w}
    assert (await case.dispatch(CommandKind.LIMIT, **request)).state is CommandState.DONE
    profile = case.station.asked[-1][1]["chargingProfile"]
    assert limit_of(profile) == ("tx-1", "W", power_w)
    await schedule_told(case, profile)


async def limited_from_here(case: Case) -> None:
    """Limit a session whose vehicle has a schedule."""
    await wished(case)
    await limited(case)


async def limited_from_here_and_wishes_anew(case: Case) -> None:
    """Keep to what a person said when the vehicle then wishes anew."""
    await limited_from_here(case)
    assert limit_of(await scheduled(case, wished=3)) == ("tx-1", "W", 4_200.0)


async def nothing_is_planned_for_nobody(case: Case) -> None:
    """Reject wishes at an outlet that nobody knows; promise nothing else without a session to see."""
    await boot(case)
    unknown = {"evseId": 9, "chargingNeeds": AC}
    assert await case.call("NotifyEVChargingNeeds", unknown) == {"status": "Rejected"}
    assert await case.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": AC}) == {"status": "Processing"}
    async with asyncio.timeout(5):
        while True:
            if "ocpp.needs_without_session" in await case.events():
                break
            await asyncio.sleep(0.01)
    assert not case.station.asked


CASES: Mapping[str, Run] = {
    "TC_I_01": cost_while_it_runs,
    "TC_I_02": cost_in_the_end,
    "free of words": no_cost_where_there_is_no_price,
    "TC_K_53": scheduled_once,
    "TC_K_57": vehicle_wishes_anew,
    "TC_K_58": limited_from_here,
    "TC_K_59": limited_from_here_and_wishes_anew,
    "wishes of nobody": nothing_is_planned_for_nobody,
}
