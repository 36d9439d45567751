"""Every shipped rule, and one that nobody has shipped: it is settled to the cent, or it says why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.laws import laws_with, shipped
from core.inventory.renewables import PlantKind
from renewables.choice import rules_for
from renewables.rules import Combine, Computed, Rule, Split
from renewables.settled import Claim
from renewables.settling.settle import settle
from tests.renewables.settling.claims import A, B, areas, contract, energy, part, plant

NEW_LAW = """\
law: dorfgroschen
version: "1"
title: {de: Dorfgroschen, en: Village penny}
citation: Satzung vom 1. April
provenance: own
basis: duty
computed: split
states: [SN]
cohorts: [{by: permit, begins: 2023-01-01, provenance: own}]
rounding: {total: half_up, provenance: own}
valid_from: 2023-01-01
combine: max
rules:
  wind:
    tech: wind
    terms:
      - base: [fed_in]
        rate: {value: 0.05, unit: ct/kWh, provenance: own}
      - base: [unit]
        rate: {value: 4000, unit: EUR, provenance: own}
    radius_m: {value: 1500, unit: m, provenance: own}
"""


def claim(rule: Rule, kwh: str, first_ha: str, second_ha: str, power_kw: float = 5600) -> Claim:
    radius = int(rule.radius_m.number) if rule.radius_m and rule.split is Split.CIRCLE else None
    whole = areas(part(A, first_ha), part(B, second_ha), split=rule.split, radius_m=radius)
    facts = plant(power_kw, rule.tech, commissioned=date(2024, 1, 1), permitted=date(2023, 6, 1))
    state = rule.states[0] if rule.states else "SN"
    return Claim(plant=facts, state=state, rule=rule, year=2026, base=energy(kwh), areas=whole)


@pytest.mark.parametrize("rule", shipped().rules, ids=lambda rule: rule.id)
@settings(max_examples=8)
@given(st.integers(0, 20_000_000), st.integers(0, 19_634_954), st.floats(800, 9000))
def test_every_rule_is_settled_to_the_cent_or_says_why_not(
    rule: Rule, tenths_kwh: int, first_m2: int, power_kw: float
) -> None:
    kwh, first, second = Decimal(tenths_kwh) / 10, Decimal(first_m2) / 10_000, Decimal(19_634_954 - first_m2) / 10_000
    settled = settle(claim(rule, str(kwh), str(first), str(second), power_kw))
    if rule.computed is Computed.NOTHING:
        assert settled.total_eur is None
        assert settled.reason is not None
        assert settled.reason.code == "shares.not_computed"
        return
    assert settled.total_eur is not None
    assert settled.total_exact_eur is not None
    assert abs(settled.total_eur - settled.total_exact_eur) < Decimal("0.01")
    if rule.computed is Computed.AMOUNT:
        assert not settled.parts
        assert settled.split_reason is not None
    else:
        assert sum(each.amount_eur for each in settled.parts) == settled.total_eur
        assert settled.split_reason is None
    counting = [term.amount_eur for term in settled.terms if term.counts]
    assert len(counting) == (1 if rule.combine is Combine.MAX else len(rule.terms))
    assert sum(counting) == settled.total_exact_eur


def test_a_new_law_is_one_file_and_is_chosen_and_settled_like_any_other() -> None:
    table, wrong = laws_with({"laws/dorf.yaml": NEW_LAW})
    assert not wrong
    turbine = plant(5600, commissioned=date(2024, 1, 1), permitted=date(2023, 6, 1))
    chosen = [each.rule for each in rules_for(turbine, "SN", 2026, table, []) if each.holds]
    assert {rule.id for rule in chosen} == {"eeg-6.2023.wind", "dorfgroschen.1.wind"}
    village = next(rule for rule in chosen if rule.law == "dorfgroschen")
    settled = settle(claim(village, "12345678", "600", "106.8583"))
    assert settled.total_exact_eur == Decimal("6172.839")
    assert settled.total_eur == Decimal("6172.84")
    assert [(each.key, each.amount_eur) for each in settled.parts] == [
        (A, Decimal("5239.67")),
        (B, Decimal("933.17")),
    ]
    calm = settle(claim(village, "1000000", "600", "106.8583"))
    assert calm.total_eur == Decimal("4000.00")
    old = replace(turbine, permitted=date(2022, 12, 31))
    assert "dorfgroschen" not in {each.rule.law for each in rules_for(old, "SN", 2026, table, []) if each.holds}


@pytest.mark.parametrize(
    ("permit", "commissioned", "expected"),
    [
        ("2024-12-20", "2026-12-01", None),
        ("2025-06-30", "2026-01-01", "28000.66"),
        ("2026-02-01", "2026-12-01", "42000.99"),
    ],
)
def test_the_permit_of_a_saxon_turbine_decides_what_is_owed(
    permit: str, commissioned: str, expected: str | None
) -> None:
    turbine = plant(permitted=date.fromisoformat(permit), commissioned=date.fromisoformat(commissioned))
    saxon = [
        each.rule
        for each in rules_for(turbine, "SN", 2026, shipped(), [])
        if each.holds and each.rule.law == "sn-eeertrbetg"
    ]
    amounts = [settle(replace(claim(rule, "14000333", "1", "0"), plant=turbine)).total_eur for rule in saxon]
    assert amounts == ([] if expected is None else [Decimal(expected)])


def test_exactly_1000_kw_is_not_eligible_by_the_eeg_and_payable_in_saxony() -> None:
    turbine = plant(1000, permitted=date(2025, 3, 14), commissioned=date(2025, 9, 1))
    found = {each.rule.law: each for each in rules_for(turbine, "SN", 2025, shipped(), [])}
    assert not found["eeg-6"].holds
    saxon = next(each for each in rules_for(turbine, "SN", 2025, shipped(), []) if each.holds)
    assert saxon.rule.id == "sn-eeertrbetg.2024.wind"
    payable = settle(replace(claim(saxon.rule, "2000000", "1", "0"), plant=turbine, year=2025))
    assert (payable.owed, payable.total_eur) == (True, Decimal("4000.00"))


def test_an_offer_is_owed_by_contract_only() -> None:
    eeg = next(each for each in shipped().rules if each.id == "eeg-6.2023.pv")
    assert (eeg.split, eeg.tech) == (Split.PLANT_AREA, PlantKind.PV_GROUND)
    offered = claim(eeg, "8123457", "6.05", "3.95")
    assert not settle(offered).owed
    agreed = contract(plants=(offered.plant.id,))
    assert settle(replace(offered, contract=agreed, offered_keys=frozenset({A, B}))).owed
