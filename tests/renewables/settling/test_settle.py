"""The worked examples, to the cent with their exact values, and what may go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from config.laws import shipped
from core.factors import Provenance
from core.inventory.renewables import Marketing, PlantKind
from core.texts import LANGUAGES, Finding, catalogue
from renewables.areas import AreaKind
from renewables.choice import rules_for
from renewables.energy_base import BaseMonth, EnergyBase
from renewables.rules import (
    BasePart,
    Basis,
    Combine,
    Computed,
    Denominator,
    Figure,
    Rounding,
    Rule,
    Said,
    Split,
    Term,
    TotalRounding,
)
from renewables.settled import Settled
from renewables.settling.settle import settle, settle_together
from tests.renewables.settling.claims import (
    EEG_PV,
    EEG_WIND,
    SN_2025,
    SN_2026,
    SN_PV,
    A,
    B,
    C,
    amounts,
    areas,
    claim,
    contract,
    energy,
    part,
    plant,
)

THREE = areas(part(A, "900"), part(B, "600"), part(C, "463.4954"))
FIELD = areas(part(A, "6.05"), part(B, "3.95"), split=Split.PLANT_AREA)


def half_up(rule: Rule) -> Rule:
    return replace(rule, rounding=Rounding(total=TotalRounding.HALF_UP, provenance=Provenance.OWN))


def exact(settled: Settled) -> list[str]:
    return [f"{each.exact_eur:.6f}" for each in settled.parts]


def extra(settled: Settled) -> list[str]:
    return [each.key for each in settled.parts if each.extra_cents]


def codes(findings: tuple[Finding, ...]) -> list[str]:
    """Return codes, each of which has a text in both languages with all its figures."""
    for finding in findings:
        for language in LANGUAGES:
            said = catalogue(language).tell(finding)
            assert said != finding.code
            assert "{" not in said
    return [finding.code for finding in findings]


def test_r1_a_single_municipality_gets_no_more_than_at_most() -> None:
    one = areas(part(A, "1963.4954"))
    found = settle(claim(EEG_WIND, energy("12345678"), one, contract=contract()))
    assert (found.total_exact_eur, str(found.total_eur)) == (Decimal("24691.356"), "24691.35")
    assert found.terms[0].formula == "(12345678 + 0) kWh × 0.2 ct/kWh = 24691.356 EUR"
    assert amounts(found) == {A: "24691.35"}
    assert (found.owed, found.paid_eur, found.draft) == (True, Decimal("24691.35"), False)
    assert (found.year, found.payment_year, found.refund_year) == (2025, 2026, 2027)
    assert str(settle(claim(half_up(EEG_WIND), energy("12345678"), one)).total_eur) == "24691.36"


def test_r2_power_not_fed_in_counts_for_wind() -> None:
    of = areas(part(A, "1000.0000"), part(B, "700.0000"), part(C, "263.4954"))
    found = settle(claim(EEG_WIND, energy("9876543", "123457"), of, contract=contract()))
    assert str(found.total_eur) == "20000.00"
    assert exact(found) == ["10185.916402", "7130.141481", "2683.942117"]
    assert amounts(found) == {A: "10185.92", B: "7130.14", C: "2683.94"}
    assert extra(found) == [A]


def test_r3_foreign_land_leaves_the_denominator() -> None:
    of = areas(part(A, "1200"), part(B, "363.4954"), part("CZ", "400", AreaKind.FOREIGN, ""))
    found = settle(claim(EEG_WIND, energy("11111111"), of, contract=contract(), offered_keys=frozenset({A, B})))
    assert (found.total_exact_eur, str(found.total_eur)) == (Decimal("22222.222"), "22222.22")
    assert exact(found) == ["17055.799461", "5166.420539"]
    assert amounts(found) == {A: "17055.80", B: "5166.42"}
    assert extra(found) == [A]
    assert "shares.left_out_abroad" in codes(found.notes)
    whole = settle(claim(replace(EEG_WIND, denominator=Denominator.FULL_CIRCLE), energy("11111111"), of))
    assert amounts(whole) == {A: "13581.22", B: "4113.93", "CZ": "4527.07"}


def test_what_lies_abroad_is_never_paid_even_in_the_full_circle() -> None:
    of = areas(part(A, "1"), part("CZ", "1", AreaKind.FOREIGN, ""), uncovered_m2=20_000)
    rule = replace(EEG_WIND, denominator=Denominator.FULL_CIRCLE)
    found = settle(claim(rule, energy("1000000"), of, contract=contract()))
    assert [(each.key, str(each.amount_eur), str(each.paid_eur)) for each in found.parts] == [
        (A, "500.00", "500.00"),
        ("", "1000.00", "0.00"),
        ("CZ", "500.00", "0.00"),
    ]
    assert str(found.paid_eur) == "500.00"


def test_r4_a_refusal_goes_to_the_others_only_where_the_contract_says_so() -> None:
    base = energy("10500003")
    all_in = settle(claim(EEG_WIND, base, THREE, contract=contract()))
    assert all_in.total_exact_eur == Decimal("21000.006")
    assert amounts(all_in) == {A: "9625.69", B: "6417.13", C: "4957.18"}
    assert extra(all_in) == [B]
    shared = settle(claim(EEG_WIND, base, THREE, contract=contract(redistribute=True), refused_keys=frozenset({C})))
    assert amounts(shared) == {A: "12600.00", B: "8400.00", C: "0.00"}
    assert (str(shared.total_eur), shared.paid_eur) == ("21000.00", Decimal("21000.00"))
    kept = settle(claim(EEG_WIND, base, THREE, contract=contract(), refused_keys=frozenset({C})))
    assert amounts(kept) == amounts(all_in)
    assert [str(each.paid_eur) for each in kept.parts] == ["9625.69", "6417.13", "0.00"]
    assert str(kept.paid_eur) == "16042.82"


@pytest.mark.parametrize("redistribute", [True, False])
def test_where_all_refuse_nothing_is_paid(*, redistribute: bool) -> None:
    found = settle(
        claim(
            EEG_WIND,
            energy("10500003"),
            THREE,
            contract=contract(redistribute=redistribute),
            refused_keys=frozenset({A, B, C}),
        )
    )
    assert amounts(found) == {A: "9625.69", B: "6417.13", C: "4957.18"}
    assert (str(found.paid_eur), str(found.reimbursable_eur)) == ("0.00", "0.00")
    assert "shares.all_refused" in codes(found.notes)


def test_a_law_goes_before_the_contract_about_what_was_refused() -> None:
    rule = replace(EEG_WIND, redistributes=False)
    given = contract(redistribute=True)
    found = settle(claim(rule, energy("10500003"), THREE, contract=given, refused_keys=frozenset({C})))
    assert amounts(found)[C] == "4957.18"


def test_r6_solar_parks_share_by_the_ground_they_stand_on() -> None:
    park = plant(9000, PlantKind.PV_GROUND)
    found = settle(claim(EEG_PV, energy("8123457", "999"), FIELD, plant=park, contract=contract()))
    assert (found.total_exact_eur, str(found.total_eur)) == (Decimal("16246.914"), "16246.91")
    assert exact(found) == ["9829.380550", "6417.529450"]
    assert amounts(found) == {A: "9829.38", B: "6417.53"}
    assert extra(found) == [B]
    assert "shares.fictitious_not_counted" in codes(found.notes)
    saxon = settle(claim(SN_PV, energy("8123457"), FIELD, plant=park))
    assert (saxon.total_exact_eur, str(saxon.total_eur)) == (Decimal("8123.457"), "8123.45")
    assert exact(saxon) == ["4914.687250", "3208.762750"]
    assert amounts(saxon) == {A: "4914.69", B: "3208.76"}
    assert extra(saxon) == [A]
    assert (saxon.owed, saxon.refund_year, saxon.reimbursable_eur) == (True, None, None)


def test_r7_saxon_rates_by_permit() -> None:
    of = areas(part(A, "1963.4954"))
    for rule, down, up in ((SN_2025, "28000.66", "28000.67"), (SN_2026, "42000.99", "42001.00")):
        assert str(settle(claim(rule, energy("14000333"), of)).total_eur) == down
        assert str(settle(claim(half_up(rule), energy("14000333"), of)).total_eur) == up


SAID = Said(de="Radius nicht belegt.", en="Radius not sourced.")


def own_rule(*terms: tuple[tuple[BasePart, ...], str, str], **more: object) -> Rule:
    rates = (
        Term(
            base=base,
            rate=Figure(key=f"terms[{place}].rate", value=Decimal(rate), unit=unit, provenance=Provenance.OWN),
        )
        for place, (base, rate, unit) in enumerate(terms, 1)
    )
    facts: dict[str, object] = {"basis": Basis.DUTY, "terms": tuple(rates), "reimbursable": False, "use": None}
    return replace(EEG_WIND, **(facts | more))  # type: ignore[arg-type]


MAX_RULE = own_rule(
    ((BasePart.FED_IN,), "0.3", "ct/kWh"),
    ((BasePart.MW,), "5500", "EUR/MW"),
    combine=Combine.MAX,
    computed=Computed.AMOUNT,
    not_computed=SAID,
)


@pytest.mark.parametrize(
    ("hours", "eur", "counts"),
    [(2800, "42000.00", 0), (1500, "27500.00", 1), (1833, "27500.00", 1), (1834, "27510.00", 0)],
)
def test_r9_the_greater_of_two_terms_counts_and_nothing_is_split(hours: int, eur: str, counts: int) -> None:
    found = settle(claim(MAX_RULE, energy(str(hours * 5000)), plant=plant(5000)))
    assert str(found.total_eur) == eur
    assert [term.counts for term in found.terms].index(True) == counts
    assert found.terms[1].formula == "5 MW × 5500 EUR/MW = 27500 EUR"
    assert (found.parts, found.paid_eur) == ((), None)
    assert found.split_reason is not None
    assert codes((found.split_reason,)) == ["shares.not_split"]


def test_megawatts_are_not_rounded_and_units_count_once() -> None:
    of = areas(part(A, "1"))
    per_mw = own_rule(((BasePart.MW,), "5000", "EUR/MW"))
    assert str(settle(claim(per_mw, None, of, plant=plant(5560))).total_eur) == "27800.00"
    assert str(settle(claim(per_mw, None, of, plant=plant(999.99))).total_eur) == "4999.95"
    both = own_rule(((BasePart.UNIT,), "10000", "EUR"), ((BasePart.MW,), "1", "EUR/MW"))
    found = settle(claim(both, None, of, plant=plant(2000)))
    assert (str(found.total_eur), found.draft) == ("10002.00", False)
    assert found.terms[0].formula == "1 × 10000 EUR = 10000 EUR"


def test_without_a_contract_an_offer_is_a_forecast() -> None:
    found = settle(claim(EEG_WIND, energy("10500003"), THREE))
    assert (found.owed, str(found.total_eur), str(found.paid_eur)) == (False, "21000.00", "0.00")
    assert codes(found.notes) == ["shares.only_by_contract"]
    assert found.reimbursable_eur is None


def test_less_may_be_agreed_and_more_counts_as_the_most_with_a_finding() -> None:
    less = settle(claim(EEG_WIND, energy("10500003"), THREE, contract=contract("0.1")))
    assert (str(less.total_eur), less.draft) == ("10500.00", False)
    more = settle(claim(EEG_WIND, energy("10500003"), THREE, contract=contract("0.25")))
    assert (str(more.total_eur), codes(more.findings)) == ("21000.00", ["laws.rate_above"])
    assert codes(more.notes) == ["shares.rate_taken", "shares.negative_unknown"]
    below = settle(claim(SN_2025, energy("10500003"), THREE, contract=contract("0.15", "sn-eeertrbetg")))
    assert (str(below.total_eur), codes(below.findings)) == ("15750.00", ["laws.rate_below_duty"])
    (choice,) = (
        each for each in rules_for(plant(), "SN", 2025, shipped(), [contract("0.25")]) if each.rule == EEG_WIND
    )
    assert choice.findings == more.findings
    least = replace(SN_2025, rate_min=Figure(key="rate_min", value=Decimal("0.2"), provenance=Provenance.OWN))
    low = settle(claim(least, energy("10500003"), THREE, contract=contract("0.15", "sn-eeertrbetg")))
    assert (str(low.total_eur), codes(low.findings)) == ("21000.00", ["laws.rate_below"])


def test_a_contract_may_leave_out_what_was_not_fed_in() -> None:
    given = contract(counts_fictitious=False)
    found = settle(claim(EEG_WIND, energy("9876543", "123457"), THREE, contract=given))
    assert found.total_exact_eur == Decimal("19753.086")
    assert "shares.fictitious_not_counted" in codes(found.notes)


def test_a_contract_must_be_offered_to_all() -> None:
    found = settle(claim(EEG_WIND, energy("1"), THREE, contract=contract(), offered_keys=frozenset({A, B, "1"})))
    assert (codes(found.findings), found.draft) == (["shares.party_missing"], True)
    assert "shares.party_without_area" in codes(found.notes)


def test_the_landkreis_takes_part_only_where_the_law_says_so() -> None:
    of = areas(
        part(A, "500"),
        part("14521901", "300", AreaKind.UNINCORPORATED),
        part("14521902", "200", AreaKind.UNINCORPORATED),
    )
    found = settle(claim(EEG_WIND, energy("1000000"), of))
    assert amounts(found) == {"14521000": "1000.00", A: "1000.00"}
    saxon = settle(claim(SN_2025, energy("1000000"), of))
    assert amounts(saxon) == {A: "2000.00"}
    assert codes(saxon.notes) == ["shares.left_out_unincorporated", "shares.left_out_unincorporated"]


def test_areas_in_other_laender_stay_unless_the_rule_is_for_its_land_only() -> None:
    of = areas(part(A, "500"), part("16000001", "500", state="TH"))
    assert len(settle(claim(SN_2025, energy("1000000"), of)).parts) == 2
    only = settle(claim(replace(SN_2025, denominator=Denominator.LAND_ONLY), energy("1000000"), of))
    assert (amounts(only), codes(only.notes)) == ({A: "2000.00"}, ["shares.left_out_other_state"])


def test_only_supported_power_is_reimbursed_and_nobody_gets_less_for_it() -> None:
    base = energy("10000000", "500000", "2500000")
    found = settle(claim(EEG_WIND, base, THREE, contract=contract()))
    assert str(found.paid_eur) == "21000.00"
    assert (found.reimbursable_wh, str(found.reimbursable_eur)) == (7_500_000_000, "15000.00")
    assert sum(each.reimbursable_eur for each in found.parts) == Decimal("15000.00")
    assert codes(found.notes) == ["shares.fictitious_not_reimbursed", "shares.negative_not_reimbursed"]
    too = settle(claim(replace(EEG_WIND, reimburses_fictitious=True), base, THREE, contract=contract()))
    assert (too.reimbursable_wh, str(too.reimbursable_eur)) == (8_000_000_000, "16000.00")
    none = plant(marketing=Marketing.OTHER_DIRECT)
    direct = settle(claim(EEG_WIND, base, THREE, plant=none, contract=contract()))
    assert (direct.reimbursable_wh, str(direct.reimbursable_eur)) == (0, "0.00")
    assert codes(direct.notes) == ["shares.not_supported"]


def test_refused_parts_are_not_reimbursed() -> None:
    found = settle(
        claim(EEG_WIND, energy("10500003", "0", "0"), THREE, contract=contract(), refused_keys=frozenset({C}))
    )
    assert str(found.reimbursable_eur) == "16042.82"
    assert [str(each.reimbursable_eur) for each in found.parts] == ["9625.69", "6417.13", "0.00"]


def test_the_earmarked_part_is_of_what_each_gets_and_never_less() -> None:
    found = settle(claim(SN_2026, energy("7000001"), areas(part(A, "2"), part(B, "1"))))
    assert amounts(found) == {A: "14000.00", B: "7000.00"}
    assert found.earmarked_eur == ((A, Decimal("7000.00")), (B, Decimal("3500.00")))
    odd = settle(claim(SN_2026, energy("10"), areas(part(A, "2"))))
    assert (str(odd.total_eur), odd.earmarked_eur) == ("0.03", ((A, Decimal("0.02")),))


def test_an_agreement_that_includes_the_eeg_is_paid_once_on_two_legal_bases() -> None:
    both = contract("0.5", "sn-eeertrbetg", includes=("eeg-6",))
    base = energy("7000001")
    saxon, eeg = settle_together(
        [
            claim(SN_2026, base, THREE, contract=both, refused_keys=frozenset({C})),
            claim(EEG_WIND, base, THREE, offered_keys=frozenset()),
        ]
    )
    assert (eeg.owed, str(eeg.total_eur), [each.refused for each in eeg.parts]) == (
        True,
        "14000.00",
        [False, False, True],
    )
    assert saxon.terms[-1].formula == "-14000.00 EUR (eeg-6)"
    assert str(saxon.total_eur) == "21000.00"
    together = [str(one.paid_eur + other.paid_eur) for one, other in zip(saxon.parts, eeg.parts, strict=True)]
    assert together == ["16042.82", "10695.21", "0.00"]
    assert not saxon.draft
    assert not eeg.draft


def test_what_is_credited_never_makes_an_amount_negative() -> None:
    rule = replace(SN_2025, credits=("eeg-6",))
    found = settle(claim(rule, energy("1000"), THREE, paid_eur=(("eeg-6", Decimal("99.00")), ("x", Decimal(1)))))
    assert (str(found.total_eur), codes(found.notes)) == ("0.00", ["shares.credit_covers"])
    assert [str(each.amount_eur) for each in found.parts] == ["0.00"] * 3


def test_a_duty_is_waived_only_by_a_full_contract_of_the_other_law() -> None:
    rule = replace(SN_2025, waived_by=("eeg-6",))
    full = settle(claim(rule, energy("1000000"), THREE, other_contracts=(contract(),)))
    assert (full.owed, full.total_eur) == (False, None)
    assert full.reason is not None
    assert codes((full.reason,)) == ["shares.waived"]
    for less in (contract("0.1"), contract(counts_fictitious=False)):
        found = settle(claim(rule, energy("1000000"), THREE, other_contracts=(less,)))
        assert (found.owed, str(found.total_eur)) == (True, "2000.00")


def test_bad_energies_are_named_and_make_a_draft() -> None:
    negative = settle(claim(EEG_WIND, energy("-1"), THREE, contract=contract()))
    assert negative.reason is not None
    assert (negative.total_eur, codes((negative.reason,))) == (None, ["shares.energy_negative"])
    assert codes(negative.findings) == ["shares.energy_negative"]
    most = settle(claim(EEG_WIND, energy("49056000"), THREE, contract=contract()))
    assert not most.draft
    more = settle(claim(EEG_WIND, energy("49056000", "0.001"), THREE, contract=contract()))
    assert (codes(more.findings), str(more.total_eur)) == (["shares.energy_impossible"], "98112.00")
    at_negative = settle(claim(EEG_WIND, energy("10", "0", "11"), THREE, contract=contract()))
    assert codes(at_negative.findings) == ["shares.negative_more"]
    unknown = settle(claim(EEG_WIND, energy(None), THREE, contract=contract()))
    assert unknown.reason is not None
    assert (codes((unknown.reason,)), codes(unknown.findings)) == (["shares.no_energy"], ["shares.months_missing"])


def months(*energies: int | None) -> EnergyBase:
    rows = tuple(
        BaseMonth(month=f"2025-{number:02}", fed_in_wh=None if kwh is None else kwh * 1000)
        for number, kwh in enumerate(energies, 1)
    )
    return EnergyBase(plant="wea-1", period="2025", months=rows)


def test_missing_months_make_a_draft_of_what_is_known() -> None:
    found = settle(claim(EEG_WIND, months(1000, None, 1000), THREE, contract=contract()))
    assert (str(found.total_eur), codes(found.findings)) == ("4.00", ["shares.months_missing"])
    told = replace(
        months(1000, None), findings=(Finding.of("feed_in.months_missing", plant="WEA", months="2", count=1),)
    )
    assert [each.code for each in settle(claim(EEG_WIND, told, THREE)).findings] == ["feed_in.months_missing"]


def test_a_contract_counts_from_its_first_month_on() -> None:
    base = months(1000, 1000, 1000)
    later = contract(valid_from=date(2025, 2, 1), valid_to=date(2025, 3, 1))
    found = settle(claim(EEG_WIND, base, THREE, contract=later))
    assert (str(found.total_eur), codes(found.notes)[0], found.draft) == ("2.00", "shares.contract_months", False)
    within = settle(claim(EEG_WIND, base, THREE, contract=contract(valid_from=date(2025, 2, 15))))
    assert (str(within.total_eur), codes(within.findings)) == ("4.00", ["shares.contract_within"])
    newborn = plant(commissioned=date(2025, 2, 15))
    born = settle(claim(EEG_WIND, base, THREE, contract=contract(valid_from=date(2025, 2, 15)), plant=newborn))
    assert (str(born.total_eur), codes(born.findings)) == ("4.00", [])
    duty = contract("0.3", "sn-eeertrbetg", valid_from=date(2025, 2, 1))
    agreed = settle(claim(SN_2025, base, THREE, contract=duty))
    assert (str(agreed.total_eur), codes(agreed.findings)) == ("9.00", ["shares.agreement_part_of_year"])


def test_what_is_not_computed_or_not_split_says_why() -> None:
    nothing = settle(claim(replace(EEG_WIND, computed=Computed.NOTHING, not_computed=SAID), energy("1"), THREE))
    assert nothing.reason == Finding.of("shares.not_computed", de=SAID.de, en=SAID.en)
    for of, rule, code in (
        (None, EEG_WIND, "shares.no_areas"),
        (THREE, replace(EEG_WIND, radius_m=None), "shares.radius_unknown"),
        (replace(THREE, radius_m=3000), EEG_WIND, "shares.other_radius"),
        (areas(part("CZ", "1", AreaKind.FOREIGN, "")), EEG_WIND, "shares.no_party"),
    ):
        found = settle(claim(rule, energy("1000"), of, contract=contract()))
        assert found.split_reason is not None
        assert (codes((found.split_reason,)), str(found.total_eur)) == ([code], "2.00")
        assert codes(found.findings) == ["shares.owed_to_nobody"]


def test_open_questions_about_areas_make_a_draft() -> None:
    doubt = Finding.of("shares_areas.on_border", plant="WEA 1")
    assert settle(claim(EEG_WIND, energy("1"), replace(THREE, findings=(doubt,)))).findings == (doubt,)


def test_half_a_cent_is_rounded_as_the_record_says() -> None:
    one = areas(part(A, "1"))
    assert str(settle(claim(EEG_WIND, energy("2.5"), one)).total_eur) == "0.00"
    assert str(settle(claim(half_up(EEG_WIND), energy("2.5"), one)).total_eur) == "0.01"
    assert str(settle(claim(half_up(EEG_WIND), energy("2.499"), one)).total_eur) == "0.00"
    assert str(settle(claim(EEG_WIND, energy("0"), one)).total_eur) == "0.00"
