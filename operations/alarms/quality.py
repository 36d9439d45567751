"""How good the data of sites are: what is silent, stands still, jumps, or has a wrong clock, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.alarms import ALARMS, QUALITY, Severity
from core.ports import Page
from operations.alarms.shown import ACTION, sites_seen
from operations.alarms.watches import WATCHES
from operations.arrivals.sightings import Sighting
from operations.house import Call, House
from operations.values import Limit, Told, age_s, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuality:
    """What is wrong with the data: at a site, of a kind."""

    site: str | None = None
    kind: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """One thing that is wrong with a source's data as it is now, since when as far as known, and what to do."""

    kind: str
    severity: Severity
    subject: str
    subject_name: str
    site: str
    site_name: str
    finding: Told
    since_utc: datetime | None
    age_s: float | None
    action: Told


async def list_quality(house: House, request: ListQuality, call: Call) -> Page[QualityRow]:
    """Return what is wrong with the data of the sites the actor may see, by site and source."""
    sites = sites_seen(house, request.site, call)
    rows: list[QualityRow] = []
    for kind in QUALITY:
        if request.kind in (None, kind):
            rows += _rows(house, kind, (await WATCHES[kind](house, call)).sightings, call)
    shown = [row for row in rows if sites is None or row.site in sites]
    keys = [f"{row.site_name}\t{row.subject_name}\t{row.subject}\t{row.kind}" for row in shown]
    return page_of(shown, keys, request.limit, request.cursor)


def _rows(house: House, kind: str, sightings: Iterable[Sighting], call: Call) -> list[QualityRow]:
    inventory = house.inventory()
    return [
        QualityRow(
            kind=kind,
            severity=ALARMS[kind].severity,
            subject=sighting.subject,
            subject_name=inventory.name_of(sighting.subject),
            site=sighting.site,
            site_name=inventory.sites[sighting.site].name,
            finding=Told.of(sighting.finding),
            since_utc=sighting.since_utc,
            age_s=age_s(sighting.since_utc, call.now_utc),
            action=Told(ACTION + kind, {}),
        )
        for sighting in sightings
        if sighting.site is not None
    ]
