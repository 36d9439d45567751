"""A card is handed out and forgotten: nowhere its number or pseudonym, and every sum as before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from chargepoints.privacy import Privacy
from config.cards import CardNumbers
from config.forgetting import CardForgetting
from config.managed import ManagedInventory
from config.retention import retention_of
from core.books import SessionFilter
from core.erasure import ERASED_TAG
from core.errors import ConflictError, ForbiddenError, NotFoundError, RequestError
from core.facts import ChargeSession, Discovery, Protocol, SessionState
from core.fleet import MatchBasis
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch, Direction, Frame
from core.quantities import Quantity
from core.readings import Reading
from operations.fleet.matching import value_sessions
from operations.gate import Gate
from operations.house import Call
from tests.district import NOW, District, open_district

UID, KEY = "04A4C123B16180", bytes(32)
PSEUDONYM = Privacy(KEY).token(UID)
ALL = Period(NOW - timedelta(days=99), NOW + timedelta(days=9))
CAR = "lk-e-101"


def session(number: int, hours: float, tag: str | None = PSEUDONYM, **more: Any) -> ChargeSession:
    begun_at_utc = NOW + timedelta(hours=hours)
    whole: dict[str, Any] = {
        "id": f"lis-01-{number}",
        "station": "lis-01",
        "connector": 1,
        "protocol": Protocol.OCPP_16,
        "transaction": str(number),
        "state": SessionState.ENDED,
        "begun_at_utc": begun_at_utc,
        "ended_at_utc": begun_at_utc + timedelta(hours=1),
        "tag": tag,
        "energy_wh": 7000.5 + number,
    }
    return ChargeSession(**whole | more)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[District]:
    """Yield the district with a card in its inventory, two sessions of it, another one, and their frames."""
    async with open_district(tmp_path) as district:
        rules, _ = retention_of(tmp_path)
        config = tmp_path / "config"
        known = replace(
            district.gate.house,
            pseudonym=Privacy(KEY).token,
            managed=ManagedInventory(config, CardNumbers.under(KEY)),
            frame_eraser=district.stores.journal,
            card_eraser=CardForgetting(config),
            retention=lambda: rules,
        )
        here = replace(district, gate=Gate(known))
        await here.ask("tags.add", id="karte-1", label="Karte Kunze", uid=UID, vehicle=CAR, valid_from="2026-01-01")
        await here.ask("inventory.change", id="tags/karte-1", values=["name=Karte von Frau Kunze"])
        ledger, journal = district.stores.ledger, district.stores.journal
        await ledger.save_sessions([session(1, -30), session(2, -6), session(3, -3, "tag:" + "f" * 20)])
        await ledger.transaction_number("lis-01", f"1|{PSEUDONYM}|2026-11-22T04:00:00Z|1200")
        await ledger.discover([Discovery(channel="tag", subject=PSEUDONYM, first_seen_utc=NOW, last_seen_utc=NOW)])
        for tag in (PSEUDONYM, "tag:" + "f" * 20):
            said = f'[2,"7","Authorize",{{"idTag":"{tag}"}}]'.encode()
            await journal.append(Frame("lis-01", "c1", Direction.IN, NOW, "1.6", said))
        at_utc = NOW - timedelta(hours=5, minutes=30)
        reading = Reading("station:lis-01/1", Quantity.ENERGY_IMPORT_WH, at_utc, 1234.0)
        await district.stores.readings.put(Batch([reading], NOW))
        yield here


async def sums(district: District) -> tuple[Any, ...]:
    """Return all that is counted of sessions: energy, own roof power, and whose it was."""
    sessions = (await district.stores.ledger.sessions(SessionFilter(limit=99))).items
    valued = await district.stores.ledger.valuations(ALL)
    by_vehicle = sorted((each.vehicle or "", each.energy_wh, each.pv_wh) for each in valued)
    return sum(each.energy_wh or 0 for each in sessions), len(sessions), by_vehicle


async def match(district: District) -> None:
    day = NOW.date()
    call = Call(Actor("job:fleet", Role.ADMIN), NOW)
    await value_sessions(district.gate.house, day - timedelta(days=2), day, call)


def counts(answer: Any) -> dict[str, int]:
    return {each.name: each.count for each in answer.places}


def found_in(folder: Path, *words: str) -> list[str]:
    """Return the files below a folder in which a word stands, in any case."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if any(word.casefold().encode() in path.read_bytes().lower() for word in words)]


async def test_first_it_is_only_told_what_would_go(house: District) -> None:
    before = await sums(house)
    told = await house.ask("privacy.erase", tag="karte-1")
    assert (told.done, told.cards) == (False, ("karte-1",))
    assert counts(told) == {
        "sessions": 2,
        "transactions": 1,
        "valuations": 0,
        "rejections": 0,
        "notices": 0,
        "commands": 0,
        "discoveries": 1,
        "customer": 0,
        "frames": 1,
        "entries": 1,
        "changes": 2,
    }
    assert [each.code for each in told.kept] == ["privacy.kept_sessions", "privacy.kept_audit"]
    assert [each.code for each in told.remains] == ["privacy.remains_backups", "privacy.remains_sealed"]
    assert await sums(house) == before
    assert "karte-1" in house.gate.house.inventory().tags
    assert counts(await house.ask("privacy.erase", uid=UID.lower())) == counts(told)


