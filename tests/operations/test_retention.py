"""What may not be kept any longer goes, on record, and never before its time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from config.retention import shipped
from core.books import RejectionFilter
from core.errors import CalculationError
from core.facts import Rejection
from core.fleet import MatchBasis, Presence, SessionValuation, VehicleDay
from core.intervals import Resolution
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.retention import Keep, RetentionClass
from core.texts import Finding
from core.work import DirtySpan, JobRun, JobState, RegisterCheckpoint
from energy.series import Amounts
from operations.gate import Gate
from operations.schedule import JobWork
from operations.upkeep.retention import Forgotten
from tests.district import NOW, District

MONTH = Keep(days=30)
JOB = Actor("job:retention", Role.ADMIN)
IMPORT, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W
METER = "meter:probe"
BEFORE = datetime(2026, 10, 22, 22, tzinfo=UTC)
"""Midnight in Berlin thirty days before the district's now."""


@dataclass
class Keeper:
    """A time series that only notes what it is told to forget."""

    calls: list[tuple[str, datetime, frozenset[str]]] = field(default_factory=list)

    async def forget_readings(
        self, rule: str, quantities: Collection[Quantity], before_utc: datetime, kinds: Collection[str] | None = None
    ) -> int:
        assert quantities
        self.calls.append((rule, before_utc, frozenset(kinds or ())))
        return 7

    def until(self, rule: RetentionClass) -> datetime | None:
        return max((at for name, at, _ in self.calls if name == rule), default=None)


@contextmanager
def gate_of(district: District, *members: RetentionClass, keep: Keep = MONTH) -> Iterator[tuple[Gate, Keeper]]:
    """Yield a gate whose rules delete only these classes."""
    rules = {member: replace(rule, keep=keep if member in members else None) for member, rule in shipped().items()}
    keeper: Any = Keeper()
    stores = district.stores
    house = replace(
        district.gate.house,
        maintenance=keeper,
        old_frames=stores.journal,
        intervals=stores.readings,
        retention=lambda: rules,
    )
    yield Gate(house), keeper


async def apply(gate: Gate, district: District) -> Forgotten:
    result: Forgotten = await gate.call("retention.apply", JobWork(period="2026-11-21"), JOB, district.clock())
    return result


async def put(district: District, source: str, quantity: Quantity, days_ago: float) -> None:
    reading = Reading(source, quantity, NOW - timedelta(days=days_ago), 1000.0 - days_ago)
    await district.stores.readings.put(Batch([reading], NOW))
    await settle(district)


async def settle(district: District) -> None:
    """Let nothing wait to be computed again."""
    await district.stores.ledger.settle([span.id for span in await district.stores.ledger.dirty_spans()])


async def computed(district: District, source: str, until: datetime) -> None:
    await district.stores.ledger.save_checkpoints(
        [RegisterCheckpoint(source=source, quantity=IMPORT, at_utc=until, state="{}", intervals_until_utc=until)]
    )


async def test_readings_that_have_been_computed_go_up_to_the_rules_midnight(district: District) -> None:
    await put(district, METER, IMPORT, 60)
    await put(district, METER, IMPORT, 0.1)
    await computed(district, METER, NOW - timedelta(hours=3))
    with gate_of(district, RetentionClass.METER_REGISTERS) as (gate, keeper):
        found = await apply(gate, district)
    assert keeper.until(RetentionClass.METER_REGISTERS) == BEFORE
    assert found.readings == 7 * len(keeper.calls) > 0
    assert {kinds for _, _, kinds in keeper.calls} == {frozenset({"meter"})}
    (deletion,) = await district.stores.ledger.deletions("meter_registers")
    assert (deletion.before_utc, deletion.keep, deletion.count) == (BEFORE, "P30D", found.readings)
    assert deletion.reason == shipped()[RetentionClass.METER_REGISTERS].reason


async def test_what_is_not_yet_computed_stays_and_is_named(district: District) -> None:
    await put(district, METER, IMPORT, 60)
    await put(district, METER, IMPORT, 0.1)
    behind = BEFORE - timedelta(days=3)
    await computed(district, METER, behind)
    with gate_of(district, RetentionClass.METER_REGISTERS) as (gate, keeper), pytest.raises(CalculationError) as caught:
        await apply(gate, district)
    assert keeper.until(RetentionClass.METER_REGISTERS) == behind
    assert dict(caught.value.finding.params)["source"] == METER


async def test_one_class_that_is_held_back_does_not_keep_the_others(district: District) -> None:
    await put(district, METER, IMPORT, 60)
    await put(district, METER, IMPORT, 0.1)
    both = (RetentionClass.METER_REGISTERS, RetentionClass.VEHICLE_REGISTERS)
    with gate_of(district, *both) as (gate, keeper), pytest.raises(CalculationError, match="held_back"):
        await apply(gate, district)
    assert keeper.until(RetentionClass.METER_REGISTERS) is None
    assert keeper.until(RetentionClass.VEHICLE_REGISTERS) == BEFORE


