"""What a month's statement stands on, as one number: a month of which nothing has changed is not computed again.

Months of which readings may still come are always computed, and so are those with sessions of which nobody knows yet
how much was roof power: what quarter hours say is not in the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Final

from core.periods import Period
from core.statements import StatementKey
from operations.house import House
from operations.savings.papers import MonthPapers

_NUMBER_BYTE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthInputs:
    """All that a month's statement is computed from, as a digest; quarter hours of sessions are not in it."""

    key: StatementKey
    digest: str

    async def are_as_before(self, house: House) -> bool:
        """Return whether the newest statement of the month was computed from the same, and lies there unchanged."""
        return await house.ledger.computed_from(self._name) == await self._number(house)

    async def remember(self, house: House) -> None:
        """Remember that the newest statement of the month says all that follows from these."""
        await house.ledger.set_computed_from(self._name, await self._number(house))

    @property
    def _name(self) -> str:
        return _name_of(self.key)

    async def _number(self, house: House) -> int:
        whole = sha256(f"{self.digest} {await house.ledger.digest_of_statement(self.key)}".encode()).digest()
        return int.from_bytes(whole[:_NUMBER_BYTE], "big") >> 1


async def was_computed(house: House, key: StatementKey) -> bool:
    """Return whether it is remembered of a statement what it was computed from."""
    return await house.ledger.computed_from(_name_of(key)) is not None


async def inputs_of(house: House, key: StatementKey, papers: MonthPapers, reach: Period) -> MonthInputs:
    """Return what a month's statement would be computed from now; sessions in `reach` may bring energy into it."""
    said = (
        _release(),
        papers.month,
        house.time_zone,
        papers.vehicles,
        tuple(papers.table),
        papers.intensities.course,
        papers.vouchers,
        papers.days.digest(),
        papers.evening.digest(),
        await house.ledger.digest_of_valuations(reach),
    )
    return MonthInputs(key=key, digest=sha256(repr(said).encode()).hexdigest())


def _name_of(key: StatementKey) -> str:
    return f"{key.kind}/{key.period}"


@cache
def _release() -> str:
    """Return the release: another one may compute otherwise."""
    return version("kreiswatt")
