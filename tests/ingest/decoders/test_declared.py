"""What an entry declares of a message of no known format."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from ingest.declared import find, parse_path
from ingest.fields import parse_field
from ingest.messages import Decoded
from ingest.routing import feed_findings
from tests.ingest.decoders.samples import NOW, Pairs, a_feed, codes, read, values

TOPIC = "haus/messwerte"
ENERGY = (("kwh", "energy_import_wh * 1000"),)


def read_json(body: str, fields: Pairs = ENERGY, options: Pairs = (), device: str = "") -> Decoded:
    return read(a_feed("generic_json", TOPIC, device, fields=fields, options=options), TOPIC, body)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", {"b": [10, {"1.8.0": 20}]}),
        ("a.b[0]", 10),
        ("a.b.0", 10),
        ('a.b[1]."1.8.0"', 20),
        ('a.b[1]["1.8.0"]', 20),
        ('["a"].b[0]', 10),
        ("a.b[7]", None),
        ("a.b.c", None),
        ("a.b[0].c", None),
        ("x", None),
    ],
)
def test_a_path_finds_what_stands_there(path: str, value: object) -> None:
    assert find({"a": {"b": [10, {"1.8.0": 20}]}}, parse_path(path)) == value


def test_a_list_may_be_the_whole_message() -> None:
    decoded = read_json('[{"value":1},{"value":2.5}]', (("[1].value", "energy_export_wh * 1000"),))
    assert values(decoded) == {Quantity.ENERGY_EXPORT_WH: 2500.0}


@pytest.mark.parametrize(
    ("stated", "options"),
    [
        ('"2026-11-22T08:30:00Z"', ()),
        ('"2026-11-22T09:30:00"', ()),
        ("1795336200", ()),
        ('"1795336200"', (("time_format", "epoch_s"),)),
        ("1795336200000", (("time_format", "epoch_ms"),)),
        ('"22.11.2026 09:30"', (("time_format", "%d.%m.%Y %H:%M"),)),
        ('"22.11.2026 03:30"', (("time_format", "%d.%m.%Y %H:%M"), ("time_zone", "America/New_York"))),
        ('"22/11/26 09:30:00 +0100"', (("time_format", "%d/%m/%y %H:%M:%S %z"),)),
    ],
)
def test_a_time_is_read_as_declared(stated: str, options: Pairs) -> None:
    decoded = read_json(f'{{"kwh":1,"at":{stated}}}', options=(("time", "at"), *options))
    assert [each.at_utc for each in decoded.readings] == [datetime(2026, 11, 22, 8, 30, tzinfo=UTC)]
    assert (decoded.dated, decoded.notices) == (True, ())


@pytest.mark.parametrize(
    ("stated", "options", "code"),
    [
        ("null", (), "payload.time_missing"),
        ('"31.02.2026"', (("time_format", "%d.%m.%Y"),), "payload.time_invalid"),
        ('"20261122"', (("time_format", "%d.%m.%Y"),), "payload.time_invalid"),
        ('"soon"', (("time_format", "epoch_s"),), "payload.time_invalid"),
        ("17", (("time_format", "epoch_s"),), "payload.time_implausible"),
    ],
)
def test_a_time_that_is_not_as_declared_gives_way_to_that_of_receipt(stated: str, options: Pairs, code: str) -> None:
    decoded = read_json(f'{{"kwh":1,"at":{stated}}}', options=(("time", "at"), *options))
    assert [each.at_utc for each in decoded.readings] == [NOW]
    assert codes(decoded) == [code]


def test_an_undeclared_time_is_nothing_odd() -> None:
    assert read_json('{"kwh":1}').notices == ()


def test_one_topic_may_carry_several_devices() -> None:
    options = (("id", "meter.no"),)
    assert values(read_json('{"kwh":1,"meter":{"no":"A7"}}', options=options, device="A7")) != {}
    assert read_json('{"kwh":1,"meter":{"no":"B8"}}', options=options, device="A7") == Decoded()


@pytest.mark.parametrize("raw", ["9999", "9999.0", '"9999"', '"---"'])
def test_what_was_declared_to_mean_nothing_is_no_value(raw: str) -> None:
    decoded = read_json(f'{{"kwh":{raw},"w":5}}', (*ENERGY, ("w", "power_w")), (("missing", "9999 ---"),))
    assert values(decoded) == {Quantity.POWER_W: 5.0}
    assert codes(decoded) == ["payload.value_sentinel"]


@pytest.mark.parametrize(("raw", "wh"), [("1.234,5", 1_234_500.0), ("1.234", 1_234_000.0), ("0,5", 500.0)])
def test_a_declared_comma_is_the_decimal_sign(raw: str, wh: float) -> None:
    assert values(read_json(f'{{"kwh":"{raw}"}}', options=(("decimal", "comma"),))) == {Quantity.ENERGY_IMPORT_WH: wh}


def test_a_message_without_any_declared_value_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.nothing_mapped names=wh, t"):
        read_json('{"wh":1,"t":2}')


@pytest.mark.parametrize(
    ("target", "number", "value"),
    [
        ("temperature_c / 10 - 40", 650.0, 25.0),
        ("volume_m3 * 10 / 1000", 5.0, 0.05),
        ("power_w * -1", 7.0, -7.0),
        ("temperature_c + 1.5 in -30..60", 20.0, 21.5),
    ],
)
def test_a_field_may_have_factors_and_an_offset(target: str, number: float, value: float) -> None:
    assert parse_field("x", target).convert(number) == pytest.approx(value)


def test_beyond_its_range_a_value_is_told_and_not_stored() -> None:
    fields = (("t", "temperature_c * 0.1 in -30..60"), *ENERGY)
    decoded = read_json('{"t":850,"kwh":1}', fields)
    assert (list(values(decoded)), codes(decoded)) == ([Quantity.ENERGY_IMPORT_WH], ["payload.value_out_of_range"])


def test_the_days_counter_is_a_counter_of_sessions() -> None:
    assert values(read_json('{"d":1.5}', (("d", "energy_session_wh * 1000"),))) == {Quantity.ENERGY_SESSION_WH: 1500.0}


PLC = a_feed("generic_value", "sps/z", fields=(("value", "power_w"), ("e/total", "energy_import_wh * 1000")))


def test_plain_values_are_named_by_what_follows_the_topic() -> None:
    assert values(read(PLC, "sps/z", "12,5")) == {Quantity.POWER_W: 12.5}
    assert values(read(PLC, "sps/z/e/total", " 3 ")) == {Quantity.ENERGY_IMPORT_WH: 3000.0}
    assert read(PLC, "sps/z/e", "3") == Decoded()
    assert read(PLC, "sps/z", "12,5", retained=True).readings == ()


@pytest.mark.parametrize(("payload", "code"), [("", "missing"), ("NaN", "missing"), ("on", "invalid")])
def test_a_plain_value_that_is_no_number_is_told(payload: str, code: str) -> None:
    assert codes(read(PLC, "sps/z", payload)) == [f"payload.value_{code}"]


@pytest.mark.parametrize(
    ("options", "device", "code"),
    [
        ((("zeit", "t"),), "", "ingest.option_unknown"),
        ((("decimal", "semicolon"),), "", "ingest.option_wrong"),
        ((("time", "t"), ("time_format", "%Q")), "", "ingest.option_wrong"),
        ((("time", "t"), ("time_format", "dd.mm.yyyy")), "", "ingest.option_wrong"),
        ((("time", "t"), ("time_format", "%d.%m.%Y %d")), "", "ingest.option_wrong"),
        ((("time", "t"), ("time_zone", "Europa/Berlin")), "", "ingest.option_wrong"),
        ((("time", "t"), ("time_zone", "Europe")), "", "ingest.option_wrong"),
        ((("time", "t"), ("time_zone", "/etc/passwd")), "", "ingest.option_wrong"),
        ((("time", "a..b"),), "", "ingest.option_wrong"),
        ((("time_format", "iso"),), "", "ingest.option_needs"),
        ((("id", "a"),), "", "ingest.id_needs_device"),
        ((), "A7", "ingest.id_needs_device"),
    ],
)
def test_options_that_cannot_be_meant_are_found(options: Pairs, device: str, code: str) -> None:
    feed = a_feed("generic_json", TOPIC, device, fields=ENERGY, options=options)
    assert [finding.code for finding in feed_findings(feed)] == [code]


@pytest.mark.parametrize("path", ["a..b", ".a", "a[", 'a."b', "a[x]", ""])
def test_a_path_that_is_none_is_found(path: str) -> None:
    feed = a_feed("generic_json", TOPIC, fields=((path, "power_w"),))
    assert [finding.code for finding in feed_findings(feed)] == ["ingest.path_wrong"]


@pytest.mark.parametrize(
    "target",
    [
        "joy",
        "power_w *",
        "power_w * 0",
        "power_w / 0",
        "power_w * nan",
        "power_w in 5..1",
        "power_w 5",
        "power_w * 1e999",
    ],
)
def test_a_mapping_that_is_none_is_found(target: str) -> None:
    feed = a_feed("generic_json", TOPIC, fields=(("a", target),))
    assert [finding.code for finding in feed_findings(feed)] == ["ingest.field_wrong"]