async def test_energy_and_roof_power_are_the_same_afterwards_and_stay_so_when_jobs_run_again(house: District) -> None:
    await match(house)
    shared = [
        replace(each, pv_wh=Decimal("2.17"), made_by="job:savings")
        for each in await house.stores.ledger.valuations(ALL)
    ]
    await house.stores.ledger.value_sessions(shared)
    before = await sums(house)
    assert [vehicle for vehicle, _, _ in before[2]].count(CAR) == 2
    erased = await house.ask("privacy.erase", tag="karte-1", for_good=True)
    assert (erased.done, counts(erased)["sessions"]) == (True, 2)
    assert await sums(house) == before
    await match(house)
    assert await sums(house) == before
    versions = await house.stores.ledger.valuations_of("lis-01-1")
    assert [each.basis for each in versions] == [MatchBasis.TAG] * 2


async def test_what_was_not_matched_yet_is_matched_while_the_card_still_tells(house: District) -> None:
    await house.ask("privacy.erase", tag="karte-1", for_good=True)
    assert [each.vehicle for each in await house.stores.ledger.valuations(ALL)][:2] == [CAR, CAR]


async def test_afterwards_nothing_of_it_is_in_any_file(house: District, tmp_path: Path) -> None:
    await house.ask("privacy.export", tag="karte-1")
    await house.ask("privacy.erase", tag="karte-1", for_good=True)
    kept = {each.tag for each in (await house.stores.ledger.sessions(SessionFilter())).items}
    assert kept == {ERASED_TAG, "tag:" + "f" * 20}
    assert await house.ask("audit.verify") is not None
    assert await house.stores.ledger.broken_entry() is None
    assert house.gate.house.inventory().tags == {}
    await house.stores.close()
    assert found_in(tmp_path / "config", UID, PSEUDONYM, "Kunze", "karte-1") == []
    assert found_in(tmp_path / "data", UID, PSEUDONYM) == []


async def test_late_evidence_does_not_bring_it_back(house: District) -> None:
    await house.ask("privacy.erase", uid=UID, for_good=True)
    await house.stores.ledger.save_sessions([session(1, -30, energy_wh=9000.0)])
    again = await house.stores.ledger.session("lis-01-1")
    assert again is not None
    assert (again.tag, again.energy_wh) == (ERASED_TAG, 9000.0)
    frames = [each.payload async for each in house.stores.journal.frames()]
    assert frames[0] == b'[2,"7","Authorize",{"idTag":"tag:erased"}]'


async def test_erasing_again_finds_nothing_and_does_no_harm(house: District) -> None:
    await house.ask("privacy.erase", tag="karte-1", for_good=True)
    again = await house.ask("privacy.erase", uid=UID, for_good=True)
    assert set(counts(again).values()) == {0}
    with pytest.raises(NotFoundError):
        await house.ask("privacy.erase", tag="karte-1")


async def test_while_a_session_of_it_runs_nothing_is_erased(house: District) -> None:
    running = session(9, -1, state=SessionState.OPEN, ended_at_utc=None)
    await house.stores.ledger.save_sessions([running])
    with pytest.raises(ConflictError) as refused:
        await house.ask("privacy.erase", tag="karte-1", for_good=True)
    assert refused.value.finding.code == "privacy.session_runs"
    assert "karte-1" in house.gate.house.inventory().tags
    await house.stores.ledger.save_sessions([replace(running, begun_at_utc=NOW - timedelta(days=3))])
    assert (await house.ask("privacy.erase", tag="karte-1", for_good=True)).done


async def test_what_somebody_wrote_by_hand_is_named_and_stays(house: District, tmp_path: Path) -> None:
    file = tmp_path / "config" / "inventory" / "karten.yaml"
    valid = "valid_from: 2024-01-01\n    valid_to: 2025-12-31"
    text = f'tags:\n  alt:\n    name: Alt\n    {valid}\n    uid: "{UID}"\n'
    file.write_text(text, encoding="utf-8")
    house.gate.house.reload()
    erased = await house.ask("privacy.erase", tag="karte-1", for_good=True)
    assert erased.cards == ("alt", "karte-1")
    (by_hand,) = [each for each in erased.remains if each.code == "privacy.remains_by_hand"]
    assert by_hand.params == {"place": "inventory/karten.yaml:2"}
    assert file.read_text(encoding="utf-8") == text


async def test_the_number_is_in_no_entry_of_the_audit(house: District) -> None:
    await house.ask("privacy.erase", uid=UID)
    await house.ask("privacy.export", uid=UID)
    entries = (await house.ask("audit.list")).items
    assert [each.action for each in entries[:2]] == ["privacy.export", "privacy.erase"]
    assert not any(UID in each.detail or PSEUDONYM in each.detail or UID in each.subject for each in entries)


