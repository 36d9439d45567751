"""What charge points told of a customer because they were asked to (2.x): read, and forgotten, by administrators.

It comes sealed into journal and ledger and is opened only here, for whoever has to answer a person (Art. 15 GDPR);
that somebody read it is in the audit. What is forgotten here stays sealed in the journal until that is deleted by rule.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.commands import Command, CommandFilter, CommandKind
from core.errors import ConflictError, FormatError, NotFoundError, UnavailableError
from operations.house import Call, House

_SEAL: Final = "sealed:"
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCustomer:
    """What a charge point told of a customer, by the number of the command that asked for it."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetCustomer:
    """Which answer about a customer is forgotten, by the number of the command that asked for it."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTold:
    """What a charge point told of a customer: its parts in their order, as one text. `cut`: it was more."""

    id: int
    station: str
    told_at_utc: datetime | None
    parts: int
    cut: bool
    text: str


async def show_customer(house: House, request: ShowCustomer, call: Call) -> CustomerTold:
    """Return what was told. Raises `NotFoundError` where nothing was, `UnavailableError` where no key opens it."""
    return opened(house, await _told(house, request.id, call))


async def forget_customer(house: House, request: ForgetCustomer, call: Call) -> CustomerTold:
    """Forget what was told, and the customer's identifier that was asked with; return what is left of it.

    Raises `NotFoundError`, and `ConflictError` while the charge point has not told all.
    """
    command = await _told(house, request.id, call)
    if not command.state.final:
        raise ConflictError("privacy.customer_under_way", id=command.id)
    await _forget(house, command)
    return CustomerTold(
        id=command.id, station=command.station, told_at_utc=command.finished_at_utc, parts=0, cut=False, text=""
    )


async def told_with_card(house: House, pseudonym: str) -> AsyncIterator[Mapping[str, Any]]:
    """Yield what charge points told of whoever has a card."""
    async for command in answers_about(house, pseudonym):
        told = opened(house, command)
        yield {"station": told.station, "told_at_utc": told.told_at_utc, "text": told.text}


async def forget_told_with(house: House, pseudonym: str) -> int:
    """Forget what charge points told of whoever has a card; return how many answers there were."""
    found = [command async for command in answers_about(house, pseudonym)]
    for command in found:
        await _forget(house, command)
    return len(found)


async def answers_about(house: House, pseudonym: str) -> AsyncIterator[Command]:
    """Yield the commands that were answered about whoever has a card."""
    cursor: str | None = None
    while True:
        wanted = CommandFilter(kinds=frozenset({CommandKind.CUSTOMER_INFORMATION}), limit=_AT_ONCE, cursor=cursor)
        page = await house.ledger.commands(wanted)
        for command in page.items:
            if command.request.get("tag") == pseudonym and command.answer.get("customer"):
                yield command
        cursor = page.next_cursor
        if cursor is None:
            return


async def _forget(house: House, command: Command) -> None:
    said = {name: value for name, value in command.request.items() if name != "customer"}
    answer = {name: value for name, value in command.answer.items() if name != "customer"}
    await house.ledger.forget_answer(command.id, said, answer)


def opened(house: House, command: Command) -> CustomerTold:
    """Return what a command's answer tells, in the clear."""
    pieces = [str(each.get("data", "")) for each in command.answer.get("customer", ())]
    return CustomerTold(
        id=command.id,
        station=command.station,
        told_at_utc=command.finished_at_utc,
        parts=len(pieces),
        cut=bool(command.answer.get("cut")),
        text="".join(_clear(house, piece) for piece in pieces),
    )


def _clear(house: House, piece: str) -> str:
    if not piece.startswith(_SEAL):
        return piece
    if house.unseal is None:
        raise UnavailableError("privacy.no_key")
    try:
        return house.unseal(bytes.fromhex(piece.removeprefix(_SEAL))).decode("utf-8", errors="replace")
    except (FormatError, ValueError) as error:
        raise UnavailableError("privacy.no_key") from error


async def _told(house: House, number: int, call: Call) -> Command:
    command = await house.ledger.command(number)
    if command is None or command.kind is not CommandKind.CUSTOMER_INFORMATION or not command.answer.get("customer"):
        raise NotFoundError("privacy.customer_not_told", id=number)
    station = house.inventory().stations.get(command.station)
    call.must_see(station.site if station else None)
    return command
