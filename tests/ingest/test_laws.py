"""What holds for any input: bytes become readings or a named rejection, never another error."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PayloadError
from core.inventory import Feed, Meter, Vehicle
from core.texts import catalogue
from ingest.decoding import decode
from ingest.messages import Decoded, Memory, Message
from ingest.routing import DECODERS, Route, bind
from tests.ingest.encoded import ENCODERS, case_of, messages_of
from tests.ingest.rig import INVENTORY, ZONE
from tests.ingest.simulated_day import simulated_day

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = simulated_day()
CODES = catalogue("en").codes()
ENTRIES: list[Meter | Vehicle] = [*INVENTORY.meters.values(), *INVENTORY.vehicles.values()]
FEEDS: list[Feed] = [entry.feed for entry in ENTRIES if entry.feed] + [case_of(name).feed for name in ENCODERS]
SUFFIXES = [
    "", "/events/rpc", "/status/em:0", "/status/emdata:0", "/status/switch:0", "/event/up", "/event/status",
    "/event/join", "/metric/v/b/soc", "/metric/v/c/charging", "/metric/v/vin", "/battery_level", "/charging_state",
    "/power", "/charger_power", "/location", "/LWT", "/INFO3", "/emeter/0/total", "/emeter/1/energy", "/emeter/x/power",
    "/relay/0/energy", "/online",
]  # fmt: skip
"""What may follow a feed's topic."""
TOPICS = st.sampled_from(SUFFIXES) | st.text(max_size=12).map(lambda text: f"/{text}")
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.datetimes().map(datetime.isoformat)
    | st.sampled_from(["NotifyStatus", "NotifyFullStatus", "NaN", "1,5", "2026-11-22T09:59:00", "unavailable"])
)


@cache
def route_of(feed: Feed) -> Route:
    return Route(feed.format, DECODERS[feed.format].decode, bind("meter:law", feed, ZONE))


def try_message(feed: Feed, topic: str, payload: bytes, *, retained: bool) -> None:
    route = route_of(feed)
    memory, said = Memory(), []
    for _ in range(2):
        try:
            decoded = decode(Message("main", topic, payload, NOW, retained=retained), route, memory)
        except PayloadError as error:
            said.append(error.finding.code)
            continue
        memory = decoded.memory
        said += [notice.code for notice in decoded.notices]
        for reading in decoded.readings:
            assert math.isfinite(reading.value)
            assert reading.source == "meter:law"
            assert reading.at_utc <= NOW + timedelta(minutes=5)
    assert set(said) <= CODES


@cache
def spoken(name: str) -> list[Message]:
    """Return the first messages of a format, with what it says rarely."""
    return list(islice(messages_of(name), 40))


@cache
def names(name: str) -> list[str]:
    """Return the names that a format's own messages use."""
    found: set[str] = {"Time", "StatusSNS", "method", "params", "ts"}
    for message in spoken(name):
        try:
            found |= _keys(orjson.loads(message.payload))
        except orjson.JSONDecodeError:
            continue
    return sorted(found)


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(inner) for inner in value.values()))
    return set().union(*(_keys(inner) for inner in value)) if isinstance(value, list) else set()


def renamed(value: object, called: list[str]) -> object:
    """Return JSON whose names are numbers with the names of a format in their place."""
    if isinstance(value, dict):
        return {called[number % len(called)]: renamed(inner, called) for number, inner in value.items()}
    return [renamed(inner, called) for inner in value] if isinstance(value, list) else value


NUMBERED = st.integers(0, 500)
JSON = st.dictionaries(
    NUMBERED,
    st.recursive(LEAVES, lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(NUMBERED, deeper, max_size=6)),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), TOPICS, st.booleans())
def test_any_bytes_are_readings_or_a_named_rejection(payload: bytes, suffix: str, retained: bool) -> None:  # noqa: FBT001
    for feed in FEEDS:
        try_message(feed, feed.topic + suffix, payload, retained=retained)


@settings(max_examples=60, deadline=None)
@given(JSON, st.integers(0, 39), st.booleans())
def test_any_json_of_a_formats_names_is_readings_or_a_named_rejection(
    body: dict[int, object],
    place: int,
    retained: bool,  # noqa: FBT001
) -> None:
    for name in ENCODERS:
        said = renamed(body, names(name))
        try:
            payload = orjson.dumps(said)
        except orjson.JSONEncodeError:  # an integer beyond 64 bits, a lone surrogate
            payload = repr(said).encode("utf-8", "replace")
        message = spoken(name)[place % len(spoken(name))]
        try_message(case_of(name).feed, message.topic, payload, retained=retained)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 39), st.floats(0, 1), st.integers(0, 20), st.binary(max_size=6) | LEAVES.map(repr), st.booleans())
def test_a_message_bitten_anywhere_is_readings_or_a_named_rejection(
    place: int,
    where: float,
    length: int,
    bite: bytes | str,
    retained: bool,  # noqa: FBT001
) -> None:
    for name in ENCODERS:
        message = spoken(name)[place % len(spoken(name))]
        begin = round(where * len(message.payload))
        instead = bite if isinstance(bite, bytes) else bite.encode("utf-8", "replace")
        payload = message.payload[:begin] + instead + message.payload[begin + length :]
        try_message(case_of(name).feed, message.topic, payload, retained=retained)


@pytest.mark.parametrize("name", ENCODERS)
def test_decoding_the_same_messages_twice_gives_the_same(name: str) -> None:
    assert heard(name) == heard(name)


def heard(name: str) -> list[Decoded]:
    """Return what each of a format's first messages says after those before it."""
    route = route_of(case_of(name).feed)
    said: list[Decoded] = []
    for message in spoken(name):
        said.append(decode(message, route, said[-1].memory if said else Memory()))
    return said
