"""Programs that read meters for others: ioBroker, vzlogger, and JSON named by OBIS codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded, Memory
from ingest.obis import obis
from tests.ingest.decoders.samples import NOW, SOURCE, Pairs, a_feed, codes, read, recorded, values

IMPORT, EXPORT, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.POWER_W
STATES = "iobroker/deconz/0"
SWITCH = a_feed("iobroker", STATES, fields=(("Lights.1.on", "charging_flag"), ("Meter/energy", "energy_import_wh")))
WH, KWH = "energy_import_wh", "energy_import_wh * 1000"
UUID = "a9d7e4f0-0000-4000-8000-000000000001"
OBIS = "meters/house"


def state(**changes: object) -> str:
    plain = {"val": 100.5, "ack": True, "ts": 1795338000021, "q": 0}
    return json.dumps({**plain, **changes})


def test_a_state_object_is_dated_in_milliseconds() -> None:
    decoded = read(SWITCH, f"{STATES}/Lights/1/on", recorded("iobroker/state_object.json"))
    at_utc = datetime(2020, 3, 20, 7, 44, 2, 21_000, tzinfo=UTC)
    assert decoded.readings == (Reading(SOURCE, Quantity.CHARGING_FLAG, at_utc, 1.0),)
    assert decoded.dated


@pytest.mark.parametrize(("payload", "value"), [("8.42", 8.42), ("8,42", 8.42), ('"8.42"', 8.42), ("-3", -3.0)])
def test_a_plain_state_bears_its_receipt(payload: str, value: float) -> None:
    decoded = read(SWITCH, f"{STATES}/Meter/energy", payload)
    assert decoded.readings == (Reading(SOURCE, IMPORT, NOW, value),)
    assert read(SWITCH, f"{STATES}/Meter/energy", payload, retained=True).readings == ()


def test_a_value_of_bad_quality_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.quality_bad .*quality=68"):
        read(SWITCH, f"{STATES}/Meter/energy", state(q=68))


def test_a_wish_is_no_measurement() -> None:
    decoded = read(SWITCH, f"{STATES}/Meter/energy", state(ack=False))
    assert (decoded.readings, codes(decoded)) == ((), ["payload.not_confirmed"])


@pytest.mark.parametrize("retained", [True, False])
def test_what_is_published_again_on_connection_is_read_once(retained: bool) -> None:  # noqa: FBT001
    first = read(SWITCH, f"{STATES}/Meter/energy", state())
    assert values(first) == {IMPORT: 100.5}
    assert read(SWITCH, f"{STATES}/Meter/energy", state(), first.memory, retained=retained).readings == ()
    newer = state(ts=1795338060000, val=101)
    assert values(read(SWITCH, f"{STATES}/Meter/energy", newer, first.memory, retained=retained)) == {IMPORT: 101.0}


def test_each_state_has_its_own_time() -> None:
    first = read(SWITCH, f"{STATES}/Meter/energy", state(), retained=True)
    older = read(SWITCH, f"{STATES}/Lights/1/on", state(ts=1795337000000, val=False), first.memory, retained=True)
    assert values(older) == {Quantity.CHARGING_FLAG: 0.0}


@pytest.mark.parametrize(("val", "code"), [(None, "missing"), ("NaN", "missing"), ({}, "invalid"), (True, "invalid")])
def test_a_state_without_a_number_is_named(val: object, code: str) -> None:
    decoded = read(SWITCH, f"{STATES}/Meter/energy", state(val=val))
    assert (decoded.readings, codes(decoded)) == ((), [f"payload.value_{code}"])


def test_other_states_carry_nothing() -> None:
    assert read(SWITCH, f"{STATES}/Meter/price", "0.3") == Decoded()


def vz(*messages: tuple[str, str], fields: Pairs = (("1.8.0", WH),), memory: Memory | None = None) -> Decoded:
    decoded = Decoded(memory=memory or Memory())
    for leaf, payload in messages:
        decoded = read(
            a_feed("vzlogger", "vzlogger/data", fields=fields), f"vzlogger/data/{leaf}", payload, decoded.memory
        )
    return decoded


NAMED = vz(("chn0/id", "1-0:1.8.0*255"), ("chn0/uuid", UUID)).memory


def test_a_plain_channel_bears_its_receipt() -> None:
    ((topic, payload),) = json.loads(recorded("vzlogger/raw.json")).items()
    decoded = read(a_feed("vzlogger", "vzlogger/data", fields=(("1.8.0", WH),)), topic, payload, NAMED)
    assert decoded.readings == (Reading(SOURCE, IMPORT, NOW, 123.5),)


@pytest.mark.parametrize("name", ["1-0:1.8.0", "1.8.0", "0100010800ff", UUID, UUID.upper(), "chn0"])
def test_a_channel_is_known_by_its_code_or_uuid(name: str) -> None:
    decoded = vz(("chn0/raw", '{ "timestamp": 1795338000021, "value": 5.0 }'), fields=((name, KWH),), memory=NAMED)
    at_utc = datetime(2026, 11, 22, 9, 0, 0, 21_000, tzinfo=UTC)
    assert decoded.readings == (Reading(SOURCE, IMPORT, at_utc, 5000.0),)
    assert decoded.dated


def test_a_renumbered_channel_stays_itself() -> None:
    moved = vz(("chn0/id", "1-0:2.8.0*255"), ("chn1/id", "1-0:1.8.0*255"), memory=NAMED).memory
    assert values(vz(("chn0/raw", "7"), memory=moved)) == {}
    assert values(vz(("chn1/raw", "8"), memory=moved)) == {IMPORT: 8.0}


def test_two_channels_of_one_code_are_not_guessed() -> None:
    both = vz(("chn1/id", "1-0:1.8.0*255"), memory=NAMED).memory
    decoded = vz(("chn1/raw", "8"), memory=both)
    assert (decoded.readings, codes(decoded)) == ((), ["payload.channel_ambiguous"])
    assert values(vz(("chn0/raw", "7"), fields=((UUID, WH),), memory=both)) == {IMPORT: 7.0}


def test_a_channel_that_was_not_announced_is_rejected_so_that_it_is_kept() -> None:
    with pytest.raises(FormatError, match=r"payload\.not_announced"):
        vz(("chn0/raw", "123.500000"))


def test_aggregates_are_read_where_the_entry_says_so() -> None:
    assert vz(("chn0/agg", "9"), memory=NAMED) == Decoded(memory=NAMED)
    feed = a_feed("vzlogger", "vzlogger/data", "agg", fields=(("1.8.0", WH),))
    assert values(read(feed, "vzlogger/data/chn0/agg", "9", NAMED)) == {IMPORT: 9.0}


@pytest.mark.parametrize(
    "payload", ["nan", "", '{"timestamp":1795338000021,"value":null}', '{"timestamp":1795338000021}']
)
def test_a_channel_without_a_number_is_named(payload: str) -> None:
    decoded = vz(("chn0/raw", payload), memory=NAMED)
    assert decoded.readings == ()
    assert codes(decoded) in (["payload.value_missing"], ["payload.value_invalid"])


@pytest.mark.parametrize(
    "name",
    ["1-0:1.8.0", "1-0:1.8.0*255", "1.8.0", "obis1_8_0", "obis_1_8_0", "0100010800FF", "77070100010800ff"],
)
def test_six_spellings_are_one_register(name: str) -> None:
    decoded = read(a_feed("obis_json", OBIS, fields=(("1.8.0", KWH),)), OBIS, json.dumps({name: 12.5}))
    assert decoded.readings == (Reading(SOURCE, IMPORT, NOW, 12_500.0),)


@pytest.mark.parametrize("name", ["1.8", "1-0:1.8.0*", "obis", "18000", "0100010800", "zz00010800ff", "1.8.0.0", ""])
def test_other_names_are_no_code(name: str) -> None:
    assert obis(name) is None


@pytest.mark.parametrize("brackets", [("", ""), ("[", "]"), ('{"values":[', "]}")])
def test_measurand_beside_value_is_read_with_the_declared_unit(brackets: tuple[str, str]) -> None:
    fields = (("1-0:1.8.0", KWH), ("1-0:2.8.0", "energy_export_wh * 1000"))
    body = brackets[0] + recorded("obis_json/powerfox.json").decode().strip() + brackets[1]
    decoded = read(a_feed("obis_json", OBIS, fields=fields), OBIS, body)
    assert values(decoded) == {IMPORT: pytest.approx(12_345_678), EXPORT: 100_000.0}


def test_a_unit_that_nobody_states_is_not_guessed() -> None:
    decoded = read(a_feed("obis_json", OBIS), OBIS, recorded("obis_json/powerfox.json"))
    assert (decoded.readings, codes(decoded)) == ((), ["payload.unit_missing", "payload.unit_missing"])


@pytest.mark.parametrize(
    ("value", "import_wh"),
    [
        ({"value": 12.5, "unit": "kWh"}, 12_500.0),
        ({"value": "12,5", "unit": "kWh"}, 12_500.0),
        ({"value": 12_500, "unit": "Wh"}, 12_500.0),
        ("12.5 kWh", 12_500.0),
        ("(000012.500*kWh)", 12_500.0),
        ("12500 Wh", 12_500.0),
    ],
)
def test_a_unit_in_the_message_counts_more_than_the_declared_one(value: object, import_wh: float) -> None:
    for fields in ((), (("1.8.0", "energy_import_wh * 7"),)):
        decoded = read(a_feed("obis_json", OBIS, fields=fields), OBIS, json.dumps({"1-0:1.8.0": value}))
        assert values(decoded) == {IMPORT: pytest.approx(import_wh)}


def test_a_unit_that_cannot_be_is_named() -> None:
    decoded = read(a_feed("obis_json", OBIS), OBIS, '{"1.8.0":{"value":1,"unit":"m3"}}')
    assert (decoded.readings, codes(decoded)) == ((), ["payload.unit_wrong"])


def units(**registers: float) -> str:
    named = {name.replace("_", "."): {"value": value, "unit": "kWh"} for name, value in registers.items()}
    return json.dumps({name.removeprefix("r"): value for name, value in named.items()})


def test_tariffs_are_summed_where_there_is_no_total() -> None:
    both = read(a_feed("obis_json", OBIS), OBIS, units(r1_8_1=1, r1_8_2=2, r2_8_1=0.5))
    assert values(both) == {IMPORT: 3000.0, EXPORT: 500.0}
    one = read(a_feed("obis_json", OBIS), OBIS, units(r1_8_1=1), both.memory)
    assert (one.readings, codes(one)) == ((), ["payload.summand_missing"])


def test_a_total_is_never_mixed_with_its_tariffs() -> None:
    first = read(a_feed("obis_json", OBIS), OBIS, units(r1_8_0=5, r1_8_1=1, r1_8_2=2))
    assert values(first) == {IMPORT: 5000.0}
    assert read(a_feed("obis_json", OBIS), OBIS, units(r1_8_1=1, r1_8_2=2), first.memory).readings == ()


@pytest.mark.parametrize(
    ("registers", "power_w"),
    [
        ({"16.7.0": "-36 W"}, -36.0),
        ({"1.7.0": "0.5 kW", "2.7.0": "0.2 kW"}, 300.0),
        ({"1.7.0": "500 W"}, 500.0),
        ({"16.7.0": "7 W", "1.7.0": "500 W", "2.7.0": "1 W"}, 7.0),
    ],
)
def test_power_is_negative_when_feeding_in(registers: dict[str, str], power_w: float) -> None:
    decoded = read(a_feed("obis_json", OBIS), OBIS, json.dumps(registers))
    assert values(decoded) == {POWER: pytest.approx(power_w)}


@pytest.mark.parametrize(
    ("name", "time", "options"),
    [
        ("timestamp", 1795338000, ()),
        ("ts", 1795338000000, ()),
        ("time", "2026-11-22T10:00:00", ()),
        ("gelesen", "2026-11-22T09:00:00Z", (("time", "gelesen"),)),
    ],
)
def test_the_time_is_where_the_source_has_it(name: str, time: object, options: Pairs) -> None:
    body = json.dumps({name: time, "1.8.0": "1 Wh"})
    later = NOW + timedelta(minutes=3)
    decoded = read(a_feed("obis_json", OBIS, options=options), OBIS, body, received_at_utc=later)
    assert decoded.readings == (Reading(SOURCE, IMPORT, NOW, 1.0),)
    assert decoded.dated


def test_codes_inside_an_object_are_found_by_its_name() -> None:
    feed = a_feed("obis_json", OBIS, "meters.main")
    assert values(read(feed, OBIS, '{"meters":{"main":{"1.8.0":"1 Wh"}}}')) == {IMPORT: 1.0}
    with pytest.raises(FormatError, match=r"payload\.part_missing"):
        read(feed, OBIS, '{"meters":[]}')


def test_another_medium_is_read_only_if_declared() -> None:
    body = '{"1-0:1.8.0":"1 Wh","7-0:3.0.0":"6842.784 m3"}'
    assert values(read(a_feed("obis_json", OBIS), OBIS, body)) == {IMPORT: 1.0}
    gas = a_feed("obis_json", OBIS, fields=(("7-0:3.0.0", "volume_m3"),))
    assert values(read(gas, OBIS, body)) == {IMPORT: 1.0, Quantity.VOLUME_M3: 6842.784}


def test_codes_that_nobody_declared_are_told() -> None:
    decoded = read(a_feed("obis_json", OBIS), OBIS, '{"7-0:3.0.0":"6842.784 m3","0.9.2":"261122"}')
    assert (decoded.readings, codes(decoded)) == ((), ["payload.nothing_mapped"])


@pytest.mark.parametrize("payload", ['{"power":3}', "[]", "17", '{"1.8":1}', '{"a":[{"measurand":"x","value":1}]}'])
def test_a_message_without_a_code_is_rejected(payload: str) -> None:
    with pytest.raises(FormatError, match=r"payload\.no_register"):
        read(a_feed("obis_json", OBIS), OBIS, payload)


@pytest.mark.parametrize("value", ["null", '"unavailable"', "2147483647", '{"value":null,"unit":"Wh"}', "[1]", "true"])
def test_no_value_of_a_register_is_never_zero(value: str) -> None:
    decoded = read(a_feed("obis_json", OBIS, fields=(("1.8.0", WH),)), OBIS, f'{{"1.8.0":{value},"2.8.0":"5 Wh"}}')
    assert values(decoded) == {EXPORT: 5.0}
    assert len(codes(decoded)) == 1
