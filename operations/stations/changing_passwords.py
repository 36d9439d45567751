"""The password of a charge point is changed: both are good until it comes with the new one, which nobody ever sees."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from operations.house import House

_ACTOR = "job:passwords"


@dataclass(frozen=True, slots=True)
class KeptPasswords:
    """`core.ports.PasswordChanges` over the configuration folder."""

    house: House

    async def offer(self, station: str) -> str | None:
        """Return a new password, good beside the one before from now on; None where none can be kept."""
        managed = self.house.managed
        secret = None if managed is None else await asyncio.to_thread(managed.offer_password, station)
        if secret is not None:
            self.house.reload()
        return secret

    async def refused(self, station: str) -> None:
        """Forget the newest password: the station did not take it."""
        managed = self.house.managed
        if managed is not None and await asyncio.to_thread(managed.withdraw_password, station):
            self.house.reload()

    async def shown(self, station: str, password: bytes) -> None:
        """Forget the passwords before the one that the station has come with, unless that is the oldest."""
        managed = self.house.managed
        if managed is not None and await asyncio.to_thread(managed.prove_password, station, password):
            self.house.reload()
            about = f"stations/{station}"
            await self.house.ledger.audit(_ACTOR, "stations.password.taken", about, "", self.house.clock())
