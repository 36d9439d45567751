"""A value is shown in one unit, written as the language writes numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inventory import Medium
from core.quantities import PROPERTIES, Quantity
from core.texts import LANGUAGES
from core.units import look_of, money, number, show, show_exact

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("quantity", "value", "german", "english"),
    [
        (Quantity.ENERGY_IMPORT_WH, 1250.5, "1,3 kWh", "1.3 kWh"),
        (Quantity.ENERGY_IMPORT_WH, 20_481_950.5, "20.482,0 kWh", "20,482.0 kWh"),
        (Quantity.ENERGY_SESSION_WH, 7_505, "7,50 kWh", "7.50 kWh"),
        (Quantity.POWER_W, -36, f"{MINUS}0,04 kW", f"{MINUS}0.04 kW"),
        (Quantity.ODOMETER_M, 57_913_100, "57.913 km", "57,913 km"),
        (Quantity.SOC_PERCENT, 96.3, "96 %", "96 %"),
        (Quantity.TEMPERATURE_C, -0.04, "0,0 °C", "0.0 °C"),
        (Quantity.VOLUME_M3, 123.529, "123,53 m³", "123.53 m³"),
        (Quantity.CHARGING_FLAG, 1, "1", "1"),
    ],
)
def test_a_value_is_written_with_its_unit(quantity: Quantity, value: float, german: str, english: str) -> None:
    texts = [show(quantity, value, language).text.replace("\N{NO-BREAK SPACE}", " ") for language in ("de", "en")]
    assert texts == [german, english]


@given(
    st.sampled_from(list(Quantity)),
    st.sampled_from([None, *Medium]),
    st.floats(-1e12, 1e12),
    st.sampled_from(LANGUAGES),
)
def test_divisor_and_unit_belong_together(
    quantity: Quantity, medium: Medium | None, value: float, language: str
) -> None:
    shown, look = show(quantity, value, language, medium), look_of(quantity, medium)
    assert shown.unit == look.shown_unit
    assert shown.value * look.divisor == pytest.approx(value)
    assert "-" not in shown.text
    assert shown.text.endswith(shown.unit)
    assert " " not in shown.text
    assert not shown.text.startswith(("\N{MINUS SIGN}0 ", "\N{MINUS SIGN}0\N{NO-BREAK SPACE}"))


def test_oil_is_read_in_litres_and_all_else_as_it_is_stored() -> None:
    assert show(Quantity.VOLUME_M3, 0.0174, "de", Medium.OIL).text == "17\N{NO-BREAK SPACE}L"
    assert show(Quantity.FLOW_M3_PER_H, 0.0042, "de", Medium.OIL).text == "4,2\N{NO-BREAK SPACE}L/h"
    assert show(Quantity.TANK_M3, 4.25, "en").text == "4,250\N{NO-BREAK SPACE}L"
    assert show(Quantity.VOLUME_M3, 0.0174, "de", Medium.WATER).text == "0,02\N{NO-BREAK SPACE}m³"
    for quantity in set(Quantity) - {Quantity.VOLUME_M3, Quantity.FLOW_M3_PER_H, Quantity.TANK_M3}:
        assert look_of(quantity, Medium.OIL) is PROPERTIES[quantity]


def test_a_minus_is_a_minus_in_numbers_money_and_exact_values() -> None:
    assert number(-1234.56, 1, "de") == f"{MINUS}1.234,6"
    assert number(Decimal("-0.04"), 1, "de") == "0,0"
    assert money(Decimal("-68.27"), "de") == f"{MINUS}68,27\N{NO-BREAK SPACE}€"
    assert money(Decimal("-68.27"), "en") == f"{MINUS}€68.27"
    assert show_exact(Decimal("-1.5"), "Wh", "de") == f"{MINUS}1,5\N{NO-BREAK SPACE}Wh"
