from __future__ import annotations

import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.redaction import REDACTED, redact, redact_topic

SECRET = "hunter2-do-not-keep"
VIN = "WVWZZZ1JZXW000001"


@pytest.mark.parametrize(
    "name",
    [
        "password", "Passwort", "wifi_password", "mqttPassword", "mqtt.pass", "token", "accessToken", "api_key",
        "vin", "VIN", "latitude", "lat", "lon", "lng", "startLongitude", "location", "gps", "position", "idTag", "uid",
        "secret",        "appSKey", "nwkSKey", "email",
    ],
)  # fmt: skip
def test_a_sensitive_field_loses_its_value_at_any_depth(name: str) -> None:
    kept = redact("a/b", orjson.dumps({"level": [{name: SECRET, "Total_in": 1.5}]}))
    assert orjson.loads(kept) == {"level": [{name: REDACTED, "Total_in": 1.5}]}


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}", f'garbage {{"token": "{SECRET}"', f"mqttPassword: {SECRET}, x", f"api_key='{SECRET}'",
        f'data={{"password":"{SECRET}"', f'x:{{"y":{{"vin":"{SECRET}"',
        f'{{"latitude":{{"deg":"{SECRET}"}}', f'"location":["{SECRET}"',
    ],
)  # fmt: skip
def test_text_of_no_structure_is_searched(text: str) -> None:
    assert SECRET.encode() not in redact("a/b", b"\xff" + text.encode())


@pytest.mark.parametrize("payload", [f'{{"id":"{VIN}"}}'.encode(), VIN.encode(), b'["' + VIN.encode() + b'"]'])
def test_a_vin_is_known_by_its_look(payload: bytes) -> None:
    assert VIN.encode() not in redact("a/b", payload)


@pytest.mark.parametrize(
    "topic", ["ovms/u/v/metric/v/vin", "teslamate/cars/1/location", "x/latitude", "cars/1/geofence"]
)
def test_a_topic_that_names_it_loses_its_payload(topic: str) -> None:
    assert redact(topic, b"52.5200") == REDACTED.encode()


def test_a_vin_in_a_topic_is_replaced() -> None:
    assert redact_topic(f"telemetry/{VIN}/v/BatteryLevel") == "telemetry/[vin]/v/BatteryLevel"


@pytest.mark.parametrize(
    "text", ["0901454d4800004735c7", "shellyemg3-dcb4d9c564f4", "0101010101010101", "12345678901234567"]
)
def test_numbers_of_meters_stay(text: str) -> None:
    assert redact(f"a/{text}", text.encode()) == text.encode()
    assert redact_topic(f"a/{text}") == f"a/{text}"


def test_a_payload_without_secrets_stays_as_it_came() -> None:
    payload = b'{ "Time" : "2026-11-22T09:59:00",\n "SML": {"Total_in": null} }'
    assert redact("a/b", payload) == payload


def test_nesting_ends_somewhere() -> None:
    deep = b'{"a":' * 500 + b"1" + b"}" * 500
    assert len(redact("a/b", deep)) < len(deep)


@pytest.mark.parametrize(
    "unit", [b"a-", b"a_", b"key ", b'"key', b"lat:", b"{", b"pass=[", b"A", b"key    ", b"a={", b"key={"]
)
def test_no_text_takes_long(unit: bytes) -> None:
    payload = (unit * 262_144)[:262_144]
    begun = time.monotonic()
    redact("a/b", payload)
    assert time.monotonic() - begun < 2


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_can_be_redacted(payload: bytes, topic: str) -> None:
    assert isinstance(redact(topic, payload), bytes)
