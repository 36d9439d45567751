"""Whether anything that a statement stands on has changed since it was computed, told without reading it into facts."""

from __future__ import annotations

from typing import Protocol

from core.periods import Period
from core.statements import StatementKey


class InputBook(Protocol):
    """Tells digests of what the other books keep, and remembers one of all that something was computed from."""

    async def digest_of_valuations(self, period: Period) -> str:
        """Return SHA-256 over whose the sessions begun in `period` were found to be, in all versions."""
        ...

    async def digest_of_statement(self, key: StatementKey) -> str:
        """Return SHA-256 over the newest version of a statement as it lies in the database; empty without one."""
        ...

    async def computed_from(self, name: str) -> int | None:
        """Return what was remembered of the inputs of something last, None if nothing was."""
        ...

    async def set_computed_from(self, name: str, inputs: int) -> None:
        """Remember a digest of the inputs that something was computed from: 63 bits of it."""
        ...