async def test_a_new_meter_holds_nothing_back(district: District) -> None:
    await put(district, METER, IMPORT, 1)
    with gate_of(district, RetentionClass.METER_REGISTERS) as (gate, keeper):
        await apply(gate, district)
    assert keeper.until(RetentionClass.METER_REGISTERS) == BEFORE


async def test_a_meter_that_fell_silent_holds_nothing_back(district: District) -> None:
    await put(district, METER, IMPORT, 200)
    await computed(district, METER, NOW - timedelta(days=200, minutes=10))
    with gate_of(district, RetentionClass.METER_REGISTERS) as (gate, keeper):
        await apply(gate, district)
    assert keeper.until(RetentionClass.METER_REGISTERS) == BEFORE


async def test_values_stay_until_the_interval_job_was_done(district: District) -> None:
    await put(district, METER, POWER, 60)
    with gate_of(district, RetentionClass.METER_VALUES) as (gate, keeper):
        with pytest.raises(CalculationError, match="held_back"):
            await apply(gate, district)
        assert keeper.calls == []
        done = JobRun(job="intervals", period="x", state=JobState.DONE, begun_at_utc=NOW - timedelta(minutes=1))
        await district.stores.ledger.save_run(done)
        await apply(gate, district)
    assert keeper.until(RetentionClass.METER_VALUES) == BEFORE


async def test_what_waits_to_be_computed_again_stays(district: District) -> None:
    await put(district, METER, IMPORT, 60)
    await put(district, METER, IMPORT, 0.1)
    await computed(district, METER, NOW - timedelta(hours=3))
    late = BEFORE - timedelta(days=2)
    span = DirtySpan(source=METER, quantity=IMPORT, period=Period(late, late + timedelta(seconds=1)), reason="late")
    await district.stores.ledger.mark_dirty([span])
    with gate_of(district, RetentionClass.METER_REGISTERS) as (gate, keeper):
        with pytest.raises(CalculationError, match="held_back"):
            await apply(gate, district)
        assert keeper.until(RetentionClass.METER_REGISTERS) == late
        await settle(district)
        await apply(gate, district)
    assert keeper.until(RetentionClass.METER_REGISTERS) == BEFORE


async def test_deletion_goes_on_from_where_it_stood_and_a_changed_rule_begins_another_record(
    district: District,
) -> None:
    with gate_of(district, RetentionClass.VEHICLE_VALUES) as (gate, keeper):
        await apply(gate, district)
        first = len(keeper.calls)
        district.clock.pass_by(timedelta(days=1))
        await apply(gate, district)
        assert len(keeper.calls) == first + 1
    with gate_of(district, RetentionClass.VEHICLE_VALUES, keep=Keep(days=10)) as (gate, keeper):
        await apply(gate, district)
        assert len(keeper.calls) == 1
    kept = [(each.keep, each.before_utc) for each in await district.stores.ledger.deletions("vehicle_values")]
    assert kept == [("P10D", BEFORE + timedelta(days=21, hours=1)), ("P30D", BEFORE + timedelta(days=1))]


async def test_records_of_the_ledger_go_by_their_age(district: District) -> None:
    ledger = district.stores.ledger
    await ledger.reject(
        [
            Rejection(
                channel="ocpp",
                subject=f"{days}",
                reason=Finding.of("a.b"),
                payload=b"",
                received_at_utc=NOW - timedelta(days=days),
            )
            for days in (40, 31, 29)
        ]
    )
    with gate_of(district, RetentionClass.REJECTIONS) as (gate, _):
        assert (await apply(gate, district)).records == 2
    left = (await ledger.rejections(RejectionFilter(channel="ocpp"))).items
    assert [each.subject for each in left] == ["29"]


async def test_days_of_vehicles_give_way_to_the_sums_of_whole_months(district: District) -> None:
    ledger = district.stores.ledger
    days = [
        VehicleDay(vehicle="w", day=date(*day), own_charged_wh=Decimal("0.1"))
        for day in ((2024, 2, 29), (2025, 9, 1), (2025, 9, 30), (2025, 10, 1), (2026, 11, 1))
    ]
    await ledger.save_vehicle_days(days)
    with gate_of(district, RetentionClass.VEHICLE_DAYS, keep=Keep(months=13)) as (gate, _):
        assert (await apply(gate, district)).records == 3
        assert (await apply(gate, district)).records == 0
    assert await ledger.vehicle_days(date(2000, 1, 1), date(2030, 1, 1)) == tuple(days[3:])
    months = await ledger.vehicle_months(date(2000, 1, 1), date(2030, 1, 1))
    assert [(each.month, each.days, each.own_charged_wh) for each in months] == [
        (date(2024, 2, 1), 1, Decimal("0.1")),
        (date(2025, 9, 1), 2, Decimal("0.2")),
    ]
    (deletion,) = await ledger.deletions("vehicle_days")
    assert (deletion.before_utc, deletion.count) == (datetime(2025, 9, 30, 22, tzinfo=UTC), 3)


