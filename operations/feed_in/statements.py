"""What operators state of their plants: listed, entered by hand, taken back, and counted again."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from core.errors import ConflictError, NotFoundError
from core.inventory.renewables import Plant
from core.ports import Page
from core.shares import FeedInStatement
from core.texts import Finding
from ingest.files.cells import CellError
from ingest.files.feed_in import ENERGIES, month_of
from operations.edge import InvalidRequestError
from operations.feed_in.rows import (
    AddFeedIn,
    DoubtfulFeedInError,
    FeedInRow,
    ListFeedIn,
    WithdrawFeedIn,
    feed_in_row,
)
from operations.house import Call, House
from operations.values import page_of
from renewables.base.counting import impossible
from renewables.base.presence import months_of, presences
from renewables.base.stated import stated_by
from renewables.energy_base import BaseMonth

FIRST_YEAR = 1990


async def list_feed_in(house: House, request: ListFeedIn, call: Call) -> Page[FeedInRow]:
    """Return what operators state, by plant and month."""
    del call
    plants = None if request.plant is None else [known_plant(house, request.plant).id]
    months = None if request.year is None else [f"{request.year}-{month:02}" for month in range(1, 13)]
    found = await house.ledger.feed_in(plants, months, withdrawn=request.withdrawn)
    inventory = house.inventory()
    rows = [feed_in_row(each, inventory) for each in found]
    return page_of(rows, [f"{row.plant} {row.month} {row.id:012}" for row in rows], request.limit, request.cursor)


async def add_feed_in(house: House, request: AddFeedIn, call: Call) -> FeedInRow:
    """Keep what an operator states of a month.

    Raises `NotFoundError`, `InvalidRequestError`, `ConflictError` where just that is stated already, and
    `DoubtfulFeedInError` for what cannot be right unless it is confirmed.
    """
    plant = known_plant(house, request.plant)
    statement = FeedInStatement(
        plant=plant.id,
        month=_month(request.month),
        **{name: getattr(request, name) for name in ENERGIES},
        number=request.number.strip(),
        entered_by=call.actor.name,
        entered_at_utc=call.now_utc,
    )
    if wrong := list(wrong_with(house, statement, call)):
        raise InvalidRequestError(wrong)
    if (doubts := list(doubts_about(house, plant, statement, call))) and not request.confirm:
        raise DoubtfulFeedInError(doubts)
    if not await house.ledger.keep_feed_in([statement]):
        raise ConflictError("feed_in.twice", plant=plant.name, month=statement.month)
    kept = await house.ledger.feed_in([plant.id], [statement.month])
    return feed_in_row(kept[-1], house.inventory())


async def withdraw_feed_in(house: House, request: WithdrawFeedIn, call: Call) -> FeedInRow:
    """Take a statement back, or let one that was taken back count again; it stays in the list with who did it and why.

    Raises `NotFoundError`, and `ConflictError` where that is so already.
    """
    reason = "" if request.restore else request.reason
    if not await house.ledger.withdraw_feed_in([request.id], call.actor.name, call.now_utc, reason):
        there = await _statement(house, request.id)
        said = "feed_in.restored_already" if request.restore else "feed_in.withdrawn_already"
        raise ConflictError(said, id=there.id)
    return feed_in_row(await _statement(house, request.id), house.inventory())


def known_plant(house: House, text: str) -> Plant:
    """Return a plant by its id. Raises `NotFoundError`."""
    plant = house.inventory().plants.get(text.removeprefix("plant:"))
    if plant is None:
        raise NotFoundError("feed_in.plant_unknown", id=text[:80])
    return plant


def wrong_with(house: House, statement: FeedInStatement, call: Call) -> Iterator[Finding]:
    """Yield why a statement cannot be kept."""
    if not f"{FIRST_YEAR}-01" <= statement.month <= f"{house.day(call.now_utc):%Y-%m}":
        yield Finding.of("feed_in.month_invalid", field="month", month=statement.month)
    said = {name: getattr(statement, name) for name in ENERGIES}
    if all(energy is None for energy in said.values()):
        yield Finding.of("feed_in.says_nothing", field="fed_in_wh")
    for name, energy in said.items():
        if energy is not None and energy < 0:
            yield Finding.of("feed_in.below_zero", field=name)


def doubts_about(house: House, plant: Plant, statement: FeedInStatement, call: Call) -> Iterator[Finding]:
    """Yield what of a statement cannot be right, as the settlement would find it."""
    zone = ZoneInfo(house.time_zone)
    months = {statement.month: months_of(int(statement.month[:4]), zone)[statement.month]}
    said = stated_by([statement])[plant.id][statement.month]
    month = BaseMonth(
        month=statement.month,
        fed_in_wh=said.fed_in_wh,
        fictitious_wh=said.fictitious_wh,
        negative_wh=said.negative_wh,
    )
    yield from impossible(plant, month, presences(plant, months, call.now_utc, zone)[0])


async def _statement(house: House, id: int) -> FeedInStatement:  # noqa: A002
    found = await house.ledger.feed_in(None, None, withdrawn=True)
    statement = next((each for each in found if each.id == id), None)
    if statement is None:
        raise NotFoundError("feed_in.unknown", id=id)
    return statement


def _month(text: str) -> str:
    try:
        return month_of(text)
    except CellError as error:
        raise InvalidRequestError([Finding.of("feed_in.month_invalid", field="month", month=text[:20])]) from error
