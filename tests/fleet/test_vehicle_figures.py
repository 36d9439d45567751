from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory import Drive
from core.readings import SlotShare
from core.texts import Finding
from fleet.vehicle_days.battery import health_of
from fleet.vehicle_days.figures import VehicleFigures, figures_of
from tests.fleet.cars import MONDAY, car

FIRST = date(2026, 11, 2)


def day(number: int, **said: Any) -> VehicleDay:
    known: dict[str, Any] = {"distance_m": Decimal(50_000), "distance_share": SlotShare.MEASURED}
    return VehicleDay(vehicle="auto", day=FIRST + timedelta(days=number), **(known | said))


def figures(days: list[VehicleDay], **vehicle: Any) -> VehicleFigures:
    working = [FIRST + timedelta(days=number) for number in range(7) if number < 5]
    return figures_of(car(**vehicle), days, working, FIRST, FIRST + timedelta(days=6))


def code(value: Decimal | Finding) -> str:
    assert isinstance(value, Finding)
    return value.code


def codes(found: VehicleFigures) -> set[str]:
    return {finding.code for finding in found.findings}


def test_consumption_is_corrected_for_the_charge_at_both_ends() -> None:
    # 100 km, 20 kWh at the plug, 10 % lost; the battery of 50 kWh holds 10 points less than before
    found = figures(
        [day(0, own_charged_wh=Decimal(20_000), soc_begin_percent=Decimal(80)), day(1, soc_end_percent=Decimal(70))]
    )
    assert found.gross_wh_per_100km == Decimal(20_000) + Decimal(5_000) / Decimal("0.9")
    assert found.known_wh == 20_000
    assert found.distance_m == 100_000


def test_too_little_known_energy_is_said_and_the_figures_are_not_reliable() -> None:
    ends = {"soc_begin_percent": Decimal(80), "soc_end_percent": Decimal(80)}
    # 100 km at 16 kWh/100 km from the battery need 16 / 0.9 = 17.78 kWh at the plug, 85 % of it are 15.11
    for own_wh, reliable in ((15_112, True), (15_111, False)):
        found = figures([day(0, own_charged_wh=Decimal(own_wh), **ends), day(1, **ends)])
        assert found.reliable is reliable
        assert ("figures.not_reliable" in codes(found)) is not reliable
    with_paper = figures(
        [day(0, own_charged_wh=Decimal(12_000), elsewhere_charged_wh=Decimal(4_000), **ends), day(1, **ends)]
    )
    assert with_paper.reliable


def test_what_cannot_be_expected_is_neither_reliable_nor_not() -> None:
    found = figures([day(0), day(1)], energy_wh_per_100km=None)
    assert found.reliable is None
    assert code(found.expected_wh) == "figures.no_consumption"
    assert code(figures([day(0), day(1)]).gross_wh_per_100km) == "figures.no_charge"
    assert code(figures([day(0)], battery_wh=None).gross_wh_per_100km) == "figures.no_battery"


def test_net_consumption_and_loss_are_the_vehicles_own_word() -> None:
    said = {"own_charged_wh": Decimal(10_000), "battery_charged_wh": Decimal(8_800), "driven_wh": Decimal(8_000)}
    found = figures([day(0, **said), day(1, **said)])
    assert found.net_wh_per_100km == 16_000
    assert found.charge_loss_percent == 12
    partly = figures([day(0, **said), day(1)])
    assert code(partly.net_wh_per_100km) == "figures.use_not_told"


def test_energy_from_elsewhere_spoils_no_loss() -> None:
    here = day(0, own_charged_wh=Decimal(10_000), battery_charged_wh=Decimal(9_000))
    away = day(1, elsewhere_charged_wh=Decimal(30_000), battery_charged_wh=Decimal(27_000))
    assert figures([here, away]).charge_loss_percent == 10
    without_paper = day(1, battery_charged_wh=Decimal(27_000))
    assert figures([here, without_paper]).charge_loss_percent == 10
    more = day(0, own_charged_wh=Decimal(10_000), battery_charged_wh=Decimal(19_000))
    assert code(figures([more]).charge_loss_percent) == "figures.loss_impossible"


def test_an_assumed_loss_is_said() -> None:
    assert "figures.loss_assumed" in codes(figures([day(0)], charge_loss_percent=None))
    assert "figures.loss_assumed" not in codes(figures([day(0)]))


def test_charging_without_driving_has_no_consumption_and_is_said() -> None:
    ends = {"soc_begin_percent": Decimal(50), "soc_end_percent": Decimal(70)}
    found = figures([day(0, distance_m=Decimal(0), own_charged_wh=Decimal(11_000), **ends)])
    assert code(found.gross_wh_per_100km) == "figures.not_driven"
    assert "figures.charged_not_driven" in codes(found)
    assert found.days_used == 0


