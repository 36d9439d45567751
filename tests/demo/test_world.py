from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.facts import LastValue, Protocol
from core.inventory import Inventory
from core.quantities import Quantity
from core.readings import ReadingQuality
from demo.events import Begun, Ended, Faulted, OutletEvent, Recovered, Sampled
from demo.outlets import SPOKEN, protocols_of
from demo.world import SILENT_AFTER_S, World

MONDAY_NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)


def run(world: World, start: datetime, seconds: float, step_s: float = 0.5) -> list[OutletEvent]:
    events: list[OutletEvent] = []
    for tick in range(1, int(seconds / step_s) + 1):
        events += world.step(start + timedelta(seconds=tick * step_s))
    return events


def registers(world: World) -> dict[tuple[str, Quantity], float]:
    return {(name, quantity): value for name, dial in world.dials.items() for quantity, value in dial.exact.items()}


@pytest.mark.parametrize("start", [MONDAY_NOON, SUNDAY_NIGHT])
def test_the_supply_meter_sees_load_and_charging_less_what_the_roof_gives(depot: Inventory, start: datetime) -> None:
    world = World(depot, seed=1, now_utc=start)
    run(world, start, 20)
    assert sum(outlet.power_w for outlet in world.outlets.values()) > 1_000
    supply, charging, roof = (world.dials[name].rate for name in ("hof-strom", "hof-laden", "hof-pv"))
    standby_w = 12.0
    load_w = supply - charging - roof
    assert charging == pytest.approx(sum(outlet.power_w for outlet in world.outlets.values()) + standby_w)
    assert roof <= 0.0
    assert load_w > 0.0


def test_at_noon_in_june_the_depot_exports(depot: Inventory) -> None:
    world = World(depot, seed=1, now_utc=MONDAY_NOON)
    before = registers(world)
    run(world, MONDAY_NOON, 30)
    after = registers(world)
    assert after["hof-pv", Quantity.ENERGY_EXPORT_WH] > before["hof-pv", Quantity.ENERGY_EXPORT_WH]
    assert after["hof-pv", Quantity.ENERGY_IMPORT_WH] == before["hof-pv", Quantity.ENERGY_IMPORT_WH]


def test_import_less_export_of_the_supply_is_what_was_used_less_what_was_made(depot: Inventory) -> None:
    world = World(depot, seed=3, now_utc=MONDAY_NOON)
    before = registers(world)
    dark = World(
        replace(depot, plants={}, meters={k: m for k, m in depot.meters.items() if k != "hof-pv"}),
        seed=3,
        now_utc=MONDAY_NOON,
    )
    dark_before = registers(dark)
    run(world, MONDAY_NOON, 30)
    run(dark, MONDAY_NOON, 30)

    def gained(world: World, start: dict[tuple[str, Quantity], float], meter: str, quantity: Quantity) -> float:
        return registers(world)[meter, quantity] - start[meter, quantity]

    net = gained(world, before, "hof-strom", Quantity.ENERGY_IMPORT_WH) - gained(
        world, before, "hof-strom", Quantity.ENERGY_EXPORT_WH
    )
    made = gained(world, before, "hof-pv", Quantity.ENERGY_EXPORT_WH)
    used = gained(dark, dark_before, "hof-strom", Quantity.ENERGY_IMPORT_WH)
    assert net + made == pytest.approx(used, abs=1e-3)
    assert made > 10.0


def test_registers_never_fall_and_batteries_stay_in_bounds(depot: Inventory) -> None:
    world = World(depot, seed=5, now_utc=MONDAY_NOON)
    before = registers(world)
    for minute in range(1, 120):
        world.step(MONDAY_NOON + timedelta(minutes=minute))
        after = registers(world)
        assert all(after[series] >= before[series] for series in before)
        assert all(0.0 <= car.soc_percent <= 100.0 for car in world.cars.values())
        before = after


