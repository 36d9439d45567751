"""Frames that stations send, built from the OCPP-J rules alone."""

from __future__ import annotations

import json
from typing import Any

TAG = "04AABBCC"
GIVEN = "@transaction"
"""Stands for the number that the station was given last."""


def call(id_: str, action: str, **payload: Any) -> bytes:
    """Return a CALL."""
    return json.dumps([2, id_, action, payload], separators=(",", ":")).encode()


def start_16(id_: str, timestamp: str, register_wh: int) -> bytes:
    return call(id_, "StartTransaction", connectorId=1, idTag=TAG, meterStart=register_wh, timestamp=timestamp)


def stop_16(id_: str, transaction: int | str, timestamp: str, register_wh: int) -> bytes:
    return call(id_, "StopTransaction", transactionId=transaction, meterStop=register_wh, timestamp=timestamp)


def values_16(connector: int, timestamp: str, *values: tuple[str, str], transaction: str | None = None) -> bytes:
    sampled = [{"measurand": measurand, "value": value} for measurand, value in values]
    of = {"transactionId": transaction} if transaction else {}
    meter_value = [{"timestamp": timestamp, "sampledValue": sampled}]
    return call("v1", "MeterValues", connectorId=connector, meterValue=meter_value, **of)


def values_201(evse: int, timestamp: str, *values: tuple[str, float]) -> bytes:
    sampled = [{"measurand": measurand, "value": value} for measurand, value in values]
    return call("v1", "MeterValues", evseId=evse, meterValue=[{"timestamp": timestamp, "sampledValue": sampled}])


def event_201(id_: str, kind: str, transaction: str, sequence: int, timestamp: str, register_wh: int) -> bytes:
    return call(
        id_,
        "TransactionEvent",
        eventType=kind,
        timestamp=timestamp,
        triggerReason="MeterValuePeriodic",
        seqNo=sequence,
        transactionInfo={"transactionId": transaction},
        evse={"id": 1, "connectorId": 1},
        meterValue=[{"timestamp": timestamp, "sampledValue": [{"value": register_wh}]}],
    )
