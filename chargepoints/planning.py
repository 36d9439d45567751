"""Schedules that vehicles ask for by ISO 15118 (OCPP 2.0.1, K15 to K17), sent as limits of their sessions.

A vehicle may charge as its outlet and itself allow, and no faster than a person said for this session: when within
that it charges, it plans for itself. Grid connections are kept to by other limits, which hold beside these.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from chargepoints.decoding.events import Arrival, ChargingNeeds, Event
from chargepoints.transactions import max_power_w
from core.books import Ledger
from core.command_words import LimitPurpose
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.errors import StoreError
from core.facts import ChargeSession
from core.inventory import Inventory
from core.texts import Finding

PLANNER: Final = "job:charging_needs"
"""Who gives the commands that bring schedules."""

_FOR: Final = timedelta(minutes=1)
"""So long a vehicle waits for its schedule (ISO 15118-2, V2G_SECC_Sequence_Timeout)."""

_LOG = logging.getLogger(__name__)


class Planning:
    """Answers vehicles' wishes. `stored` returns once all that stations said is in the books."""

    def __init__(
        self,
        inventory: Callable[[], Inventory],
        book: Ledger,
        *,
        stored: Callable[[], Awaitable[None]],
        wake: Callable[[], None],
        note: Callable[[str, Finding, datetime], None],
    ) -> None:
        self._inventory = inventory
        self._book = book
        self._stored = stored
        self._wake = wake
        self._note = note
        self._tasks: set[asyncio.Task[None]] = set()

    def can(self, station: str, needs: ChargingNeeds) -> bool:
        """Return whether a schedule can be made: somebody must know what the outlet gives."""
        return max_power_w(self._inventory(), station, needs.connector) is not None

    def heard(self, arrival: Arrival, event: Event) -> None:
        """Send the schedule that was promised."""
        if isinstance(event, ChargingNeeds) and event.accepted:
            task = asyncio.create_task(_kept(arrival.station, self._send(arrival, event)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, arrival: Arrival, needs: ChargingNeeds) -> None:
        await asyncio.sleep(0)  # this message is told first, then all until here is stored
        await self._stored()
        station, at_utc = arrival.station, arrival.received_at_utc
        session = await self._running(station, needs.connector)
        if session is None:
            self._note(station, Finding.of("ocpp.needs_without_session", connector=needs.connector), at_utc)
            return
        request = await self._wanted(session) or self._allowed(session, needs)
        command = Command(
            station=station,
            kind=CommandKind.LIMIT,
            request=request,
            connector=session.connector,
            asked_by=PLANNER,
            asked_at_utc=at_utc,
            expires_at_utc=at_utc + _FOR,
        )
        await self._book.ask([command])
        self._wake()

    async def _running(self, station: str, connector: int) -> ChargeSession | None:
        """Return the session that began last of those that run at an outlet."""
        at_outlet = [
            each for each in await self._book.open_sessions() if (each.station, each.connector) == (station, connector)
        ]
        return max(at_outlet, key=lambda session: session.begun_at_utc, default=None)

    async def _wanted(self, session: ChargeSession) -> Mapping[str, Any] | None:
        """Return the limit that somebody set for this very session last, None if nobody did."""
        done = CommandFilter(
            stations=frozenset({session.station}),
            kinds=frozenset({CommandKind.LIMIT}),
            states=frozenset({CommandState.DONE}),
        )
        page = await self._book.commands(done)
        of_people = [
            each for each in page.items if each.asked_by != PLANNER and each.request.get("session") == session.id
        ]
        return max(of_people, key=lambda command: command.id).request if of_people else None

    def _allowed(self, session: ChargeSession, needs: ChargingNeeds) -> dict[str, Any]:
        """Return what outlet and vehicle allow, as a limit."""
        limits_w = max_power_w(self._inventory(), session.station, session.connector), needs.most_power_w
        said = {"session": session.id, "purpose": LimitPurpose.SESSION.value, "connector": session.connector}
        phases = {} if needs.phases is None else {"phases": needs.phases}
        return said | phases | {"power_w": min(limit_w for limit_w in limits_w if limit_w is not None)}


async def _kept(station: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except StoreError as error:  # the vehicle asks again, or charges as other limits allow
        _LOG.error("schedule_not_sent station=%s finding=%s", station, error.finding)