async def test_no_change_writes_a_pseudonym_into_the_audit(house: District) -> None:
    other = "tag:0123456789abcdef0123"
    await house.ask("tags.add", id="karte-2", label="Karte 2", pseudonym=other, group="Bauhof", valid_from="2026-01-01")
    values = ["name=Karte 3", f"pseudonym={other[:-1]}4", "group=Bauhof", "valid_from=2026-01-01"]
    await house.ask("inventory.add", id="tags/karte-3", values=values)
    entries = (await house.ask("audit.list")).items
    assert [each.subject for each in entries[:2]] == ["tags/karte-3", "karte-2"]
    assert ["tag:…" in each.detail for each in entries[:2]] == [True, True]
    assert not any(other[:-1] in each.detail for each in entries)


async def test_a_change_of_a_forgotten_card_cannot_be_undone(house: District) -> None:
    await house.ask("privacy.erase", tag="karte-1", for_good=True)
    changes = (await house.ask("inventory.history")).items
    assert {each.entry for each in changes} == {"tags/erased"}
    assert not any(each.undoable for each in changes)
    for change in changes:
        with pytest.raises(NotFoundError):
            await house.ask("inventory.undo", id=change.id)


@pytest.mark.parametrize("given", [{}, {"tag": "karte-1", "uid": UID}, {"uid": "04"}])
@pytest.mark.parametrize("row", ["privacy.export", "privacy.erase"])
async def test_it_must_be_said_which_card(house: District, row: str, given: dict[str, str]) -> None:
    with pytest.raises(RequestError) as refused:
        await house.ask(row, **given)
    assert refused.value.finding.code == "privacy.which_card"


@pytest.mark.parametrize("row", ["privacy.export", "privacy.erase"])
async def test_only_who_administers_the_whole_service_may(house: District, row: str) -> None:
    for actor in (Actor("vera", Role.FLEET), Actor("olaf", Role.OPERATOR), Actor("d", Role.ADMIN, frozenset({"au"}))):
        with pytest.raises(ForbiddenError):
            await house.ask(row, actor, tag="karte-1")


async def test_a_copy_of_a_card_has_all_of_it_and_nothing_of_others(house: District) -> None:
    await match(house)
    exported = await house.ask("privacy.export", tag="karte-1", language="en")
    files = await unpacked(house, exported)
    parts = {name.removesuffix(".json"): json.loads(text) for name, text in files.items() if name.endswith(".json")}
    assert {name: len(rows) for name, rows in parts.items()} == counts(exported)
    assert {each["id"] for each in parts["sessions"]} == {"lis-01-1", "lis-01-2"}
    assert [(each["session"], each["value"]) for each in parts["readings"]] == [("lis-01-2", 1234.0)]
    assert [each["vehicle"] for each in parts["valuations"]] == [CAR, CAR]
    assert [PSEUDONYM in each["message"] for each in parts["frames"]] == [True]
    assert {"entry": "tags/karte-1", "field": "vehicle", "value": CAR} in parts["entries"]
    assert [each["action"] for each in parts["changes"]] == ["add", "change"]
    assert {each["action"] for each in parts["audit"]} >= {"tags.add", "inventory.change", "privacy.export"}
    assert files["sessions.csv"].splitlines()[0].startswith("\ufeffid,station,connector")
    assert "karte-1" in files["README.txt"]
    assert "f" * 20 not in "".join(files.values())
    assert UID.lower() not in "".join(files.values()).lower()


async def test_a_copy_of_a_vehicle_is_for_one_that_one_person_uses(house: District) -> None:
    await house.stores.readings.put(Batch([Reading(f"vehicle:{CAR}", Quantity.ODOMETER_M, NOW, 12_000.0)], NOW))
    await match(house)
    with pytest.raises(ConflictError) as refused:
        await house.ask("privacy.export", vehicle=CAR)
    assert refused.value.finding.code == "privacy.vehicle_of_many"
    inventory = house.gate.house.inventory()
    own = replace(inventory, vehicles={CAR: replace(inventory.vehicles[CAR], personal=True)})
    alone = replace(house, gate=Gate(replace(house.gate.house, inventory=lambda: own)))
    exported = await alone.ask("privacy.export", vehicle=CAR)
    assert counts(exported)["readings"] == 1
    assert (counts(exported)["sessions"], counts(exported)["valuations"]) == (2, 2)
    files = await unpacked(alone, exported)
    assert json.loads(files["readings.json"])[0]["value"] == 12_000.0


async def unpacked(district: District, exported: Any) -> dict[str, str]:
    """Return the texts of the file that was made, by name."""
    found = await district.gate.fetch(exported.file.id, district.admin, NOW)
    assert found.path
    with ZipFile(BytesIO(found.path.read_bytes())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
