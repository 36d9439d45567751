from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.fleet import Presence, VehicleDay
from core.quantities import Quantity
from core.readings import SlotShare
from core.vouchers import Voucher, VoucherKind
from fleet.sessions.charges import charges_of
from fleet.vehicle_days.days import VehicleFacts, dates, days_of
from fleet.vehicle_days.odometer import OdometerStep, StepCause, like_other
from tests.fleet.cars import BERLIN, MONDAY, car, facts, hours, samples, session

FIRST = date(2026, 11, 2)
LATER = MONDAY + timedelta(days=40)
HOUR = timedelta(hours=1)


def told(found: VehicleFacts, count: int = 3) -> tuple[VehicleDay, ...]:
    return days_of(found, dates(FIRST, FIRST + timedelta(days=count - 1)), BERLIN, LATER)


def driven(km_a_day: list[float]) -> list[float]:
    """Return an odometer told every hour, driven between 8 and 10 o'clock."""
    position, shown = 50_000_000.0, []
    for km in km_a_day:
        for hour in range(24):
            position += km * 500 if hour in {9, 10} else 0
            shown.append(position)
    return [*shown, position]


def codes(day: VehicleDay) -> list[str]:
    return [finding.code for finding in day.findings]


def test_a_days_distance_is_what_its_odometer_counted() -> None:
    days = told(facts(car(), {Quantity.ODOMETER_M: hours(MONDAY, driven([40, 0, 12]))}))
    assert [day.distance_m for day in days] == [Decimal(40_000), Decimal(0), Decimal(12_000)]
    assert days[2].odometer_end_m == Decimal(50_052_000)
    assert not any(day.findings for day in days)


def test_the_days_of_both_clock_changes_have_23_and_25_hours() -> None:
    for day, length_h in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
        stood = [Presence(vehicle="auto", since_utc=midnight - HOUR, site="amt")]
        series = {Quantity.ODOMETER_M: hours(midnight - 5 * HOUR, [1_000_000.0] * 40)}
        (found,) = days_of(facts(car(), series, presences=stood), [day], BERLIN, LATER + timedelta(days=400))
        assert found.dwell_s == {"amt": length_h * 3600}
        assert found.parked_s == length_h * 3600
        assert found.distance_m == 0


def test_a_vehicle_without_odometer_has_days_that_say_so() -> None:
    (day, *_) = told(facts(car(), {}))
    assert day.distance_m is None
    assert codes(day) == ["vehicle_days.no_odometer"]


def test_a_vehicle_has_no_day_before_it_came_and_after_it_was_sold() -> None:
    sold = car(valid_from=date(2026, 11, 3), valid_to=date(2026, 11, 4))
    days = told(facts(sold, {Quantity.ODOMETER_M: hours(MONDAY, driven([40, 10, 12]))}))
    assert [day.day for day in days] == [date(2026, 11, 3)]


def test_a_long_silence_is_spread_over_its_days_and_said() -> None:
    rows = [(MONDAY, 1_000_000.0), (MONDAY + timedelta(days=3), 1_090_000.0), (MONDAY + timedelta(days=4), 1_090_000.0)]
    days = told(facts(car(), {Quantity.ODOMETER_M: samples(rows)}))
    assert sum(day.distance_m or 0 for day in days) == 90_000
    assert "vehicle_days.distance_spread" in codes(days[1])


def test_a_step_that_was_not_counted_is_said_on_its_days_only() -> None:
    shown = driven([40, 40])[:24] + [value - 30_000_000 for value in driven([40, 40, 40])[24:]]
    at_ms = hours(MONDAY, shown)
    step = OdometerStep(from_utc=MONDAY + 23 * HOUR, from_m=shown[23], to_utc=MONDAY + 24 * HOUR, to_m=shown[24])
    days = told(facts(car(), {Quantity.ODOMETER_M: at_ms}, steps=[step]))
    assert "vehicle_days.odometer_fell" in codes(days[0])
    assert codes(days[2]) == []
    assert days[2].distance_m == 40_000


