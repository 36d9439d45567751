"""Certificates that stations ask for: whether they get one, and the command that brings it, again if need be."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from chargepoints.authority import Authority
from chargepoints.certificates import CertificateRecords
from chargepoints.decoding.events import Arrival, CertificateAsked, Event
from core.command_words import SignedUse
from core.commands import Command, CommandBook, CommandFilter, CommandKind, CommandState
from core.errors import StoreError
from core.inventory import Inventory
from core.texts import Finding

SIGNER: Final = "job:certificates"
Note = Callable[[str, Finding], None]
"""Keeps what happened at a station as an event of its security."""

_LOG = logging.getLogger(__name__)
_FOR: Final = timedelta(hours=1)
"""How long a station may take to come for its certificate before it has to ask again."""

_TRIES: Final = 3
_PAUSE: Final = timedelta(seconds=30)
"""How long after the first try, whose answer never came or was an error, the second is; the third takes twice that."""

_MOST_AN_HOUR: Final = 20


class Signing:
    """Judges requests for certificates and has the signed ones sent; without an authority all are refused."""

    def __init__(
        self,
        authority: Authority | None,
        inventory: Callable[[], Inventory],
        book: CommandBook,
        records: CertificateRecords,
        *,
        wake: Callable[[], None],
        note: Note,
    ) -> None:
        self._authority = authority
        self._inventory = inventory
        self._book = book
        self._records = records
        self._wake = wake
        self._note = note
        self._tasks: set[asyncio.Task[None]] = set()
        self._signed: dict[str, deque[datetime]] = {}

    def objection(self, station: str, asked: CertificateAsked, now_utc: datetime) -> Finding | None:
        """Return what speaks against signing what a station asks for."""
        if self._authority is None:
            return Finding.of("ocpp.no_authority")
        known = self._inventory().stations.get(station)
        if known is None or known.security_profile == 0:
            return Finding.of("ocpp.csr_without_password")
        if not asked.for_station:
            return Finding.of("ocpp.csr_for_contracts")
        objection = self._authority.objection(asked.request, {known.id, known.serial_number} - {""})
        return objection or self._hurry(station, now_utc)

    def heard(self, arrival: Arrival, event: Event) -> None:
        """Sign what was accepted."""
        if isinstance(event, CertificateAsked) and event.accepted and self._authority is not None:
            self._beside(arrival.station, self._send(self._authority, arrival, event))

    def shown(self, station: str, serial_number: str) -> None:
        """Write down that a station proved itself by a certificate."""
        self._beside(station, self._records.shown(station, serial_number))

    async def followed(self, command: Command) -> None:
        """Write down what a command about certificates came to; send a signed one again that got no proper answer."""
        await self._records.followed(command)
        ours = command.kind is CommandKind.CERTIFICATE_SIGNED and command.asked_by == SIGNER
        if not ours or command.sent_at_utc is None or not command.state.final or command.state is CommandState.DONE:
            return
        tries = await self._records.tries(command)
        if command.state in (CommandState.FAILED, CommandState.TIMED_OUT) and tries < _TRIES:
            await self._again(command, tries)
        elif command.state is not CommandState.CANCELLED:
            self._note(command.station, Finding.of("ocpp.certificate_not_taken", count=tries))

    def _hurry(self, station: str, now_utc: datetime) -> Finding | None:
        """Return what is said to a station that asks without end: each certificate costs us a row that stays."""
        lately = self._signed.setdefault(station, deque(maxlen=_MOST_AN_HOUR))
        if len(lately) == _MOST_AN_HOUR and now_utc - lately[0] < _FOR:
            return Finding.of("ocpp.csr_too_often", limit=_MOST_AN_HOUR)
        lately.append(now_utc)
        return None

    def _beside(self, station: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_kept(station, work))
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
        await self._drop_older(arrival.station, at_utc)
        await self._records.issued(arrival.station, chain)
        await self._book.ask([command])
        self._wake()

    async def _drop_older(self, station: str, at_utc: datetime) -> None:
        """Cancel what still waits to be sent: the station has asked anew, perhaps with another key."""
        wanted = CommandFilter(
            stations=frozenset({station}),
            kinds=frozenset({CommandKind.CERTIFICATE_SIGNED}),
            states=frozenset({CommandState.WAITING}),
        )
        anew = Finding.of("ocpp.certificate_asked_anew")
        for each in (await self._book.commands(wanted)).items:
            over = replace(each, state=CommandState.CANCELLED, finished_at_utc=at_utc, finding=anew)
            await self._book.save_command(over)

    async def _again(self, command: Command, tries: int) -> None:
        after_utc = (command.finished_at_utc or command.asked_at_utc) + _PAUSE * tries
        again = Command(
            station=command.station,
            kind=command.kind,
            request=command.request,
            asked_by=SIGNER,
            asked_at_utc=command.asked_at_utc,
            expires_at_utc=max(command.expires_at_utc, after_utc + _PAUSE),
            not_before_utc=after_utc,
        )
        await self._book.ask([again])
        self._wake()


async def _kept(station: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except StoreError as error:  # a station asks again by itself when no certificate comes
        _LOG.error("certificate_not_kept station=%s finding=%s", station, error.finding)
