"""What a meter's life asks of people: steps that only they can explain, and links by which they tell a reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterProposal:
    """A step of a register that waits for a booking: the last position on the line, the first one off it.

    `step` is what it looks like (`exchange`, `jump`, `pending`). Dismissed ones stay as they are for as
    long as the readings tell the same. `id` is 0 until the ledger has given one.
    """

    source: str
    quantity: Quantity
    step: str
    from_utc: datetime
    from_value: float
    to_utc: datetime
    to_value: float
    found_at_utc: datetime
    dismissed_at_utc: datetime | None = None
    dismissed_by: str = ""
    dismissed_reason: str = ""
    id: int = 0

    @property
    def place(self) -> tuple[str, Quantity, datetime, datetime]:
        """Return what names the step: the register and the instants before and after it."""
        return self.source, self.quantity, self.from_utc, self.to_utc


class ProposalBook(Protocol):
    """Keeps steps that wait for a booking."""

    async def propose(self, found: Sequence[MeterProposal], settled: Collection[int] = ()) -> None:
        """Forget those that are no longer so, keep those that are new; one that is known stays as it is."""
        ...

    async def proposals(self, sources: Collection[str] | None = None) -> tuple[MeterProposal, ...]:
        """Return all, dismissed ones too, the newest step first."""
        ...

    async def proposal(self, id: int) -> MeterProposal | None:  # noqa: A002
        """Return one, None if there is none."""
        ...

    async def dismiss(self, id: int, at_utc: datetime, by: str, reason: str) -> None:  # noqa: A002
        """Remember that nothing is to be booked. Raises `NotFoundError` if there is no such proposal."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLink:
    """Leave to tell readings of one register without signing in, kept by the digest of its secret.

    One that is not `lasting` is good for a single reading. `last_used_at_utc` is the reading before.
    """

    digest: str
    source: str
    quantity: Quantity
    issued_by: str
    issued_at_utc: datetime
    expires_at_utc: datetime
    lasting: bool = False
    last_used_at_utc: datetime | None = None


class ReadingLinkBook(Protocol):
    """Keeps links by which people tell readings."""

    async def save_links_to_read(self, links: Sequence[ReadingLink], now_utc: datetime) -> None:
        """Keep new links; forget those that have expired."""
        ...

    async def link_to_read(self, digest: str, now_utc: datetime) -> ReadingLink | None:
        """Return a link that is good now, None if it is unknown, used up or expired."""
        ...

    async def use_link_to_read(self, digest: str, now_utc: datetime, not_since_utc: datetime) -> bool:
        """Return whether the link may be used now, and use it: once, or again if not used after `not_since_utc`."""
        ...

    async def free_link_to_read(self, link: ReadingLink) -> None:
        """Put a link back as it was before a use that came to nothing."""
        ...

    async def links_to_read(self, source: str, now_utc: datetime) -> tuple[ReadingLink, ...]:
        """Return the links of a source that are good now, by their expiry."""
        ...

    async def drop_links_to_read(self, source: str) -> int:
        """Forget all links of a source; return how many."""
        ...
