"""Sparkplug B: births and aliases, lost messages, deaths that come late, replayed values, signed numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import ReadingQuality
from ingest.messages import Decoded, Memory
from ingest.routing import DECODERS, feed_findings, hint
from ingest.sparkplug import read as wire
from tests.ingest.decoders.samples import NOW, a_feed, codes, read, values
from tests.ingest.encoders.sparkplug_b import (
    ALIAS,
    CASE,
    DOUBLE,
    ENERGY,
    INT8,
    INT16,
    INT32,
    INT64,
    metric,
    node,
    own,
    payload,
)

AT = datetime(2026, 11, 22, 8, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NBIRTH = node("NBIRTH"), payload(AT, 0, metric("bdSeq", integer=3, datatype=4))
DBIRTH = own("DBIRTH"), payload(AT, 1, metric(ENERGY, alias=ALIAS, at_utc=AT, datatype=DOUBLE, double=5.0))
Said = tuple[str, bytes]


def data(seq: int, kwh: float, at_utc: datetime = AT, *, historical: bool = False, alias: int = ALIAS) -> Said:
    return own("DDATA"), payload(at_utc, seq, metric(alias=alias, at_utc=at_utc, double=kwh, historical=historical))


def hear(*said: Said, memory: Memory | None = None, received_at_utc: datetime = NOW) -> list[Decoded]:
    """Return what comes of messages, a second between them."""
    heard = []
    for number, (topic, body) in enumerate(said):
        heard.append(read(CASE.feed, topic, body, memory, received_at_utc=received_at_utc + number * SECOND))
        memory = heard[-1].memory
    return heard


def told(heard: list[Decoded]) -> list[float]:
    return [reading.value for decoded in heard for reading in decoded.readings]


def asked(heard: list[Decoded]) -> int:
    return sum(len(decoded.requests) for decoded in heard)


def test_a_birth_names_what_data_call_by_alias() -> None:
    heard = hear(NBIRTH, DBIRTH, data(2, 6.5, AT + SECOND))
    assert [(r.quantity, r.at_utc, r.value) for decoded in heard for r in decoded.readings] == [
        (Quantity.ENERGY_IMPORT_WH, AT, 5000.0),
        (Quantity.ENERGY_IMPORT_WH, AT + SECOND, 6500.0),
    ]
    assert heard[2].dated
    assert asked(heard) == 0


def test_an_unknown_alias_is_asked_about_once_in_a_minute() -> None:
    heard = hear(data(2, 6.5), data(3, 6.5), data(4, 6.5))
    assert [codes(decoded) for decoded in heard] == [["payload.alias_unknown"]] * 3
    assert [[request.topic for request in decoded.requests] for decoded in heard] == [[node("NCMD")], [], []]
    again = hear(data(5, 6.5), memory=heard[-1].memory, received_at_utc=NOW + timedelta(minutes=1))
    assert asked(again) == 1


def test_a_lost_message_is_asked_about_and_what_is_known_is_read_on() -> None:
    heard = hear(NBIRTH, DBIRTH, data(2, 6.0), data(4, 8.0))
    assert told(heard) == [5000.0, 6000.0, 8000.0]
    assert codes(heard[3]) == ["payload.sequence_gap"]
    assert asked(heard) == 1


def test_the_count_goes_round_and_a_message_may_come_twice() -> None:
    heard = hear(NBIRTH, DBIRTH, data(2, 6.0), data(2, 6.0), *(data(seq % 256, 7.0) for seq in range(3, 260)))
    assert asked(heard) == 0


def test_messages_of_the_node_and_of_its_other_devices_belong_to_the_count() -> None:
    others = [(node("NDATA"), payload(AT, 2)), (f"{own('DDATA')}-2", payload(AT, 3, metric(alias=99, integer=1)))]
    heard = hear(NBIRTH, DBIRTH, *others, data(4, 6.0))
    assert told(heard) == [5000.0, 6000.0]
    assert asked(heard) == 0


def test_after_a_death_no_alias_is_believed() -> None:
    death = node("NDEATH"), payload(AT, None, metric("bdSeq", integer=3, datatype=4))
    heard = hear(NBIRTH, DBIRTH, death, data(0, 6.0))
    assert told(heard) == [5000.0]
    assert asked(heard) == 1


def test_a_death_that_a_birth_has_overtaken_is_of_an_older_life() -> None:
    late = node("NDEATH"), payload(AT, None, metric("bdSeq", integer=2, datatype=4))
    heard = hear(NBIRTH, DBIRTH, late, data(2, 6.0))
    assert told(heard) == [5000.0, 6000.0]
    assert asked(heard) == 0


def test_a_devices_death_forgets_its_aliases() -> None:
    heard = hear(NBIRTH, DBIRTH, (own("DDEATH"), payload(AT, 2)), data(3, 6.0))
    assert told(heard) == [5000.0]


def test_a_new_birth_may_give_an_alias_to_something_else() -> None:
    other = own("DBIRTH"), payload(AT, 1, metric("Leistung", alias=ALIAS, datatype=INT32, integer=7))
    heard = hear(NBIRTH, DBIRTH, NBIRTH, other, (own("DDATA"), payload(AT, 2, metric(alias=ALIAS, integer=9))))
    assert [list(values(decoded)) for decoded in heard[3:]] == [[Quantity.POWER_W], [Quantity.POWER_W]]


def test_what_was_measured_without_connection_is_recovered_and_moves_no_clock() -> None:
    old = AT - timedelta(days=3)
    heard = hear(NBIRTH, DBIRTH, data(2, 4.0, old, historical=True))
    assert [(r.at_utc, r.value, r.quality) for r in heard[2].readings] == [(old, 4000.0, ReadingQuality.RECOVERED)]
    assert heard[2].memory.last_at_utc == AT


def test_a_replayed_value_never_takes_the_place_of_the_live_one() -> None:
    heard = hear(NBIRTH, DBIRTH, data(2, 6.0, AT + SECOND), data(3, 1.0, AT + SECOND, historical=True))
    assert told(heard) == [5000.0, 6000.0]


def test_a_replayed_value_without_a_usable_time_belongs_nowhere() -> None:
    heard = hear(NBIRTH, DBIRTH, data(2, 1.0, datetime(1999, 1, 1, tzinfo=UTC), historical=True))
    assert told(heard) == [5000.0]
    assert codes(heard[2]) == ["payload.time_implausible"]


@pytest.mark.parametrize(
    ("datatype", "field", "sent", "value"),
    [
        (INT8, "integer", 0xFF, -1.0),
        (INT8, "integer", 0xFFFFFFFF, -1.0),
        (INT16, "integer", 0x8000, -32768.0),
        (INT32, "integer", 0xFFFFFF38, -200.0),
        (INT64, "long", 2**64 - 5000, -5000.0),
        (7, "integer", 3_000_000_000, 3_000_000_000.0),
        (8, "long", 5, 5.0),
        (0, "integer", 17, 17.0),
    ],
)
def test_signed_numbers_come_in_twos_complement(datatype: int, field: str, sent: int, value: float) -> None:
    said = metric("Leistung", datatype=datatype, **{field: sent})  # type: ignore[arg-type]
    assert values(read(CASE.feed, own("DDATA"), payload(AT, 1, said))) == {Quantity.POWER_W: value}


def test_a_value_by_alias_has_the_datatype_of_its_birth() -> None:
    birth = own("DBIRTH"), payload(AT, 1, metric("Leistung", alias=9, datatype=INT16, integer=0))
    heard = hear(NBIRTH, birth, (own("DDATA"), payload(AT, 2, metric(alias=9, integer=0xFF38))))
    assert told(heard) == [0.0, -200.0]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (metric("Leistung", null=True, integer=5), "payload.value_missing"),
        (metric("Leistung"), "payload.value_missing"),
        (metric("Leistung", text="an"), "payload.value_invalid"),
        (metric("Leistung", double=float("nan")), "payload.value_missing"),
    ],
)
def test_a_metric_without_a_number_is_never_zero(said: bytes, code: str) -> None:
    decoded = read(CASE.feed, own("DDATA"), payload(AT, 1, said))
    assert (decoded.readings, codes(decoded)) == ((), [code])


def test_a_flag_is_zero_or_one() -> None:
    feed = replace(CASE.feed, fields=(("an", "charging_flag"),))
    assert values(read(feed, own("DDATA"), payload(AT, 1, metric("an", boolean=True)))) == {Quantity.CHARGING_FLAG: 1.0}


def test_a_node_may_itself_be_the_meter() -> None:
    feed = replace(CASE.feed, topic=node("NDATA"))
    assert feed_findings(feed) == ()
    named = payload(AT, 1, metric(ENERGY, double=2.0))
    assert values(read(feed, node("NDATA"), named)) == {Quantity.ENERGY_IMPORT_WH: 2000.0}
    assert read(feed, own("DDATA"), named).readings == ()


def test_commands_carry_nothing() -> None:
    assert read(CASE.feed, node("NCMD"), b"\xff") == Decoded()


def test_what_is_no_protobuf_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.not_protobuf"):
        read(CASE.feed, own("DDATA"), b'{"seq":1}')


@pytest.mark.parametrize("topic", ["spBv1.0/g/DDATA", "spBv1.0/g/STATE/e", "spBv2/g/DDATA/e/d", "spBv1.0/g/NBIRTH/e"])
def test_a_topic_that_is_not_of_data_is_found(topic: str) -> None:
    feed = a_feed("sparkplug_b", topic, fields=CASE.feed.fields)
    assert [finding.code for finding in feed_findings(feed)] == ["ingest.topic_wrong"]


def test_what_we_read_of_a_message_is_what_stands_in_it() -> None:
    said = wire(payload(AT, 255, metric("a/b", alias=2**40, at_utc=AT, datatype=10, double=1.5, historical=True)))
    (first,) = said.metrics
    at_ms = round(AT.timestamp() * 1000)
    assert said.seq == 255
    assert (first.name, first.alias, first.at_ms, first.historical, first.value) == ("a/b", 2**40, at_ms, True, 1.5)


@pytest.mark.parametrize("kind", ["NBIRTH", "NDATA", "NDEATH", "NCMD"])
def test_topics_of_a_node_are_recognised(kind: str) -> None:
    assert hint(node(kind), b"") == "sparkplug_b"
    assert DECODERS["sparkplug_b"].feed_topic(node(kind)) == node("NDATA")
    assert DECODERS["sparkplug_b"].feed_topic(own("DBIRTH")) == own("DDATA")
    assert hint("spBv1.0/STATE/scada", b"") == ""
