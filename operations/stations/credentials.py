"""How a charge point proves itself changes: several passwords are good for a while, and its profile follows it.

A new password is seen by nobody. The security profile of the entry is raised once a station has come by the one that
it had taken on from us (1.6: SecurityProfile; 2.x: a network profile): after that nothing less lets it in, as A05 of
OCPP 2.0.1 and of the security whitepaper for 1.6 asks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from core.commands import Command, CommandFilter, CommandKind, CommandState
from operations.house import House
from operations.inventory import write

_ACTOR: Final = "job:credentials"
_STATIONS: Final = "stations"
_PROFILE_KEYS: Final = frozenset({"securityprofile", "securityctrlr/securityprofile"})
_TELLING: Final = CommandFilter(
    kinds=frozenset({CommandKind.SET, CommandKind.NETWORK_PROFILE}), states=frozenset({CommandState.DONE})
)


@dataclass(frozen=True, slots=True)
class KeptCredentials:
    """`core.ports.StationCredentials` over the configuration folder."""

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
            about = f"{_STATIONS}/{station}"
            await self.house.ledger.audit(_ACTOR, "stations.password.taken", about, "", self.house.clock())

    async def came_by(self, station: str, profile: int) -> None:
        """Enter the security profile that a station came by, if it had taken it on from us."""
        wanted = replace(_TELLING, stations=frozenset({station}))
        told = (await self.house.ledger.commands(wanted)).items
        if not any(profile == _profile_in(command) for command in told):
            return
        by, at, said = _ACTOR, self.house.clock(), {"security_profile": str(profile)}
        await write(self.house, lambda managed: managed.change_fields(_STATIONS, station, said, actor=by, now_utc=at))
        await self.house.ledger.audit(by, "stations.profile.raised", f"{_STATIONS}/{station}", str(profile), at)


def _profile_in(command: Command) -> int | None:
    """Return the security profile that a command told its station to take on, None if it told none."""
    if command.kind is CommandKind.NETWORK_PROFILE:
        return int(command.request.get("security_profile", 0)) or None
    for setting in command.request.get("settings", ()):
        if str(setting.get("key", "")).casefold() in _PROFILE_KEYS and str(setting.get("value", "")).isdigit():
            return int(setting["value"])
    return None
