"""What a plant fed in in a year, month by month: meter and operator side by side, and what counts."""

from __future__ import annotations

from core.readings import SlotShare
from operations.feed_in.base import energy_bases
from operations.feed_in.rows import FeedInMonth, FeedInOf, ShowFeedIn
from operations.feed_in.statements import known_plant
from operations.house import Call, House
from operations.values import Told
from renewables.base.expected import expected_of
from renewables.energy_base import BaseMonth, EnergyBase, FictitiousReason


async def show_feed_in(house: House, request: ShowFeedIn, call: Call) -> FeedInOf:
    """Return what a plant fed in in a year, with all that is doubtful about it. Raises `NotFoundError`."""
    plant = known_plant(house, request.id)
    year = request.year or house.day(call.now_utc).year - 1
    base = (await energy_bases(house, [plant.id], year))[plant.id]
    unknown = any(month.fed_in_wh is None for month in base.months)
    expected = expected_of(base, (await energy_bases(house, [plant.id], year - 1))[plant.id]) if unknown else None
    reason = None if expected is None else expected.reason
    return FeedInOf(
        plant=plant.id,
        name=plant.name,
        year=year,
        months=tuple(_month(each) for each in base.months),
        fed_in_wh=base.fed_in_wh,
        fictitious_wh=base.fictitious_wh,
        negative_wh=base.negative_wh,
        common_meter=base.common_meter,
        common_meter_name=house.inventory().name_of(f"meter:{base.common_meter}") if base.common_meter else "",
        shared_by=base.shared_by,
        findings=tuple(Told.of(each) for each in base.findings),
        expected_wh=_whole(None if expected is None else expected.base),
        estimated_months=() if expected is None else expected.estimated,
        expected_reason=None if reason is None else Told.of(reason),
    )


def _whole(base: EnergyBase | None) -> int | None:
    return None if base is None else base.fed_in_wh


def _month(month: BaseMonth) -> FeedInMonth:
    reasons, shares = dict(month.fictitious_wh), dict(month.shares)
    if shares.get(SlotShare.MISSING.value) == 1.0:  # there is no meter, or it was silent
        shares = {}
    both = month.stated_wh is not None and month.metered_wh is not None
    return FeedInMonth(
        month=month.month,
        fed_in_wh=month.fed_in_wh,
        source=month.source,
        metered_wh=month.metered_wh,
        stated_wh=month.stated_wh,
        difference_wh=(month.stated_wh or 0) - (month.metered_wh or 0) if both else None,
        unavailable_wh=reasons.get(FictitiousReason.UNAVAILABLE),
        curtailed_wh=reasons.get(FictitiousReason.CURTAILED),
        other_fictitious_wh=reasons.get(FictitiousReason.OTHER),
        negative_wh=month.negative_wh,
        measured_percent=_percent(shares, SlotShare.MEASURED),
        known_percent=None if not shares else round(100 * (1 - shares.get(SlotShare.MISSING.value, 0.0)), 3),
    )


def _percent(shares: dict[str, float], share: SlotShare) -> float | None:
    return round(100 * shares.get(share.value, 0.0), 3) if shares else None
