"""A card that was forgotten does not come back: not by what a station sends again, and not from the journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.erasure import ERASED_TAG
from tests.chargepoints.test_transactions import TAG, start, stop, the_session


async def forget(house: Any) -> None:
    """Forget the card as people do, everywhere at once."""
    tag = house.privacy.token(TAG)
    session = await the_session(house)
    await house.stores.ledger.erase_pseudonym(tag, session.begun_at_utc + timedelta(days=1))
    await house.stores.journal.replace_in_frames(tag.encode(), ERASED_TAG.encode())


async def test_a_station_that_sends_everything_again_changes_nothing(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("StopTransaction", stop(number, idTag=TAG))
        await house.stored()
        before = await the_session(house)
        await forget(house)
        assert (await station.ask("StartTransaction", start()))["transactionId"] == number
        await station.ask("StopTransaction", stop(number, idTag=TAG))
        await house.stored()
    after = await the_session(house)
    assert (before.tag, after.tag) == (house.privacy.token(TAG), ERASED_TAG)
    assert (after.energy_wh, after.transaction) == (before.energy_wh, before.transaction)


async def test_sessions_read_from_the_journal_again_have_no_card(open_house: Any, raw_station: Any) -> None:
    async with open_house() as house, raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("StopTransaction", stop(number, idTag=TAG))
        await house.stored()
        before = await the_session(house)
        await forget(house)
        await house.stores.ledger.set_applied_frame(0)
    async with open_house() as house:
        await house.stored()
        after = await the_session(house)
        assert (after.tag, after.energy_wh) == (ERASED_TAG, before.energy_wh)
        assert await house.stores.ledger.discoveries("tag") == ()
        assert not any(house.privacy.token(TAG).encode() in frame.payload for frame in await house.frames())
