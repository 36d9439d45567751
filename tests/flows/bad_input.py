"""What the whole service does with bad input: one literal table, which is also the parameter list of tests.

Answers are written short: `PUBACK` of the broker, `[3,id]` for a CALLRESULT, `[4,id,Code]` for a CALLERROR,
`HTTP 404` for a refused handshake, `close 1007` for a connection that is ended, nothing for silence.
Every frame is in the journal besides, but those that a socket refused to read (`close 1009`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import nan

from cli.wire import now_utc
from core.facts import Protocol
from core.quantities import Quantity
from tests.flows.frames import GIVEN, TAG, call, event_201, start_16, stop_16, values_16, values_201

OCPP_16, OCPP_201 = Protocol.OCPP_16, Protocol.OCPP_201
STATIONS = {OCPP_16: "lra-01", OCPP_201: "lra-03"}
_BEGAN_UTC = now_utc().replace(microsecond=0) - timedelta(hours=2)


def at(minute: int) -> str:
    """Return an instant of two hours ago and later as stations write it."""
    return (_BEGAN_UTC + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Publish:
    """A message to the broker; a retained one is published before the service connects for the first time."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Frames:
    """What a connected station sends. `GIVEN` is filled in."""

    protocol: Protocol
    frames: tuple[bytes, ...]

    @property
    def station(self) -> str:
        return STATIONS[self.protocol]


@dataclass(frozen=True, slots=True)
class Handshake:
    """A station that wants to connect."""

    station: str
    password: str = ""


class Kept(StrEnum):
    """What is kept of bad input besides the journal."""

    REJECTION = "rejection"
    NOTICE = "notice"
    DISCOVERY = "discovery"
    SESSION = "session"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Stored:
    """A value that is stored all the same; `at_receipt` if under the time of its receipt."""

    source: str
    quantity: Quantity
    value: float
    at_receipt: bool = False


@dataclass(frozen=True, slots=True)
class BadInput:
    """One case: what comes, what is answered and kept, and the page that shows it with what it says.

    `@id` in the page is the number of the rejection or the session. `hides` must not be on the page.
    """

    name: str
    sent: Publish | Frames | Handshake
    answers: tuple[str, ...]
    kept: Kept
    code: str
    page: str
    says: str
    stored: Stored | None = None
    hides: str = "<b id=hostile>"


IMPORT, POWER, VOLTAGE, SOC = (
    Quantity.ENERGY_IMPORT_WH,
    Quantity.POWER_W,
    Quantity.VOLTAGE_V,
    Quantity.SOC_PERCENT,
)
REJECTION, NOTICE, DISCOVERY, SESSION, NOTHING = Kept
PUBACK = ("PUBACK",)
DEEP = 100_000
FUTURE, PAST = "2126-01-01T00:00:00Z", "2000-01-01T00:00:10Z"
FIVE_KWH = "5,00\N{NO-BREAK SPACE}kWh"

