"""Laws of virtual meters and of the energy of fuels."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.inventory import EnergyBasis, Fuel, FuelMonth, Medium
from core.quantities import Quantity
from core.texts import Finding
from energy.formulas import Input, combined
from energy.fuels import converted, energy_per_unit, months_without
from energy.levels import used_from
from energy.positions import SLOT_MS
from energy.register_walk import epoch_ms
from energy.series import Amounts, Samples
from energy.source_rules import Validity

BEGIN = epoch_ms(datetime(2026, 10, 1, tzinfo=UTC))
MEASURED = [900, 0, 0, 0, 0]
HO, HI = Quantity.FUEL_HO_WH, Quantity.FUEL_HI_WH
GAS = Fuel(
    id="gas",
    name="Erdgas",
    medium=Medium.GAS,
    hi_per_ho=Decimal("0.903"),
    months=(FuelMonth(month="2026-10", state_number=Decimal("0.9583"), energy_kwh_per_m3=Decimal("11.331")),),
    valid_from=date(2024, 1, 1),
)


def amounts(values: list[int], seconds: list[int] = MEASURED, skip: frozenset[int] = frozenset()) -> Amounts:
    kept = [number for number in range(len(values)) if number not in skip]
    share = next(number for number in reversed(range(5)) if seconds[number])
    return Amounts(
        np.array([BEGIN + number * SLOT_MS for number in kept], np.int64),
        np.array([values[number] for number in kept], np.int64),
        np.array([seconds] * len(kept), np.int32).reshape(-1, 5),
        np.full(len(kept), share, np.uint8),
        np.full(len(kept), share, np.uint8),
    )


def borders(slots: int) -> Any:
    return np.array([BEGIN, BEGIN + slots * SLOT_MS], np.int64)


Counts = st.lists(st.integers(-(10**12), 10**13), min_size=1, max_size=60)
Factors = st.fractions(-3, 3, max_denominator=10**6)


@given(Counts, Factors, Factors)
def test_quarter_hours_of_a_formula_add_up_to_the_formula_of_the_sums(
    values: list[int], one: Fraction, other: Fraction
) -> None:
    found = combined([Input(amounts(values), one), Input(amounts(values[::-1]), other)], borders(len(values)))
    exact = one * sum(values) + other * sum(values)
    assert abs(int(found.thousandths.sum()) - exact) <= Fraction(1, 2)


@given(Counts, Counts)
def test_a_difference_is_exact_in_every_quarter_hour(one: list[int], other: list[int]) -> None:
    length = min(len(one), len(other))
    inputs = [Input(amounts(one[:length])), Input(amounts(other[:length]), Fraction(-1))]
    found = combined(inputs, borders(length))
    assert found.thousandths.tolist() == [a - b for a, b in zip(one[:length], other[:length], strict=True)]


@given(Counts, Factors)
def test_any_prefix_of_a_share_is_rounded_once(values: list[int], factor: Fraction) -> None:
    found = combined([Input(amounts(values), factor)], borders(len(values)))
    for end in range(1, len(values) + 1):
        assert abs(int(found.thousandths[:end].sum()) - factor * sum(values[:end])) <= Fraction(1, 2)


def test_a_quarter_hour_that_lacks_an_input_is_missing() -> None:
    found = combined([Input(amounts([1, 2, 3])), Input(amounts([10, 20, 30], skip=frozenset({1})))], borders(3))
    assert found.thousandths.tolist() == [11, 33]
    assert found.start_ms.tolist() == [BEGIN, BEGIN + 2 * SLOT_MS]


@given(Factors)
def test_an_input_that_never_reported_leaves_nothing_whatever_its_share(factor: Fraction) -> None:
    assert len(combined([Input(amounts([1, 2])), Input(None, factor)], borders(2))) == 0


def test_a_meter_counts_nothing_before_it_was_there_and_is_not_missing_then() -> None:
    later = Validity(from_ms=BEGIN + SLOT_MS)
    found = combined([Input(amounts([1, 2])), Input(amounts([0, 5]), Fraction(-1), later)], borders(2))
    assert found.thousandths.tolist() == [1, -3]


def test_no_second_is_called_better_than_it_certainly_was_in_all_inputs() -> None:
    one, other = amounts([1], [600, 0, 300, 0, 0]), amounts([1], [700, 0, 0, 200, 0])
    found = combined([Input(one), Input(other)], borders(1))
    assert found.seconds.tolist() == [[400, 0, 300, 200, 0]]
    assert (found.begins.tolist(), found.ends.tolist()) == ([3], [3])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=100))
def test_gas_of_a_month_is_volume_times_both_figures_rounded_once(litres: list[int]) -> None:
    factor = energy_per_unit(GAS, HO, "2026-10")
    assert isinstance(factor, Fraction)
    found = converted(amounts(litres), borders(len(litres)), [factor])
    exact = sum(litres) * Fraction("0.9583") * Fraction("11.331") * 1000
    assert abs(int(found.thousandths.sum()) - exact) <= Fraction(1, 2)


def test_a_month_without_figures_has_no_energy_but_a_reason() -> None:
    why = energy_per_unit(GAS, HO, "2026-11")
    assert why == Finding.of("fuels.month_missing", fuel="Erdgas", month="2026-11")
    assert len(converted(amounts([5, 5]), borders(2), [None])) == 0
    assert months_without(GAS, HO, ["2026-10", "2026-11"]) == ("2026-11",)


def test_heizwert_comes_from_brennwert_only_by_the_ratio_that_was_said() -> None:
    ho, hi = energy_per_unit(GAS, HO, "2026-10"), energy_per_unit(GAS, HI, "2026-10")
    assert isinstance(ho, Fraction)
    assert hi == ho * Fraction("0.903")
    pellets = Fuel(
        id="p",
        name="Pellets",
        medium=Medium.PELLETS,
        basis=EnergyBasis.HI,
        energy_kwh_per_t=Decimal(4800),
        valid_from=date(2024, 1, 1),
    )
    assert energy_per_unit(pellets, HI, "2026-10") == Fraction("4.8")
    assert energy_per_unit(pellets, HO, "2026-10") == Finding.of("fuels.ratio_missing", fuel="Pellets", basis="ho")


def tank(levels: list[float], every: timedelta = timedelta(hours=1)) -> Samples:
    at = [BEGIN + number * int(every.total_seconds() * 1000) for number in range(len(levels))]
    return Samples(np.array(at, np.int64), np.array(levels), np.zeros(len(levels), np.uint8))


def test_falls_of_a_tank_are_use_and_a_rise_is_a_delivery() -> None:
    found = used_from(tank([5.0, 4.9, 4.8, 9.8, 9.7, 9.6, 9.5, 9.5]), (), 3600)
    assert found is not None
    assert [round(each.amount, 3) for each in found.deliveries] == [5.0]
    assert int(found.amounts.thousandths.sum()) == 500


def test_noise_and_a_single_wild_value_are_no_use() -> None:
    found = used_from(tank([5.0, 5.02, 4.99, 0.0, 5.01, 4.99, 5.0, 5.0, 5.0]), (), 3600)
    assert found is not None
    assert found.deliveries == ()
    assert int(found.amounts.thousandths.sum()) <= 10


def test_stock_that_people_read_counts_and_a_delivery_between_two_readings_leaves_the_use_missing() -> None:
    day = 86_400_000
    none = tank([])
    found = used_from(none, [(BEGIN, 4_000_000.0), (BEGIN + 30 * day, 3_100_000.0)], 31 * 86_400)
    assert found is not None
    assert int(found.amounts.thousandths.sum()) == 900_000_000
    filled = used_from(none, [(BEGIN, 4_000_000.0), (BEGIN + 90 * day, 5_000_000.0)], 31 * 86_400)
    assert filled is not None
    assert filled.deliveries[0].amount == 1_000_000.0
    assert filled.amounts.seconds[5].tolist() == [0, 0, 0, 0, 900]