def test_a_sessions_register_grows_by_power_times_time(depot: Inventory) -> None:
    world = World(depot, seed=1, now_utc=MONDAY_NOON)
    events = run(world, MONDAY_NOON, 60)
    checked = 0
    for ended in (event for event in events if isinstance(event, Ended)):
        begun = next(event for event in events if isinstance(event, Begun) and event.visit == ended.visit)
        samples = [event for event in events if isinstance(event, Sampled) and event.visit == ended.visit]
        powers = {sample.power_w for sample in samples}
        if len(powers) == 1:
            hours = (ended.at_utc - begun.at_utc) / timedelta(hours=1)
            assert ended.register_wh - begun.register_wh == pytest.approx(powers.pop() * hours, rel=0.01)
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize("seed", range(8))
def test_in_any_25_seconds_a_session_of_each_version_begins_and_ends(depot: Inventory, seed: int) -> None:
    world = World(depot, seed=seed, now_utc=SUNDAY_NIGHT)
    versions = protocols_of(depot)
    events = run(world, SUNDAY_NIGHT, 100)
    for first in range(0, 75, 5):
        begin, end = (SUNDAY_NIGHT + timedelta(seconds=s) for s in (first, first + 25))
        within = [event for event in events if begin <= event.at_utc <= end]
        whole: set[Protocol] = set()
        for ended in (event for event in within if isinstance(event, Ended)):
            started = [event for event in within if isinstance(event, Begun) and event.visit == ended.visit]
            samples = [event for event in within if isinstance(event, Sampled) and event.visit == ended.visit]
            if started and ended.at_utc - started[0].at_utc >= timedelta(seconds=8) and len(samples) >= 3:
                whole.add(versions[ended.station])
        assert whole == set(SPOKEN), f"between {first} and {first + 25} s"


def test_one_meter_falls_silent_and_one_outlet_trips_and_recovers(depot: Inventory) -> None:
    world = World(depot, seed=1, now_utc=MONDAY_NOON)
    assert world.silent_meter
    assert world.speaks(world.silent_meter)
    events = run(world, MONDAY_NOON, 60)
    assert not world.speaks(world.silent_meter)
    assert sum(not world.speaks(name) for name in world.dials) == 1
    assert SILENT_AFTER_S < 25
    tripped = next(event for event in events if isinstance(event, Faulted))
    recovered = next(event for event in events if isinstance(event, Recovered))
    assert tripped.station == recovered.station == "hof-03"
    assert tripped.at_utc < MONDAY_NOON + timedelta(seconds=20)


def test_nobody_charges_at_a_tripped_outlet(depot: Inventory) -> None:
    world = World(depot, seed=2, now_utc=MONDAY_NOON)
    tripped = False
    for event in run(world, MONDAY_NOON, 300):
        if event.station == "hof-03":
            tripped = isinstance(event, Faulted) or (tripped and not isinstance(event, Recovered))
            assert not (tripped and isinstance(event, Begun | Sampled))


def test_the_same_seed_gives_the_same_world(depot: Inventory) -> None:
    one, other = (World(depot, seed=9, now_utc=MONDAY_NOON) for _ in range(2))
    assert run(one, MONDAY_NOON, 60) == run(other, MONDAY_NOON, 60)
    assert registers(one) == registers(other)
    third = World(depot, seed=10, now_utc=MONDAY_NOON)
    assert run(third, MONDAY_NOON, 60) != run(World(depot, seed=9, now_utc=MONDAY_NOON), MONDAY_NOON, 60)


def test_registers_count_on_from_the_last_known_value(depot: Inventory) -> None:
    yesterday = MONDAY_NOON - timedelta(hours=24)
    last = [
        LastValue(
            source=source,
            quantity=quantity,
            at_utc=yesterday,
            value=value,
            quality=ReadingQuality.MEASURED,
            received_at_utc=yesterday,
        )
        for source, quantity, value in [
            ("meter:hof-strom", Quantity.ENERGY_IMPORT_WH, 1_000_000.0),
            ("vehicle:e-1", Quantity.ODOMETER_M, 123_400.0),
            ("vehicle:e-1", Quantity.SOC_PERCENT, 44.0),
            ("station:hof-01/1", Quantity.ENERGY_IMPORT_WH, 777_000.0),
        ]
    ]
    world = World(depot, seed=1, now_utc=MONDAY_NOON, last=last)
    day_wh = registers(world)["hof-strom", Quantity.ENERGY_IMPORT_WH] - 1_000_000.0
    assert 20_000 < day_wh < 2_000_000
    assert world.cars["e-1"].odometer_m == 123_400.0
    assert world.cars["e-1"].soc_percent == 44.0
    assert world.outlets["hof-01/1"].register_wh == 777_000.0


def test_a_computer_that_slept_overcharges_no_battery(depot: Inventory) -> None:
    world = World(depot, seed=1, now_utc=MONDAY_NOON)
    run(world, MONDAY_NOON, 10)
    before = {name: outlet.register_wh for name, outlet in world.outlets.items()}
    world.step(MONDAY_NOON + timedelta(hours=12))
    gained = [outlet.register_wh - before[name] for name, outlet in world.outlets.items()]
    assert max(gained) < 80_000


def test_closing_ends_every_session(depot: Inventory) -> None:
    world = World(depot, seed=1, now_utc=MONDAY_NOON)
    events = run(world, MONDAY_NOON, 15)
    events += world.close(MONDAY_NOON + timedelta(seconds=16))
    begun = {event.visit for event in events if isinstance(event, Begun)}
    assert begun == {event.visit for event in events if isinstance(event, Ended)}