def test_after_a_change_of_unit_no_distance_counts_until_it_is_explained() -> None:
    step = OdometerStep(
        from_utc=MONDAY + 23 * HOUR, from_m=50_000_000, to_utc=MONDAY + 25 * HOUR, to_m=50_000_000 / 1.609344
    )
    assert step.cause is StepCause.KM_TO_MILES
    series = {Quantity.ODOMETER_M: hours(MONDAY, driven([40, 40, 40]))}
    days = told(facts(car(), series, steps=[step]))
    assert days[0].distance_m == 40_000
    assert [day.distance_m for day in days[1:]] == [None, None]
    assert all("vehicle_days.unit_unexplained" in codes(day) for day in days[1:])


def test_each_change_of_unit_is_recognised_by_its_ratio() -> None:
    for ratio, cause in (
        (1.609344, StepCause.MILES_TO_KM),
        (1 / 1.609344, StepCause.KM_TO_MILES),
        (1000, StepCause.KM_TO_M),
        (0.001, StepCause.M_TO_KM),
        (0.5, StepCause.FALL),
        (3, StepCause.JUMP),
    ):
        step = OdometerStep(from_utc=MONDAY, from_m=8e6, to_utc=MONDAY + HOUR, to_m=8e6 * ratio * 1.0003)
        assert step.cause is cause


def test_a_tracker_that_moved_into_another_vehicle_names_it() -> None:
    stood = {"auto": 80_000_000.0, "anderes": 31_001_000.0, "drittes": 12_000_000.0}
    other = like_other("auto", 31_000_000.0, stood)
    step = OdometerStep(from_utc=MONDAY, from_m=8e7, to_utc=MONDAY + HOUR, to_m=3.1e7, other=other)
    assert step.cause is StepCause.OTHER_VEHICLE
    assert dict(step.finding.params)["other"] == "anderes"
    assert like_other("auto", 31_000_000.0, stood | {"viertes": 31_002_000.0}) is None


def test_sentinels_of_the_charge_are_dropped_and_counted() -> None:
    charge = [80.0, 79.0, 127.5, 0.0, 0.0, 78.0, 255.0, -40.0] + [78.0] * 60
    series = {Quantity.SOC_PERCENT: hours(MONDAY, charge), Quantity.ODOMETER_M: hours(MONDAY, driven([0, 0, 0]))}
    days = told(facts(car(), series))
    assert days[0].soc_begin_percent == 80
    assert days[0].soc_end_percent == 78
    dropped = next(finding for finding in days[0].findings if finding.code == "vehicle_days.soc_dropped")
    assert dict(dropped.params)["count"] == 5
    assert "vehicle_days.soc_dropped" not in codes(days[1])


def test_an_empty_battery_that_was_told_is_believed() -> None:
    charge = [6.0, 4.0, 2.0, 0.0, 0.0, 3.0] + [20.0] * 20
    (day, *_) = told(facts(car(), {Quantity.SOC_PERCENT: hours(MONDAY + 23 * HOUR - 3 * HOUR, charge)}))
    assert day.soc_end_percent == 0


def test_charge_lost_while_parked_is_the_standing_loss_and_driving_is_not() -> None:
    charge = [80.0] * 9 + [75.0, 70.0] + [70 - 0.1 * number for number in range(62)]
    series = {Quantity.SOC_PERCENT: hours(MONDAY, charge), Quantity.ODOMETER_M: hours(MONDAY, driven([40, 0, 0]))}
    days = told(facts(car(), series))
    assert days[0].parked_s == 22 * 3600
    assert days[0].standby_percent == Decimal("1.30")
    assert days[1].parked_s == 24 * 3600
    assert days[1].standby_percent == Decimal("2.40")


def test_time_at_our_outlets_is_not_standing_loss() -> None:
    charge = [50.0] * 10 + [60.0, 70.0] + [70.0] * 61
    series = {Quantity.SOC_PERCENT: hours(MONDAY, charge), Quantity.ODOMETER_M: hours(MONDAY, driven([0, 0, 0]))}
    begin = int((MONDAY + 9 * HOUR).timestamp() * 1000)
    days = told(facts(car(), series, sessions_ms=[(begin, begin + 3 * 3_600_000)]))
    assert days[0].parked_s == 21 * 3600
    assert days[0].standby_percent == 0


