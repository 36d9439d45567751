"""Forgetting a card: first what would go, then, once confirmed, everywhere and for good.

Sessions, energy and money stay; what goes is whose they were. The order lets it be asked again wherever it was
cut off: the ledger first, which then lets nothing come back, the inventory last, by which the card is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.erasure import ERASED_TAG
from core.errors import ConflictError, UnavailableError
from core.facts import ChargeSession, SessionState
from core.periods import Period
from core.retention import RetentionClass
from core.texts import Finding
from operations.fleet.days import LOOK_BACK
from operations.fleet.matching import value_sessions
from operations.house import Call, House
from operations.local_lists.sync import clear_caches, keep_lists
from operations.privacy.card import Card, audit_of, card_of, sessions_with
from operations.privacy.customer import answers_about, forget_told_with
from operations.privacy.rows import ErasePrivacy, PersonErased, PlaceCount
from operations.values import Told

STILL_RUNS: Final = timedelta(days=2)
"""A session without an end that began longer ago has been forgotten by its charge point."""


async def erase_privacy(house: House, request: ErasePrivacy, call: Call) -> PersonErased:
    """Return what would be forgotten of a card; `for_good`, what was.

    Raises what finding the card raises, `ConflictError` while a session of it runs.
    """
    card = card_of(house, request.tag, request.uid)
    sessions = [session async for session in sessions_with(house, card.pseudonym)]
    _must_be_over(sessions, call)
    by_hand = await _by_hand(house, card)
    named = len([entry async for entry in audit_of(house, "tags", card.ids)]) if card.ids else 0
    if request.for_good:
        await _value(house, sessions, call)
    counts = await (_erase(house, card, call) if request.for_good else _count(house, card))
    if request.for_good:  # what stations remember of the card is theirs to forget
        await clear_caches(house, call)
        await keep_lists(house, call.now_utc)
    return PersonErased(
        done=request.for_good,
        cards=card.ids,
        places=tuple(
            PlaceCount(name=name, what=Told(f"privacy.place_{name}", {}), count=count) for name, count in counts.items()
        ),
        kept=_kept(len(sessions), named),
        remains=_remains(house, by_hand),
    )


def _must_be_over(sessions: list[ChargeSession], call: Call) -> None:
    for session in sessions:
        if session.state is SessionState.OPEN and call.now_utc - session.begun_at_utc < STILL_RUNS:
            raise ConflictError("privacy.session_runs", station=session.station)


async def _value(house: House, sessions: list[ChargeSession], call: Call) -> None:
    """Find whose the newest sessions were while their card still tells: later nothing does."""
    if house.intervals is None or not sessions:
        return
    zone = ZoneInfo(house.time_zone)
    since = call.now_utc - timedelta(days=LOOK_BACK)
    valued = {each.session for each in await house.ledger.valuations(Period(since, call.now_utc))}
    days = {
        session.begun_at_utc.astimezone(zone).date()
        for session in sessions
        if session.begun_at_utc >= since and session.id not in valued
    }
    for day in sorted(days):
        await value_sessions(house, day, day, call)


async def _count(house: House, card: Card) -> Mapping[str, int]:
    frames = await house.frame_eraser.frames_with(card.pseudonym.encode()) if house.frame_eraser else ()
    found = {place.value: count for place, count in (await house.ledger.count_pseudonym(card.pseudonym)).items()}
    told = len([each async for each in answers_about(house, card.pseudonym)])
    if house.card_eraser is None:
        return {**found, "customer": told, "frames": len(frames)}
    traces = await asyncio.to_thread(house.card_eraser.traces, card.ids, card.words)
    return {
        **found,
        "customer": told,
        "frames": len(frames),
        "entries": traces.entries,
        "changes": traces.changes,
    }


async def _erase(house: House, card: Card, call: Call) -> Mapping[str, int]:
    if house.frame_eraser is None or house.card_eraser is None:
        raise UnavailableError("privacy.cannot_erase")
    told = await forget_told_with(house, card.pseudonym)
    erased = await house.ledger.erase_pseudonym(card.pseudonym, call.now_utc)
    frames = await house.frame_eraser.replace_in_frames(card.pseudonym.encode(), ERASED_TAG.encode())
    traces = await asyncio.to_thread(house.card_eraser.forget, card.ids, card.words)
    house.reload()
    found = {place.value: count for place, count in erased.items()}
    return {
        **found,
        "customer": told,
        "frames": frames,
        "entries": traces.entries,
        "changes": traces.changes,
    }


async def _by_hand(house: House, card: Card) -> tuple[str, ...]:
    if house.card_eraser is None:
        return ()
    return (await asyncio.to_thread(house.card_eraser.traces, card.ids, card.words)).by_hand


def _kept(sessions: int, named: int) -> tuple[Told, ...]:
    found = [Finding.of("privacy.kept_sessions", count=sessions)] if sessions else []
    found += [Finding.of("privacy.kept_audit", count=named)] if named else []
    return tuple(map(Told.of, found))


def _remains(house: House, by_hand: tuple[str, ...]) -> tuple[Told, ...]:
    rule = house.retention().get(RetentionClass.FRAMES)
    found = [Finding.of("privacy.remains_by_hand", place=place) for place in by_hand]
    found.append(Finding.of("privacy.remains_backups"))
    if rule is not None and rule.keep is not None:
        found.append(Finding.of("privacy.remains_sealed", days=rule.keep.least_days))
    return tuple(map(Told.of, found))
