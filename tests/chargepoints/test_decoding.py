"""Payloads as stations send them, decoded: the same samples and events whatever the version."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoints.decoding import v16, v201
from chargepoints.decoding.events import (
    Arrival,
    Asked,
    Decision,
    Metered,
    ReadingContext,
    TransactionEvidence,
    readings_of,
)
from chargepoints.decoding.instants import stamp_of
from chargepoints.schemas import schemas_of
from chargepoints.understanding import ROUTES
from core.facts import Protocol, TagVerdict
from core.quantities import Quantity
from core.texts import LANGUAGES, Finding, catalogue

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
V16, V201 = Protocol.OCPP_16, Protocol.OCPP_201
CERTIFICATE = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}
FRAMES = Path(__file__).parent / "frames"


def metered_16(*samples: dict[str, Any], connector: int = 1) -> tuple[dict[Quantity, float], tuple[Finding, ...]]:
    payload = {"connectorId": connector, "meterValue": [{"timestamp": "2026-01-01T11:00:00Z", "sampledValue": samples}]}
    decoded = v16.decode_meter_values(payload, Arrival("lra-01", V16, NOW))
    assert isinstance(decoded.event, Metered)
    return {sample.quantity: sample.value for sample in decoded.event.samples}, decoded.findings


def metered_201(*samples: dict[str, Any]) -> dict[Quantity, float]:
    payload = {"evseId": 1, "meterValue": [{"timestamp": "2026-01-01T11:00:00Z", "sampledValue": samples}]}
    assert not schemas_of(V201).violations("MeterValuesRequest", payload)
    decoded = v201.decode_meter_values(payload, Arrival("lra-01", V201, NOW))
    assert isinstance(decoded.event, Metered)
    return {sample.quantity: sample.value for sample in decoded.event.samples}


def of(value: str, **named: str) -> dict[str, str]:
    return {"value": value, **named}


ENERGY, POWER, CURRENT, VOLTAGE = (
    "Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage"
)  # fmt: skip

L1, L2, L3 = ({"phase": phase} for phase in ("L1", "L2", "L3"))
SAMPLES: list[tuple[str, list[dict[str, str]], dict[Quantity, float]]] = [
    ("all defaults are the import register in Wh", [of("1234")], {Quantity.ENERGY_IMPORT_WH: 1234.0}),
    ("kWh are Wh, exactly", [of("12.345", unit="kWh")], {Quantity.ENERGY_IMPORT_WH: 12345.0}),
    ("a comma is a point", [of("5,58", unit="kWh")], {Quantity.ENERGY_IMPORT_WH: 5580.0}),
    ("power without a unit is W", [of("7360", measurand=POWER)], {Quantity.POWER_W: 7360.0}),
    ("power in kW", [of("7.36", measurand=POWER, unit="kW")], {Quantity.POWER_W: 7360.0}),
    ("Wh of a power is the default written out", [of("7", measurand=POWER, unit="Wh")], {Quantity.POWER_W: 7.0}),
    ("state of charge", [of("55", measurand="SoC", location="EV")], {Quantity.SOC_PERCENT: 55.0}),
    ("kelvin", [of("300", measurand="Temperature", unit="K")], {Quantity.TEMPERATURE_C: 26.85}),
    ("fahrenheit", [of("212", measurand="Temperature", unit="Fahrenheit")], {Quantity.TEMPERATURE_C: 100.0}),
    (
        "phases without a total are summed",
        [of("1", measurand=POWER, **L1), of("2", measurand=POWER, **L2), of("4", measurand=POWER, **L3)],
        {Quantity.POWER_W: 7.0},
    ),
    (
        "a total wins over its phases",
        [of("1", measurand=POWER, **L1), of("9", measurand=POWER)],
        {Quantity.POWER_W: 9.0},
    ),
    ("a single phase is the whole of a one-phase box", [of("10", phase="L1")], {Quantity.ENERGY_IMPORT_WH: 10.0}),
    (
        "the most loaded phase is the current",
        [of("6", measurand=CURRENT, **L1), of("16", measurand=CURRENT, **L2), of("17", measurand=CURRENT, phase="N")],
        {Quantity.CURRENT_A: 16.0},
    ),
    (
        "voltages are those against neutral",
        [
            of("230", measurand=VOLTAGE, phase="L1-N"),
            of("232", measurand=VOLTAGE, phase="L2-N"),
            of("400", measurand=VOLTAGE, phase="L1-L2"),
        ],
        {Quantity.VOLTAGE_V: 231.0},
    ),
    (
        "the end wins over the period, the period over the clock",
        [of("1", context="Sample.Clock"), of("3", context="Transaction.End"), of("2")],
        {Quantity.ENERGY_IMPORT_WH: 3.0},
    ),
    ("the inlet of an outlet is another meter", [of("1", location="Inlet")], {}),
    ("reactive energy is no reading", [of("1", measurand="Energy.Reactive.Import.Register", unit="varh")], {}),
    ("signed data is no number", [of("abc", format="SignedData")], {}),
]


@pytest.mark.parametrize(("samples", "expected"), [case[1:] for case in SAMPLES], ids=[case[0] for case in SAMPLES])
def test_samples_of_16(samples: list[dict[str, str]], expected: dict[Quantity, float]) -> None:
    assert metered_16(*samples) == (expected, ())


@pytest.mark.parametrize("value", ["", "abc", "NaN", "inf", "-5", "2147483647", "1e999"])
def test_what_is_no_value_is_left_out_and_named(value: str) -> None:
    found, findings = metered_16(of(value))
    assert found == {}
    assert [finding.code for finding in findings] == ["ocpp.sample_unusable"]


def test_a_unit_nobody_knows_is_named() -> None:
    assert metered_16(of("5", unit="varh")) == (
        {},
        (Finding.of("ocpp.sample_unusable", measurand=ENERGY, unit="varh"),),
    )


def test_a_whole_station_is_metered_at_its_inlet() -> None:
    assert metered_16(of("1", location="Inlet"), connector=0)[0] == {Quantity.ENERGY_IMPORT_WH: 1.0}


def test_the_multiplier_of_201_counts() -> None:
    found = metered_201(
        {"value": 1.5, "unitOfMeasure": {"unit": "kWh"}},
        {"value": 11, "measurand": POWER, "unitOfMeasure": {"unit": "W", "multiplier": 3}},
        {"value": 160, "measurand": CURRENT, "phase": "L1", "unitOfMeasure": {"unit": "A", "multiplier": -1}},
    )
    assert found == {Quantity.ENERGY_IMPORT_WH: 1500.0, Quantity.POWER_W: 11000.0, Quantity.CURRENT_A: 16.0}


def test_a_register_of_0_at_the_begin_is_no_reading() -> None:
    payload = {
        "connectorId": 1,
        "transactionId": 5,
        "meterValue": [
            {"timestamp": "2026-01-01T11:00:00Z", "sampledValue": [of("0", context="Transaction.Begin")]},
            {"timestamp": "2026-01-01T11:01:00Z", "sampledValue": [of("0", measurand=POWER), of("9")]},
        ],
    }
    event = v16.decode_meter_values(payload, Arrival("lra-01", V16, NOW)).event
    assert isinstance(event, TransactionEvidence)
    assert event.samples[0].context is ReadingContext.TRANSACTION_BEGIN
    readings = readings_of("station:lra-01/1", event.samples)
    assert [(reading.quantity, reading.value) for reading in readings] == [
        (Quantity.POWER_W, 0.0),
        (Quantity.ENERGY_IMPORT_WH, 9.0),
    ]


INSTANTS = [
    ("2026-01-01T11:00:00Z", "2026-01-01T11:00:00+00:00", None),
    ("2026-01-01T12:00:00.123456+01:00", "2026-01-01T11:00:00.123456+00:00", None),
    ("2026-01-01T11:00:00", "2026-01-01T11:00:00+00:00", "ocpp.time_zone_missing"),
    ("2026-01-01T12:04:59Z", "2026-01-01T12:04:59+00:00", None),
    ("2026-01-01T14:00:00Z", NOW.isoformat(), "ocpp.time_in_future"),
    ("1970-01-01T00:00:07Z", NOW.isoformat(), "ocpp.time_in_past"),
    ("yesterday", NOW.isoformat(), "ocpp.time_unreadable"),
    ("0001-01-01T00:00:00+14:00", NOW.isoformat(), "ocpp.time_unreadable"),
    ("", NOW.isoformat(), None),
    (None, NOW.isoformat(), None),
]


@pytest.mark.parametrize(("said", "at", "code"), INSTANTS)
def test_device_time_is_read_leniently_and_what_was_assumed_is_named(said: object, at: str, code: str | None) -> None:
    findings: list[Finding] = []
    stamp = stamp_of(said, NOW, findings)
    assert stamp.at_utc.isoformat() == at
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert stamp.assumed is (at == NOW.isoformat())


def test_a_start_sent_again_has_the_same_natural_key_even_with_an_unset_clock() -> None:
    payload = {"connectorId": 1, "idTag": "tag:1", "meterStart": 5, "timestamp": "1970-01-01T00:00:07Z"}
    keys = set()
    for hour in range(2):
        event = v16.decode_start(payload, Arrival("lra-01", V16, NOW + timedelta(hours=hour))).event
        assert isinstance(event, TransactionEvidence)
        keys.add(event.natural_key)
    assert len(keys) == 1


@pytest.mark.parametrize("protocol", Protocol)
def test_every_route_names_schemas_that_exist_and_answers_as_they_ask(protocol: Protocol) -> None:
    schemas = schemas_of(protocol)
    decision = Decision(now_utc=NOW, heartbeat_interval_s=300, verdict=TagVerdict.ACCEPTED, number=7)
    for action, route in ROUTES[protocol].items():
        assert action in schemas.actions
        schemas.violations(route.request, {})
        event = _an_event(protocol, action)
        if route.response:
            assert schemas.violations(route.response, route.answer(event, decision)) == (), action


def _an_event(protocol: Protocol, action: str) -> Any:
    if action == "GetCertificateChainStatus":
        return Asked({"certificateStatusRequests": [{"certificateHashData": CERTIFICATE, "source": "OCSP"}]})
    if action not in ("StartTransaction", "StopTransaction", "TransactionEvent"):
        return None
    frame = json.loads((FRAMES / f"{action}.json").read_text(encoding="utf-8"))
    return ROUTES[protocol][action].decode(frame[3], Arrival("lra-01", protocol, NOW)).event


@pytest.mark.parametrize(
    ("protocol", "action"), [(V16, "StartTransaction"), (V16, "StopTransaction"), (V201, "TransactionEvent")]
)
def test_what_was_answered_is_learnt_back(protocol: Protocol, action: str) -> None:
    event, route = _an_event(protocol, action), ROUTES[protocol][action]
    for verdict in (TagVerdict.ACCEPTED, TagVerdict.BLOCKED, TagVerdict.EXPIRED, TagVerdict.INVALID):
        decision = Decision(now_utc=NOW, heartbeat_interval_s=300, verdict=verdict, number=7)
        learnt = route.learn(event, route.answer(event, decision))
        if action != "StopTransaction":
            assert isinstance(learnt, TransactionEvidence)
            assert learnt.verdict is verdict
            assert learnt.transaction == {"StartTransaction": "7"}.get(action, "tx-0001")


@pytest.mark.parametrize("recorded", sorted(path.name for path in FRAMES.glob("*.json")))
def test_recorded_frames_keep_to_their_schema_and_decode(recorded: str) -> None:
    _, _, action, payload = json.loads((FRAMES / recorded).read_text(encoding="utf-8"))
    protocol = V201 if action == "TransactionEvent" else V16
    route = ROUTES[protocol][action]
    assert schemas_of(protocol).violations(route.request, payload) == ()
    assert route.decode(payload, Arrival("lra-01", protocol, NOW + timedelta(days=999))).findings == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_is_a_number_or_none(value: Any) -> None:
    found, _ = metered_16({"value": value})
    assert all(isinstance(number, float) for number in found.values())


def test_every_text_code_of_the_package_has_a_text_in_both_languages() -> None:
    package = Path(v16.__file__).parent.parent
    texts = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    codes = set(re.findall(r'"((?:ocpp|session)\.[a-z_]+)"', texts))
    assert len(codes) > 40
    for language in LANGUAGES:
        assert codes - catalogue(language).codes() == set()
