"""The shape of a load as rows: what it is of, typical days, the duration curve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from core.readings import SlotShare
from core.texts import Finding
from energy.duration import Duration
from energy.loads import Rates
from energy.profiles import TypicalDay
from operations.loads.reading import ReadLoad
from operations.loads.rows import AboveRow, LoadOf, PointRow, TypicalDayRow
from operations.values import Told

MEASURED_LEAST = 0.5
"""A load of which less was measured, and that no device reports, is told by its totals alone."""


def load_row(read: ReadLoad, more: Iterable[Finding] = ()) -> LoadOf:
    """Return what a load is of and how well it is known."""
    scope = read.scope
    return LoadOf(
        scope=scope.id,
        name=scope.name,
        site=scope.site.id,
        site_name=scope.site.name,
        period=read.span.name,
        begin_utc=read.period.start_utc,
        end_utc=read.period.end_utc,
        time_zone=scope.site.time_zone,
        medium=scope.medium,
        media=scope.media,
        quantity=scope.rate,
        meters=tuple(meter.source for meter in scope.meters),
        calendar=scope.calendar.name if scope.calendar else None,
        known_percent=100 * read.load.known_share,
        measured_percent=100 * read.load.shares.of(SlotShare.MEASURED),
        findings=tuple(Told.of(each) for each in (*scope.findings, *_by_hand(read), *more)),
    )


def _by_hand(read: ReadLoad) -> Iterator[Finding]:
    """Yield that nothing but totals is known of a load whose dials are read now and then."""
    measured = read.load.shares.of(SlotShare.MEASURED)
    if read.load.known_share and measured < MEASURED_LEAST and not any(each.feed for each in read.scope.meters):
        yield Finding.of("loads.read_by_hand")


def typical_rows(days: Iterable[TypicalDay]) -> tuple[TypicalDayRow, ...]:
    """Return typical days as rows."""
    return tuple(
        TypicalDayRow(
            season=each.season,
            kind=each.kind,
            days=each.days,
            mean=values(each.mean),
            low=values(each.low),
            high=values(each.high),
        )
        for each in days
    )


def curve_rows(found: Duration) -> tuple[PointRow, ...]:
    """Return a duration curve as points."""
    points = zip(found.hours.tolist(), found.rate.tolist(), strict=True)
    return tuple(PointRow(hours=hours, value=rate) for hours, rate in points)


def above_rows(found: Duration) -> tuple[AboveRow, ...]:
    """Return for how many hours a load was above parts of its peak."""
    return tuple(AboveRow(percent=100 * each.share, value=each.rate, hours=each.hours) for each in found.above)


def values(rates: Rates) -> tuple[float | None, ...]:
    """Return rates as plain numbers, None where one is not known."""
    return tuple(None if unknown else rate for rate, unknown in zip(rates.tolist(), np.isnan(rates), strict=True))