async def test_of_a_fleet_valuations_go_by_whole_months_and_presences_by_days(district: District) -> None:
    ledger = district.stores.ledger
    made = SessionValuation(
        session="s",
        version=1,
        vehicle="w",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=NOW,
        made_by="job:fleet",
        made_at_utc=NOW,
    )
    begins = [BEFORE.replace(day=day) for day in (2, 12)]
    await ledger.value_sessions([replace(made, session=f"{at}", begun_at_utc=at) for at in begins])
    await ledger.save_presences([Presence(vehicle="w", since_utc=at, site="lra") for at in begins])
    with gate_of(district, RetentionClass.VALUATIONS, RetentionClass.PRESENCES) as (gate, _):
        assert (await apply(gate, district)).records == 1
    assert len(await ledger.valuations(Period(begins[0], NOW))) == 2
    assert [each.since_utc for each in await ledger.presences(["w"], Period(begins[0], NOW))] == begins[1:]


def slots_of(*starts: datetime) -> Amounts:
    ones = np.ones(len(starts), np.int64)
    seconds = np.zeros((len(starts), 5), np.int32)
    seconds[:, 0] = 900
    start_ms = np.array([at.timestamp() * 1000 for at in starts], np.int64)
    return Amounts(start_ms, ones, seconds, ones.astype(np.uint8) * 0, ones.astype(np.uint8) * 0)


async def test_quarter_hours_go_and_days_and_other_kinds_stay(district: District) -> None:
    car, meter = ("vehicle:probe", Quantity.ODOMETER_M), (METER, IMPORT)
    for source, quantity in (car, meter):
        await put(district, source, quantity, 0.1)
    store = district.stores.readings
    rows = slots_of(BEFORE - timedelta(days=500), BEFORE - timedelta(minutes=15), BEFORE)
    for resolution in (Resolution.SLOT, Resolution.DAY):
        await store.put_amounts(resolution, {car: rows, meter: rows})
    with gate_of(district, RetentionClass.VEHICLE_SLOTS) as (gate, _):
        assert (await apply(gate, district)).slots == 2
    whole = Period(BEFORE - timedelta(days=9999), NOW)
    slots = await store.amounts(Resolution.SLOT, [car, meter], whole)
    assert (len(slots[car]), len(slots[meter])) == (1, 3)
    assert len((await store.amounts(Resolution.DAY, [car], whole))[car]) == 3


async def test_nothing_goes_where_all_is_kept_for_good(district: District) -> None:
    with gate_of(district) as (gate, keeper):
        assert await apply(gate, district) == Forgotten()
    assert keeper.calls == []
    assert await district.stores.ledger.deletions() == ()


async def test_quarter_hours_go_though_their_readings_went_before_them(district: District) -> None:
    """A vehicle that was sold long ago has no readings any more; what is computed has never had any."""
    car = ("vehicle:lk-e-101", Quantity.ODOMETER_M)
    store, starts = district.stores.readings, (BEFORE - timedelta(days=2), BEFORE + timedelta(days=2))
    for resolution in (Resolution.SLOT, Resolution.DAY):
        await store.put_amounts(resolution, {car: slots_of(*starts)})
    with gate_of(district, RetentionClass.VEHICLE_SLOTS) as (gate, _):
        assert (await apply(gate, district)).slots == 1
    left = await store.amounts(Resolution.SLOT, [car], Period(BEFORE - timedelta(days=9), NOW))
    assert len(left[car]) == 1


async def test_a_deletion_is_in_the_audit(district: District) -> None:
    with gate_of(district, RetentionClass.NOTICES) as (gate, _):
        await apply(gate, district)
    entry = (await district.stores.ledger.audit_entries()).items[0]
    assert (entry.actor, entry.action) == ("job:retention", "retention.apply")


async def test_readings_in_another_store_are_left_to_its_own_policy_and_that_is_said(district: District) -> None:
    await put(district, METER, IMPORT, 60)
    with gate_of(district, RetentionClass.METER_REGISTERS, RetentionClass.REJECTIONS) as (gate, keeper):
        done = await apply(Gate(replace(gate.house, maintenance=None)), district)
    assert keeper.calls == []
    assert (done.readings, done.note and done.note.code) == (0, "retention.readings_elsewhere")
    assert await district.stores.ledger.deletions(RetentionClass.METER_REGISTERS.value) == ()
