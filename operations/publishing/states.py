"""How things stand: states of outlets, counters of the service, runs of jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.inventory import Inventory
from core.ports import FactPoint
from core.published import Fact
from core.work import JobFilter, JobState
from operations.house import Call, House
from operations.publishing.points import Value, fact, placed

RUNS: Final = 200
"""So many of the last runs are looked at."""

COUNTERS: Final = ("readings", "frames", "connected", "rejected", "spool_bytes", "dead_letters")
"""What is told of a part beside whether it is well; all its counters are in `/metrics`, for which others keep room."""

STATES_BACK: Final = timedelta(days=400)
"""A state that is older is as it was published then."""


async def outlet_points(house: House, call: Call) -> list[FactPoint]:
    """Return since when each outlet has had its state (a text), and each station its connection (connector 0).

    A station that is no longer valid is left as it was.
    """
    inventory, points = house.inventory(), list[FactPoint | None]()
    day = house.day(call.now_utc)
    valid = {station.id for station in inventory.stations.values() if station.valid_on(day)}
    for status in await house.ledger.statuses():
        if status.connector and status.station in valid and call.now_utc - status.at_utc < STATES_BACK:
            values: dict[str, Value] = {"status": status.status.value, "error_code": status.error_code or None}
            tags = _of_outlet(status.station, status.connector, inventory)
            points.append(fact(Fact.OUTLET, status.at_utc, tags, values))
    for link in await house.ledger.links():
        if link.station in valid and call.now_utc - link.since_utc < STATES_BACK:
            told: dict[str, Value] = {"connected": float(link.connected), "firmware": link.firmware or None}
            points.append(fact(Fact.OUTLET, link.since_utc, _of_outlet(link.station, 0, inventory), told))
    return [point for point in points if point]


def service_points(house: House, call: Call) -> list[FactPoint]:
    """Return how the parts of the service are now, each with those counters that are drawn."""
    found = (
        fact(
            Fact.SERVICE,
            call.now_utc,
            {"source": f"service:{part.name}"},
            {"ok": float(part.ok), **{name: part.figures.get(name) for name in COUNTERS}},
        )
        for part in house.health()
    )
    return [point for point in found if point]


async def run_points(house: House, _call: Call) -> list[FactPoint]:
    """Return the last runs of jobs that have ended: how long they took, and whether they are done."""
    runs = (await house.ledger.runs(JobFilter(limit=RUNS))).items
    found = (
        fact(
            Fact.JOB_RUN,
            run.begun_at_utc,
            {"source": f"job:{run.job}"},
            {
                "done": float(run.state is JobState.DONE),
                "duration_s": (run.ended_at_utc - run.begun_at_utc).total_seconds(),
                "period": run.period,
                "state": run.state.value,
            },
        )
        for run in runs
        if run.ended_at_utc is not None
    )
    return [point for point in found if point]


def _of_outlet(station: str, connector: int, inventory: Inventory) -> dict[str, str]:
    source = f"station:{station}/{connector}" if connector else f"station:{station}"
    return placed(source, inventory, station=station, connector=str(connector))
