"""What a month's statement stands on, as one number: a month of which nothing has changed is not computed again.

Months of which readings may still come are always computed, and so are those with sessions of which nobody knows yet
how much was roof power: what quarter hours say is not in the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Final

from core.inventory import Vehicle
from core.periods import Period
from core.statements import StatementKey
from fleet.savings.reckoning import Month
from fleet.savings.timed import GridCourse
from operations.house import House

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
        return f"{self.key.kind}/{self.key.period}"

    async def _number(self, house: House) -> int:
        whole = sha256(f"{self.digest} {await house.ledger.digest_of_statement(self.key)}".encode()).digest()
        return int.from_bytes(whole[:_NUMBER_BYTE], "big") >> 1


async def inputs_of(
    house: House,
    key: StatementKey,
    month: Month,
    periods: tuple[Period, Period],
    vehicles: Sequence[Vehicle],
    course: GridCourse,
) -> MonthInputs:
    """Return what a month's statement would be computed from now.

    `periods` are that of the month, and that in which sessions begin which may bring energy into it.
    """
    names = [each.id for each in vehicles]
    said = (
        _release(),
        month,
        house.time_zone,
        vehicles,
        tuple(house.factors()),
        course,
        await house.ledger.vouchers_during(periods[0], names) if names else (),
        await house.ledger.digest_of_days(month.first - timedelta(days=1), month.last),
        await house.ledger.digest_of_valuations(periods[1]),
    )
    return MonthInputs(key=key, digest=sha256(repr(said).encode()).hexdigest())


@cache
def _release() -> str:
    """Return the release: another one may compute otherwise."""
    return version("kreiswatt")
