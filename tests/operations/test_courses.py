"""A meter's last day: by quarter hours where there are any, else by what was read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.intervals import Resolution
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from tests.district import NOW, District
from tests.span_model import Slot, amounts, means

POWER, ENERGY, VOLUME = Quantity.POWER_W, Quantity.ENERGY_IMPORT_WH, Quantity.VOLUME_M3
METER = "meter:schule-strom"
DAY = Period(NOW - timedelta(days=1), NOW)


def slots(period: Period, **more: Any) -> list[Slot]:
    return [Slot(slot.start_utc, (900, 0, 0, 0, 0), **more) for slot in period.slots()]


async def read(district: District, quantity: Quantity, back: timedelta, source: str = METER) -> None:
    times = [NOW - back + timedelta(minutes=minute) for minute in range(int(back.total_seconds() // 60))]
    readings = [Reading(source, quantity, at, float(number)) for number, at in enumerate(times)]
    await district.stores.readings.put(Batch(readings, NOW))


async def shown(district: District, meter: str = "schule-strom") -> tuple[Any, Any, int, float]:
    detail = await district.ask("meters.show", id=meter)
    last = detail.course[-1].value if detail.course else 0.0
    return detail.course_quantity, detail.course_resolution, len(detail.course), last


async def test_energy_of_quarter_hours_is_shown_as_mean_power(district: District) -> None:
    await read(district, POWER, timedelta(days=1))
    await read(district, ENERGY, timedelta(days=1))
    rows = amounts(slots(DAY, thousandths=2_500_000))
    await district.stores.readings.put_amounts(Resolution.SLOT, {(METER, ENERGY): rows})
    assert await shown(district) == (POWER, Resolution.SLOT, 96, 10_000.0)


async def test_without_a_register_the_mean_power_is_shown(district: District) -> None:
    await read(district, POWER, timedelta(days=1))
    rows = means(slots(DAY, mean=800.0, minimum=1.0, maximum=900.0))
    await district.stores.readings.put_means(Resolution.SLOT, {(METER, POWER): rows})
    assert await shown(district) == (POWER, Resolution.SLOT, 96, 800.0)


async def test_volume_of_quarter_hours_is_shown_as_flow(district: District) -> None:
    meter = "meter:schule-wasser"
    await read(district, VOLUME, timedelta(days=1), meter)
    rows = amounts(slots(DAY, thousandths=50))
    await district.stores.readings.put_amounts(Resolution.SLOT, {(meter, VOLUME): rows})
    assert await shown(district, "schule-wasser") == (Quantity.FLOW_M3_PER_H, Resolution.SLOT, 96, 0.2)


async def test_readings_are_shown_where_quarter_hours_do_not_reach_back(district: District) -> None:
    await read(district, POWER, timedelta(hours=20))
    late = Period(NOW - timedelta(hours=3), NOW)
    await district.stores.readings.put_amounts(Resolution.SLOT, {(METER, ENERGY): amounts(slots(late))})
    await district.stores.readings.put_means(Resolution.SLOT, {(METER, POWER): means(slots(late, mean=1.0))})
    assert await shown(district) == (POWER, Resolution.RAW, 1200, 1199.0)


async def test_a_register_is_shown_where_it_reaches_further_back_than_power(district: District) -> None:
    await read(district, POWER, timedelta(hours=1))
    await read(district, ENERGY, timedelta(hours=23))
    quantity, resolution, _, _ = await shown(district)
    assert (quantity, resolution) == (ENERGY, Resolution.RAW)
