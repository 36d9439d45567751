"""Means of instants and states, and the energy that power adds up to."""

from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inventory import Connector, Inventory, Medium, Meter, MeterRole, Plant, PlantKind, Station
from core.quantities import Quantity
from core.readings import ReadingQuality
from energy.intervals import Computed, SeriesRules, compute
from energy.positions import SLOT_MS
from energy.register_walk import epoch_ms
from energy.series import QUALITY_CODES, Means, Samples
from energy.source_rules import series_rules

IMPORT, EXPORT, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.POWER_W
MINUTE_MS = 60_000
NOON_MS = epoch_ms(datetime(2026, 10, 25, 12, tzinfo=UTC))
WATTS = SeriesRules(quantity=POWER, nominal_interval_s=300, derived=(IMPORT, EXPORT))
ON = SeriesRules(quantity=Quantity.PLUGGED_IN_FLAG, nominal_interval_s=300)


def computed(how: SeriesRules, *values: tuple[float, float], quality: str = "measured") -> Computed:
    at_ms = np.array([NOON_MS + round(minutes * MINUTE_MS) for minutes, _ in values], np.int64)
    codes = np.full(len(values), QUALITY_CODES[ReadingQuality(quality)], np.uint8)
    found = compute(Samples(at_ms, np.array([value for _, value in values], np.float64), codes), how)
    assert found is not None
    return found


def means(how: SeriesRules, *values: tuple[float, float], **more: str) -> Means:
    found = computed(how, *values, **more).means
    assert found is not None
    return found


def test_the_mean_weighs_by_time() -> None:
    slots = means(WATTS, (0, 1000), (5, 1000), (10, 4000), (15, 4000))
    assert slots.mean.tolist() == pytest.approx([2500])
    assert (slots.minimum.tolist(), slots.maximum.tolist()) == ([1000], [4000])
    assert slots.seconds.tolist() == [[900, 0, 0, 0, 0]]


def test_a_value_between_two_readings_counts_on_both_sides_of_the_border() -> None:
    slots = means(WATTS, (10, 0), (20, 1000), (30, 1000))
    assert slots.start_ms.tolist() == [NOON_MS, NOON_MS + SLOT_MS]
    assert (slots.minimum.tolist(), slots.maximum.tolist()) == ([0, 500], [500, 1000])
    assert slots.seconds[:, 4].tolist() == [600, 0]


def test_a_state_holds_until_it_changes() -> None:
    slots = means(ON, (0, 1), (6, 0), (12, 1), (15, 0))
    assert slots.mean.tolist() == pytest.approx([9 / 15])


def test_a_gap_is_joined_for_two_hours_and_no_longer() -> None:
    near = means(WATTS, (0, 100), (120, 100))
    assert near.seconds.tolist() == [[0, 0, 900, 0, 0]] * 8
    far = means(WATTS, (0, 100), (5, 100), (150, 100), (165, 100))
    assert far.start_ms.tolist() == [NOON_MS, NOON_MS + 10 * SLOT_MS]
    assert far.seconds.tolist() == [[300, 0, 0, 0, 600], [0, 0, 900, 0, 0]]


def test_a_plug_may_be_silent_for_a_night() -> None:
    assert means(ON, (0, 1), (12 * 60, 0)).mean.tolist() == [1.0] * 48


def test_recovered_readings_are_told() -> None:
    assert means(WATTS, (0, 5), (10, 5), (15, 5), quality="recovered").seconds.tolist() == [[0, 900, 0, 0, 0]]


def test_energy_of_power_is_estimated_and_split_by_sign() -> None:
    found = computed(WATTS, (0, 6000), (5, 6000), (10, -6000), (15, -6000))
    assert found.amounts[IMPORT].thousandths.tolist() == [500_000 + 125_000]
    assert found.amounts[EXPORT].thousandths.tolist() == [500_000 + 125_000]
    assert found.amounts[IMPORT].seconds.tolist() == [[0, 0, 0, 900, 0]]
    assert (found.amounts[IMPORT].begins.tolist(), found.amounts[IMPORT].ends.tolist()) == ([3], [3])


def test_where_power_is_not_known_energy_is_missing() -> None:
    gap = computed(WATTS, (0, 6000), (5, 6000), (200, 6000), (210, 6000)).amounts[IMPORT]
    assert gap.thousandths.tolist() == [500_000, 1_000_000]
    assert gap.seconds.tolist() == [[0, 0, 0, 300, 600], [0, 0, 0, 600, 300]]
    assert (gap.begins.tolist(), gap.ends.tolist()) == ([3, 4], [4, 4])


