"""Every figure that a site's pages show says where it comes from, down to what a device sent or a person booked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from config.create import create
from config.load import load
from core.errors import NotFoundError
from core.evidence import CitedKind
from core.inventory import Inventory, Medium
from demo.history import write_history
from operations.evidence.figures import INTERVAL
from operations.evidence.rows import Explained
from operations.explain import EXPLAINERS
from operations.gate import Gate
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from tests.district import NOW, District, open_district

SITE = "bauhof"
HEATING = {Medium.HEAT, Medium.GAS, Medium.OIL, Medium.PELLETS}
LOADS = ("loads.show", "peaks.show", "baseload.show")
NOT_ON_PAGES = {
    INTERVAL,
    "energy",
    "carriers",
    "shares",
    "share_forecast",
    "fleet",
    "savings",
    "charge",
    "candidates",
    "infrastructure",
    "scenario",
    "vehicle_day",
}
"""What stands below other figures, what reports print, and what is told of vehicles and of plants beyond the site."""
GROUND = {CitedKind.READING, CitedKind.BOOKING, CitedKind.RULE, CitedKind.FRAME}
"""What nothing lies under: a value that came in, one that a person booked, the rule by which one was deleted."""


def only(inventory: Inventory, site: str) -> Inventory:
    """Return what of an inventory is at one site."""
    here = {
        shelf: {name: entry for name, entry in getattr(inventory, shelf).items() if entry.site == site}
        for shelf in ("buildings", "meters", "stations", "budgets")
    }
    return replace(inventory, sites={site: inventory.sites[site]}, plants={}, vehicles={}, tags={}, **here)


def figures(thing: Any) -> Iterator[str]:
    """Yield every figure id in an answer."""
    if is_dataclass(thing):
        for each in fields(thing):
            value = getattr(thing, each.name)
            if "figure" in each.name and isinstance(value, str) and value:
                yield value
            else:
                yield from figures(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from figures(value)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder = tmp_path_factory.mktemp("example")
    create(folder / "conf", example=True, data_dir=folder / "data")
    return only(load(folder / "conf", {}).inventory, SITE)


async def of_a_year(district: District, inventory: Inventory) -> District:
    """Return the district with a site's last months in its stores, its intervals computed."""
    stores = district.stores
    await write_history(inventory, stores.readings, stores.ledger, NOW, token_of=str, months=4, seed=7)
    house = replace(district.gate.house, inventory=lambda: inventory)
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), Call(district.admin, NOW))
    return replace(district, gate=Gate(house))


async def test_every_figure_of_a_site_is_explained_down_to_what_came_in(tmp_path: Path, example: Inventory) -> None:
    async with open_district(tmp_path) as empty:
        walk = Walk(await of_a_year(empty, example))
        found = list(dict.fromkeys(figures(await shown(walk.district, example))))
        assert {figure.partition("/")[0] for figure in found} >= EXPLAINERS.keys() - NOT_ON_PAGES
        for figure in found:
            explained = await walk.explain(figure)
            assert explained.figure == figure
            if explained.value is None:
                assert told(explained), figure
            else:
                assert explained.how is not None, figure
                assert await walk.reaches_ground(figure), figure


async def shown(district: District, inventory: Inventory) -> list[Any]:
    """Return what the energy pages show of the site, its buildings and its meters."""
    media = sorted({meter.medium for meter in inventory.meters.values()})
    places = [f"site:{SITE}", *(f"building:{name}" for name in inventory.buildings)]
    meters = [meter.source for meter in inventory.meters.values()]
    year = {"period": "2026"}
    asked: list[tuple[str, str, dict[str, object]]] = [
        *(("totals.show", source, dict(year)) for source in meters),
        *(("totals.show", places[0], {**year, "medium": medium}) for medium in media),
        *((row, place, dict(year)) for place in places for row in LOADS),
        *((row, places[0], dict(year)) for row in ("balance.show", "metering.show", "compare.show", "pv.show")),
        *(("costs.show", SITE, {"year": 2026, "medium": medium}) for medium in media),
        *(("weather.show", SITE, {"medium": medium}) for medium in media if medium in HEATING),
    ]
    answers = [await district.ask("budgets.show", year=2026)]
    for row, place, given in asked:
        with suppress(NotFoundError):  # a building that has no meter of its own
            answers.append(await district.ask(row, id=place, **given))
    assert len(answers) > len(asked) - 4
    return answers


class Walk:
    """Explanations, each asked for once, and whether one leads to the ground."""

    def __init__(self, district: District) -> None:
        self.district = district
        self._known: dict[str, Explained] = {}

    async def explain(self, figure: str) -> Explained:
        if figure not in self._known:
            self._known[figure] = await self.district.ask("explain.show", figure=figure)
        return self._known[figure]

    async def reaches_ground(self, figure: str) -> bool:
        """Return whether the explanation, or that of a figure it stands on, ends at the ground."""
        explained = await self.explain(figure)
        below = list(parts_of(explained))
        if any(part.citation and part.citation.kind in GROUND for part in below):
            return True
        for part in below:
            if part.figure and part.figure != figure and await self.reaches_ground(part.figure):
                return True
        return False


def parts_of(explained: Explained) -> Iterator[Explained]:
    """Yield all parts, parts of parts too."""
    for part in explained.parts:
        yield part
        yield from parts_of(part)


def told(explained: Explained) -> bool:
    """Return whether it is said why there is no figure."""
    return bool(explained.findings) or any(part.findings for part in parts_of(explained))
