"""Groups and lists of cards as stations get them, and what of them stays in the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from core.command_requests import ListEntry, SendList
from core.command_words import ListStatus, ListUpdate
from core.commands import CommandKind, CommandState
from core.facts import TagVerdict
from core.inventory import Inventory, Station, Tag
from tests.chargepoints.conftest import VALID_FROM, a_station
from tests.chargepoints.test_dispatch import answer, ask, until

UID, GROUP, STOLEN = "04A2B3C4D5", "depot-nord", "04'; DROP--<b>"
UNTIL = datetime(2030, 1, 1, tzinfo=UTC)


def grouped() -> Inventory:
    stations: list[Station] = [a_station("lra-open", security_profile=0)]
    tags = [
        Tag(id="a", name="a", valid_from=VALID_FROM, uid=UID, card_group=GROUP),
        Tag(id="b", name="b", valid_from=VALID_FROM, uid=STOLEN, blocked=True, card_group=GROUP),
    ]
    return Inventory(stations={each.id: each for each in stations}, tags={tag.id: tag for tag in tags})


async def journal(house: Any) -> str:
    await house.stored()
    return b"\n".join(frame.payload for frame in await house.frames()).decode()


async def test_a_group_goes_to_the_station_and_its_pseudonym_to_the_journal(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    async with house_in(tmp_path, grouped()) as house:
        async with raw_station(house) as station:
            said = await station.ask("Authorize", {"idTag": UID})
            assert said["idTagInfo"] == {"status": "Accepted", "parentIdTag": GROUP}
            refused = await station.ask("Authorize", {"idTag": STOLEN})
            assert refused["idTagInfo"] == {"status": "Blocked"}, "a blocked card ends nobody's session"
        async with raw_station(house, version="ocpp2.0.1") as station:
            said = await station.ask("Authorize", {"idToken": {"idToken": UID.lower(), "type": "ISO14443"}})
            assert said["idTokenInfo"]["groupIdToken"] == {"idToken": GROUP, "type": "Central"}
        kept = await journal(house)
    assert not any(text in kept for text in (UID, UID.lower(), STOLEN, GROUP))
    assert house.privacy.token(GROUP) in kept


async def test_a_verdict_is_the_same_when_the_journal_is_read_again(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    elsewhere = grouped()
    card = replace(elsewhere.tags["a"], sites=("anderswo",))
    limited = replace(elsewhere, tags={**elsewhere.tags, "a": card})
    started = {
        "eventType": "Started",
        "timestamp": "2026-01-01T08:00:00Z",
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "t1"},
        "evse": {"id": 1},
        "idToken": {"idToken": UID, "type": "ISO14443"},
    }
    async with house_in(tmp_path, limited) as house:
        async with raw_station(house, version="ocpp2.0.1") as station:
            said = await station.ask("TransactionEvent", started)
            assert said["idTokenInfo"]["status"] == "NotAtThisLocation"
        await house.stored()
        (before,) = await house.stores.ledger.open_sessions()
        await house.stores.ledger.set_applied_frame(0)
    async with house_in(tmp_path) as house:
        (after,) = await house.stores.ledger.open_sessions()
    assert before.tag_verdict is after.tag_verdict is TagVerdict.NOT_HERE


async def test_a_list_reaches_stations_with_numbers_and_groups_and_the_ledger_without(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    async with house_in(tmp_path, grouped()) as house:
        entries = (
            ListEntry(tag=house.privacy.token(UID), card_group=GROUP, until_utc=UNTIL),
            ListEntry(tag=house.privacy.token(STOLEN), status=ListStatus.BLOCKED),
        )
        request = TypeAdapter(SendList).dump_python(
            SendList(version=3, update=ListUpdate.FULL, entries=entries), mode="json"
        )
        async with raw_station(house) as station:
            await station.ask("Heartbeat", {})
            number = await ask(house, CommandKind.SEND_LIST, request=request)
            sent = await answer(station, "SendLocalList", status="Accepted")
            assert sent["localAuthorizationList"] == [
                {
                    "idTag": UID,
                    "idTagInfo": {"status": "Accepted", "expiryDate": "2030-01-01T00:00:00.000Z", "parentIdTag": GROUP},
                },
                {"idTag": STOLEN, "idTagInfo": {"status": "Blocked"}},
            ]
            command = await until(house, number)
        assert command.state is CommandState.DONE
        kept = await journal(house) + str(command)
    assert not any(text in kept.replace(f"'card_group': '{GROUP}'", "") for text in (UID, STOLEN, GROUP))
