"""What sources counted month by month, with the tags and fields of their days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory
from core.measurements import quality_field, tags_of
from core.ports import FactPoint
from core.published import Fact
from core.quantities import Kind, Quantity
from core.readings import SlotShare
from energy.register_walk import epoch_ms
from energy.series import SHARE_NUMBERS, Amounts
from operations.house import Call, House
from operations.intervals.derived import derived_of
from operations.publishing.points import Months, Value, fact

_AT_ONCE: Final = 200


async def month_points(house: House, months: Months, _call: Call) -> list[FactPoint]:
    """Return of each source and month what its registers counted, and how much of the time that stands on what."""
    if house.intervals is None:
        return []
    newest = await house.query.last()
    keys = {(value.source, value.quantity) for value in newest if value.quantity.kind is Kind.REGISTER}
    keys |= {each.key for each in await derived_of(house) if each.key[1].kind is Kind.REGISTER}
    found: dict[SeriesKey, Amounts] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        found |= await house.intervals.amounts(Resolution.DAY, wanted[start : start + _AT_ONCE], months.period)
    return list(_points(found, months, house.inventory()))


def _points(found: dict[SeriesKey, Amounts], months: Months, inventory: Inventory) -> Iterator[FactPoint]:
    by_source: dict[str, list[tuple[Quantity, Amounts]]] = {}
    for (source, quantity), amounts in found.items():
        if not inventory.is_personal(source):
            by_source.setdefault(source, []).append((quantity, amounts))
    for source, series in by_source.items():
        tags = tags_of(source, inventory)
        for first, end in zip(months.firsts, (*months.firsts[1:], months.end), strict=True):
            begin_utc, end_utc = months.begin(first), months.begin(end)
            fields: dict[str, Value] = {}
            for quantity, amounts in series:
                part = slice(*np.searchsorted(amounts.start_ms, [epoch_ms(begin_utc), epoch_ms(end_utc)]).tolist())
                fields |= _fields(quantity, amounts.take(part))
            point = fact(Fact.MONTH, begin_utc, tags, fields)
            if point is not None:
                yield point


def _fields(quantity: Quantity, days: Amounts) -> dict[str, Value]:
    if not len(days):
        return {}
    seconds = days.seconds.sum(axis=0, dtype=np.int64)
    shares = {
        quality_field(quantity, share): float(seconds[SHARE_NUMBERS[share]] / seconds.sum()) for share in SlotShare
    }
    return {quantity.value: int(days.thousandths.sum()) / 1000, **shares}
