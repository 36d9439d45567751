"""What a vehicle avoids: worked examples to the last digit, both boundaries, slots, purchases, and the band."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.factors import shipped
from core.errors import CalculationError
from core.factor_subjects import Subject
from core.factors import Boundary, Factor, Layer, Per
from core.fleet import PvAllocation
from core.inventory.mobility import BaselineBasis
from core.texts import Finding
from fleet.choice import WHOLE, FactorChoice
from fleet.savings.emission_terms import Account, Activity, Burnt, Drawn, Resolution, Slot, Term
from fleet.savings.emissions import check_boundaries, electricity_of, savings
from fleet.savings.losses import LossBasis, drawn_wh, electric_distance_m, pv_share_wh
from fleet.savings.pv_savings import PvMethod, pv_savings
from fleet.savings.uncertainty import Band, Doubt, band_of

KM = 1000
TTW, WTW = WHOLE


def choice(year: int = 2025, *more: Factor) -> FactorChoice:
    return FactorChoice(shipped().with_more(more), date(year, 1, 1))


def driven(subject: Subject, km: int, litres: str, kwh: str, **more: object) -> Activity:
    return Activity(
        baseline=Burnt.over(subject, Fraction(km * KM), Decimal(litres), Per.VOLUME),
        drawn=Drawn(grid_wh=Fraction(kwh) * 1000),
        **more,  # type: ignore[arg-type]
    )


E1 = driven(Subject.PETROL, 15_000, "7.7", "2850")
E2 = driven(Subject.DIESEL, 20_000, "9.0", "5600")


@pytest.mark.parametrize(
    ("activity", "boundary", "avoided_kg"),
    [
        (E1, TTW, "1784.92207875"),
        (E1, WTW, "2382.05706375"),
        (E2, TTW, "2890.9112"),
        (E2, WTW, "3917.29588"),
    ],
)
def test_worked_examples_come_out_to_the_last_digit(activity: Activity, boundary: Boundary, avoided_kg: str) -> None:
    assert savings(activity, choice(), boundary).avoided_g == Decimal(avoided_kg) * 1000


def test_fuel_with_upstream_less_electricity_without_would_overstate_and_is_refused() -> None:
    fuel, power = (savings(E1, choice(), boundary) for boundary in (WTW, TTW))
    assert fuel.baseline.grams is not None
    assert power.electricity.grams is not None
    assert fuel.baseline.grams - power.electricity.grams == Fraction("2558757.06375")
    with pytest.raises(CalculationError) as caught:
        check_boundaries((*fuel.baseline.lines, *power.electricity.lines), WTW)
    said = dict(caught.value.finding.params)
    assert caught.value.finding.code == "emissions.boundaries_mixed"
    assert "petrol" in str(said["first"])
    assert "grid" in str(said["second"])


SLOTS = [("2.750", 412), ("2.750", 398), ("1.500", 355), ("0.500", 290)]


def slots(series: Boundary | None = Boundary.DIRECT, *, last: bool = True) -> Drawn:
    rows = [Slot(Fraction(kwh) * 1000, Fraction(0), Decimal(g)) for kwh, g in SLOTS]
    return Drawn.of_slots(rows if last else [*rows[:-1], Slot(Fraction(500))], series)


def test_slots_count_with_their_own_intensity_weighted_by_energy() -> None:
    found = electricity_of(slots(), choice(), TTW, Account.LOCATION, Resolution.TIME_RESOLVED)
    assert found.co2e_g == Decimal("2905.0")
    weighted = found.lines[0].g_per_kwh
    assert weighted is not None
    assert weighted.quantize(Decimal("0.0001")) == Decimal("387.3333")
    annual = electricity_of(slots(), choice(), TTW, Account.LOCATION, Resolution.ANNUAL)
    assert annual.co2e_g == 2580


def test_a_slot_without_intensity_counts_with_the_annual_average_and_says_so() -> None:
    activity = Activity(baseline=E1.baseline, drawn=slots(last=False))
    found = savings(activity, choice(), TTW, resolution=Resolution.TIME_RESOLVED)
    assert found.electricity.co2e_g == Decimal(2905) - 145 + 172
    assert [line.term for line in found.electricity.lines] == [Term.GRID_SLOTS, Term.GRID]
    assert found.notes == (Finding.of("emissions.slots_without_intensity", count=1, energy_kwh=0.5, percent=25.0),)


def test_a_series_of_the_other_boundary_is_not_used() -> None:
    found = electricity_of(slots(Boundary.CO2E_UPSTREAM), choice(), TTW, Account.LOCATION, Resolution.TIME_RESOLVED)
    assert found.co2e_g is None
    assert found.reasons[0].code == "emissions.series_boundary"
    stateless = electricity_of(slots(None), choice(), TTW, Account.LOCATION, Resolution.TIME_RESOLVED)
    assert stateless.reasons == (Finding.of("emissions.no_series"),)


def test_roof_power_counts_nothing_direct_and_its_life_cycle_with_upstream() -> None:
    activity = Activity(baseline=E1.baseline, drawn=Drawn(grid_wh=Fraction(1_850_000), pv_wh=Fraction(1_000_000)))
    assert savings(activity, choice(), TTW).electricity.co2e_g == 1850 * 344
    assert savings(activity, choice(), WTW).electricity.co2e_g == 1850 * 406 + 35_120


def test_more_electricity_than_fuel_saved_stays_negative() -> None:
    assert savings(driven(Subject.PETROL, 0, "7.7", "100"), choice(), WTW).avoided_g == -40_600


def test_a_hybrid_without_fuel_data_is_not_computed_and_never_counts_as_none_burnt() -> None:
    why = Finding.of("emissions.hybrid_without_fuel")
    found = savings(driven(Subject.PETROL, 100, "7.7", "10", own_fuel=why), choice(), WTW)
    assert (found.avoided_g, found.reasons) == (None, (why,))
    fuel = (Burnt(subject=Subject.PETROL, amount=Fraction(3), per=Per.VOLUME),)
    burnt = savings(driven(Subject.PETROL, 100, "7.7", "10", own_fuel=fuel), choice(), TTW)
    assert burnt.avoided_g == Decimal("2394.21825") * Decimal("4.7") - 3440


def test_gas_by_mass_and_by_volume_with_its_density_is_the_same() -> None:
    def grams(amount: Fraction, per: Per, density: Decimal | None = None) -> Decimal | None:
        fuel = Burnt(subject=Subject.LPG, amount=amount, per=per, density_kg_per_l=density)
        return savings(Activity(baseline=fuel, drawn=Drawn(grid_wh=Fraction(0))), choice(), WTW).avoided_g

    assert grams(Fraction(54), Per.MASS) == Decimal("182822.4")
    assert grams(Fraction(100), Per.VOLUME, Decimal("0.54")) == Decimal("182822.4")
    assert grams(Fraction(100), Per.VOLUME) is None


def test_a_year_not_published_yet_takes_the_latest_provisionally_and_a_gap_in_the_past_does_not() -> None:
    found = savings(E1, choice(2026), WTW)
    assert found.provisional
    assert found.electricity.co2e_g == 2850 * 406
    assert not savings(E1, choice(2025), WTW).provisional
    past = savings(E1, choice(2015), WTW)
    assert past.avoided_g is None
    assert past.reasons[0].code == "factors.missing"
    assert savings(E1, choice(2015), TTW).electricity.co2e_g == 2850 * 529


def mix(subject: Subject, value: str, boundary: Boundary) -> Factor:
    return Factor(
        id=f"x.{subject}", group="x", subject=subject, value=Decimal(value), unit="g/kWh", boundary=boundary,
        layer=Layer.FOLDER,
    )  # fmt: skip


def test_what_was_bought_counts_guarantees_as_nought_and_the_rest_as_residual_mix() -> None:
    drawn = Drawn(grid_wh=Fraction(1_000_000), guaranteed_wh=Fraction(400_000))
    none = electricity_of(drawn, choice(), TTW, Account.MARKET, Resolution.ANNUAL)
    assert none.reasons[0].code == "factors.no_residual_mix"
    known = choice(2025, mix(Subject.RESIDUAL_MIX, "700", Boundary.DIRECT))
    assert electricity_of(drawn, known, TTW, Account.MARKET, Resolution.ANNUAL).co2e_g == 420_000
    whole = Drawn(grid_wh=Fraction(1000), guaranteed_wh=Fraction(5000))
    assert electricity_of(whole, choice(), WTW, Account.MARKET, Resolution.ANNUAL).co2e_g == 0


def test_a_suppliers_mix_takes_the_rest_where_there_is_one() -> None:
    drawn = Drawn(grid_wh=Fraction(1_000_000), guaranteed_wh=Fraction(400_000))
    known = choice(2025, mix(Subject.SUPPLIER_MIX, "120", Boundary.DIRECT))
    assert electricity_of(drawn, known, TTW, Account.MARKET, Resolution.ANNUAL).co2e_g == 72_000
    assert electricity_of(drawn, known, WTW, Account.MARKET, Resolution.ANNUAL).co2e_g is None


def test_a_purchase_counts_all_gases_without_upstream() -> None:
    drawn = Drawn(grid_wh=Fraction(2_850_000))
    found = electricity_of(drawn, choice(), Boundary.CO2E_NO_UPSTREAM, Account.LOCATION, Resolution.ANNUAL)
    assert found.co2e_g == 2850 * 352


def test_a_loss_is_a_surcharge_or_a_share_of_what_is_drawn() -> None:
    assert drawn_wh(Fraction(2_500_000), Decimal(12), LossBasis.SURCHARGE) == 2_800_000
    of_drawn = drawn_wh(Fraction(2_500_000), Decimal(12), LossBasis.OF_DRAWN)
    assert of_drawn == Fraction(2_500_000 * 100, 88)
    assert int(of_drawn) == 2_840_909


def test_electric_kilometres_are_no_more_than_all_and_need_energy_and_consumption() -> None:
    loss, rate = Decimal(10), Fraction(18_000)
    assert electric_distance_m(Fraction(10_000_000), Fraction(1_000_000), loss, rate) == 5_000_000
    assert electric_distance_m(Fraction(1_000_000), Fraction(1_000_000), loss, rate) == 1_000_000
    assert isinstance(electric_distance_m(Fraction(1), None, loss, rate), Finding)
    assert isinstance(electric_distance_m(Fraction(1), Fraction(1), loss, None), Finding)


def test_roof_power_is_everybodys_by_load_or_what_the_others_leave() -> None:
    amounts = (Fraction(5), Fraction(10), Fraction(8))
    assert pv_share_wh(*amounts, None, PvAllocation.PRO_RATA) == Fraction(8, 3)
    assert pv_share_wh(*amounts, None, PvAllocation.SURPLUS_FIRST) == 0
    assert pv_share_wh(Fraction(5), Fraction(2), Fraction(8), None, PvAllocation.SURPLUS_FIRST) == 5
    assert pv_share_wh(*amounts, Fraction(2), PvAllocation.PRO_RATA) == 2
    assert pv_share_wh(Fraction(0), Fraction(0), Fraction(8), None, PvAllocation.PRO_RATA) == 0


WH = st.integers(0, 10**6).map(Fraction)


@given(st.lists(WH, min_size=2, max_size=4), WH)
def test_shares_of_roof_power_add_up_to_what_was_used(loads: list[Fraction], generation: Fraction) -> None:
    shares = [pv_share_wh(load, sum(loads) - load, generation, None, PvAllocation.PRO_RATA) for load in loads]
    assert sum(shares) == min(generation, sum(loads))


@given(st.integers(0, 10**7), st.integers(0, 10**8), st.sampled_from(WHOLE))
def test_a_saving_is_linear_in_what_it_is_made_of(km: int, wh: int, boundary: Boundary) -> None:
    one = Activity(
        baseline=Burnt.over(Subject.DIESEL, Fraction(km), Decimal("6.1"), Per.VOLUME), drawn=Drawn(grid_wh=Fraction(wh))
    )
    two = Activity(
        baseline=Burnt.over(Subject.DIESEL, Fraction(2 * km), Decimal("6.1"), Per.VOLUME),
        drawn=Drawn(grid_wh=Fraction(2 * wh)),
    )
    single, double = (savings(each, choice(), boundary).avoided for each in (one, two))
    assert single is not None
    assert double == 2 * single


def test_three_methods_value_roof_power_and_the_last_is_by_name_another_thing() -> None:
    found = {each.method: each for each in pv_savings(Fraction(1_000_000), choice(2024))}
    assert found[PvMethod.AVERAGE_DIRECT].avoided_g == 353_000
    assert found[PvMethod.AVERAGE_UPSTREAM].avoided_g == 414_000 - 35_120
    assert found[PvMethod.SUBSTITUTION].avoided_g == 685_000
    assert not found[PvMethod.SUBSTITUTION].provisional
    assert pv_savings(Fraction(1), choice(2015))[1].reason is not None


def test_the_band_names_its_parts_and_adds_them_as_squares() -> None:
    found = savings(E1, choice(), TTW)
    band = band_of(found, choice(), BaselineBasis.FUEL_CARDS, measured=True)
    assert isinstance(band, Band)
    parts = {part.doubt: part.co2e_g for part in band.parts}
    assert parts == {
        Doubt.BASELINE: Decimal("82959.6623625"),
        Doubt.ENERGY: 980_400 * Decimal("0.02"),
        Doubt.GRID_FACTOR: 980_400 * Decimal("0.03"),
    }
    squares = sum(part**2 for part in parts.values())
    assert band.half_width_g - 1 < squares.sqrt() <= band.half_width_g
    assert found.avoided_g is not None
    assert band.high_g - found.avoided_g == found.avoided_g - band.low_g == band.half_width_g
    wide = band_of(found, choice(), None, measured=False)
    assert isinstance(wide, Band)
    assert wide.half_width_g > band.half_width_g


def test_there_is_no_band_around_nothing() -> None:
    found = savings(E1, choice(2015), WTW)
    assert band_of(found, choice(2015), None, measured=True) is None