def test_papers_are_summed_by_local_day_and_check_the_odometer() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=BERLIN).astimezone(UTC)
    about = {"vehicle": "auto", "entered_at_utc": LATER}
    vouchers = [
        Voucher(kind=VoucherKind.LOGBOOK, at_utc=late, distance_m=Decimal(70_000), **about),
        Voucher(kind=VoucherKind.CHARGING, at_utc=late, energy_wh=Decimal("12345.6"), **about),
        Voucher(kind=VoucherKind.FUEL, at_utc=late, fuel_l=Decimal("40.11"), **about),
        Voucher(kind=VoucherKind.FUEL, at_utc=late + HOUR, fuel_l=Decimal("1.5"), **about),
    ]
    days = told(facts(car(), {Quantity.ODOMETER_M: hours(MONDAY, driven([40, 0, 0]))}, vouchers=vouchers))
    assert days[0].elsewhere_charged_wh == Decimal("12345.6")
    assert (days[0].fuel_l, days[1].fuel_l, days[2].fuel_l) == (Decimal("40.11"), Decimal("1.5"), None)
    assert days[0].distance_m == 40_000
    assert codes(days[0]) == ["vehicle_days.distance_differs"]


def test_where_a_vehicle_was_is_kept_as_seconds_at_each_site() -> None:
    presences = [
        Presence(vehicle="auto", since_utc=MONDAY - HOUR, site="amt"),
        Presence(vehicle="auto", since_utc=MONDAY + 8 * HOUR, site=None),
        Presence(vehicle="auto", since_utc=MONDAY + 10 * HOUR, site="schule"),
        Presence(vehicle="auto", since_utc=MONDAY + 30 * HOUR, site="amt"),
    ]
    days = told(facts(car(), {}, presences=presences), 2)
    assert days[0].dwell_s == {"amt": 8 * 3600, "schule": 14 * 3600}
    assert days[0].away_s == 2 * 3600
    assert days[1].dwell_s == {"schule": 6 * 3600, "amt": 18 * 3600}
    assert days[1].away_s == 0


def test_what_a_vehicle_told_stays_when_its_readings_have_been_deleted() -> None:
    series = {
        Quantity.ODOMETER_M: hours(MONDAY, driven([40, 0, 12])),
        Quantity.SOC_PERCENT: hours(MONDAY, [80.0] * 73),
    }
    whole = facts(car(), series)
    before = told(whole)
    gone = facts(car(), {}, kept={day.day: day for day in before}, told_from_ms=int((LATER).timestamp() * 1000))
    after = days_of(
        VehicleFacts(
            vehicle=gone.vehicle,
            counted=whole.counted,
            series={},
            rules=gone.rules,
            kept=gone.kept,
            told_from_ms=gone.told_from_ms,
        ),
        dates(FIRST, FIRST + timedelta(days=2)),
        BERLIN,
        LATER,
    )
    assert after == before


@given(
    km=st.lists(st.integers(0, 400), min_size=3, max_size=12),
    cut=st.integers(1, 11),
    kwh=st.floats(0, 80, allow_nan=False),
    begun_h=st.floats(0, 60),
    lasted_h=st.floats(0.01, 40),
)
def test_splitting_a_period_changes_neither_distance_nor_energy(
    km: list[int], cut: int, kwh: float, begun_h: float, lasted_h: float
) -> None:
    charged = session("s", MONDAY + begun_h * HOUR, lasted_h, kwh)
    charges = charges_of([charged], {}, LATER)
    found = facts(car(), {Quantity.ODOMETER_M: hours(MONDAY, driven(list(map(float, km))))}, charges=charges)
    all_days = dates(FIRST, FIRST + timedelta(days=max(len(km), 6) - 1))
    cut = min(cut, len(all_days) - 1)
    whole = days_of(found, all_days, BERLIN, LATER)
    parts = (*days_of(found, all_days[:cut], BERLIN, LATER), *days_of(found, all_days[cut:], BERLIN, LATER))
    assert whole == parts
    assert sum((day.distance_m or Decimal(0) for day in whole), Decimal(0)) == 1000 * sum(km)
    assert sum((day.own_charged_wh for day in whole), Decimal(0)) == Decimal(round(kwh * 1_000_000)).scaleb(-3)


def test_a_day_whose_readings_stop_says_so() -> None:
    days = told(facts(car(), {Quantity.ODOMETER_M: hours(MONDAY, driven([40, 10])[:40])}), 2)
    assert days[1].distance_share is SlotShare.MISSING
    assert days[1].distance_m == 10_000
    assert codes(days[1]) == ["vehicle_days.odometer_incomplete"]
