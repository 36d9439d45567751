"""A value is shown in one unit, written as the language writes numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import PROPERTIES, Quantity
from core.texts import LANGUAGES
from core.units import show


@pytest.mark.parametrize(
    ("quantity", "value", "german", "english"),
    [
        (Quantity.ENERGY_IMPORT_WH, 1250.5, "1,3 kWh", "1.3 kWh"),
        (Quantity.ENERGY_IMPORT_WH, 20_481_950.5, "20.482,0 kWh", "20,482.0 kWh"),
        (Quantity.ENERGY_SESSION_WH, 7_505, "7,50 kWh", "7.50 kWh"),
        (Quantity.POWER_W, -36, "-0,04 kW", "-0.04 kW"),
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


@given(st.sampled_from(list(Quantity)), st.floats(-1e12, 1e12), st.sampled_from(LANGUAGES))
def test_divisor_and_unit_belong_together(quantity: Quantity, value: float, language: str) -> None:
    shown = show(quantity, value, language)
    assert shown.unit == PROPERTIES[quantity].shown_unit
    assert shown.value * PROPERTIES[quantity].divisor == pytest.approx(value)
    assert shown.text.endswith(shown.unit)
    assert " " not in shown.text
    assert not shown.text.startswith(("-0 ", "-0\N{NO-BREAK SPACE}"))
