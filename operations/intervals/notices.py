"""What people must be told about series: steps that only they can explain, what could not be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.books import RejectionBook
from core.facts import Notice
from core.intervals import SeriesKey
from core.texts import Finding
from core.units import look_of
from energy.register_rules import Proposal, Step
from energy.register_walk import at_utc


@dataclass(frozen=True, slots=True)
class Odd:
    """Something odd about a source; `asks` if a person can settle it by a booking."""

    source: str
    finding: Finding
    asks: bool = False

    @staticmethod
    def step(key: SeriesKey, proposal: Proposal) -> Odd:
        """Return the question about a step of a register."""
        look = look_of(key[1])
        said = {
            "quantity": key[1].value,
            "unit": look.shown_unit,
            "from_utc": _said(proposal.from_utc),
            "from_value": round(proposal.from_value / look.divisor, look.decimals),
            "to_utc": _said(proposal.to_utc),
            "to_value": round(proposal.to_value / look.divisor, look.decimals),
        }
        match proposal.step:
            case Step.EXCHANGE:
                return Odd(key[0], Finding.of("intervals.exchange_suspected", **said), asks=True)
            case Step.JUMP:
                return Odd(key[0], Finding.of("intervals.jump_suspected", **said), asks=True)
        return Odd(key[0], Finding.of("intervals.undecided", **said), asks=True)

    @staticmethod
    def failed(key: SeriesKey, reason: str) -> Odd:
        """Return that a series could not be counted."""
        return Odd(key[0], Finding.of("intervals.not_counted", quantity=key[1].value, reason=reason))

    @staticmethod
    def too_old(key: SeriesKey, at_ms: int) -> Odd:
        """Return that a change came after the readings around it had been deleted."""
        return Odd(key[0], Finding.of("intervals.readings_gone", quantity=key[1].value, at=_said(at_utc(at_ms))))

    @staticmethod
    def ruled_since(key: SeriesKey, at_ms: int) -> Odd:
        """Return that other rules hold from an instant on only, for earlier readings have been deleted."""
        return Odd(key[0], Finding.of("intervals.ruled_since", quantity=key[1].value, at=_said(at_utc(at_ms))))


async def notice_odd(book: RejectionBook, odd: Sequence[Odd], now_utc: datetime) -> int:
    """Keep what has not been said yet in these very words; return how many new questions there are."""
    if not odd:
        return 0
    said = {(notice.source, notice.finding) for notice in await book.notices({one.source for one in odd})}
    new = [one for one in dict.fromkeys(odd) if (one.source, one.finding) not in said]
    await book.notice(
        [Notice(source=one.source, finding=one.finding, first_seen_utc=now_utc, last_seen_utc=now_utc) for one in new]
    )
    return sum(one.asks for one in new)


def _said(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
