"""Certificates that stations ask for: whether they get one, and the command that brings it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from chargepoints.authority import Authority
from chargepoints.decoding.events import Arrival, CertificateAsked, Event
from core.command_words import SignedUse
from core.commands import Command, CommandBook, CommandKind
from core.inventory import Inventory
from core.texts import Finding

SIGNER: Final = "job:certificates"
_FOR: Final = timedelta(hours=1)
"""How long a station may take to come for its certificate before it has to ask again."""


class Signing:
    """Judges requests for certificates and has the signed ones sent; without an authority all are refused."""

    def __init__(
        self,
        authority: Authority | None,
        inventory: Callable[[], Inventory],
        book: CommandBook,
        wake: Callable[[], None],
    ) -> None:
        self._authority = authority
        self._inventory = inventory
        self._book = book
        self._wake = wake
        self._tasks: set[asyncio.Task[None]] = set()

    def objection(self, station: str, asked: CertificateAsked) -> Finding | None:
        """Return what speaks against signing what a station asks for."""
        if self._authority is None:
            return Finding.of("ocpp.no_authority")
        known = self._inventory().stations.get(station)
        if known is None or known.security_profile == 0:
            return Finding.of("ocpp.csr_without_password")
        if not asked.for_station:
            return Finding.of("ocpp.csr_for_contracts")
        return self._authority.objection(asked.request, {known.id, known.serial_number} - {""})

    def heard(self, arrival: Arrival, event: Event) -> None:
        """Sign what was accepted."""
        if isinstance(event, CertificateAsked) and event.accepted and self._authority is not None:
            task = asyncio.create_task(self._send(self._authority, arrival, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, authority: Authority, arrival: Arrival, asked: CertificateAsked) -> None:
        at_utc = arrival.received_at_utc
        chain = await asyncio.to_thread(authority.sign, asked.request, at_utc)
        command = Command(
            station=arrival.station,
            kind=CommandKind.CERTIFICATE_SIGNED,
            request={"chain": chain, "use": SignedUse.STATION.value, "request": asked.number},
            asked_by=SIGNER,
            asked_at_utc=at_utc,
            expires_at_utc=at_utc + _FOR,
        )
        await self._book.ask([command])
        self._wake()
