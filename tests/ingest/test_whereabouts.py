"""Positions become "at site" or "on a trip" before anything is kept, and stand nowhere, whatever breaks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.books import RejectionFilter
from core.errors import StoreError
from core.fleet import Presence
from core.inventory import Inventory
from energy.geofences import Fix
from ingest.detective import investigate
from ingest.hearing import Hearing
from ingest.messages import Message, Position
from ingest.recognition import unknown_sample
from ingest.redaction import redact_topic
from ingest.whereabouts import Whereabouts
from ingest.workers import DecodeWorker
from operations.arrivals.entry_proposals import proposals_of
from store.open import open_embedded
from tests.ingest.rig import ZONE, Device, Mosquitto, now
from tests.ingest.vehicles_with_places import (
    AWAY,
    DEPOT,
    INVENTORY,
    LATITUDE,
    LONGITUDE,
    SECRETS,
    VEHICLES,
    at_a_place,
    broken,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class PresenceList:
    """A book of presences in memory; it can be told to fail."""

    def __init__(self, *presences: Presence) -> None:
        self.kept = {(each.vehicle, each.since_utc): each for each in presences}
        self.failing = False
        self.saved = 0

    async def save_presences(self, presences: Sequence[Presence]) -> None:
        if self.failing:
            raise StoreError("store.disk_full")
        self.saved += len(presences)
        self.kept |= {(each.vehicle, each.since_utc): each for each in presences}

    async def presences(self, *_: object) -> tuple[Presence, ...]:
        return tuple(self.kept.values())

    async def last_presences(self) -> tuple[Presence, ...]:
        newest = {each.vehicle: each for _, each in sorted(self.kept.items())}
        return tuple(newest.values())

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(each.vehicle, each.site) for _, each in sorted(self.kept.items())]


def position(vehicle: str, minute: int, *, at_depot: bool) -> Position:
    latitude = DEPOT.latitude_deg if at_depot else 48.1
    assert latitude is not None
    return Position(f"vehicle:{vehicle}", Fix(NOON + timedelta(minutes=minute), latitude, 10.3175))


def whereabouts(book: PresenceList, inventory: Inventory = INVENTORY) -> Whereabouts:
    return Whereabouts(lambda: inventory, ZONE, book)


async def test_only_changes_are_kept() -> None:
    book = PresenceList()
    tested = whereabouts(book)
    for minute in range(30):
        await tested.keep([position("van", minute, at_depot=minute < 20)], NOON)
    assert (book.told, book.saved) == ([("van", "depot"), ("van", None)], 2)


async def test_after_a_start_what_was_known_goes_on() -> None:
    book = PresenceList(Presence(vehicle="van", since_utc=NOON, site="depot"))
    await whereabouts(book).keep([position("van", 5, at_depot=True)], NOON)
    assert book.saved == 0
    await whereabouts(book).keep([position("van", 9, at_depot=False)], NOON)
    assert book.told == [("van", "depot"), ("van", None)]


async def test_of_a_vehicle_of_one_person_nothing_is_kept() -> None:
    book = PresenceList()
    await whereabouts(book).keep([position("own", 0, at_depot=True), position("nobody", 0, at_depot=True)], NOON)
    assert book.kept == {}


async def test_what_could_not_be_kept_is_kept_at_the_next_try() -> None:
    book = PresenceList()
    tested, positions = whereabouts(book), [position("van", 0, at_depot=True), position("van", 9, at_depot=False)]
    book.failing = True
    with pytest.raises(StoreError):
        await tested.keep(positions, NOON)
    book.failing = False
    await tested.keep(positions, NOON)
    assert book.told == [("van", "depot"), ("van", None)]


async def test_a_site_that_moves_counts_from_then_on() -> None:
    book, moved = PresenceList(), replace(DEPOT, latitude_deg=48.1)
    held = [INVENTORY]
    tested = Whereabouts(lambda: held[0], ZONE, book)
    await tested.keep([position("van", 0, at_depot=False)], NOON)
    held[0] = replace(INVENTORY, sites={"depot": moved})
    await tested.keep([position("van", 10, at_depot=False)], NOON)
    assert book.told == [("van", None), ("van", "depot")]


async def test_positions_come_through_a_decode_worker() -> None:
    worker = DecodeWorker("main", "Europe/Berlin", lambda: INVENTORY)
    place = b'{"latitude":47.7236,"longitude":10.3175}'
    catch = await worker.sort([Message("main", "teslamate/cars/1/location", place, NOON)], NOON)
    await worker.close()
    assert catch.positions == [Position("vehicle:car", Fix(NOON, 47.7236, 10.3175))]
    assert "47.7" not in repr(catch)


class Service:
    """The program, which can be killed."""

    def __init__(self, folder: Path, port: int) -> None:
        program, root = Path(__file__).with_name("whereabouts_program.py"), Path(__file__).parents[2]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._log = (folder / "log.txt").open("ab")
        command = [sys.executable, "-c", f"import runpy;runpy.run_path({str(program)!r},run_name='__main__')"]
        command += [str(folder), str(port)]
        self.process = subprocess.Popen(command, cwd=root, stderr=self._log, text=True, **pipes)

    def ask(self) -> list[int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("ask\n")
        self.process.stdin.flush()
        return [int(part) for part in self.process.stdout.readline().split()]

    def until(self, messages: int) -> None:
        deadline = time.monotonic() + 30
        while (said := self.ask())[0] < messages or not said[1]:
            assert time.monotonic() < deadline, said
            time.sleep(0.03)

    def end(self, *, kill: bool) -> None:
        with self._log, self.process:
            if kill:
                self.process.kill()


@pytest.mark.mosquitto
async def test_no_coordinate_and_no_vin_is_kept_anywhere(mosquitto: Mosquitto, device: Device, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    began = now()
    early = at_a_place(LATITUDE, LONGITUDE, (began - timedelta(minutes=9)).isoformat())
    all_early = [*early, *broken(LATITUDE, LONGITUDE)]
    later = [*at_a_place(*AWAY, (began - timedelta(minutes=1)).isoformat()), *broken(*AWAY)]
    service = Service(folder, mosquitto.port)
    await asyncio.to_thread(service.until, 0)
    await asyncio.to_thread(device.send_all, all_early)
    await asyncio.to_thread(service.until, len(all_early))
    await asyncio.to_thread(device.send_all, later)
    service.end(kill=True)
    service = Service(folder, mosquitto.port)
    await asyncio.to_thread(service.until, 0)
    await asyncio.to_thread(device.send_all, later)
    await asyncio.to_thread(service.until, len(later))
    service.end(kill=False)
    shown = await told(folder / "data")
    assert secrets_in(folder) == []
    assert [secret for secret in SECRETS if secret in shown] == []


async def told(folder: Path) -> str:
    """Return all that the books say to whoever asks, and check that vehicles have come and gone."""
    stores = await open_embedded(folder, now)
    last = {each.vehicle: each.site for each in await stores.ledger.last_presences()}
    rejections = await stores.ledger.rejections(RejectionFilter(limit=500))
    shown = [repr(rejections.items), repr(await stores.ledger.discoveries()), repr(last)]
    await stores.close()
    assert last["bus"] is None
    assert last.keys() == {"van", "car", "tesla", "bus"}
    assert rejections.items
    return "".join(shown)


def secrets_in(folder: Path) -> list[tuple[str, str]]:
    """Return the files below a folder in which a secret stands, in any of the ways in which text is written."""
    bodies = {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return [
        (name, secret)
        for name, body in bodies.items()
        for secret in SECRETS
        if secret.encode() in body or secret.encode("utf-16-le") in body
    ]


def test_a_visit_to_the_broker_shows_no_place_and_no_vin() -> None:
    hearing = Hearing()
    messages = [*at_a_place(LATITUDE, LONGITUDE, NOON.isoformat()), *broken(LATITUDE, LONGITUDE)]
    for topic, payload in messages:
        body = payload.encode() if isinstance(payload, str) else payload
        hearing.take(Message("main", topic, body, NOON))
    found = investigate(list(hearing.tracks.values()), "main", "Europe/Berlin")
    shown = [
        [(one.seen, one.part, one.doubts, one.warnings, one.feed.device) for one in found.devices],
        [(redact_topic(track.topic), unknown_sample(track)) for track in found.unknown],
        proposals_of(found.devices, INVENTORY, NOON.date()),
    ]
    assert [secret for secret in SECRETS if secret in repr(shown)] == []
    assert {each.feed.format for each in VEHICLES if each.feed} <= {one.feed.format for one in found.devices}
