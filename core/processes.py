"""Several processes that serve charge points together: each station's connection belongs to one of them.

A process is alive as long as its connection to the database is. What a dead one left, its stations and the
frames it had not stored yet, is taken over by another, whole.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Protocol


class Claim(StrEnum):
    """To whom a station belongs once a process has claimed it."""

    NEW = "new"
    """To us, from now on."""
    OURS = "ours"
    """To us, as before."""
    ELSEWHERE = "elsewhere"
    """To another process, which was asked to let go of it."""


class Estate(NamedTuple):
    """What dead processes left: their stations, of which frames above `applied_frame` may not be stored yet."""

    stations: frozenset[str]
    applied_frame: int


class Call(StrEnum):
    """What processes tell each other."""

    LEAVE = "leave"
    """Let go of a station: it came to another process."""
    FREE = "free"
    """A station was let go of."""
    COMMANDS = "commands"
    """There are commands to look at."""


Hearer = Callable[[Call, str], None]
"""Is told of a call, and of which station."""


class Peers(Protocol):
    """The processes that serve charge points, seen from one of them. All raise `StoreError`."""

    async def begin(self) -> int:
        """Become one of them; return the newest journal id: frames above it may be ours."""
        ...

    async def run(self, heard: Hearer) -> None:
        """Tell what others call, until cancelled. Raises `StoreError` once we count as dead for the others."""
        ...

    async def alone(self) -> bool:
        """Return whether no other process is alive."""
        ...

    async def claim(self, station: str) -> Claim:
        """Take a station, or ask the process that has it to let go."""
        ...

    async def let_go(self, station: str) -> None:
        """Give a station away: all it said is stored."""
        ...

    async def adopt(self) -> Estate | None:
        """Take over what dead processes left, None if there is nothing."""
        ...

    async def applied(self, frame: int) -> None:
        """Remember that all our stations' frames up to this one are stored."""
        ...

    async def ring(self) -> None:
        """Have all processes look at commands."""
        ...

    async def end(self) -> None:
        """Be none of them any more; everything of ours is stored."""
        ...
