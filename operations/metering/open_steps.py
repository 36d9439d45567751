"""Steps of registers that wait for a booking: kept while the readings tell of them, forgotten once they do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from core.intervals import SeriesKey
from core.meter_life import MeterProposal, ProposalBook
from energy.batch import Outcome
from energy.register_rules import Proposal, Step
from energy.register_walk import at_utc, epoch_ms
from operations.intervals.plans import Plan

WAITS = timedelta(days=1)
"""What has been pending for so long is asked about."""


class OpenSteps:
    """The steps that are known, compared with those that counting finds."""

    def __init__(self, book: ProposalBook, known: Sequence[MeterProposal], now_utc: datetime) -> None:
        self._book = book
        self._now_utc = now_utc
        self._known: dict[SeriesKey, list[MeterProposal]] = defaultdict(list)
        for one in known:
            self._known[one.source, one.quantity].append(one)

    @classmethod
    async def of(cls, book: ProposalBook, now_utc: datetime) -> OpenSteps:
        """Return what is known now."""
        return cls(book, await book.proposals(), now_utc)

    async def judge(self, plan: Plan, since_ms: int, outcome: Outcome) -> int:
        """Keep what counting on from `since_ms` found, forget what it did not find again; return how much is new."""
        if outcome.failed:
            return 0
        found = {_place(each): each for each in outcome.proposals}
        if outcome.pending and plan.final and self._waits_long(plan, outcome.pending):
            found[_place(outcome.pending)] = outcome.pending
        until_ms = outcome.standings[-1][0] if outcome.standings else since_ms
        seen = [one for one in self._known[plan.key] if _is_seen(one, plan, since_ms, until_ms)]
        same = {(one.from_utc, one.to_utc) for one in seen if found.get((one.from_utc, one.to_utc)) is not None}
        settled = [one for one in seen if (one.from_utc, one.to_utc) not in same]
        new = [self._kept(plan.key, each) for place, each in found.items() if place not in same]
        new = [one for one in new if all(one.place != other.place for other in self._known[plan.key])]
        if new or settled:
            await self._book.propose(new, [one.id for one in settled])
            self._known[plan.key] = [one for one in self._known[plan.key] if one not in settled] + new
        return len(new)

    def _waits_long(self, plan: Plan, pending: Proposal) -> bool:
        closed = plan.is_closed(epoch_ms(pending.to_utc), self._now_utc)
        return closed or self._now_utc - pending.to_utc >= WAITS

    def _kept(self, key: SeriesKey, found: Proposal) -> MeterProposal:
        return MeterProposal(
            source=key[0],
            quantity=key[1],
            step=found.step.name.lower(),
            from_utc=found.from_utc,
            from_value=found.from_value,
            to_utc=found.to_utc,
            to_value=found.to_value,
            found_at_utc=self._now_utc,
        )


def _place(proposal: Proposal) -> tuple[datetime, datetime]:
    return proposal.from_utc, proposal.to_utc


def _is_seen(known: MeterProposal, plan: Plan, since_ms: int, until_ms: int) -> bool:
    """Return whether counting would have found a known step again: it lies in what was counted, or it was pending."""
    if known.step == Step.PENDING.name.lower():
        return plan.final
    return at_utc(since_ms) < known.to_utc <= at_utc(until_ms)
