"""What holds for any areas, energies and rules: sums, refusals, order, more is never less."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.laws import shipped
from core.factors import Provenance
from core.inventory.renewables import PlantKind
from core.texts import LANGUAGES, catalogue
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.rules import Computed, Denominator, Rounding, Rule, Split, TotalRounding
from renewables.settled import Settled
from renewables.settling.settle import settle
from tests.renewables.settling.claims import EEG_WIND, areas, claim, contract, energy, part, plant

KEYS = st.lists(st.integers(1_000_000, 16_999_999), min_size=1, max_size=6, unique=True)
SIZES = st.lists(st.integers(1, 20_000_000), min_size=6, max_size=6)
KWH = st.decimals(0, 40_000_000, places=3)
RULES = st.sampled_from([rule for rule in shipped().rules if rule.terms and rule.computed is not Computed.NOTHING])


def parts_of(keys: list[int], sizes: list[int]) -> list[AreaPart]:
    return [
        AreaPart(key=f"{key:08}", name="Ort", kind=AreaKind.GEMEINDE, state="SN", area_m2=size)
        for key, size in zip(keys, sizes, strict=False)
    ]


def around(rule: Rule, parts: list[AreaPart]) -> PlantAreas:
    radius_m = int(rule.radius_m.number) if rule.radius_m else None
    return areas(*parts, split=rule.split, radius_m=radius_m if rule.split is Split.CIRCLE else None)


def settled(rule: Rule, kwh: Decimal, parts: list[AreaPart], **more: object) -> Settled:
    kind = {"plant": plant(5600, rule.tech)}
    return settle(claim(rule, energy(str(kwh), "0", "0"), around(rule, parts), **(kind | more)))


@settings(max_examples=60)
@given(rule=RULES, rounding=st.sampled_from(TotalRounding), kwh=KWH, keys=KEYS, sizes=SIZES)
def test_parts_sum_to_the_total_and_stay_within_a_cent(
    rule: Rule, rounding: TotalRounding, kwh: Decimal, keys: list[int], sizes: list[int]
) -> None:
    rounded = replace(rule, rounding=Rounding(total=rounding, provenance=Provenance.OWN))
    found = settled(rounded, kwh, parts_of(keys, sizes))
    assert found.total_eur is not None
    assert found.total_exact_eur is not None
    off = Fraction(found.total_exact_eur) - Fraction(found.total_eur)
    assert 0 <= off < Fraction(1, 100) if rounding is TotalRounding.DOWN else abs(off) <= Fraction(1, 200)
    if found.parts:
        assert sum(each.amount_eur for each in found.parts) == found.total_eur
        assert all(abs(each.amount_eur - each.exact_eur) < Decimal("0.01") for each in found.parts)
        assert all(each.extra_cents in (0, 1) for each in found.parts)


@settings(max_examples=40)
@given(kwh=KWH, keys=KEYS, sizes=SIZES, refused=st.integers(0, 63), redistribute=st.booleans(), negative=KWH)
def test_what_is_refused_is_never_paid_and_costs_the_others_nothing(
    kwh: Decimal, keys: list[int], sizes: list[int], refused: int, negative: Decimal, *, redistribute: bool
) -> None:
    parts = parts_of(keys, sizes)
    who = frozenset(each.key for place, each in enumerate(parts) if refused >> place & 1)
    given_one = contract(redistribute=redistribute)
    about = {"contract": given_one, "base": energy(str(kwh), "0", str(min(kwh, negative)))}
    of = around(EEG_WIND, parts)
    every = settle(replace(claim(EEG_WIND, None, of), base=about["base"], contract=given_one))
    found = settle(replace(claim(EEG_WIND, None, of, refused_keys=who), base=about["base"], contract=given_one))
    assert found.total_eur == every.total_eur
    assert all(each.paid_eur == 0 for each in found.parts if each.refused)
    assert sum(each.amount_eur for each in found.parts) == found.total_eur
    for before, after in zip(every.parts, found.parts, strict=True):
        assert after.refused or after.paid_eur >= before.paid_eur - Decimal("0.01")
        assert after.reimbursable_eur <= after.paid_eur
        if not redistribute and not after.refused:
            assert after.amount_eur == before.amount_eur
    if redistribute and len(who) < len(parts):
        assert found.paid_eur == found.total_eur
    assert found.reimbursable_eur == sum(each.reimbursable_eur for each in found.parts)


@settings(max_examples=25)
@given(kwh=KWH, keys=KEYS, sizes=SIZES, data=st.data())
def test_the_order_of_areas_changes_nothing(
    kwh: Decimal, keys: list[int], sizes: list[int], data: st.DataObject
) -> None:
    parts = parts_of(keys, sizes)
    turned = data.draw(st.permutations(parts))
    assert settled(EEG_WIND, kwh, turned).parts == settled(EEG_WIND, kwh, parts).parts


@settings(max_examples=40)
@given(rule=RULES, one=KWH, more=KWH, keys=KEYS, sizes=SIZES)
def test_more_energy_is_never_less_money(
    rule: Rule, one: Decimal, more: Decimal, keys: list[int], sizes: list[int]
) -> None:
    parts = parts_of(keys, sizes)
    less, greater = sorted((one, more))
    first, second = settled(rule, less, parts), settled(rule, greater, parts)
    assert (first.total_eur or 0) <= (second.total_eur or 0)
    for before, after in zip(first.parts, second.parts, strict=True):
        assert before.exact_eur <= after.exact_eur
        assert before.amount_eur <= after.amount_eur + Decimal("0.01")


@pytest.mark.parametrize("denominator", Denominator)
def test_ties_go_to_the_lower_key(denominator: Denominator) -> None:
    rule = replace(EEG_WIND, denominator=denominator)
    three = [part(key, "1") for key in ("14000003", "14000001", "14000002")]
    two_left = settle(claim(rule, energy("100"), areas(*three)))
    assert [(each.key, str(each.amount_eur)) for each in two_left.parts] == [
        ("14000001", "0.07"),
        ("14000002", "0.07"),
        ("14000003", "0.06"),
    ]
    one_left = settle(claim(rule, energy("50"), areas(*three)))
    assert [each.extra_cents for each in one_left.parts] == [1, 0, 0]


@pytest.mark.parametrize("rule", shipped().rules, ids=lambda rule: rule.id)
def test_every_shipped_rule_settles_or_says_why_not(rule: Rule) -> None:
    found = settled(rule, Decimal(1_000_000), [part("14000001", "1"), part("14000002", "2")])
    if found.total_eur is None:
        assert found.reason is not None
    elif not found.parts:
        assert found.split_reason is not None
    for finding in (*found.findings, *found.notes, found.reason, found.split_reason):
        if finding is not None:
            for language in LANGUAGES:
                assert catalogue(language).tell(finding) != finding.code
    assert not found.draft
    assert rule.tech in PlantKind
