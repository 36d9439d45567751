"""What ingest does with bad input: one literal table, which is also the parameter list of tests.

`shown` names where a person finds it: `rejections` and `discoveries` are lists of their own, `notices` stand
with the source. Whatever happens, the message is acknowledged once that is stored, and no other is affected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.quantities import Quantity
from tests.ingest.rig import LORA

TASMOTA = "tele/tasmota_sound/SENSOR"
SHELLY = "shellypro3em-1/events/rpc"
OVMS = "ovms/fleet/VAN1/metric/v/b/soc"
Values = tuple[tuple[Quantity, float], ...]


@dataclass(frozen=True, slots=True)
class BadInput:
    """A message, the readings that it gives nevertheless, and the code and place of what is said about it."""

    name: str
    topic: str
    payload: bytes
    readings: Values = ()
    code: str = ""
    shown: Literal["rejections", "notices", "discoveries", "nowhere"] = "rejections"
    retained: bool = False


IMPORT, POWER, SOC = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W, Quantity.SOC_PERCENT

BAD_INPUT: tuple[BadInput, ...] = (
    BadInput("garbage bytes", TASMOTA, b"\x00\xff\xfe garbage", (), "payload.not_json"),
    BadInput("empty", TASMOTA, b"", (), "payload.not_json"),
    BadInput("cut short", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Tot', (), "payload.not_json"),
    BadInput("nested 100,000 deep", TASMOTA, b"[" * 100_000, (), "payload.not_json"),
    BadInput("a list", TASMOTA, b'[{"SML":{"Total_in":1}}]', (), "payload.not_an_object"),
    BadInput("a number", TASMOTA, b"17", (), "payload.not_an_object"),
    BadInput("larger than 256 kB", TASMOTA, b"x" * 262_145, (), "payload.too_large"),
    BadInput("no SML object", TASMOTA, b'{"Time":"2026-11-22T09:59:00"}', (), "payload.part_missing"),
    BadInput("SML as text", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":"x"}', (), "payload.part_missing"),
    BadInput(
        "wrong type in one field", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":{},"Power_curr":5}}',
        ((POWER, 5.0),), "payload.value_invalid", "notices",
    ),
    BadInput(
        "true for a register", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":true,"Power_curr":5}}',
        ((POWER, 5.0),), "payload.value_invalid", "notices",
    ),
    BadInput(
        "NaN as C prints it", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":nan,"Power_curr":5}}',
        ((POWER, 5.0),), "payload.value_missing", "notices",
    ),
    BadInput(
        "null", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":null,"Power_curr":5}}',
        ((POWER, 5.0),), "payload.value_missing", "notices",
    ),
    BadInput(
        "the word unavailable", TASMOTA,
        b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":"unavailable","Power_curr":5}}',
        ((POWER, 5.0),), "payload.value_missing", "notices",
    ),
    BadInput(
        "int32 limit", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1,"Power_curr":2147483647}}',
        ((IMPORT, 1000.0),), "payload.value_sentinel", "notices",
    ),
    BadInput(
        "int24 limit", TASMOTA, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1,"Power_curr":-8388608}}',
        ((IMPORT, 1000.0),), "payload.value_sentinel", "notices",
    ),
    BadInput(
        "number too large for a double", TASMOTA,
        b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":"1e999","Power_curr":5}}',
        ((POWER, 5.0),), "payload.value_missing", "notices",
    ),
    BadInput(
        "the year 2000", TASMOTA, b'{"Time":"2000-01-01T00:00:10","SML":{"Total_in":1}}',
        ((IMPORT, 1000.0),), "payload.time_implausible", "notices",
    ),
    BadInput(
        "an hour ahead", TASMOTA, b'{"Time":"2126-01-01T00:00:00","SML":{"Total_in":1}}',
        ((IMPORT, 1000.0),), "payload.time_implausible", "notices",
    ),
    BadInput(
        "a day that never was", TASMOTA, b'{"Time":"2026-02-29T12:00:00","SML":{"Total_in":1}}',
        ((IMPORT, 1000.0),), "payload.time_invalid", "notices",
    ),
    BadInput(
        "no time", TASMOTA, b'{"SML":{"Total_in":1}}', ((IMPORT, 1000.0),), "payload.time_missing", "notices",
    ),
    BadInput(
        "retained replay with a wrong clock", TASMOTA, b'{"Time":"1970-01-01T00:00:10","SML":{"Total_in":1}}',
        shown="nowhere", retained=True,
    ),
    BadInput("retained value without a time", OVMS, b"96.3", shown="nowhere", retained=True),
    BadInput("a word for a percentage", OVMS, b"full", (), "payload.value_invalid", "notices"),
    BadInput("an empty value", OVMS, b"", (), "payload.value_missing", "notices"),
    BadInput("params as a list", SHELLY, b'{"method":"NotifyStatus","params":[]}', (), "payload.part_missing"),
    BadInput(
        "uptime for a time", SHELLY, b'{"method":"NotifyStatus","params":{"ts":1.61,"em:0":{"total_act_power":7}}}',
        ((POWER, 7.0),), "payload.time_implausible", "notices",
    ),
    BadInput("uplink without codec", f"{LORA}/event/up", b'{"data":"qg=="}', (), "payload.no_codec"),
    BadInput("unknown topic", "nobody/knows/this", b'{"power":3}', shown="discoveries"),
)  # fmt: skip
