"""Which firmware files stations need now: those whose address a roll-out or a command under way carries."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from chargepoints.firmware_files import PREFIX
from core.books import Ledger
from core.commands import CommandFilter, CommandKind, CommandState
from core.firmware import FirmwareFile

_LOADING: Final = frozenset({CommandKind.FIRMWARE, CommandKind.PUBLISH_FIRMWARE})
_UNDER_WAY: Final = frozenset(state for state in CommandState if not state.final)
_AT_ONCE: Final = 500


async def addresses_in_use(ledger: Ledger) -> frozenset[str]:
    """Return the addresses from which stations may load firmware now, whoever serves them."""
    return frozenset({*await _of_commands(ledger), *await _of_rollouts(ledger)})


async def needed_file(ledger: Ledger, number: int, token: str) -> FirmwareFile | None:
    """Return a file of the library; None unless something under way carries the address with this token."""
    for address in await addresses_in_use(ledger):
        if f"{PREFIX}{token}/" in address:
            return await ledger.firmware(number)
    return None


def is_among(file: FirmwareFile, addresses: Collection[str]) -> bool:
    """Return whether one of these addresses is that of a file."""
    return any(f"{PREFIX}{file.id:x}." in address for address in addresses)


async def _of_commands(ledger: Ledger) -> set[str]:
    found: set[str] = set()
    cursor: str | None = None
    while True:
        wanted = CommandFilter(kinds=_LOADING, states=_UNDER_WAY, limit=_AT_ONCE, cursor=cursor)
        page = await ledger.commands(wanted)
        found |= {str(each.request.get("url", "")) for each in page.items}
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _of_rollouts(ledger: Ledger) -> set[str]:
    return {each.url for each in await ledger.rollouts() if not all(station.state.final for station in each.stations)}