BAD_INPUT: tuple[BadInput, ...] = (
    BadInput(
        "garbage bytes on a known topic",
        Publish("tele/lra-strom/SENSOR", b"\x00\xff\xfe <b id=hostile>"),
        PUBACK, REJECTION, "payload.not_json", "/rejections/@id",
        "Die Nachricht ist kein gültiges JSON",
    ),
    BadInput(
        "garbage bytes on an unknown topic",
        Publish("keller/<b id=hostile>/messung", b"\x00\xff\xfe <b id=hostile>"),
        PUBACK, DISCOVERY, "", "/discoveries?query=keller",
        "keller/&lt;b id=hostile&gt;/messung",
    ),
    BadInput(
        "100,000 nested brackets",
        Publish("tele/lra-strom/SENSOR", b"[" * DEEP),
        PUBACK, REJECTION, "payload.not_json", "/rejections/@id",
        "Die Nachricht ist kein gültiges JSON",
    ),
    BadInput(
        "a message of more than 256 kB",
        Publish("tele/lra-strom/SENSOR", b"x" * 300_000),
        PUBACK, REJECTION, "payload.too_large", "/rejections/@id",
        "Die Nachricht hat 300.000 Bytes; erlaubt sind 262.144.",
    ),
    BadInput(
        "a message cut short, with a secret in it",
        Publish("tele/lra-strom/SENSOR", b'{"MqttPassword":"auental-7-geheim","SML":{"Tot'),
        PUBACK, REJECTION, "payload.not_json", "/rejections/@id",
        "Die Nachricht ist kein gültiges JSON", hides="auental-7-geheim",
    ),
    BadInput(
        "a list instead of an object",
        Publish("tele/lra-strom/SENSOR", b'[{"SML":{"Total_in":1}}]'),
        PUBACK, REJECTION, "payload.not_an_object", "/rejections/@id",
        "kein Objekt mit benannten Feldern (sondern: list)",
    ),
    BadInput(
        "a text for a number",
        Publish("tele/gymnasium-strom/SENSOR", b'{"SML":{"Total_in":"<b id=hostile>","Power_curr":611}}'),
        PUBACK, NOTICE, "payload.value_invalid", "/meters/gymnasium-strom",
        "Das Feld „Total_in“ enthält keinen brauchbaren Wert: &lt;b id=hostile&gt;.",
        stored=Stored("meter:gymnasium-strom", POWER, 611, at_receipt=True),
    ),
    BadInput(
        "a list for a number",
        Publish("tele/oberschule-strom/SENSOR", b'{"SML":{"Total_in":[[]],"Power_curr":612}}'),
        PUBACK, NOTICE, "payload.value_invalid", "/meters/oberschule-strom",
        "Das Feld „Total_in“ enthält keinen brauchbaren Wert: [].",
        stored=Stored("meter:oberschule-strom", POWER, 612, at_receipt=True),
    ),
    BadInput(
        "an object for a number",
        Publish("tele/kita-strom/SENSOR", b'{"SML":{"Total_in":{"a":1},"Power_curr":613}}'),
        PUBACK, NOTICE, "payload.value_invalid", "/meters/kita-strom",
        "Das Feld „Total_in“ enthält keinen brauchbaren Wert",
        stored=Stored("meter:kita-strom", POWER, 613, at_receipt=True),
    ),
    BadInput(
        "NaN",
        Publish("tele/ftz-strom/SENSOR", b'{"SML":{"Total_in":NaN,"Power_curr":614}}'),
        PUBACK, NOTICE, "payload.value_missing", "/meters/ftz-strom",
        "Das Feld „Total_in“ enthält keinen Wert", stored=Stored("meter:ftz-strom", POWER, 614, at_receipt=True),
    ),
    BadInput(
        "Infinity",
        Publish("tele/bauhof-strom/SENSOR", b'{"SML":{"Total_in":-Infinity,"Power_curr":615}}'),
        PUBACK, NOTICE, "payload.value_missing", "/meters/bauhof-strom",
        "Das Feld „Total_in“ enthält keinen Wert", stored=Stored("meter:bauhof-strom", POWER, 615, at_receipt=True),
    ),
    BadInput(
        "a sentinel",
        Publish("tele/klinik-strom/SENSOR", b'{"SML":{"Total_in":2147483647,"Power_curr":616}}'),
        PUBACK, NOTICE, "payload.value_sentinel", "/meters/klinik-strom",
        "das senden Geräte, wenn sie keinen Wert haben.",
        stored=Stored("meter:klinik-strom", POWER, 616, at_receipt=True),
    ),
    BadInput(
        "a time in the future",
        Publish("tele/sporthalle-strom/SENSOR", b'{"Time":"2126-01-01T00:00:00Z","SML":{"Power_curr":617}}'),
        PUBACK, NOTICE, "payload.time_implausible", "/meters/sporthalle-strom",
        "Die Uhr des Geräts geht falsch (01.01.2126, 01:00); es gilt die Empfangszeit.",
        stored=Stored("meter:sporthalle-strom", POWER, 617, at_receipt=True),
    ),
    BadInput(
        "a time in the year 2000",
        Publish("tele/hallenbad-strom/SENSOR", b'{"Time":"2000-01-01T00:00:10","SML":{"Power_curr":618}}'),
        PUBACK, NOTICE, "payload.time_implausible", "/meters/hallenbad-strom",
        "Die Uhr des Geräts geht falsch (2000-01-01T00:00:10); es gilt die Empfangszeit.",
        stored=Stored("meter:hallenbad-strom", POWER, 618, at_receipt=True),
    ),
    BadInput(
        "a word for a vehicle's percentage",
        Publish("teslamate/cars/2/battery_level", b"<b id=hostile>"),
        PUBACK, NOTICE, "payload.value_invalid", "/vehicles/aut-e-303",
        "Das Feld „battery_level“ enthält keinen brauchbaren Wert: &lt;b id=hostile&gt;.",
    ),
    BadInput(
        "a retained value without a time",
        Publish("teslamate/cars/1/battery_level", b"55", retained=True),
        PUBACK, NOTHING, "", "/vehicles/aut-e-104",
        "Noch keine Messwerte",
    ),
    BadInput(
        "a retained message with a wrong time",
        Publish(
            "tele/bibliothek-strom/SENSOR", b'{"Time":"2000-01-01T00:00:10","SML":{"Power_curr":7}}', retained=True
        ),
        PUBACK, NOTHING, "", "/meters/bibliothek-strom",
        "Noch keine Messwerte",
    ),
    BadInput(
        "a station that nobody configured",
        Handshake("<b id=hostile>"),
        ("HTTP 404",), DISCOVERY, "", "/discoveries?query=hostile",
        "&lt;b id=hostile&gt;",
    ),
    BadInput(
        "a station with a wrong password",
        Handshake("lra-02", "falsch-falsch-falsch"),
        ("HTTP 401",), NOTICE, "ocpp.password_wrong", "/stations/lra-02",
        "Die Ladestation hat sich mit falschem Namen oder Passwort gemeldet und wurde abgewiesen.",
        hides="falsch-falsch-falsch",
    ),
    BadInput(
        "1.6: invalid JSON under an id",
        Frames(OCPP_16, (b'[2,"a1","Heartbeat",{"<b id=hostile>"]',)),
        ("[4,a1,FormationViolation]",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "Die Nachricht (38 Byte) ist kein gültiges JSON.",
    ),
    BadInput(
        "2.0.1: invalid JSON under an id",
        Frames(OCPP_201, (b'[2,"a1","Heartbeat",{"<b id=hostile>"]',)),
        ("[4,a1,RpcFrameworkError]",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "Die Nachricht (38 Byte) ist kein gültiges JSON.",
    ),
    BadInput(
        "1.6: invalid JSON without an id",  # there is nothing to answer under
        Frames(OCPP_16, (b"hello",)),
        ("",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "Die Nachricht (5 Byte) ist kein gültiges JSON.", hides="hello",
    ),
    BadInput(
        "2.0.1: invalid JSON without an id",
        Frames(OCPP_201, (b"hello",)),
        ("[4,-1,RpcFrameworkError]",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "Die Nachricht (5 Byte) ist kein gültiges JSON.", hides="hello",
    ),
    BadInput(
        "1.6: text that is no UTF-8",
        Frames(OCPP_16, (b"\xff\xfe[2]",)),
        ("close 1007",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "Die Nachricht (5 Byte) ist kein gültiges JSON.",
    ),
    BadInput(
        "2.0.1: text that is no UTF-8",
        Frames(OCPP_201, (b"\xff\xfe[2]",)),
        ("close 1007",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "Die Nachricht (5 Byte) ist kein gültiges JSON.",
    ),
    BadInput(
        "1.6: an action as list",
        Frames(OCPP_16, (b'[2,"a2",["Heartbeat"],{}]',)),
        ("[4,a2,FormationViolation]",), REJECTION, "ocpp.action_invalid", "/rejections/@id",
        "Der Name der Aktion ist kein Text.",
    ),
    BadInput(
        "2.0.1: an action as list",
        Frames(OCPP_201, (b'[2,"a2",["Heartbeat"],{}]',)),
        ("[4,a2,RpcFrameworkError]",), REJECTION, "ocpp.action_invalid", "/rejections/@id",
        "Der Name der Aktion ist kein Text.",
    ),
    BadInput(
        "1.6: 100,000 nested brackets",
        Frames(OCPP_16, (b"[" * DEEP,)),
        ("",), REJECTION, "ocpp.too_deep", "/rejections/@id",
        "Die Nachricht ist tiefer als 32 Ebenen geschachtelt.",
    ),
    BadInput(
        "2.0.1: 100,000 nested brackets",
        Frames(OCPP_201, (b"[" * DEEP,)),
        ("[4,-1,RpcFrameworkError]",), REJECTION, "ocpp.too_deep", "/rejections/@id",
        "Die Nachricht ist tiefer als 32 Ebenen geschachtelt.",
    ),
    BadInput(
        "1.6: 100,000 nested brackets under an id",
        Frames(OCPP_16, (b'[2,"a3","DataTransfer",' + b"[" * DEEP + b"]" * DEEP + b"]",)),
        ("[4,a3,FormationViolation]",), REJECTION, "ocpp.too_deep", "/rejections/@id",
        "Die Nachricht ist tiefer als 32 Ebenen geschachtelt.",
    ),
    BadInput(
        "2.0.1: 100,000 nested brackets under an id",
        Frames(OCPP_201, (b'[2,"a3","DataTransfer",' + b"[" * DEEP + b"]" * DEEP + b"]",)),
        ("[4,a3,RpcFrameworkError]",), REJECTION, "ocpp.too_deep", "/rejections/@id",
        "Die Nachricht ist tiefer als 32 Ebenen geschachtelt.",
    ),
    BadInput(
        "1.6: a frame of more than 256 kB",
        Frames(OCPP_16, (b'[2,"a4","DataTransfer",{"vendorId":"' + b"x" * 300_000 + b'"}]',)),
        ("close 1009",), REJECTION, "ocpp.frame_too_large", "/rejections/@id",
        "Die Nachricht war größer als 262.144 Byte; sie wurde nicht gelesen und die Verbindung getrennt.",
    ),
    BadInput(
        "2.0.1: a frame of more than 256 kB",
        Frames(OCPP_201, (b'[2,"a4","DataTransfer",{"vendorId":"' + b"x" * 300_000 + b'"}]',)),
        ("close 1009",), REJECTION, "ocpp.frame_too_large", "/rejections/@id",
        "Die Nachricht war größer als 262.144 Byte; sie wurde nicht gelesen und die Verbindung getrennt.",
    ),
    BadInput(
        "1.6: an unknown action",
        Frames(OCPP_16, (b'[2,"a5","<b id=hostile>",{}]',)),
        ("[4,a5,NotImplemented]",), REJECTION, "ocpp.action_unknown", "/rejections/@id",
        "Die Aktion &lt;b id=hostile&gt; gibt es in dieser OCPP-Version nicht.",
    ),
    BadInput(
        "2.0.1: an unknown action",
        Frames(OCPP_201, (b'[2,"a5","<b id=hostile>",{}]',)),
        ("[4,a5,NotImplemented]",), REJECTION, "ocpp.action_unknown", "/rejections/@id",
        "Die Aktion &lt;b id=hostile&gt; gibt es in dieser OCPP-Version nicht.",
    ),
    BadInput(
        "1.6: an action that only a central system may call",
        Frames(OCPP_16, (b'[2,"a6","UnlockConnector",{"connectorId":1}]',)),
        ("[4,a6,NotSupported]",), REJECTION, "ocpp.action_not_supported", "/rejections/@id",
        "Die Aktion UnlockConnector ist bekannt, wird hier aber nicht angenommen.",
    ),
    BadInput(
        "2.0.1: an action that only a central system may call",
        Frames(OCPP_201, (b'[2,"a6","RequestStopTransaction",{"transactionId":"x"}]',)),
        ("[4,a6,NotSupported]",), REJECTION, "ocpp.action_not_supported", "/rejections/@id",
        "Die Aktion RequestStopTransaction ist bekannt, wird hier aber nicht angenommen.",
    ),
    BadInput(
        "1.6: a wrong type",
        Frames(OCPP_16, (call("a7", "MeterValues", connectorId={"number": 1}, meterValue=[]),)),
        ("[4,a7,TypeConstraintViolation]",), REJECTION, "ocpp.field_invalid", "/rejections/@id",
        "Das Feld connectorId verletzt das Schema (type).",
    ),
    BadInput(
        "2.0.1: a wrong type",
        Frames(OCPP_201, (call("a7", "MeterValues", evseId={"number": 1}, meterValue=[]),)),
        ("[4,a7,TypeConstraintViolation]",), REJECTION, "ocpp.field_invalid", "/rejections/@id",
        "Das Feld evseId verletzt das Schema (type).",
    ),
    BadInput(
        "1.6: a missing field",
        Frames(OCPP_16, (call("a8", "StartTransaction", connectorId=1, idTag=TAG, meterStart=1),)),
        ("[4,a8,OccurenceConstraintViolation]",), REJECTION, "ocpp.field_missing", "/rejections/@id",
        "Das Feld timestamp fehlt.", hides=TAG,
    ),
    BadInput(
        "2.0.1: a missing field",
        Frames(OCPP_201, (call("a8", "Authorize", idToken={"idToken": TAG}),)),
        ("[4,a8,OccurrenceConstraintViolation]",), REJECTION, "ocpp.field_missing", "/rejections/@id",
        "Das Feld idToken/type fehlt.", hides=TAG,
    ),
    BadInput(
        "1.6: NaN",
        Frames(OCPP_16, (values_16(1, at(1), ("Power.Active.Import", "NaN"), ("Voltage", "231")),)),
        ("[3,v1]",), NOTICE, "ocpp.sample_unusable", "/stations/lra-01",
        "Ein Messwert von Power.Active.Import (Einheit „“) war nicht verwendbar und wurde ausgelassen.",
        stored=Stored("station:lra-01/1", VOLTAGE, 231),
    ),
    BadInput(
        "2.0.1: NaN",  # JSON has no such number: a station that writes it writes no JSON
        Frames(OCPP_201, (values_201(1, at(1), ("Power.Active.Import", nan), ("Voltage", 231)),)),
        ("[4,v1,RpcFrameworkError]",), REJECTION, "ocpp.not_json", "/rejections/@id",
        "ist kein gültiges JSON.",
    ),
    BadInput(
        "1.6: a sentinel",
        Frames(OCPP_16, (values_16(1, at(2), ("Current.Import", "2147483647"), ("Voltage", "232")),)),
        ("[3,v1]",), NOTICE, "ocpp.sample_unusable", "/stations/lra-01",
        "Ein Messwert von Current.Import (Einheit „“) war nicht verwendbar und wurde ausgelassen.",
        stored=Stored("station:lra-01/1", VOLTAGE, 232),
    ),
    BadInput(
        "2.0.1: a sentinel",
        Frames(OCPP_201, (values_201(1, at(2), ("Current.Import", 2147483647), ("Voltage", 232)),)),
        ("[3,v1]",), NOTICE, "ocpp.sample_unusable", "/stations/lra-03",
        "Ein Messwert von Current.Import (Einheit „“) war nicht verwendbar und wurde ausgelassen.",
        stored=Stored("station:lra-03/1", VOLTAGE, 232),
    ),
    BadInput(
        "1.6: a time in the future",
        Frames(OCPP_16, (values_16(2, FUTURE, ("Voltage", "233")),)),
        ("[3,v1]",), NOTICE, "ocpp.time_in_future", "/stations/lra-01",
        "Die Uhr der Ladestation geht vor (01.01.2126, 01:00); es gilt die Empfangszeit.",
        stored=Stored("station:lra-01/2", VOLTAGE, 233, at_receipt=True),
    ),
    BadInput(
        "2.0.1: a time in the future",
        Frames(OCPP_201, (values_201(2, FUTURE, ("Voltage", 233)),)),
        ("[3,v1]",), NOTICE, "ocpp.time_in_future", "/stations/lra-03",
        "Die Uhr der Ladestation geht vor (01.01.2126, 01:00); es gilt die Empfangszeit.",
        stored=Stored("station:lra-03/2", VOLTAGE, 233, at_receipt=True),
    ),
    BadInput(
        "1.6: a time in the year 2000",
        Frames(OCPP_16, (values_16(2, PAST, ("Voltage", "234")),)),
        ("[3,v1]",), NOTICE, "ocpp.time_in_past", "/stations/lra-01",
        "Die Uhr der Ladestation ist nicht gestellt (01.01.2000, 01:00); es gilt die Empfangszeit.",
        stored=Stored("station:lra-01/2", VOLTAGE, 234, at_receipt=True),
    ),
    BadInput(
        "2.0.1: a time in the year 2000",
        Frames(OCPP_201, (values_201(2, PAST, ("Voltage", 234)),)),
        ("[3,v1]",), NOTICE, "ocpp.time_in_past", "/stations/lra-03",
        "Die Uhr der Ladestation ist nicht gestellt (01.01.2000, 01:00); es gilt die Empfangszeit.",
        stored=Stored("station:lra-03/2", VOLTAGE, 234, at_receipt=True),
    ),
    BadInput(
        "1.6: the end of a transaction that never was",
        Frames(OCPP_16, (stop_16("s9", 987_654, at(3), 1),)),
        ("[3,s9]",), NOTICE, "ocpp.transaction_unknown", "/stations/lra-01",
        "Die Ladestation nennt den Ladevorgang 987654, der ihr nie zugeteilt wurde (end).",
    ),
    BadInput(
        "2.0.1: the end of a transaction whose begin never came",
        Frames(OCPP_201, (event_201("s9", "Ended", "tx-9", 1, at(3), 300_000),)),
        ("[3,s9]",), SESSION, "session.begin_missing", "/sessions/@id",
        "Der Beginn wurde nicht gemeldet; der Ladevorgang beginnt mit der ersten bekannten Meldung.",
    ),
    BadInput(
        "1.6: the same StopTransaction twice",
        Frames(
            OCPP_16,
            (
                start_16("s1", at(10), 100_000),
                stop_16("s2", GIVEN, at(40), 105_000),
                stop_16("s3", GIVEN, at(40), 105_000),
            ),
        ),
        ("[3,s1]", "[3,s2]", "[3,s3]"), SESSION, "", "/sessions/@id",
        FIVE_KWH,
    ),
    BadInput(
        "2.0.1: the same TransactionEvent Ended twice",
        Frames(
            OCPP_201,
            (
                event_201("s1", "Started", "tx-1", 0, at(10), 100_000),
                event_201("s2", "Ended", "tx-1", 1, at(40), 105_000),
                event_201("s3", "Ended", "tx-1", 1, at(40), 105_000),
            ),
        ),
        ("[3,s1]", "[3,s2]", "[3,s3]"), SESSION, "", "/sessions/@id",
        FIVE_KWH,
    ),
    BadInput(
        "1.6: a second, different StopTransaction",
        Frames(
            OCPP_16,
            (
                start_16("s1", at(50), 200_000),
                stop_16("s2", GIVEN, at(70), 205_000),
                stop_16("s3", GIVEN, at(75), 205_100),
            ),
        ),
        ("[3,s1]", "[3,s2]", "[3,s3]"), SESSION, "session.end_differs", "/sessions/@id",
        "Das Ende wurde 2-mal verschieden gemeldet; das früheste gilt.",
    ),
    BadInput(
        "2.0.1: a second, different TransactionEvent Ended",
        Frames(
            OCPP_201,
            (
                event_201("s1", "Started", "tx-2", 0, at(50), 200_000),
                event_201("s2", "Ended", "tx-2", 1, at(80), 205_000),
                event_201("s3", "Ended", "tx-2", 2, at(81), 205_100),
            ),
        ),
        ("[3,s1]", "[3,s2]", "[3,s3]"), SESSION, "session.end_differs", "/sessions/@id",
        "Das Ende wurde 2-mal verschieden gemeldet; das früheste gilt.",
    ),
    BadInput(
        "1.6: MeterValues after the stop",
        Frames(
            OCPP_16,
            (
                start_16("s1", at(82), 300_000),
                stop_16("s2", GIVEN, at(100), 305_000),
                values_16(1, at(101), ("Energy.Active.Import.Register", "305900"), transaction=GIVEN),
            ),
        ),
        ("[3,s1]", "[3,s2]", "[3,v1]"), SESSION, "", "/sessions/@id",
        FIVE_KWH, stored=Stored("station:lra-01/1", IMPORT, 305_900),
    ),
    BadInput(
        "2.0.1: TransactionEvent Updated after Ended",
        Frames(
            OCPP_201,
            (
                event_201("s1", "Started", "tx-3", 0, at(82), 300_000),
                event_201("s2", "Ended", "tx-3", 1, at(112), 305_000),
                event_201("s3", "Updated", "tx-3", 2, at(113), 305_900),
            ),
        ),
        ("[3,s1]", "[3,s2]", "[3,s3]"), SESSION, "", "/sessions/@id",
        FIVE_KWH, stored=Stored("station:lra-03/1", IMPORT, 305_900),
    ),
)  # fmt: skip
