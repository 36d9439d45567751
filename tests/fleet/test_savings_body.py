"""Statements of savings as text and back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from config.factors import shipped
from core.factors import FactorTable
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory.mobility import Baseline, BaselineBasis, FuelKind
from core.texts import Finding
from fleet.savings.changes import because_of
from fleet.savings.reckoning import Month, MonthFacts, statement_of_month
from fleet.savings.statement import SavingsStatement
from fleet.savings.statement_body import statement_of, text_of
from tests.fleet.cars import MONDAY, car

MONTH = Month(period="2025-10", first=date(2025, 10, 1), last=date(2025, 10, 31), final=True)
BASELINE = Baseline(
    fuel=FuelKind.DIESEL, fuel_l_per_100km=Decimal("7.0"), basis=BaselineBasis.TABLE, source="Tabelle „Ä“"
)


def session(at: datetime = MONDAY) -> SessionValuation:
    return SessionValuation(
        session="s1",
        version=2,
        vehicle="auto",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=at,
        energy_wh=Decimal("1234.567"),
        made_by="job",
        made_at_utc=at,
    )


def statement(table: FactorTable | None = None) -> SavingsStatement:
    day = VehicleDay(
        vehicle="auto", day=date(2025, 10, 2), distance_m=Decimal(33_333), own_charged_wh=Decimal("6789.1")
    )
    facts = [
        MonthFacts(vehicle=car(baseline=BASELINE), days=[day], owned_days=31, sessions=[session()]),
        MonthFacts(vehicle=car(id="leer"), days=[], owned_days=31),
    ]
    return statement_of_month(MONTH, facts, shipped() if table is None else table)


def test_a_statement_comes_back_as_it_was_with_every_digit() -> None:
    made = statement()
    read = statement_of(text_of(made))
    assert read == made
    assert text_of(read) == text_of(made)
    assert str(read.vehicles[0].figures[0].value_g) == str(made.vehicles[0].figures[0].value_g)
    assert because_of(read, made) == ()


def test_an_empty_fleet_has_a_statement_of_nothing() -> None:
    made = statement_of_month(MONTH, [], shipped())
    assert statement_of(text_of(made)) == made
    assert made.fleet.figures[0].value_g is None
    assert (made.fleet.figures[0].computed, made.fleet.figures[0].not_computed) == (0, 0)


def test_without_factors_every_figure_says_so() -> None:
    made = statement(FactorTable(()))
    figure = made.vehicles[0].figures[0]
    assert figure.value_g is None
    assert {each.code for each in figure.reasons} == {"factors.missing"}
    assert Finding.of("savings.pv_unknown", count=1, energy_kwh=1.234567) in made.vehicles[0].notes


@pytest.mark.parametrize("text", ["{}", "[]", '{"period": 1}', "x"])
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        statement_of(text)
