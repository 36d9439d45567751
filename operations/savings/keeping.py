"""Months on their way from what was read of them to their statements: one is reckoned while another is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.statements import StatementDraft
from core.texts import catalogue
from operations.house import Call, House
from operations.savings.reading import MonthRead, key_of
from operations.savings.stating import Stated, state


@dataclass(slots=True, kw_only=True)
class SavingsDone:
    """Of how many `months` the statement was computed, and of how many there is a new version."""

    months: int = 0
    versions: int = 0

    def count(self, found: bool | None) -> None:  # noqa: FBT001 - it is what was found, not how to count
        """Count a month by whether there is a new version of it, None where there is no statement."""
        self.months += found is not None
        self.versions += bool(found)


@dataclass(slots=True)
class Line:
    """Months on their way: while one is read, the one before is reckoned, and the one before that is kept."""

    house: House
    call: Call
    done: SavingsDone
    _reckoning: asyncio.Task[_Reckoned] | None = None
    _keeping: asyncio.Task[None] | None = None

    async def take(self, *, read: MonthRead | bool | None) -> None:
        """Begin to reckon a month once the one before is, and to keep that once the one before it is."""
        await self._hand_on()
        self._reckoning = asyncio.create_task(_reckoned(self.house, read=read))

    async def end(self) -> None:
        """Wait until all are kept."""
        await self._hand_on()
        if self._keeping is not None:
            await self._keeping

    async def cancel(self) -> None:
        """Give up what is not kept yet."""
        left = [each for each in (self._reckoning, self._keeping) if each is not None]
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _hand_on(self) -> None:
        if self._reckoning is None:
            return
        found = await self._reckoning
        if self._keeping is not None:
            await self._keeping
        self._reckoning, self._keeping = None, asyncio.create_task(self._keep(found))

    async def _keep(self, found: _Reckoned) -> None:
        self.done.count(await _kept(self.house, self.call, found))


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """What was read of a month, and what is to be frozen of it, None where that says nothing new."""

    read: MonthRead | bool | None
    stated: Stated | None = None


async def _reckoned(house: House, *, read: MonthRead | bool | None) -> _Reckoned:
    return _Reckoned(read, await state(house, read.papers) if isinstance(read, MonthRead) else None)


async def _kept(house: House, call: Call, found: _Reckoned) -> bool | None:
    """Keep a month's statement, wherever it says something new; return whether it does."""
    read, stated = found.read, found.stated
    if not isinstance(read, MonthRead):
        return read
    if stated is not None:
        texts = catalogue(house.language)
        draft = StatementDraft(
            key=key_of(read.papers.month),
            body=stated.body,
            inputs_digest=stated.digest,
            reason=" ".join(texts.tell(each) for each in stated.because),
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
        )
        await house.ledger.state(draft)
    if read.inputs is not None:
        await read.inputs.remember(house)
    return stated is not None
