"""What was corrected since the report before: bookings, papers withdrawn, sessions given to other vehicles by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from core.fleet import MatchBasis
from core.statements import StatementKey
from core.vouchers import Voucher, VoucherFilter
from core.work import MeterEvent
from operations.fleet_report.facts import FleetMonth, span_of_month
from operations.fleet_report.rows import Corrected, CorrectionKind
from operations.house import House

VOUCHERS_AT_ONCE: Final = 500


async def corrected_since(house: House, month: FleetMonth, kind: str, before: str) -> tuple[Corrected, ...]:
    """Return what was corrected since the report (`kind`) on the month `before` was first made, by instant.

    Where there is none, since the month began.
    """
    last = await house.ledger.statement(StatementKey(kind, before, month.scope), 1)
    zone = ZoneInfo(house.time_zone)
    begin_utc = datetime.combine(month.first, time(), zone).astimezone(UTC)
    since_utc = last.made_at_utc if last else begin_utc
    found = [
        *_booked(await _bookings(house, month), since_utc, zone),
        *_withdrawn(await _papers(house, month), since_utc, zone),
        *_assigned(month, since_utc, zone),
    ]
    return tuple(sorted(found, key=lambda each: (each.at_utc, each.subject)))


async def _bookings(house: House, month: FleetMonth) -> list[MeterEvent]:
    sites = {each.site for each in month.stations}
    sources = [each.source for each in month.vehicles]
    sources += [each.source for each in house.inventory().meters.values() if each.site in sites]
    sources += [f"{each.source}/{outlet.number}" for each in month.stations for outlet in each.connectors]
    return [event for source in sources for event in await house.ledger.bookings_made(source)]


async def _papers(house: House, month: FleetMonth) -> list[Voucher]:
    wanted = [each.id for each in month.vehicles]
    found: list[Voucher] = []
    cursor: str | None = None
    while wanted:
        page = await house.ledger.vouchers(
            VoucherFilter(
                vehicles=wanted,
                period=span_of_month(house, month.first),
                withdrawn=True,
                limit=VOUCHERS_AT_ONCE,
                cursor=cursor,
            )
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _booked(events: Iterable[MeterEvent], since_utc: datetime, zone: ZoneInfo) -> Iterable[Corrected]:
    for event in events:
        day = event.at_utc.astimezone(zone).date()
        if event.withdrawn_at_utc is not None:
            if event.withdrawn_at_utc >= since_utc:
                yield Corrected(
                    subject=event.source,
                    kind=CorrectionKind.BOOKING_WITHDRAWN,
                    day=day,
                    at_utc=event.withdrawn_at_utc,
                    reason=event.withdrawn_reason,
                )
        elif event.booked_at_utc >= since_utc and not event.kind.is_reading:
            yield Corrected(
                subject=event.source,
                kind=CorrectionKind.BOOKED,
                day=day,
                at_utc=event.booked_at_utc,
                reason=event.reason,
            )


def _withdrawn(papers: Iterable[Voucher], since_utc: datetime, zone: ZoneInfo) -> Iterable[Corrected]:
    for each in papers:
        if each.withdrawn_at_utc is not None and each.withdrawn_at_utc >= since_utc:
            yield Corrected(
                subject=f"vehicle:{each.vehicle}",
                kind=CorrectionKind.PAPER_WITHDRAWN,
                day=each.at_utc.astimezone(zone).date(),
                at_utc=each.withdrawn_at_utc,
                reason=each.withdrawn_reason,
            )


def _assigned(month: FleetMonth, since_utc: datetime, zone: ZoneInfo) -> Iterable[Corrected]:
    for each in month.valuations:
        if each.basis is MatchBasis.HAND and each.made_at_utc >= since_utc:
            yield Corrected(
                subject=f"vehicle:{each.vehicle}",
                kind=CorrectionKind.ASSIGNED,
                day=each.begun_at_utc.astimezone(zone).date(),
                at_utc=each.made_at_utc,
                reason=each.reason,
            )
