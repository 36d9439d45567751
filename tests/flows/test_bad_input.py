"""Every row of the table through the whole running service, and what else goes on meanwhile."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

import httpx
import orjson
import pytest

from chargepoints.privacy import Privacy
from chargepoints.sessions import session_id
from cli.wire import now_utc
from config.load import Configuration
from core.books import SessionFilter
from core.facts import Protocol, SessionState
from core.periods import Period
from core.ports import Direction
from store.open import Stores, open_embedded
from tests.flows.bad_input import BAD_INPUT, BadInput, Frames, Handshake, Kept, Publish
from tests.flows.console_visit import signed_in
from tests.flows.frames import TAG, call
from tests.flows.rig import KreiswattProcess, configured, running_broker, running_service
from tests.flows.senders import OddStation
from tests.ingest.rig import Device, Mosquitto

INNOCENT_METER, INNOCENT_TOPIC = "bahnhof-strom", "tele/bahnhof-strom/SENSOR"
INNOCENT_STATIONS = {Protocol.OCPP_16: "bauhof-01", Protocol.OCPP_201: "lra-04"}
EVER = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
UNREAD = {"ocpp.not_json", "ocpp.too_deep", "ocpp.frame_too_large"}
PATIENCE_S = 10
T = TypeVar("T")


@dataclass
class Scene:
    """A service behind a broker, its REST API, and the browser of somebody who has signed in."""

    service: KreiswattProcess
    device: Device
    api: httpx.Client
    browser: httpx.Client
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def get(self, path: str) -> Any:
        """Return what the API answers."""
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def page(self, path: str) -> str:
        """Return a page as the browser gets it."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, path
        return answer.text


@dataclass
class Played:
    """A case that was sent: what was answered, and by whom and when it was sent."""

    case: BadInput
    answers: tuple[str, ...]
    station: OddStation | None
    begun_utc: datetime


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    with running_broker(folder) as broker, Device(broker.port) as device:
        _publish_retained(device)
        with (
            running_service(configured(folder, broker)) as service,
            service.api() as api,
            signed_in(service) as browser,
        ):
            yield Scene(service, device, api, browser)


@pytest.mark.mosquitto
@pytest.mark.parametrize("case", BAD_INPUT, ids=lambda case: case.name)
async def test_bad_input_is_answered_kept_and_shown_and_costs_only_itself(scene: Scene, case: BadInput) -> None:
    played = await _play(case, scene.service, scene.device)
    assert played.answers == case.answers
    id_ = await _eventually(lambda: KEPT[case.kept](scene, played))
    page = scene.page(case.page.replace("@id", id_))
    assert case.says in page
    assert case.hides not in page
    await _nothing_else_is_affected(scene)


async def _play(case: BadInput, service: KreiswattProcess, device: Device) -> Played:
    begun_utc = now_utc()
    match case.sent:
        case Publish(topic, payload, retained):
            if not retained:  # the others were published before the service came
                device.send(topic, payload)
            return Played(case, ("PUBACK",), None, begun_utc)
        case Handshake(name, password):
            station = OddStation(service, name, Protocol.OCPP_16)
            return Played(case, (await station.knock(password),), station, begun_utc)
        case Frames(protocol, frames):
            station = OddStation(service, case.sent.station, protocol)
            return Played(case, tuple(await station.send_all(frames)), station, begun_utc)


def _rejection(scene: Scene, played: Played) -> str:
    """Return the number of the rejection, "" while there is none."""
    case = played.case
    subject = case.sent.topic if isinstance(case.sent, Publish) else case.sent.station
    newest = scene.get(f"rejections?query={subject}&limit=1")["items"]
    if not newest or datetime.fromisoformat(newest[0]["received_at_utc"]) < played.begun_utc:
        return ""
    assert newest[0]["reason"]["code"] == case.code
    kept = base64.b64decode(scene.get(f"rejections/{newest[0]['id']}")["payload_base64"])
    if isinstance(case.sent, Publish):
        assert kept[:10] == case.sent.payload[:10]
        assert (
            len(kept) == len(case.sent.payload) or case.code == "payload.too_large" or case.hides.encode() not in kept
        )
    elif isinstance(case.sent, Frames) and case.code not in UNREAD:
        assert orjson.loads(kept)[:3] == orjson.loads(case.sent.frames[-1])[:3]
    return str(newest[0]["id"])


def _notice(scene: Scene, played: Played) -> str:
    """Return the notice's code once the page says what this case is about; a source has one notice of a kind."""
    case = played.case
    codes = [row["notice"]["code"] for row in scene.get(case.page.removeprefix("/"))["notices"]]
    return case.code if case.code in codes and case.says in scene.page(case.page) else ""


def _discovery(scene: Scene, played: Played) -> str:
    """Return the subject that was discovered."""
    found = scene.get(played.case.page.removeprefix("/"))["items"]
    assert len(found) <= 1
    return str(found[0]["subject"]) if found else ""


