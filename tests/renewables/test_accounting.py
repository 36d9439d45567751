"""Accounts of municipalities and operators: sums equal their parts to the cent, years stand apart."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.texts import Finding
from renewables.accounting import (
    by_year,
    municipality_accounts,
    operator_accounts,
    operator_id,
    payments,
)
from renewables.accounts import SettledPlant
from renewables.statement import Party, PlantShares, RuleShares, settled_plants
from tests.renewables.settled_plants import KEYS, plant_made, settled_made, shares_made

PARTIES = {KEYS[0]: Party(key=KEYS[0], id="auenstadt", name="Große Kreisstadt Auenstadt")}


def _plants(*years: PlantShares) -> list[SettledPlant]:
    return [settled for year in years for settled in settled_plants(year, 1)]


year_of_a_plant = st.builds(
    lambda cents, areas, refused, owed, operator: replace(
        shares_made(),
        plant=plant_made(operator=operator),
        settled=(RuleShares(settled=settled_made(Decimal(cents) / 100, areas, refused, owed=owed)),),
    ),
    st.integers(0, 10**9),
    st.tuples(*[st.integers(1, 20_000_000)] * 3),
    st.tuples(*[st.booleans()] * 3),
    st.booleans(),
    st.sampled_from(["Bürgerwind Höhe eG", "Stadtwerke Auental", "Erlgrund GmbH"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(year_of_a_plant, max_size=6))
def test_what_municipalities_get_is_what_operators_pay(years: list[PlantShares]) -> None:
    settled = _plants(*years)
    municipalities, operators = municipality_accounts(2025, settled, PARTIES), operator_accounts(2025, settled)
    for account in municipalities:
        assert account.paid_eur == sum(
            each.part.paid_eur for each in account.lines if each.part and each.settlement.settled.owed
        )
    for one in ("paid_eur", "owed_eur", "reimbursable_eur"):
        got = sum((getattr(each, one) for each in municipalities), Decimal("0.00"))
        assert got == sum((getattr(each, one) for each in operators), Decimal("0.00"))
    paid = sum((each.amount_eur for each in payments(settled, PARTIES)), Decimal("0.00"))
    assert paid == sum((each.paid_eur for each in operators), Decimal("0.00"))


def test_accrual_payment_and_refund_fall_into_years_apart() -> None:
    (account,) = operator_accounts(2025, _plants(shares_made()))
    years = {each.year: (each.accrued_eur, each.paid_eur, each.refunded_eur) for each in by_year(account)}
    total, none = Decimal("24072.00"), Decimal("0.00")
    assert years == {2025: (total, none, none), 2026: (none, total, none), 2027: (none, none, total)}


def test_what_is_only_offered_is_owed_to_nobody() -> None:
    settled = _plants(shares_made(settled_made(owed=False)))
    assert [each.paid_eur for each in municipality_accounts(2025, settled, PARTIES)] == [Decimal("0.00")] * 3
    assert payments(settled, PARTIES) == ()


def test_who_refused_gets_no_payment() -> None:
    settled = _plants(shares_made(settled_made(refused=(False, True, False))))
    assert [each.key for each in payments(settled, PARTIES)] == [KEYS[0], KEYS[2]]
    refusing = next(each for each in municipality_accounts(2025, settled, PARTIES) if each.key == KEYS[1])
    assert refusing.paid_eur == 0
    assert refusing.owed_eur > 0


def test_a_party_is_called_as_in_the_inventory() -> None:
    named, unnamed, _ = municipality_accounts(2025, _plants(shares_made()), PARTIES)
    assert (named.id, named.name) == ("auenstadt", "Große Kreisstadt Auenstadt")
    assert (unnamed.id, unnamed.name) == (KEYS[1], f"Gemeinde {KEYS[1]}")


def test_a_draft_marks_the_accounts_that_it_stands_on_and_its_payments() -> None:
    draft = shares_made(settled_made(findings=(Finding.of("shares.month_missing", month="2025-03"),)))
    assert all(each.draft for each in municipality_accounts(2025, _plants(draft), PARTIES))
    assert all(each.findings for each in payments(_plants(draft), PARTIES))


def test_an_operator_is_known_by_its_name_in_plain_letters() -> None:
    assert operator_id("Bürgerwind Höhe GmbH & Co. KG") == "buergerwind-hoehe-gmbh-co-kg"
    assert operator_id("Straße·Čech") == "strasse-cech"
    assert operator_id("!!") == "operator"
