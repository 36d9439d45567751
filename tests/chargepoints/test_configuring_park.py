"""Plan, apply and drift on real sockets: stations of several makes and versions, with the habits that are known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.drift import DriftFilter
from core.errors import ConflictError, RequestError, ServiceError
from core.inventory import Inventory, Profile, RawSetting, StationSettings
from core.people import Actor, Role
from core.rollouts import RolloutState, StationRollout
from operations.configuring.drifting import watch_drift
from operations.gate import Gate
from operations.house import Call, House
from operations.schedule import JobWork
from tests.chargepoints.conftest import a_house, a_station, utc_now
from tests.chargepoints.park import OLD, OLD_2, PRIORITY, PROFILE, ParkStation

ANNA = Actor("anna", Role.ADMIN)
WANTED = StationSettings(heartbeat_interval_s=300, local_list=True)
DISTRICT = Profile(id="grund", name="Grund", valid_from=date(2026, 1, 1), settings=WANTED)


class Park:
    """Connected stations, and the gate."""

    def __init__(self, gate: Gate, stations: dict[str, ParkStation], shelf: dict[str, Inventory]) -> None:
        self.gate = gate
        self.stations = stations
        self._shelf = shelf

    async def ask(self, row: str, **given: Any) -> Any:
        return await self.gate.ask(row, given, ANNA, utc_now())

    async def plan(self, station: str = "all") -> Any:
        return await self.ask("stations.plan", id=station)

    async def apply(self, plan: Any, station: str = "all", **given: Any) -> Any:
        return await self.ask("stations.apply", id=station, plan=plan.hash, **{"wait_s": 20, **given})

    async def gone(self) -> bool:
        """Return whether the second station is known to be away."""
        links = {link.station: link for link in await self.gate.house.ledger.links()}
        return not links["lis-2"].connected

    def profiles(self, *profiles: Profile) -> None:
        self._shelf["now"] = replace(self._shelf["now"], profiles={each.id: each for each in profiles})


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - what is waited for is at the other end of a socket
            await asyncio.sleep(0.05)


async def has(station: ParkStation, key: str, value: str) -> bool:
    return station.settings[key] == value


@asynccontextmanager
async def a_park(folder: Path, *stations: dict[str, Any]) -> AsyncIterator[Park]:
    """Yield a park of stations, which differ from an ordinary one of 1.6 as said."""
    names = [each.get("name", f"lis-{number}") for number, each in enumerate(stations, start=1)]
    inventory = Inventory(
        stations={name: a_station(name, security_profile=0) for name in names}, profiles={DISTRICT.id: DISTRICT}
    )
    shelf = {"now": inventory}
    async with a_house(folder, inventory) as served:
        stores, central = served.stores, served.central
        gate = Gate(
            House(
                inventory=lambda: shelf["now"],
                query=stores.readings,
                ledger=stores.ledger,
                journal=stores.journal,
                health=tuple,
                clock=utc_now,
                wake_commands=central.wake,
            )
        )
        url = f"ws://127.0.0.1:{central.port}/ocpp"
        made = {}
        for name, each in zip(names, stations, strict=True):
            first = OLD if each.get("version", "ocpp1.6") == "ocpp1.6" else OLD_2
            made[name] = ParkStation(url, name, **{"settings": dict(first), **each})
        running = [asyncio.create_task(each.run()) for each in made.values()]
        try:
            async with asyncio.timeout(5):
                await asyncio.gather(*(each.up.wait() for each in made.values()))
            await central._desk.assembly.flush()
            yield Park(gate, made, shelf)
        finally:
            await asyncio.gather(*(each.leave() for each in made.values()))
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def lines(plan: Any, station: str = "lis-1") -> dict[str, tuple[str, str | None, str | None]]:
    """Return what a plan says of a station: state, old and new by term or key."""
    rows = [row for each in plan.stations if each.station == station for row in each.settings]
    return {row.term or row.key: (row.planned.value, row.old, row.new) for row in rows}


BOTH = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])


@BOTH
async def test_a_plan_changes_nothing_and_what_it_says_is_applied_and_then_nothing_differs(
    tmp_path: Path, version: str
) -> None:
    async with a_park(tmp_path, {"version": version, "parts": 3}) as park:
        before = dict(park.stations["lis-1"].settings)
        plan = await park.plan()
        assert lines(plan) == {
            "heartbeat_interval_s": ("change", "900", "300"),
            "local_list": ("change", "false", "true"),
        }
        assert park.stations["lis-1"].settings == before
        applied = await park.apply(plan)
        assert (applied.through, applied.failed) == (True, 0)
        assert set(park.stations["lis-1"].settings.values()) >= {"300", "true"}
        assert not (await park.plan()).differs
        with pytest.raises(ConflictError) as caught:
            await park.apply(plan)
        assert caught.value.finding.code == "configuring.plan_stale"


@BOTH
async def test_who_says_accepted_and_keeps_the_old_value_has_failed(tmp_path: Path, version: str) -> None:
    keys = list(OLD if version == "ocpp1.6" else OLD_2)
    async with a_park(tmp_path, {"version": version, "forgotten": frozenset({keys[0]})}) as park:
        applied = await park.apply(await park.plan())
        assert (applied.through, applied.failed) == (True, 1)
        (row,) = applied.stations
        assert (row.rollout_state, row.finding.code) == (StationRollout.FAILED, "commands.setting_not_kept")
        assert list(lines(await park.plan())) == ["heartbeat_interval_s"]


@BOTH
async def test_who_needs_a_restart_restarts_and_is_read_again(tmp_path: Path, version: str) -> None:
    keys = list(OLD if version == "ocpp1.6" else OLD_2)
    async with a_park(tmp_path, {"version": version, "needs_restart": frozenset({keys[0]})}) as park:
        applied = await park.apply(await park.plan())
        assert (applied.through, applied.failed, park.stations["lis-1"].restarts) == (True, 0, 1)
        assert not (await park.plan()).differs


async def test_known_habits_are_no_differences(tmp_path: Path) -> None:
    shouting = {**OLD, "HeartbeatInterval": "300.0", "LocalAuthListEnabled": "TRUE"}
    many = {f"Hersteller/Wert{number}": str(number) for number in range(900)} | OLD_2
    async with a_park(
        tmp_path,
        {"settings": shouting, "shouts": True},
        {"lists": 2},
        {"version": "ocpp2.0.1", "settings": many, "parts": 90},
    ) as park:
        plan = await park.plan()
        assert lines(plan, "lis-1") == {}
        short, reported = lines(plan, "lis-2"), lines(plan, "lis-3")
        assert short == reported
        assert short["local_list"] == ("change", "false", "true")


async def test_what_cannot_be_is_said_for_that_station_and_costs_no_other(tmp_path: Path) -> None:
    old = {key: value for key, value in OLD.items() if key != "LocalAuthListEnabled"}
    async with a_park(
        tmp_path,
        {"settings": old},
        {"read_only": frozenset({"HeartbeatInterval"})},
        {"refused": frozenset({"HeartbeatInterval"})},
        {"hidden": frozenset({"HeartbeatInterval"})},
        {},
    ) as park:
        plan = await park.plan()
        assert lines(plan, "lis-1")["local_list"] == ("unsupported", None, "true")
        assert lines(plan, "lis-2")["heartbeat_interval_s"] == ("read_only", "900", "300")
        assert lines(plan, "lis-4")["heartbeat_interval_s"] == ("change", None, "300")
        applied = await park.apply(plan, stop_after=2, wave_size=10)
        ends = {row.station: row.rollout_state for row in applied.stations}
        assert ends == {
            **dict.fromkeys(("lis-1", "lis-2", "lis-4", "lis-5"), StationRollout.DONE),
            "lis-3": StationRollout.FAILED,
        }
        again = await park.plan()
        assert lines(again, "lis-3") == {"heartbeat_interval_s": ("change", "900", "300")}
        assert lines(again, "lis-4") == {"heartbeat_interval_s": ("not_verifiable", None, "300")}
        assert lines(again, "lis-5") == {}


async def test_too_many_failures_stop_it_and_what_was_changed_is_taken_back(tmp_path: Path) -> None:
    async with a_park(tmp_path, {}, {"forgotten": frozenset({"HeartbeatInterval"})}, {}) as park:
        applied = await park.apply(await park.plan(), wave_size=1)
        (rollout,) = applied.rollouts
        assert rollout.state is RolloutState.STOPPED
        assert [row.rollout_state for row in applied.stations] == [
            StationRollout.DONE,
            StationRollout.FAILED,
            StationRollout.WAITING,
        ]
        with pytest.raises(ConflictError):  # the third station is still in it
            await park.apply(await park.plan(), wave_size=1)
        await park.ask("rollouts.cancel", id=rollout.id)
        back = await park.ask("rollouts.reverse", id=rollout.id, wave=1)
        await until(lambda: has(park.stations["lis-1"], "HeartbeatInterval", "900"))
        assert back.row.reverses == rollout.id


async def test_who_is_away_is_planned_as_last_known_and_gets_it_when_it_is_back(tmp_path: Path) -> None:
    async with a_park(tmp_path, {}, {}) as park:
        await park.plan()
        away = park.stations["lis-2"]
        await away.leave()
        await until(park.gone)
        plan = await park.plan()
        sources = {each.station: each.plan_source.value for each in plan.stations}
        assert sources == {"lis-1": "live", "lis-2": "last_known"}
        applied = await park.apply(plan)
        assert (applied.away, [row.station for row in applied.stations]) == (("lis-2",), ["lis-1"])
        later = await park.apply(await park.plan("lis-2"), "lis-2", absent=True, within_h=1, wait_s=0)
        assert not later.through
        away.stopped.clear()
        returning = asyncio.create_task(away.run())
        await until(lambda: has(away, "HeartbeatInterval", "300"))
        await away.leave()
        returning.cancel()
        await asyncio.gather(returning, return_exceptions=True)


async def test_a_change_by_hand_is_found_told_and_can_be_kept(tmp_path: Path) -> None:
    async with a_park(tmp_path, {}, {}) as park:
        await park.apply(await park.plan())
        house, call = park.gate.house, Call(ANNA, utc_now())
        assert (await watch_drift(house, JobWork(period="x"), call)).stations == 2
        assert (await watch_drift(house, JobWork(period="x"), call)).stations == 0  # for a day, unless it starts anew
        park.stations["lis-2"].settings["HeartbeatInterval"] = "60"
        (found,) = (await park.ask("stations.drift", now=True)).items
        assert (found.station, found.found, found.wanted) == ("lis-2", "60", "300")
        park.stations["lis-2"].settings["HeartbeatInterval"] = "300"
        assert (await park.ask("stations.drift", now=True)).items == ()
        (gone,) = (await park.ask("stations.drift", gone=True)).items
        assert gone.closed_at_utc is not None
        assert (await house.ledger.drifts(DriftFilter())).total == 0


async def test_who_disappears_between_plan_and_apply_makes_the_plan_stale(tmp_path: Path) -> None:
    async with a_park(tmp_path, {}, {}) as park:
        plan = await park.plan()
        await park.stations["lis-2"].leave()
        await until(park.gone)
        with pytest.raises(ConflictError) as caught:
            await park.apply(plan)
        assert caught.value.finding.code == "configuring.plan_stale"
        assert await has(park.stations["lis-1"], "HeartbeatInterval", "900")


async def test_who_tells_nothing_is_asked_again_the_next_day_only(tmp_path: Path) -> None:
    async with a_park(tmp_path, {"mute": True}) as park:
        house, call = park.gate.house, Call(ANNA, utc_now())
        watched = await watch_drift(house, JobWork(period="x"), call)
        assert (watched.stations, watched.unread) == (0, 1)
        assert (await watch_drift(house, JobWork(period="x"), call)).unread == 0
        plan = await park.plan()
        assert {row.planned.value for row in plan.stations[0].settings} == {"unknown"}


async def test_a_station_that_starts_is_compared_again(tmp_path: Path) -> None:
    async with a_park(tmp_path, {}) as park:
        call = Call(ANNA, utc_now())
        assert (await watch_drift(park.gate.house, JobWork(period="x"), call)).opened == 2
        await park.ask("stations.reset", id="lis-1", wait_s=5)

        async def compared() -> bool:
            found = await watch_drift(park.gate.house, JobWork(period="x"), Call(ANNA, utc_now()))
            return found.stations == 1

        await until(compared)


async def test_what_cannot_be_taken_back_needs_leave(tmp_path: Path) -> None:
    async with a_park(tmp_path, {"settings": {**OLD, "SecurityProfile": "0"}}) as park:
        park.profiles(replace(DISTRICT, settings=StationSettings(security_profile=1)))
        plan = await park.plan()
        with pytest.raises(RequestError) as caught:
            await park.apply(plan)
        assert caught.value.finding.code == "configuring.irreversible"
        applied = await park.apply(plan, allow_irreversible=True)
        assert (applied.failed, park.stations["lis-1"].settings["SecurityProfile"]) == (0, "1")


async def test_address_and_profile_of_2x_go_into_a_free_slot_with_the_old_one_to_fall_back_to(tmp_path: Path) -> None:
    old = {**OLD_2, PRIORITY: "1", PROFILE: "0"}
    habits = {"settings": old, "read_only": frozenset({PROFILE}), "needs_restart": frozenset({PRIORITY})}
    async with a_park(tmp_path, {"version": "ocpp2.0.1", **habits}) as park:
        url = "wss://neu.example/ocpp"
        park.profiles(replace(DISTRICT, settings=StationSettings(csms_url=url, security_profile=1)))
        plan = await park.plan()
        assert lines(plan) == {"csms_url": ("change", None, url), "security_profile": ("change", "0", "1")}
        applied = await park.apply(plan, allow_irreversible=True)
        assert (applied.through, applied.failed) == (True, 0)
        station = park.stations["lis-1"]
        assert (station.networks[2]["ocppCsmsUrl"], station.settings[PRIORITY], station.restarts) == (url, "2,1", 1)
        assert not (await park.plan()).differs


async def test_conflicting_profiles_cost_only_that_setting(tmp_path: Path) -> None:
    async with a_park(tmp_path, {}) as park:
        raw = (RawSetting(key="HeartbeatInterval", value="600"),)
        park.profiles(DISTRICT, replace(DISTRICT, id="zweites", settings=None, raw=raw))
        plan = await park.plan()
        assert lines(plan) == {
            "local_list": ("change", "false", "true"),
            "heartbeat_interval_s": ("conflict", None, None),
        }
        assert (await park.apply(plan)).failed == 0
        shown = await park.ask("stations.profile", id="lis-1")
        assert [each.profiles for each in shown.conflicts] == [("grund", "zweites")]


@pytest.mark.parametrize("wrong", ["", "abc", "{", '{"hash": 3}', "[]"])
async def test_what_is_no_plan_is_refused(tmp_path: Path, wrong: str) -> None:
    async with a_park(tmp_path) as park:
        with pytest.raises(ServiceError) as caught:
            await park.ask("stations.apply", id="all", plan=wrong)
        assert caught.value.finding.code == "configuring.no_plan"
