"""What a session has cost so far, told to stations that show it (OCPP 2.0.1, I02 and I03).

The price is the one of its site. What is told is the register's way since the session's begin, without the repairs that
a session gets once it is over: where the register is not plain, nothing is told.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chargepoints.decoding.events import EvidenceKind, ReadingContext, TransactionEvidence
from chargepoints.session_energy import LARGEST_BATTERY_WH
from chargepoints.sessions import session_id
from core.inventory import Inventory
from core.quantities import Quantity
from core.session_corrections import SessionCorrectionBook

_WH_PER_KWH: Final = Decimal(1000)
_CENT: Final = Decimal("0.01")
_MOST: Final = 20_000
"""So many sessions are remembered; of others the books tell the begin."""


@dataclass(slots=True)
class _Dial:
    """The register of a session's outlet: where it began, where it is."""

    start_wh: float
    now_wh: float


class Costs:
    """Reckons what running sessions cost."""

    def __init__(self, inventory: Callable[[], Inventory], book: SessionCorrectionBook) -> None:
        self._inventory = inventory
        self._book = book
        self._dials: OrderedDict[str, _Dial] = OrderedDict()

    async def so_far(self, event: TransactionEvidence) -> Decimal | None:
        """Return what a session has cost, in euros and cents; None where the site has no price or no register is known.

        It is told where the register is, and at the end.
        """
        price = self._eur_per_kwh(event.arrival.station)
        if price is None:
            return None
        dial = await self._dial(event)
        if dial is None or (event.kind is not EvidenceKind.END and not _registers(event)):
            return None
        energy_wh = dial.now_wh - dial.start_wh
        if not 0 <= energy_wh <= LARGEST_BATTERY_WH:
            return None
        return (price * Decimal(str(energy_wh)) / _WH_PER_KWH).quantize(_CENT)

    def _eur_per_kwh(self, station: str) -> Decimal | None:
        inventory = self._inventory()
        known = inventory.stations.get(station)
        site = inventory.sites.get(known.site) if known else None
        return site.charging_eur_per_kwh if site else None

    async def _dial(self, event: TransactionEvidence) -> _Dial | None:
        """Return where the register is after an event, None while nothing has told it."""
        id_ = session_id(event.arrival.station, event.arrival.protocol, event.transaction)
        registers = _registers(event)
        dial = self._dials.pop(id_, None)
        if dial is None:
            dial = await self._kept(id_, registers)
        if dial is None:
            return None
        if registers:
            dial.now_wh = max(dial.now_wh, registers[-1])  # one that waited offline tells of before
        if event.kind is not EvidenceKind.END:
            self._dials[id_] = dial
            if len(self._dials) > _MOST:
                self._dials.popitem(last=False)
        return dial

    async def _kept(self, id_: str, registers: list[float]) -> _Dial | None:
        session = await self._book.session_as_told(id_)
        start_wh = session.register_start_wh if session else None
        if start_wh is None:
            return _Dial(registers[0], registers[-1]) if registers else None
        last_wh = session.register_stop_wh if session else None
        return _Dial(start_wh, start_wh if last_wh is None else last_wh)


def _registers(event: TransactionEvidence) -> list[float]:
    """Return what the event says of the register, in order of time; a begin at 0 is no reading of the dial."""
    samples = sorted(
        (each for each in event.samples if each.quantity is Quantity.ENERGY_IMPORT_WH),
        key=lambda each: each.stamp.at_utc,
    )
    return [each.value for each in samples if each.value or each.context is not ReadingContext.TRANSACTION_BEGIN]