def _session(scene: Scene, played: Played) -> str:
    """Return the id of the session, "" until it has ended and says what the case is about."""
    answer = scene.api.get(f"sessions/{_session_id(played)}")
    if answer.status_code != 200 or answer.json()["session"]["state"] != SessionState.ENDED:
        return ""
    session = answer.json()["session"]
    codes = [finding["code"] for finding in session["findings"]]
    return str(session["id"]) if played.case.code in ("", *codes) else ""


def _nothing(scene: Scene, _played: Played) -> str:
    """Return how many retained messages the service has seen, "" until it has seen both."""
    seen = sum(part["figures"].get("retained", 0) for part in scene.get("health")["parts"])
    return str(seen) if seen >= 2 else ""


KEPT: dict[Kept, Callable[[Scene, Played], str]] = {
    Kept.REJECTION: _rejection,
    Kept.NOTICE: _notice,
    Kept.DISCOVERY: _discovery,
    Kept.SESSION: _session,
    Kept.NOTHING: _nothing,
}


def _session_id(played: Played) -> str:
    station = played.station
    assert station is not None
    if station.protocol is Protocol.OCPP_16:
        return session_id(station.name, station.protocol, str(station.transaction))
    (transaction,) = {
        orjson.loads(frame)[3]["transactionInfo"]["transactionId"]
        for frame in station.sent
        if b"TransactionEvent" in frame
    }
    return session_id(station.name, station.protocol, transaction)


async def _nothing_else_is_affected(scene: Scene) -> None:
    """Check that another meter and other stations are served at once, and that all parts are well."""
    value = next(scene.numbers)
    now = now_utc().isoformat(timespec="milliseconds")
    scene.device.send(INNOCENT_TOPIC, f'{{"Time":"{now}","SML":{{"Power_curr":{value}}}}}')
    for protocol, name in INNOCENT_STATIONS.items():
        assert await OddStation(scene.service, name, protocol).send_all([call("in", "Heartbeat")]) == ["[3,in]"]

    def arrived() -> bool:
        meter = scene.get(f"meters/{INNOCENT_METER}")["meter"]
        return [row["value"] for row in meter["values"]] == [value]

    await _eventually(arrived)
    health = scene.get("health")
    assert health["ok"], health


@pytest.mark.mosquitto
async def test_every_frame_is_in_the_journal_and_what_was_sound_in_the_store(
    service: KreiswattProcess, mosquitto: Mosquitto
) -> None:
    begun_utc = now_utc()
    with Device(mosquitto.port) as device:
        played = [await _play(case, service, device) for case in BAD_INPUT]
        await service.caught_up()
    assert service.stop() == 0
    stores = await open_embedded(service.configuration.settings.data_dir, now_utc)
    try:
        await _is_in_the_journal(stores, service.configuration, played)
        await _readings_are_in_the_store(stores, begun_utc)
        await _sessions_are_in_the_store(stores, played)
    finally:
        await stores.close()


async def _is_in_the_journal(stores: Stores, configuration: Configuration, played: list[Played]) -> None:
    """Check that each frame is there as it was sent, but for the tag; what could not be read is sealed."""
    privacy = Privacy(configuration.privacy_key)
    journalled = [
        (frame.station, privacy.open(frame.payload) if frame.sealed else frame.payload)
        async for frame in stores.journal.frames()
        if frame.direction is Direction.IN
    ]
    sent = [
        (each.station.name, frame.replace(TAG.encode(), privacy.token(TAG).encode()))
        for each in played
        if each.station and each.answers != ("close 1009",)  # the socket did not read it
        for frame in each.station.sent
    ]
    assert sent == journalled


async def _readings_are_in_the_store(stores: Stores, begun_utc: datetime) -> None:
    """Check that what was sound is there, once, and that nothing was made of the rest."""
    for case in BAD_INPUT:
        if case.stored:
            readings = await stores.readings.readings(case.stored.source, case.stored.quantity, EVER)
            (kept,) = [reading for reading in readings if reading.value == case.stored.value]
            assert begun_utc <= kept.at_utc <= now_utc() or not case.stored.at_receipt, case.name
    counted = await stores.readings.count()
    wanted = [case for case in BAD_INPUT if isinstance(case.sent, Publish) and case.stored]
    assert counted.get("meter", 0) + counted.get("vehicle", 0) == len(wanted)


async def _sessions_are_in_the_store(stores: Stores, played: list[Played]) -> None:
    """Check that each transaction is one session of five kWh, whatever came after its end."""
    page = await stores.ledger.sessions(SessionFilter())
    known = {session.id: session for session in page.items}
    cases = {_session_id(each): each.case for each in played if each.case.kept is Kept.SESSION}
    assert known.keys() == cases.keys()
    for id_, case in cases.items():
        codes = [finding.code for finding in known[id_].findings]
        if case.code != "session.begin_missing":
            assert (known[id_].energy_wh, codes) == (5000.0, [case.code] if case.code else []), case.name


def _publish_retained(device: Device) -> None:
    for case in BAD_INPUT:
        if isinstance(case.sent, Publish) and case.sent.retained:
            device.send(case.sent.topic, case.sent.payload, retain=True)


async def _eventually(ask: Callable[[], T]) -> T:
    """Return the first answer that is not empty."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if answer := ask():
                return answer
            await asyncio.sleep(0.03)
