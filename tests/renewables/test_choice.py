"""Which rules hold for a plant and a year, and the reason for each that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.law_forms import STATES
from config.laws import laws_with, shipped
from core.inventory.renewables import Contract, ContractParty, Plant, PlantKind
from renewables.choice import RuleChoice, RuleVerdict, rules_for, unknown_laws
from renewables.rules import LawTable

TURBINE = Plant(
    id="wea-1",
    name="WEA 1",
    valid_from=date(2020, 1, 1),
    kind=PlantKind.WIND,
    power_w=5_600_000.0,
    municipality="auental",
    operator="Windpark Auental GmbH",
    register_number="SEE900000000001",
    commissioned=date(2026, 1, 15),
    permitted=date(2025, 6, 30),
    height_m=240.0,
)
PARK = replace(TURBINE, id="pv-1", kind=PlantKind.PV_GROUND, height_m=None)
CONTRACT = Contract(
    id="vertrag",
    name="Vertrag",
    valid_from=date(2025, 1, 1),
    plants=("wea-1", "pv-1"),
    law="eeg-6",
    rate_ct_per_kwh=Decimal("0.2"),
    parties=(ContractParty("auental"),),
)


def choices(plant: Plant, state: str = "SN", year: int = 2026, *contracts: Contract) -> dict[str, RuleChoice]:
    return {each.rule.id: each for each in rules_for(plant, state, year, shipped(), contracts)}


def holding(plant: Plant, state: str = "SN", year: int = 2026, *contracts: Contract) -> set[str]:
    return {name for name, each in choices(plant, state, year, *contracts).items() if each.holds}


def codes(found: Any) -> list[str]:
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("permit", "expected"),
    [
        ("2024-12-20", None),
        ("2024-12-31", None),
        ("2025-01-01", "sn-eeertrbetg.2025.wind-permits-2025"),
        ("2025-06-30", "sn-eeertrbetg.2025.wind-permits-2025"),
        ("2025-12-31", "sn-eeertrbetg.2025.wind-permits-2025"),
        ("2026-01-01", "sn-eeertrbetg.2025.wind"),
        ("2026-02-01", "sn-eeertrbetg.2025.wind"),
    ],
)
def test_the_permit_decides_whether_and_how_much_saxony_owes(permit: str, expected: str | None) -> None:
    plant = replace(TURBINE, permitted=date.fromisoformat(permit), commissioned=date(2026, 12, 1))
    saxon = {name for name in holding(plant) if name.startswith("sn-")}
    assert saxon == ({expected} if expected else set())
    if expected is None:
        for each in choices(plant).values():
            if each.rule.law == "sn-eeertrbetg" and each.rule.valid_to is None:
                assert codes(each.reasons) == ["laws.permit_before"]
                assert dict(each.reasons[0].params)["day"] == permit


def test_in_2025_the_version_of_2024_holds_for_permits_of_2025() -> None:
    plant = replace(TURBINE, permitted=date(2025, 1, 7), commissioned=date(2025, 9, 1))
    assert holding(plant, "SN", 2025) == {"eeg-6.2023.wind", "sn-eeertrbetg.2024.wind"}


def test_exactly_1000_kw_is_out_of_the_eeg_and_in_in_saxony() -> None:
    plant = replace(TURBINE, power_w=1_000_000.0, permitted=date(2025, 3, 14))
    found = choices(plant)
    eeg = found["eeg-6.2023.wind"]
    assert (eeg.verdict, codes(eeg.reasons)) == (RuleVerdict.HOLDS_NOT, ["laws.power_not_above"])
    assert dict(eeg.reasons[0].params) == {"power_kw": 1000.0, "least_kw": 1000.0}
    assert found["sn-eeertrbetg.2025.wind-permits-2025"].holds


@pytest.mark.parametrize(
    ("power_kw", "commissioned", "awarded", "holds"),
    [
        (1000.001, "2025-05-01", None, True),
        (1000.0, "2021-01-01", None, True),
        (800.0, "2022-12-31", None, True),
        (750.0, "2022-12-31", None, False),
        (750.001, "2021-06-01", None, True),
        (800.0, "2020-12-31", None, False),
        (800.0, "2024-05-01", "2022-03-01", True),
        (800.0, "2024-05-01", "2023-01-01", False),
        (750.0, "2024-05-01", "2022-03-01", False),
    ],
)
def test_plants_of_2021_and_2022_may_be_smaller(
    power_kw: float, commissioned: str, awarded: str | None, *, holds: bool
) -> None:
    plant = replace(
        TURBINE,
        power_w=power_kw * 1000,
        permitted=None,
        commissioned=date.fromisoformat(commissioned),
        awarded=date.fromisoformat(awarded) if awarded else None,
    )
    assert choices(plant, "RP")["eeg-6.2023.wind"].holds is holds


def test_a_missing_day_is_asked_for_only_where_it_decides() -> None:
    small = replace(TURBINE, power_w=900_000.0, permitted=None, commissioned=date(2024, 5, 1))
    [eeg] = choices(small, "RP").values()
    assert (eeg.verdict, codes(eeg.findings)) == (
        RuleVerdict.UNDECIDED,
        ["laws.power_not_above", "laws.award_date_needed"],
    )
    [late] = choices(replace(small, permitted=date(2023, 2, 1)), "RP").values()
    assert (late.verdict, codes(late.reasons)) == (RuleVerdict.HOLDS_NOT, ["laws.power_not_above"])
    unknown = choices(replace(TURBINE, permitted=None), "SN")["sn-eeertrbetg.2025.wind"]
    assert codes(unknown.findings) == ["laws.permit_date_needed"]
    old = choices(replace(TURBINE, permitted=None, commissioned=date(2019, 1, 1)), "SN")["sn-eeertrbetg.2025.wind"]
    assert codes(old.reasons) == ["laws.permit_elsewhen"]


def test_a_solar_park_of_999_99_kw_owes_nothing_in_saxony_but_may_offer_by_the_eeg() -> None:
    found = choices(replace(PARK, power_w=999_990.0))
    saxon = found["sn-eeertrbetg.2025.pv-permits-2025"]
    assert codes(saxon.reasons) == ["laws.power_below"]
    assert dict(saxon.reasons[0].params)["power_kw"] == 999.99
    assert found["eeg-6.2023.pv"].holds


def test_a_roof_has_no_rule() -> None:
    assert choices(replace(PARK, kind=PlantKind.PV_ROOF)) == {}


def test_brandenburg_owes_by_the_year_of_commissioning() -> None:
    at = {
        year: holding(replace(TURBINE, commissioned=date(year, 7, 1)), "BB", 2026) for year in (2019, 2020, 2025, 2026)
    }
    assert at[2019] == {"eeg-6.2023.wind"}
    assert at[2020] == at[2025] == {"eeg-6.2023.wind", "bb-bbgeesg.2025.wind-2020-2025"}
    assert at[2026] == {"eeg-6.2023.wind", "bb-bbgeesg.2025.wind"}
    begun = choices(replace(TURBINE, commissioned=date(2024, 7, 1)), "BB", 2025)["bb-bbgeesg.2025.wind-2020-2025"]
    assert (begun.holds, codes(begun.notes)) == (True, ["laws.begins_within"])


def test_lower_saxony_owes_from_the_year_after_commissioning_on_and_only_above_50_m() -> None:
    plant = replace(TURBINE, application_complete=date(2024, 4, 19))
    name = "ni-nwindpvbetg.2024.wind"
    assert codes(choices(plant, "NI", 2026)[name].reasons) == ["laws.first_year"]
    assert choices(plant, "NI", 2027)[name].holds
    assert codes(choices(replace(plant, height_m=50.0), "NI", 2027)[name].reasons) == ["laws.too_low"]
    assert codes(choices(replace(plant, height_m=None), "NI", 2027)[name].findings) == ["laws.height_needed"]
    early = replace(plant, application_complete=date(2024, 4, 18))
    assert codes(choices(early, "NI", 2027)[name].reasons) == ["laws.completeness_before"]


def test_thuringia_needs_a_contract_with_its_dates() -> None:
    name = "th-windbeteilg.2024.wind"
    assert codes(choices(TURBINE, "TH")[name].findings) == ["laws.cohort_unknown"]
    agreed = replace(CONTRACT, law="th-windbeteilg")
    assert choices(TURBINE, "TH", 2026, agreed)[name].holds
    ended = replace(agreed, valid_to=date(2026, 1, 1))
    assert choices(TURBINE, "TH", 2026, ended)[name].verdict is RuleVerdict.UNDECIDED


def test_a_contract_counts_in_each_year_it_runs_in() -> None:
    contract = replace(CONTRACT, valid_from=date(2026, 12, 31))
    assert choices(TURBINE, "SN", 2026, contract)["eeg-6.2023.wind"].contract == contract
    assert choices(TURBINE, "SN", 2025, contract)["eeg-6.2023.wind"].contract is None
    other = replace(CONTRACT, plants=("wea-2",))
    assert choices(TURBINE, "SN", 2026, other)["eeg-6.2023.wind"].contract is None


@pytest.mark.parametrize(("rate", "expected"), [("0.2", []), ("0.1", []), ("0.201", ["laws.rate_above"])])
def test_a_contract_may_not_agree_more_than_the_law_allows(rate: str, expected: list[str]) -> None:
    eeg = choices(TURBINE, "SN", 2026, replace(CONTRACT, rate_ct_per_kwh=Decimal(rate)))["eeg-6.2023.wind"]
    assert (eeg.holds, codes(eeg.findings)) == (True, expected)


def test_a_contract_may_not_agree_less_than_the_law_demands() -> None:
    text = "overrides:\n  eeg-6.2023.wind:\n    rate_min: {value: 0.1, unit: ct/kWh, provenance: own}\n"
    table, wrong = laws_with({"laws/own.yaml": text})
    assert not wrong
    low = replace(CONTRACT, rate_ct_per_kwh=Decimal("0.05"))
    eeg = {each.rule.id: each for each in rules_for(TURBINE, "RP", 2026, table, [low])}["eeg-6.2023.wind"]
    assert codes(eeg.findings) == ["laws.rate_below"]


@pytest.mark.parametrize(
    ("rate", "expected"), [("0.05", ["laws.rate_below_duty"]), ("0.2", []), ("0.5", []), ("0.51", ["laws.rate_above"])]
)
def test_an_agreement_in_place_of_a_duty_is_worth_no_less_and_at_most_its_cap(rate: str, expected: list[str]) -> None:
    agreed = replace(CONTRACT, law="sn-eeertrbetg", rate_ct_per_kwh=Decimal(rate))
    saxon = choices(TURBINE, "SN", 2026, agreed)["sn-eeertrbetg.2025.wind-permits-2025"]
    assert (saxon.holds, codes(saxon.findings)) == (True, expected)


def test_a_contract_whose_law_has_no_rule_for_the_plant_is_named() -> None:
    small = replace(TURBINE, power_w=500_000.0, permitted=date(2025, 3, 1))
    eeg = choices(small, "RP", 2026, CONTRACT)["eeg-6.2023.wind"]
    assert (eeg.verdict, codes(eeg.findings)) == (RuleVerdict.HOLDS_NOT, ["laws.contract_without_rule"])
    saxon = choices(TURBINE, "TH", 2026, replace(CONTRACT, law="sn-eeertrbetg"))
    assert [name for name, each in saxon.items() if "laws.contract_without_rule" in codes(each.findings)] == [
        "sn-eeertrbetg.2024.wind"
    ]
    assert "laws.other_state" in codes(saxon["sn-eeertrbetg.2024.wind"].reasons)
    assert codes(unknown_laws(TURBINE, 2026, shipped(), [replace(CONTRACT, law="eeg-7")])) == [
        "laws.contract_law_unknown"
    ]
    assert unknown_laws(TURBINE, 2026, shipped(), [CONTRACT]) == ()


def test_two_contracts_by_one_law_are_named() -> None:
    second = replace(CONTRACT, id="zweiter", valid_from=date(2026, 7, 1))
    eeg = choices(TURBINE, "SN", 2026, second, CONTRACT)["eeg-6.2023.wind"]
    assert (codes(eeg.findings), eeg.contract) == (["laws.two_contracts"], CONTRACT)


def test_two_rules_of_one_law_that_hold_at_once_are_both_named() -> None:
    eeg = next(each for each in shipped().rules if each.id == "eeg-6.2023.wind")
    twin = replace(eeg, id="eeg-6.2024.wind", version="2024")
    found = rules_for(TURBINE, "RP", 2026, LawTable((eeg, twin)), [])
    assert [codes(each.findings) for each in found] == [["laws.two_rules"], ["laws.two_rules"]]
    ended = replace(eeg, valid_to=date(2026, 7, 1)), replace(twin, valid_from=date(2026, 7, 1))
    within = rules_for(TURBINE, "RP", 2026, LawTable(ended), [])
    assert [codes(each.notes) for each in within] == [["laws.ends_within"], ["laws.begins_within"]]
    assert all("laws.two_rules" in codes(each.findings) for each in within)


def test_payments_end_after_their_years() -> None:
    text = "overrides:\n  eeg-6.2023.wind: {years: 20}\n"
    table, _ = laws_with({"laws/own.yaml": text})
    for year, expected in ((2045, []), (2046, ["laws.years_over"])):
        [eeg] = rules_for(TURBINE, "RP", year, table, [])
        assert codes(eeg.reasons) == expected


DAYS = st.none() | st.dates(date(2018, 1, 1), date(2028, 12, 31))


@given(
    st.sampled_from([PlantKind.WIND, PlantKind.PV_GROUND]),
    st.sampled_from(STATES),
    st.integers(2022, 2030),
    st.sampled_from([500_000.0, 750_000.0, 999_990.0, 1_000_000.0, 1_000_001.0, 6_000_000.0]),
    st.tuples(DAYS, DAYS, DAYS),
    st.integers(0, 4000),
)
def test_every_rule_holds_or_says_why_not(
    kind: PlantKind,
    state: str,
    year: int,
    power_w: float,
    days: tuple[date | None, date | None, date | None],
    since: int,
) -> None:
    permitted, awarded, complete = days
    commissioned = (permitted or date(2018, 1, 1)) + timedelta(days=since)
    plant = replace(
        TURBINE,
        kind=kind,
        power_w=power_w,
        permitted=permitted,
        awarded=awarded,
        application_complete=complete,
        commissioned=commissioned,
    )
    for each in rules_for(plant, state, year, shipped(), []):
        assert (each.verdict is RuleVerdict.HOLDS_NOT) == bool(each.reasons)
        assert each.verdict is not RuleVerdict.UNDECIDED or each.findings
        assert each.verdict is not RuleVerdict.HOLDS or not each.findings
    laws = [each.rule.law for each in rules_for(plant, state, year, shipped(), []) if each.holds]
    assert len(laws) == len(set(laws))
