"""What a report remarks of a total that is not the whole."""

from __future__ import annotations

import pytest

from core.intervals import Amount, Shares
from core.periods import Period
from core.readings import SlotShare
from core.texts import Finding
from operations.reports.figures import of_amount
from tests.operations.test_reports import OVER

YEAR = Period(OVER.replace(year=2026), OVER)
NAMES = {"meter:halle": "Turnhalle"}


def remarked(missing_s: int, share: SlotShare, silent: tuple[str, ...] = ()) -> list[str]:
    shares = Shares(measured_s=1000 - missing_s, missing_s=missing_s)
    amount = Amount(period=YEAR, thousandths=5000, share=share, shares=shares, silent=silent)
    figure = of_amount("energy", "Wh", Finding.of("reports.how_total", count=1), amount, (), NAMES)
    return [str(each) for each in figure.remarks]


@pytest.mark.parametrize(
    ("missing_s", "said"),
    [(0, "reports.border_missing"), (200, "reports.incomplete known=80.0"), (201, "reports.not_reliable known=79.9")],
)
def test_a_total_of_which_too_little_is_known_is_not_called_incomplete_only(missing_s: int, said: str) -> None:
    assert list(remarked(missing_s, SlotShare.MISSING)) == [said]


def test_what_is_known_from_end_to_end_needs_no_remark() -> None:
    assert remarked(900, SlotShare.MEASURED) == []


def test_silent_meters_are_called_by_their_names() -> None:
    said = remarked(100, SlotShare.MEASURED, ("meter:halle", "meter:fort"))
    assert said == ["reports.silent count=2 sources=Turnhalle, meter:fort", "reports.incomplete known=90.0"]