steps = st.lists(st.tuples(st.integers(1, 1200), st.integers(-20_000, 20_000)), min_size=2, max_size=30)


@given(steps)
def test_energy_of_power_is_the_exact_area_to_half_a_milliwatt_hour(steps: list[tuple[int, int]]) -> None:
    at_s, points = 0, []
    for gap_s, power_w in steps:
        at_s += gap_s
        points.append((at_s, power_w))
    samples = Samples(
        np.array([at * 1000 for at, _ in points], np.int64),
        np.array([float(power) for _, power in points]),
        np.zeros(len(points), np.uint8),
    )
    found = compute(samples, WATTS)
    for quantity, sign in ((IMPORT, 1), (EXPORT, -1)):
        amounts = found.amounts.get(quantity) if found else None
        for start_ms, thousandths in [] if amounts is None else zip(amounts.start_ms, amounts.thousandths, strict=True):
            begin_s = int(start_ms) // 1000
            exact = sum(_area(one, other, begin_s, begin_s + 900, sign) for one, other in pairwise(points)) / Fraction(
                36, 10
            )
            assert abs(exact - int(thousandths)) <= Fraction(500001, 1000000)


def _area(one: tuple[int, int], other: tuple[int, int], begin_s: int, end_s: int, sign: int) -> Fraction:
    """Return the watt-seconds above zero of a line between two points, within a slot."""
    start, end = max(one[0], begin_s), min(other[0], end_s)
    if end <= start:
        return Fraction(0)
    slope = Fraction(other[1] - one[1], other[0] - one[0])
    left, right = (sign * (one[1] + slope * (at - one[0])) for at in (start, end))
    if left * right >= 0:
        return max(left + right, Fraction(0)) / 2 * (end - start)
    above = max(left, right)
    return above * above / abs(left - right) / 2 * (end - start)


def _inventory() -> Inventory:
    since = date(2024, 1, 1)
    meter = Meter(id="m", name="m", valid_from=since, site="s", medium=Medium.ELECTRICITY, role=MeterRole.GENERATION)
    outlets = tuple(Connector(number=number, max_power_w=11_000, plug="type_2") for number in (1, 2))
    station = Station(id="l", name="l", valid_from=since, site="s", maker="x", model="y", connectors=outlets)
    plant = Plant(
        id="p",
        name="p",
        valid_from=since,
        kind=PlantKind.PV_ROOF,
        power_w=50_000,
        municipality="g",
        operator="o",
        register_number="SEE1",
        commissioned=since,
    )
    return Inventory(meters={"m": meter}, stations={"l": station}, plants={"p": plant})


@pytest.mark.parametrize(
    ("source", "quantity", "rate_per_h"),
    [
        ("station:l/1", IMPORT, 11_000),
        ("station:l", IMPORT, 22_000),
        ("plant:p", EXPORT, 60_000),
        ("meter:m", EXPORT, 10e6),
        ("vehicle:v", Quantity.ODOMETER_M, 250_000),
        ("meter:unknown", IMPORT, 10e6),
    ],
)
def test_each_source_has_a_limit(source: str, quantity: Quantity, rate_per_h: float) -> None:
    register = series_rules(_inventory(), source, quantity).register
    assert register is not None
    assert register.max_rate_per_h == rate_per_h


@pytest.mark.parametrize(
    ("source", "known", "derived"),
    [
        ("station:l/1", {POWER}, (IMPORT,)),
        ("plant:p", {POWER}, (EXPORT,)),
        ("meter:m", {POWER}, (EXPORT,)),
        ("meter:m", {POWER, EXPORT}, ()),
        ("station:l/1", {POWER, Quantity.ENERGY_SESSION_WH}, ()),
        ("vehicle:v", {POWER}, ()),
    ],
)
def test_power_is_added_up_only_where_nothing_counts_energy(
    source: str, known: set[Quantity], derived: tuple[Quantity, ...]
) -> None:
    assert series_rules(_inventory(), source, POWER, known).derived == derived


def test_a_session_counter_counts_on_over_its_restarts() -> None:
    how = series_rules(_inventory(), "station:l/1", Quantity.ENERGY_SESSION_WH)
    values = [5000, 5500, 200, 400, 600, 800, 1000]
    slots = computed(how, *((15.0 * place, value) for place, value in enumerate(values))).amounts
    assert slots[Quantity.ENERGY_SESSION_WH].thousandths.sum() == (500 + 1000) * 1000
    blip = [5000, 0, 5010, 5020]
    slots = computed(how, *((15.0 * place, value) for place, value in enumerate(blip))).amounts
    assert slots[Quantity.ENERGY_SESSION_WH].thousandths.sum() == 20_000