def test_an_empty_month_computes_nothing_and_fails_nowhere() -> None:
    found = figures([])
    assert code(found.distance_m) == "figures.no_distance"
    assert code(found.p95_day_m) == "figures.not_used"
    assert found.distance_share is SlotShare.MISSING
    assert found.known_wh == 0


def test_a_plug_in_hybrid_drove_as_far_as_its_energy_reaches() -> None:
    hybrid = {"drive": Drive.PLUG_IN_HYBRID, "battery_wh": 13_000.0, "energy_wh_per_100km": Decimal(18_000)}
    charged = [day(0, own_charged_wh=Decimal(10_000)), day(1, fuel_l=Decimal("3.2"))]
    found = figures(charged, **hybrid)
    assert found.electric_distance_m == 50_000
    assert found.electric_share_percent == 50
    assert found.fuel_l == Decimal("3.2")
    assert found.fuel_l_per_100km == Decimal("3.2")
    assert code(found.gross_wh_per_100km) == "figures.gross_of_hybrid"
    much = figures([day(0, own_charged_wh=Decimal(90_000))], **hybrid)
    assert much.electric_distance_m == 50_000
    assert code(much.fuel_l) == "figures.no_fuel_data"
    assert (
        code(figures(charged, **hybrid | {"energy_wh_per_100km": None}).electric_distance_m) == "figures.no_consumption"
    )


def test_use_is_counted_on_days_with_a_kilometre() -> None:
    km = [0, 999, 1_000, 20_000, 30_000, 400_000]
    found = figures([day(number, distance_m=Decimal(m), away_s=3600) for number, m in enumerate(km)])
    assert (found.days_used, found.working_days, found.used_percent) == (4, 5, 80)
    assert found.p95_day_m == 400_000
    assert found.mean_day_m == Decimal(451_000) / 4
    assert found.away_s == 6 * 3600


def test_standing_loss_is_per_day_of_standing() -> None:
    parked = [day(number, standby_percent=Decimal("0.5"), parked_s=43_200) for number in range(4)]
    assert figures(parked).standing_percent_per_day == 1
    assert code(figures(parked[:1]).standing_percent_per_day) == "figures.not_parked"


def test_days_without_distance_are_counted_and_said() -> None:
    found = figures([day(0), day(1, distance_m=None, distance_share=SlotShare.MISSING)])
    assert found.distance_m == 50_000
    assert found.distance_share is SlotShare.MISSING
    assert "figures.days_without_distance" in codes(found)


@given(
    st.lists(
        st.tuples(st.integers(0, 900_000), st.integers(0, 90_000_000), st.integers(0, 90_000_000)),
        min_size=2,
        max_size=12,
    ),
    st.integers(1, 11),
)
def test_splitting_days_changes_no_sum(rows: list[tuple[int, int, int]], cut: int) -> None:
    days = [
        day(number, distance_m=Decimal(m), own_charged_wh=Decimal(own), elsewhere_charged_wh=Decimal(other))
        for number, (m, own, other) in enumerate(rows)
    ]
    whole, parts = figures(days), [figures(days[:cut]), figures(days[cut:])]
    for name in ("distance_m", "own_charged_wh", "elsewhere_charged_wh", "known_wh"):
        values = [getattr(part, name) for part in parts]
        assert getattr(whole, name) == sum(value for value in values if isinstance(value, Decimal))
    assert whole.days_used == sum(part.days_used for part in parts)


def charged(number: int, rise: int, kwh: str, battery_kwh: str | None = None) -> SessionValuation:
    return SessionValuation(
        session=f"s{number}",
        version=1,
        vehicle="auto",
        basis=MatchBasis.TAG,
        confidence=Decimal("0.9"),
        begun_at_utc=MONDAY + timedelta(days=number),
        energy_wh=Decimal(kwh) * 1000,
        battery_wh=None if battery_kwh is None else Decimal(battery_kwh) * 1000,
        soc_rise_percent=Decimal(rise),
        made_by="job",
        made_at_utc=MONDAY,
    )


def test_a_battery_is_as_large_as_the_median_of_its_last_ten_great_charges_says() -> None:
    old = [charged(number, 50, "27.7778") for number in range(8)]
    new = [charged(number, 50, "20", "17") for number in range(8, 18)]
    small = [charged(30, 39, "90"), charged(31, 50, "300")]
    found = health_of(car(), [*old, *new, *small])
    assert len(found.points) == 18
    assert found.capacity_wh == 34_000
    assert found.health_percent == 68
    assert [finding.code for finding in found.findings] == ["battery.below_warranty"]
    assert abs(found.points[7].median_wh - 50_000) < 1


def test_too_few_great_charges_say_nothing_of_a_battery() -> None:
    found = health_of(car(), [charged(1, 50, "27"), charged(2, 50, "27")])
    assert found.health_percent is None
    assert [finding.code for finding in found.findings] == ["battery.too_few"]
    assert [finding.code for finding in health_of(car(battery_wh=None), []).findings] == ["figures.no_battery"]
