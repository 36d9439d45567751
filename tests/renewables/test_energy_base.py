"""What counts of a plant's year: meter and operator beside each other, common meters, and what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.inventory.renewables import Plant, PlantKind
from core.shares import FeedInStatement
from renewables.base.common import bases_behind
from renewables.base.counting import Evidence, base_of
from renewables.base.metered import MeteredMonth
from renewables.base.presence import months_of, presences
from renewables.base.sharing import Key, key_of, share_out, shared_months
from renewables.base.stated import StatedMonth, stated_by
from renewables.energy_base import BaseSource, EnergyBase, FictitiousReason

BERLIN = ZoneInfo("Europe/Berlin")
MONTHS = months_of(2025, BERLIN)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MWH = 1_000_000
WIND = Plant(
    id="wea-1",
    name="Windrad 1",
    kind=PlantKind.WIND,
    power_w=5_560_000,
    municipality="erlgrund",
    operator="Bürgerwind",
    register_number="SEE1",
    commissioned=date(2024, 1, 1),
    valid_from=date(2024, 1, 1),
    reference_yield_wh=16e9,
)


def evidence(plant: Plant = WIND, now: datetime = NOW, **more: Any) -> Evidence:
    return Evidence(plant=plant, period="2025", presences=presences(plant, MONTHS, now, BERLIN), **more)


def metered(**months: int | None) -> dict[str, MeteredMonth]:
    return {f"2025-{name[1:]}": MeteredMonth(energy_wh=energy) for name, energy in months.items()}


def every(energy_wh: int) -> dict[str, MeteredMonth]:
    return {name: MeteredMonth(energy_wh=energy_wh, shares=(("measured", 1.0),)) for name in MONTHS}


def codes(base: EnergyBase) -> list[str]:
    return [each.code for each in base.findings]


def params(base: EnergyBase, code: str) -> Mapping[str, Any]:
    return dict(next(each.params for each in base.findings if each.code == code))


def test_the_meter_counts_where_nobody_states_anything() -> None:
    base = base_of(evidence(metered=every(MWH)))
    assert (base.fed_in_wh, base.fictitious_wh, base.findings) == (12 * MWH, 0, ())
    assert {(month.source, month.shares) for month in base.months} == {(BaseSource.METER, (("measured", 1.0),))}


def test_the_operators_statement_goes_before_the_meter_and_both_stand_side_by_side() -> None:
    stated = {"2025-03": StatedMonth(fed_in_wh=1_004_000, curtailed_wh=500_000, negative_wh=7)}
    base = base_of(evidence(metered=every(MWH), stated=stated))
    march = base.months[2]
    assert (march.fed_in_wh, march.metered_wh, march.stated_wh) == (1_004_000, MWH, 1_004_000)
    assert (march.source, march.negative_wh) == (BaseSource.STATEMENT, 7)
    assert march.fictitious_wh == ((FictitiousReason.CURTAILED, 500_000),)
    assert base.findings == ()


def test_meter_and_operator_too_far_apart_are_named_with_both_figures() -> None:
    base = base_of(evidence(metered=every(MWH), stated={"2025-03": StatedMonth(fed_in_wh=1_200_000)}))
    assert codes(base) == ["feed_in.differs"]
    assert params(base, "feed_in.differs") == {
        "plant": "Windrad 1",
        "month": "2025-03",
        "metered_kwh": 1000.0,
        "stated_kwh": 1200.0,
    }


def test_a_meter_with_gaps_contradicts_only_who_states_less() -> None:
    gap = {"2025-03": MeteredMonth(energy_wh=MWH, at_least=True, known=0.9)}
    more = base_of(evidence(metered=every(MWH) | gap, stated={"2025-03": StatedMonth(fed_in_wh=2 * MWH)}))
    less = base_of(evidence(metered=every(MWH) | gap, stated={"2025-03": StatedMonth(fed_in_wh=MWH // 2)}))
    alone = base_of(evidence(metered=every(MWH) | gap))
    assert (codes(more), codes(less)) == ([], ["feed_in.differs"])
    assert params(alone, "feed_in.incomplete")["known"] == 90.0


def test_missing_months_are_named_but_not_those_before_the_plant_was_there() -> None:
    plant = replace(WIND, commissioned=date(2025, 2, 14))
    base = base_of(evidence(plant, metered=metered(m03=MWH, m04=None)))
    assert base.months[0].fed_in_wh == 0
    assert params(base, "feed_in.months_missing")["months"].split(", ")[:2] == ["2025-02", "2025-04"]
    ended = replace(WIND, valid_to=date(2025, 4, 1))
    assert base_of(evidence(ended, metered=metered(m01=1, m02=1, m03=1))).findings == ()


def test_a_year_that_is_not_over_says_which_months_are_ahead() -> None:
    base = base_of(evidence(now=datetime(2025, 3, 15, tzinfo=UTC), metered=every(MWH)))
    assert (base.fed_in_wh, base.months[2].metered_wh) == (2 * MWH, MWH)
    assert params(base, "feed_in.months_ahead")["count"] == 10


def test_what_cannot_be_is_named() -> None:
    most_wh = 5_560_000 * 743
    wrong = {
        "2025-01": StatedMonth(fed_in_wh=-1),
        "2025-03": StatedMonth(fed_in_wh=most_wh, curtailed_wh=1),
        "2025-04": StatedMonth(fed_in_wh=5, negative_wh=6),
        "2025-05": StatedMonth(fed_in_wh=5, curtailed_wh=-6),
    }
    stated = dict.fromkeys(MONTHS, StatedMonth(fed_in_wh=5)) | wrong
    base = base_of(evidence(stated=stated))
    assert codes(base) == ["feed_in.negative", "feed_in.too_much", "feed_in.negative_more", "feed_in.negative"]
    assert codes(base_of(evidence(stated=dict.fromkeys(MONTHS, StatedMonth(fed_in_wh=5_560_000 * 672))))) == []
    early = replace(WIND, commissioned=date(2025, 2, 1))
    said = {"2025-01": StatedMonth(fed_in_wh=5)}
    assert codes(base_of(evidence(early, metered=every(5), stated=said))) == ["feed_in.not_there"]


def test_of_each_figure_the_newest_statement_counts_that_has_it() -> None:
    first = FeedInStatement(plant="a", month="2025-01", fed_in_wh=1, curtailed_wh=2, entered_at_utc=NOW)
    said = stated_by([first, replace(first, fed_in_wh=3, curtailed_wh=None)])
    assert said == {"a": {"2025-01": StatedMonth(fed_in_wh=3, curtailed_wh=2)}}


def test_turbines_share_by_site_yield_then_by_reference_yield_and_others_by_power() -> None:
    other = replace(WIND, id="wea-2", name="Windrad 2", reference_yield_wh=8e9)
    roof = replace(WIND, id="pv-1", kind=PlantKind.PV_GROUND, power_w=1000)
    by = [key_of([WIND, other]), key_of([replace(WIND, site_yield_wh=5.0), replace(other, site_yield_wh=6.0)])]
    assert by == [
        Key("reference_yield", {"wea-1": Fraction(16 * 10**9), "wea-2": Fraction(8 * 10**9)}),
        Key("site_yield", {"wea-1": Fraction(5), "wea-2": Fraction(6)}),
    ]
    assert key_of([roof, replace(roof, id="pv-2")]) == Key("power", {"pv-1": Fraction(1000), "pv-2": Fraction(1000)})
    assert getattr(key_of([WIND, roof]), "code", "") == "feed_in.common_mixed"
    assert dict(getattr(key_of([WIND, replace(other, reference_yield_wh=None)]), "params", ())) == {
        "plants": "Windrad 2"
    }


def test_a_common_meter_is_shared_in_whole_kilowatt_hours_with_ties_to_the_lower_id() -> None:
    thirds = {name: Fraction(1) for name in ("c", "b", "a")}
    assert share_out(1_000_000, thirds, 1000) == {"a": 334_000, "b": 333_000, "c": 333_000}
    assert share_out(1_001_500, thirds, 1000) == {"a": 334_000, "b": 334_000, "c": 333_500}
    assert share_out(0, thirds) == {"a": 0, "b": 0, "c": 0}
    by_month = shared_months({"1": 400_000, "2": 600_000}, {"1": thirds, "2": thirds})
    assert {name: by_month["1"][name] + by_month["2"][name] for name in "abc"} == share_out(1_000_000, thirds, 1000)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(sorted(MONTHS)), st.integers(0, 10**10), min_size=1),
    st.dictionaries(st.sampled_from("abcde"), st.fractions(min_value=1, max_value=10**6), min_size=1),
)
def test_parts_sum_to_the_month_and_none_is_below_zero(energy_wh: dict[str, int], weights: dict[str, Fraction]) -> None:
    found = shared_months(energy_wh, dict.fromkeys(energy_wh, weights))
    assert {month: sum(parts.values()) for month, parts in found.items()} == energy_wh
    assert min(part for parts in found.values() for part in parts.values()) >= 0


def test_plants_behind_a_common_meter_get_their_parts_and_a_late_one_its_part_of_the_month() -> None:
    other = replace(WIND, id="wea-2", name="Windrad 2", reference_yield_wh=8e9, commissioned=date(2025, 2, 15))
    one, two = bases_behind("park", "Windpark", every(30 * MWH), [evidence(), evidence(other)])
    assert (one.shared_by, one.common_meter, one.findings, two.findings) == ("reference_yield", "park", (), ())
    assert [month.fed_in_wh for month in one.months][::11] == [30 * MWH, 20 * MWH]
    assert two.months[0].fed_in_wh == 0
    assert two.months[1].fed_in_wh == round(30 * MWH * 0.25 / 1.25)
    assert (one.fed_in_wh or 0) + (two.fed_in_wh or 0) == 360 * MWH


def test_without_a_yield_a_common_meter_is_not_shared_unless_operators_state_all() -> None:
    other = replace(WIND, id="wea-2", name="Windrad 2", reference_yield_wh=None)
    said = {name: StatedMonth(fed_in_wh=15 * MWH) for name in MONTHS}
    one, two = bases_behind("park", "Windpark", every(30 * MWH), [evidence(), evidence(other, stated=said)])
    assert codes(one) == ["feed_in.common_no_yield", "feed_in.months_missing"]
    assert (codes(two), two.fed_in_wh, two.shared_by) == ([], 180 * MWH, "")


def test_statements_that_do_not_sum_to_the_common_meter_are_named_with_both_sums() -> None:
    other = replace(WIND, id="wea-2", name="Windrad 2")
    said = {"2025-05": StatedMonth(fed_in_wh=20 * MWH)}
    fair = {"2025-05": StatedMonth(fed_in_wh=10 * MWH)}
    one, two = bases_behind("park", "Windpark", every(30 * MWH), [evidence(stated=said), evidence(other, stated=fair)])
    assert (codes(one), codes(two)) == ([], [])
    one, two = bases_behind("park", "Windpark", every(30 * MWH), [evidence(stated=said), evidence(other)])
    assert codes(one) == codes(two) == ["feed_in.common_differs"]
    assert params(one, "feed_in.common_differs")["stated_kwh"] == 35_000.0
