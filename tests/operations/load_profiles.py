"""Files of readings as grid operators send them, handed in through the gate, and what they come to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from core.intervals import Resolution
from core.people import Actor, Role
from core.periods import Period
from core.quantities import Quantity
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from tests.district import NOW, District

SOURCE, QUANTITY = "meter:schule-strom", Quantity.ENERGY_IMPORT_WH
EVER = Period(datetime(2020, 1, 1, tzinfo=UTC), NOW + timedelta(days=1))
PROFILE = {
    "name": "netz",
    "date_column": "Datum",
    "value_column": "Arbeit kWh",
    "kind": "energy",
    "factor": "1000",
    "meter": "schule-strom",
    "status_column": "Status",
    "statuses": ["W=measured", "E=estimated"],
}
DIAL = {
    "name": "stand",
    "date_column": "A",
    "value_column": "B",
    "header": 0,
    "factor": "1000",
    "meter_column": "C",
    "meters": ["DE 1=schule-strom"],
}


async def hand_in(district: District, text: str, name: str = "lastgang.csv") -> str:
    async def chunks() -> AsyncIterator[bytes]:
        yield text.encode("cp1252")

    inbox = district.gate.house.inbox
    assert inbox
    return (await inbox.keep(name, chunks())).digest


def quarters(day: str, count: int, first: int = 0) -> Iterator[str]:
    begin = datetime.fromisoformat(f"{day}T00:00")
    for number in range(first, first + count):
        at = begin + timedelta(minutes=15 * number)
        yield f"{at:%d.%m.%Y %H:%M};{1 + number % 7},{number % 1000:03d};W"


def profile(*rows: Iterator[str]) -> str:
    return "\r\n".join(["Datum;Arbeit kWh;Status", *(row for some in rows for row in some)])


async def imported(district: District, text: str, mapping: str = "netz") -> Any:
    return await district.ask("imports.run", upload=await hand_in(district, text), mapping=mapping)


async def counted(district: District, period: Period = EVER) -> dict[datetime, int]:
    """Return what the quarter hours come to that are not missing, in Wh."""
    job = Call(Actor("job:intervals", Role.ADMIN), district.clock())
    await compute_intervals(district.gate.house, JobWork(period="2026-11-22T09:45Z"), job)
    amounts = await district.gate.house.intervals.amounts(Resolution.SLOT, [(SOURCE, QUANTITY)], period)
    if not amounts:
        return {}
    rows = amounts[SOURCE, QUANTITY]
    return {
        datetime.fromtimestamp(at / 1000, UTC): thousandths
        for at, thousandths, seconds in zip(
            rows.start_ms.tolist(), rows.thousandths.tolist(), rows.seconds.tolist(), strict=True
        )
        if not seconds[4]
    }


def told(day: str, count: int, first: int = 0) -> dict[datetime, int]:
    """Return what `quarters` tells, in local time before UTC."""
    begin = datetime.fromisoformat(f"{day}T00:00+01:00").astimezone(UTC)
    return {
        begin + timedelta(minutes=15 * number): (1 + number % 7) * 1_000_000 + number % 1000 * 1000
        for number in range(first, first + count)
    }
