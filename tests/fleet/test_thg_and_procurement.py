"""THG quota and clean vehicles: worked examples, years without data, rounding to whole vehicles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.factors import shipped
from core.factor_subjects import Subject
from core.factors import Chosen, Factor, Layer
from core.inventory.mobility import Drive, Procurement, VehicleClass
from core.texts import Finding
from fleet.candidates.procurement import (
    Counted,
    QuotaGroup,
    QuotaPeriod,
    QuotaState,
    Verdict,
    count,
    judge,
    next_needed,
    state_of,
    targets,
)
from fleet.costs.thg import (
    CertificateOf,
    Convention,
    Sale,
    certificate,
    deadline,
    flat_kwh,
    proven_certificate,
    quota,
    year_choice,
)


@pytest.mark.parametrize(("year", "kg"), [(2022, "862.1208"), (2024, "652.2282"), (2025, "745.74864")])
def test_a_car_brings_the_published_kilograms(year: int, kg: str) -> None:
    found = certificate(Fraction(2000), year_choice(shipped(), year), Convention.WITH_QUOTA, None)
    assert (found.kg, found.eur, found.provisional) == (Decimal(kg), None, False)


def test_without_the_quota_it_is_more_and_the_price_less_the_fee_makes_euros() -> None:
    sale = Sale(Decimal(100), Decimal(20))
    found = certificate(Fraction(2000), year_choice(shipped(), 2025), Convention.WITHOUT_QUOTA, sale)
    assert (found.kg, found.eur) == (Decimal("961.2"), Decimal("76.896"))


def test_heavy_vehicles_count_fourfold_from_2027_on_the_latest_value_of_electricity() -> None:
    choice = year_choice(shipped(), 2027)
    bus = certificate(Fraction(72_000), choice, Convention.WITHOUT_QUOTA, None, heavy=True)
    assert bus.kg == Decimal(72_000) * Decimal("0.0036") * 4 * (94 - 119 * Decimal("0.4"))
    assert bus.provisional
    with_quota = certificate(Fraction(72_000), choice, Convention.WITH_QUOTA, None, heavy=True)
    assert with_quota.kg == Decimal("31052.16")


def test_a_year_without_quota_is_not_computed() -> None:
    found = certificate(Fraction(2000), year_choice(shipped(), 2028), Convention.WITH_QUOTA, None)
    assert found.kg is None
    assert found.reason == Finding.of("factors.missing", subject="thg_quota", boundary="–", year="2028", per="–")


@pytest.mark.parametrize(("kind", "kwh"), [("M1", 2000), ("N1", 3000), ("M3", 72_000), ("N2", 20_600), ("L", 2000)])
def test_each_class_has_its_flat_energy(kind: str, kwh: int) -> None:
    found = flat_kwh(VehicleClass(kind), Drive.BATTERY, year_choice(shipped(), 2025))
    assert isinstance(found, Chosen)
    assert found.factor.value == kwh


def test_hybrids_and_other_classes_have_none() -> None:
    choice = year_choice(shipped(), 2025)
    assert flat_kwh(VehicleClass.M1, Drive.PLUG_IN_HYBRID, choice) == Finding.of(
        "thg.not_battery", drive="plug_in_hybrid"
    )
    assert isinstance(flat_kwh(VehicleClass.M2, Drive.BATTERY, choice), Finding)
    why = Finding.of("thg.not_battery", drive="diesel")
    assert certificate(why, choice, Convention.WITH_QUOTA, None).reason == why


def test_proven_roof_power_counts_by_the_megawatt_hour() -> None:
    found = proven_certificate(Fraction(1000), year_choice(shipped(), 2026), Convention.WITH_QUOTA, None)
    assert found.kg == 947


def test_deadlines_are_in_november_of_the_year_and_in_february_after_it() -> None:
    for year in (2024, 2027):
        choice = year_choice(shipped(), year)
        assert deadline(CertificateOf.VEHICLE, year, choice) == date(year, 11, 15)
        assert deadline(CertificateOf.POINT, year, choice) == date(year + 1, 2, 28)


def test_the_effective_quota_counts_unless_somebody_states_another() -> None:
    effective = quota(year_choice(shipped(), 2025))
    own = Factor(
        id="own", group="input", subject=Subject.THG_QUOTA, value=Decimal(11), unit="%", layer=Layer.INPUT
    )  # fmt: skip
    stated = quota(year_choice(shipped().with_more([own]), 2025))
    assert isinstance(effective, Chosen)
    assert isinstance(stated, Chosen)
    assert (effective.factor.value, stated.factor.value) == (Decimal("10.6"), 11)


@pytest.mark.parametrize(("procured", "needed"), [(0, 0), (1, 1), (7, 3), (200, 77), (1000, 385)])
def test_targets_are_rounded_up_to_whole_vehicles(procured: int, needed: int) -> None:
    assert targets(procured, Decimal("38.5"), Decimal(0)) == (needed, 0)


@pytest.mark.parametrize(("procured", "needed", "zero"), [(0, 0, 0), (1, 1, 1), (4, 3, 2), (7, 5, 3), (10, 7, 4)])
def test_half_of_the_buses_target_is_emission_free(procured: int, needed: int, zero: int) -> None:
    found = state_of(Counted(procured, 0), QuotaGroup.BUS, QuotaPeriod.SECOND, shipped())
    assert isinstance(found, QuotaState)
    assert (found.needed, found.zero_emission_needed) == (needed, zero)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.sampled_from(["15", "38.5", "65"]))
def test_the_next_procurements_meet_the_quota_and_one_less_does_not(
    procured: int, clean: int, zero: int, percent: str
) -> None:
    counted = Counted(procured, min(clean, procured), min(zero, clean, procured))
    share = Decimal(50) if percent == "65" else Decimal(0)
    more, more_zero = next_needed(counted, Decimal(percent), share)

    def met(number: int) -> bool:
        needed, zero_needed = targets(counted.procured + number, Decimal(percent), share)
        return counted.clean + number >= needed and counted.zero_emission + number >= zero_needed

    assert met(more)
    assert more == 0 or not met(more - 1)
    assert 0 <= more_zero <= more


def test_a_quota_of_all_ends_too() -> None:
    assert next_needed(Counted(3, 1), Decimal(100), Decimal(0))[0] == 4


def bought(day: str, kind: VehicleClass = VehicleClass.M1, **said: object) -> tuple[Verdict, str]:
    procurement = Procurement(awarded=date.fromisoformat(day), **said)  # type: ignore[arg-type]
    judged = judge(kind, procurement, shipped())
    return judged.verdict, judged.reason.code if judged.reason else ""


FIFTY = {"co2_g_per_km": Decimal(50), "rde_percent": Decimal(80)}


def test_fifty_grams_are_clean_until_2025_and_none_but_nought_after() -> None:
    assert bought("2025-12-31", **FIFTY) == (Verdict.CLEAN, "")
    assert bought("2026-01-01", **FIFTY) == (Verdict.NOT_CLEAN, "procurement.co2_over")
    assert bought("2026-01-01", co2_g_per_km=Decimal(0)) == (Verdict.CLEAN, "")
    assert bought("2032-05-01", zero_emission=True) == (Verdict.CLEAN, "")


def test_what_is_not_known_is_not_clean() -> None:
    assert bought("2026-02-01") == (Verdict.UNKNOWN, "procurement.co2_unknown")
    assert bought("2025-02-01", co2_g_per_km=Decimal(40)) == (Verdict.UNKNOWN, "procurement.rde_unknown")
    dirty = {"co2_g_per_km": Decimal(40), "rde_percent": Decimal(81)}
    assert bought("2025-02-01", **dirty) == (Verdict.NOT_CLEAN, "procurement.rde_over")


def test_trucks_and_buses_go_by_fuel_and_only_buses_by_zero_emission() -> None:
    assert bought("2026-02-01", VehicleClass.N3) == (Verdict.NOT_CLEAN, "procurement.no_alternative_fuel")
    assert bought("2026-02-01", VehicleClass.N3, zero_emission=True) == (Verdict.CLEAN, "")
    assert bought("2026-02-01", VehicleClass.M3, alternative_fuel=True) == (Verdict.CLEAN, "")
    assert bought("2026-02-01", VehicleClass.M3, zero_emission=True) == (Verdict.ZERO_EMISSION, "")


def test_what_the_law_leaves_out_is_not_counted() -> None:
    assert bought("2026-02-01", exempt_reason="Feuerwehr") == (Verdict.NOT_COUNTED, "procurement.exempt")
    assert bought("2026-02-01", VehicleClass.L) == (Verdict.NOT_COUNTED, "procurement.class_outside")
    assert bought("2021-08-01") == (Verdict.NOT_COUNTED, "procurement.before_law")
    judged = judge(
        VehicleClass.M1, Procurement(awarded=date(2026, 2, 1), exempt_reason="Feuerwehr"), shipped()
    )  # fmt: skip
    assert count([judged], QuotaGroup.LIGHT, QuotaPeriod.SECOND) == Counted(0, 0, 0)


def test_the_federation_has_a_quota_of_its_own() -> None:
    own, federal = (
        state_of(Counted(40, 10), QuotaGroup.LIGHT, QuotaPeriod.SECOND, shipped(), federal=federal)
        for federal in (False, True)
    )
    assert isinstance(own, QuotaState)
    assert isinstance(federal, QuotaState)
    assert (own.needed, federal.needed) == (16, 17)
