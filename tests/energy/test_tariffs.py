"""Costs by tariff: exact sums, clock changes, holidays, and rounding that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.inventory import Medium, PriceWindow, Tariff, Weekday
from core.money import CENT, in_cents
from core.periods import Period
from energy.charges import charges_of, daily_costs, uncovered, unknown_months
from energy.loads import Load, Member, load_of
from energy.series import Amounts
from energy.tariffs import Account, CostKind, account_of, terms_of

BERLIN = ZoneInfo("Europe/Berlin")
money = st.decimals(min_value=-10_000, max_value=10_000, places=6)
EVERY_DAY = tuple(Weekday)


def tariff(**more: object) -> Tariff:
    known: dict[str, object] = {
        "id": "t",
        "name": "T",
        "valid_from": date(2020, 1, 1),
        "medium": Medium.ELECTRICITY,
        "sites": ("s",),
        "energy_eur_per_kwh": Decimal("0.20"),
    }
    return Tariff(**(known | more))  # type: ignore[arg-type]


def window(begins: int, ends: int, days: tuple[Weekday, ...] = EVERY_DAY) -> PriceWindow:
    price = Decimal("0.30")
    return PriceWindow(name="HT", days=days, begins=time(begins), ends=time(ends), energy_eur_per_kwh=price)


def load(first: date, days: int, mwh: int = 250_000) -> Load:
    """Return a kilowatt through local days."""
    begin, end = (datetime.combine(day, time(), BERLIN).astimezone(UTC) for day in (first, first + timedelta(days)))
    period = Period(begin, end)
    count = period.duration // timedelta(minutes=15)
    seconds = np.zeros((count, 5), np.int32)
    seconds[:, 0] = 900
    start_ms = int(begin.timestamp()) * 1000 + 900_000 * np.arange(count, dtype=np.int64)
    known = np.zeros(count, np.uint8)
    rows = Amounts(start_ms, np.full(count, mwh, np.int64), seconds, known, known)
    return load_of([Member(rows, -(2**62), 2**62)], period)


def account_for(
    course: Load, exported: Load | None, zone: ZoneInfo, tariffs: Sequence[Tariff], state: str, *, volume: bool = False
) -> Account | None:
    terms = terms_of(course.start_ms, zone, tariffs, state, volume=volume)
    return None if terms is None else account_of("meter:m", course, exported, terms)


def used(account: object, first: date, end: date) -> dict[str, Decimal]:
    found = charges_of(account, first, end)  # type: ignore[arg-type]
    return {charge.window: charge.used for charge in found if charge.kind is CostKind.ENERGY}


@given(st.lists(money, max_size=30))
def test_amounts_in_cents_sum_to_their_sum_rounded_once(amounts: list[Decimal]) -> None:
    found = in_cents(amounts)
    assert sum(found, Decimal(0)) == sum(amounts, Decimal(0)).quantize(CENT)
    assert all(abs(cents - exact) < CENT for cents, exact in zip(found, amounts, strict=True))


@settings(max_examples=25)
@given(st.integers(1, 80), st.integers(0, 23), st.integers(0, 80))
def test_splitting_days_and_hours_changes_neither_energy_nor_cost(days: int, hour: int, cut: int) -> None:
    first = date(2026, 3, 1)
    account = account_for(
        load(first, days),
        None,
        BERLIN,
        [tariff(windows=(window(hour, 0),), base_eur_per_year=Decimal(365), power_eur_per_kw_month=Decimal(930))],
        "SN",
    )
    assert account is not None
    middle, end = first + timedelta(days=min(cut, days)), first + timedelta(days=days)
    whole, *parts = (
        sum((charge.amount_eur for charge in charges_of(account, *span)), Decimal(0))
        for span in ((first, end), (first, middle), (middle, end))
    )
    assert whole == sum(parts)
    assert account.used(first, end) == Decimal(len(load(first, days))) / 4


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)])
def test_a_day_has_the_hours_its_clock_passes(day: date, hours: int) -> None:
    account = account_for(load(day, 1), None, BERLIN, [tariff(windows=(window(6, 22),))], "SN")
    assert account is not None
    assert used(account, day, day + timedelta(days=1)) == {"HT": Decimal(16), "": Decimal(hours - 16)}


def test_on_a_public_holiday_only_windows_that_name_it_count() -> None:
    repentance_day = date(2026, 11, 18)  # a holiday in Saxony only
    working = tuple(Weekday)[:5]
    for state, hours in (("SN", {"": Decimal(24)}), ("BY", {"HT": Decimal(16), "": Decimal(8)})):
        tariffs = [tariff(windows=(window(6, 22, working),))]
        account = account_for(load(repentance_day, 1), None, BERLIN, tariffs, state)
        assert account is not None
        assert used(account, repentance_day, repentance_day + timedelta(days=1)) == hours


def test_a_leap_year_parts_the_base_price_by_its_days() -> None:
    account = account_for(load(date(2028, 2, 28), 2), None, BERLIN, [tariff(base_eur_per_year=Decimal(366))], "SN")
    assert account is not None
    charges = charges_of(account, date(2028, 2, 28), date(2028, 3, 1))
    assert [charge.amount_eur for charge in charges if charge.kind is CostKind.BASE] == [Decimal(2)]


def test_days_between_two_tariffs_are_named() -> None:
    tariffs = [tariff(valid_to=date(2026, 5, 3)), tariff(id="u", valid_from=date(2026, 5, 6))]
    account = account_for(load(date(2026, 5, 1), 8), None, BERLIN, tariffs, "SN")
    assert account is not None
    assert uncovered(account, date(2026, 5, 1), date(2026, 5, 9)) == ((date(2026, 5, 3), date(2026, 5, 5)),)
    charges = charges_of(account, date(2026, 5, 1), date(2026, 5, 9))
    assert [(charge.tariff, charge.used) for charge in charges] == [("t", 48), ("u", 72)]


def peaks(first: date, days: int, highest: dict[date, int]) -> Load:
    """Return a kilowatt through local days, with a quarter hour of so many kW at the noon of some."""
    course = load(first, days)
    for day, kw in highest.items():
        noon = int(datetime.combine(day, time(12), BERLIN).timestamp()) * 1000
        course.thousandths[course.position(noon)] = kw * 250_000
    return course


def power(account: object, first: date, end: date) -> list[tuple[Decimal, int, Decimal, bool]]:
    found = charges_of(account, first, end)  # type: ignore[arg-type]
    return [(each.used, each.days, each.amount_eur, each.monthly) for each in found if each.kind is CostKind.POWER]


def test_a_monthly_power_price_is_charged_by_the_peak_of_each_month() -> None:
    """By hand: 8.50 EUR/kW by 40 kW in January, 25 kW in February and 1 kW in the begun March, 10 of 31 days."""
    course = peaks(date(2026, 1, 1), 69, {date(2026, 1, 20): 40, date(2026, 2, 3): 25})
    account = account_for(course, None, BERLIN, [tariff(power_eur_per_kw_month=Decimal("8.50"))], "SN")
    assert account is not None
    january, february, march = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    assert power(account, january, february) == [(Decimal(40), 31, Decimal("340.00"), True)]
    assert power(account, february, march) == [(Decimal(25), 28, Decimal("212.50"), True)]
    assert power(account, march, date(2026, 4, 1)) == [(Decimal(1), 10, Decimal("8.50") * 10 / 31, True)]
    assert power(account, january, march) == [
        (Decimal(40), 31, Decimal("340.00"), True),
        (Decimal(25), 28, Decimal("212.50"), True),
    ]


def test_a_power_price_that_turns_monthly_holds_by_days() -> None:
    """By hand: until 15 June 15/365 of 73 EUR/kW by the year's 40 kW, then 15/30 of 6 EUR/kW by June's 20 kW."""
    course = peaks(date(2026, 5, 1), 61, {date(2026, 5, 5): 40, date(2026, 6, 2): 20})
    turn = date(2026, 6, 16)
    tariffs = [
        tariff(power_eur_per_kw_year=Decimal(73), valid_to=turn),
        tariff(id="u", valid_from=turn, power_eur_per_kw_month=Decimal(6)),
    ]
    account = account_for(course, None, BERLIN, tariffs, "SN")
    assert account is not None
    assert power(account, date(2026, 6, 1), date(2026, 7, 1)) == [
        (Decimal(40), 15, Decimal(120), False),
        (Decimal(20), 15, Decimal(60), True),
    ]


def test_a_month_of_which_too_little_is_known_is_not_charged_and_named() -> None:
    course = load(date(2026, 1, 1), 59)
    february = course.position(int(datetime(2026, 2, 1, tzinfo=BERLIN).timestamp()) * 1000)
    course.known[february : february + 96 * 4] = False
    account = account_for(course, None, BERLIN, [tariff(power_eur_per_kw_month=Decimal(6))], "SN")
    assert account is not None
    assert unknown_months(account, date(2026, 1, 1), date(2026, 3, 1)) == (date(2026, 2, 1),)
    assert power(account, date(2026, 1, 1), date(2026, 3, 1)) == [(Decimal(1), 31, Decimal(6), True)]


def test_without_quarter_hours_there_is_no_account() -> None:
    assert account_for(load(date(2026, 5, 1), 0), None, BERLIN, [tariff()], "SN") is None


def test_each_day_costs_what_the_charges_of_that_day_come_to() -> None:
    first, days = date(2026, 3, 20), 60
    sold = {"export_eur_per_kwh": Decimal("0.0803"), "base_eur_per_year": Decimal(100)}
    tariffs = [
        tariff(valid_from=date(2026, 3, 22), valid_to=date(2026, 4, 10), windows=(window(6, 22),), **sold),
        tariff(id="y", valid_from=date(2026, 4, 12), power_eur_per_kw_year=Decimal(95)),
        tariff(id="m", valid_from=date(2026, 4, 25), power_eur_per_kw_month=Decimal("8.50"), windows=(window(22, 6),)),
    ]
    account = account_for(load(first, days), load(first, days, 90_000), BERLIN, tariffs, "SN")
    assert account is not None
    begin, end = first - timedelta(days=3), first + timedelta(days=days + 3)
    found = daily_costs(account, begin, end)
    assert len(found) == days
    for number, cost in enumerate(found):
        day = first + timedelta(days=number)
        charges = charges_of(account, day, day + timedelta(days=1))
        assert (cost is None) == (day < date(2026, 3, 22) or date(2026, 4, 10) <= day < date(2026, 4, 12))
        assert abs((cost or 0) - sum((each.amount_eur for each in charges), Decimal(0))) < Decimal("1e-15")
    assert daily_costs(account, end, end + timedelta(days=9)) == []
