"""What own plants earn: with support and without, at prices below zero, and why it is not computed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.inventory.renewables import Marketing, Plant, PlantKind
from renewables.revenue import OwnMonth, earned_by, known_sum

ROOF = Plant(
    id="dach",
    name="Dach",
    kind=PlantKind.PV_ROOF,
    power_w=58_200,
    municipality="au",
    operator="Landkreis",
    register_number="SEE1",
    commissioned=date(2024, 1, 1),
    valid_from=date(2024, 1, 1),
    site="schule",
    marketing=Marketing.FEED_IN_TARIFF,
    value_ct_per_kwh=Decimal("8.03"),
)
MAY = OwnMonth(month="2025-05", fed_in_wh=1_234_567, negative_wh=234_567, market_eur=Decimal("41.005"))


def test_with_support_each_kilowatt_hour_earns_its_value_but_for_those_at_negative_prices() -> None:
    assert earned_by(ROOF, MAY).paid_eur == Decimal("80.30")
    unknown = earned_by(replace(ROOF, marketing=Marketing.MARKET_PREMIUM), replace(MAY, negative_wh=None))
    assert unknown.paid_eur == Decimal("99.14")
    assert [note.code for note in unknown.notes] == ["feed_in.revenue_negative_unknown"]


def test_without_support_it_earns_what_the_market_pays_rounded_half_up() -> None:
    direct = replace(ROOF, marketing=Marketing.OTHER_DIRECT, value_ct_per_kwh=None)
    assert earned_by(direct, MAY).paid_eur == Decimal("41.01")
    below = earned_by(direct, replace(MAY, market_eur=Decimal("-3.215")))
    assert below.paid_eur == Decimal("-3.22")
    unknown = earned_by(direct, replace(MAY, market_eur=None)).reason
    assert unknown is not None
    assert unknown.code == "feed_in.revenue_no_prices"


def test_what_is_missing_is_the_reason_and_a_month_without_feed_in_earned_nothing() -> None:
    unknown = earned_by(ROOF, OwnMonth(month="2025-05"))
    assert unknown.reason is not None
    assert (unknown.paid_eur, unknown.reason.code) == (None, "feed_in.revenue_no_feed_in")
    unsaid = earned_by(replace(ROOF, value_ct_per_kwh=None), MAY).reason
    assert unsaid is not None
    assert unsaid.code == "feed_in.revenue_no_value"
    assert earned_by(replace(ROOF, value_ct_per_kwh=None), OwnMonth(month="2025-05", fed_in_wh=0)).paid_eur == 0


def test_sums_are_those_of_what_is_known() -> None:
    assert known_sum([None, Decimal("1.10"), Decimal("2.20")]) == Decimal("3.30")
    assert known_sum([None]) is None
