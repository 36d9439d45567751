from __future__ import annotations

import pytest

from core.errors import FormatError, ReadingError
from ingest.values import flag, json_object, number


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (20481.9505, 20481.9505),
        (0, 0.0),
        ("1250.5", 1250.5),
        ("1250,5", 1250.5),
        ("1.234.567,8", 1_234_567.8),
        ("-36", -36.0),
        (' "96.3" ', 96.3),
        ("005779.835", 5779.835),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_numbers_are_read_as_devices_write_them(raw: object, value: float) -> None:
    assert number(raw, "field") == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "payload.value_missing"),
        ("", "payload.value_missing"),
        ("NaN", "payload.value_missing"),
        ("+Inf", "payload.value_missing"),
        ('"unavailable"', "payload.value_missing"),
        (float("nan"), "payload.value_missing"),
        (float("-inf"), "payload.value_missing"),
        (-8388608, "payload.value_sentinel"),
        (2147483647, "payload.value_sentinel"),
        ("2147483647", "payload.value_sentinel"),
        (True, "payload.value_invalid"),
        ({"value": 1}, "payload.value_invalid"),
        ([1, 2], "payload.value_invalid"),
        ("12 kWh", "payload.value_invalid"),
        ("1,234.5", "payload.value_invalid"),
        ("١٢", "payload.value_invalid"),
        (10**400, "payload.value_invalid"),
        ("1" * 400, "payload.value_missing"),
    ],
)
def test_what_is_no_number_is_never_zero(raw: object, code: str) -> None:
    with pytest.raises(ReadingError) as caught:
        number(raw, "field")
    assert caught.value.finding.code == code


@pytest.mark.parametrize(("payload", "value"), [(b"yes", 1.0), (b"True", 1.0), (b"no", 0.0), (b"off", 0.0)])
def test_flags_are_one_or_nought(payload: bytes, value: float) -> None:
    assert flag(payload, "field") == value


@pytest.mark.parametrize(("payload", "code"), [(b"", "payload.value_missing"), (b"maybe", "payload.value_invalid")])
def test_what_is_neither_yes_nor_no_is_not_no(payload: bytes, code: str) -> None:
    with pytest.raises(ReadingError) as caught:
        flag(payload, "field")
    assert caught.value.finding.code == code


def test_a_bare_nan_is_null_and_leaves_the_rest() -> None:
    assert json_object(b'{"a":nan,"b": -inf ,"c":[NaN,1],"d":"nan"}') == {
        "a": None,
        "b": None,
        "c": [None, 1],
        "d": "nan",
    }


def test_a_unit_in_another_encoding_does_not_cost_the_message() -> None:
    assert json_object(b'{"unit":"\xb0C","value":1}')["value"] == 1


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff\xfe\x00", b'{"a":1', b"[" * 100_000, b"{'a':1}"])
def test_bytes_that_are_no_json_are_named(payload: bytes) -> None:
    with pytest.raises(FormatError, match=r"payload\.not_json"):
        json_object(payload)


@pytest.mark.parametrize("payload", [b"1", b'"x"', b"[1]", b"null", b"true"])
def test_json_that_is_no_object_is_named(payload: bytes) -> None:
    with pytest.raises(FormatError, match=r"payload\.not_an_object"):
        json_object(payload)
