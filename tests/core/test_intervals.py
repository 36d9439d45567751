"""How far a total may be relied upon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.intervals import RELIABLE_FROM, Amount, Reliability, Shares
from core.periods import Period
from core.readings import SlotShare

DAY = Period(datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC))
DAY_S = int(timedelta(days=1).total_seconds())


def amount(known: float, share: SlotShare = SlotShare.MISSING, silent: tuple[str, ...] = ()) -> Amount:
    missing_s = round(DAY_S * (1 - known))
    shares = Shares(measured_s=DAY_S - missing_s, missing_s=missing_s)
    return Amount(period=DAY, thousandths=5, share=share, shares=shares, silent=silent)


@pytest.mark.parametrize("share", [each for each in SlotShare if each is not SlotShare.MISSING])
def test_what_is_counted_from_end_to_end_is_whole_whatever_its_course_is(share: SlotShare) -> None:
    assert amount(0.1, share).reliability() is Reliability.WHOLE


def test_a_total_with_a_silent_source_is_never_whole() -> None:
    assert amount(0.95, SlotShare.MEASURED, ("meter:halle",)).reliability() is Reliability.AT_LEAST


def test_what_is_mostly_known_is_a_lower_bound_and_what_is_not_says_little() -> None:
    assert amount(RELIABLE_FROM).reliability() is Reliability.AT_LEAST
    assert amount(RELIABLE_FROM - 0.01).reliability() is Reliability.NOT_RELIABLE


def test_what_has_not_come_yet_is_not_missing() -> None:
    assert amount(0.45).reliability(gone=0.5) is Reliability.AT_LEAST
    assert amount(0.35).reliability(gone=0.5) is Reliability.NOT_RELIABLE


def test_a_difference_has_no_lower_bound() -> None:
    assert amount(0.99).reliability(rises=False) is Reliability.NOT_RELIABLE
