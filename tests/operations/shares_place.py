"""A made-up district with three plants under three laws: squares of land, months that operators stated, contracts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyproj import Transformer
from shapely import box, to_wkb

from core.inventory import Inventory
from core.inventory.places import Municipality
from core.inventory.renewables import Answer, Contract, ContractParty, OutlinePoint, Plant, PlantKind
from core.people import Actor, Role
from core.shares import BoundaryArea, BoundaryEdition, FeedInStatement
from operations.house import Call, House
from store.open import Stores, open_embedded

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANNA = Actor(name="anna", role=Role.FACILITY)
CALL = Call(ANNA, NOW)
SINCE = date(2020, 1, 1)
X, Y = 400_000, 5_600_000
"""A corner in the plane EPSG:25833 where four municipalities meet."""

SQUARES = {
    "99901010": ("auenstadt", (-6000, 0, 500, 9000), "SN"),
    "99901020": ("erlgrund", (500, 0, 12_000, 9000), "SN"),
    "99901030": ("weidenbach", (-6000, -9000, 12_000, 0), "SN"),
    "99902010": ("grenzau", (12_000, -9000, 30_000, 9000), "BB"),
}
MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))
FED_IN_WH = {"wea-1": 1_000_123_456, "wea-3": 700_011_111, "wea-bb": 400_000_000, "pv-1": 500_050_005}


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """Return longitude and latitude of a place from the corner."""
    found = Transformer.from_crs(25833, 4326, always_xy=True).transform(X + east_m, Y + north_m)
    return found[0], found[1]


def plant(id: str, kind: PlantKind, municipality: str, place: tuple[float, float], **more: Any) -> Plant:  # noqa: A002
    """Return a plant."""
    longitude, latitude = degrees(*place)
    said: dict[str, Any] = {
        "name": f"Anlage {id}",
        "power_w": 5_560_000.0,
        "operator": "Bürgerwind Höhe GmbH & Co. KG",
        "register_number": f"SEE99{id}",
        "commissioned": date(2024, 2, 14),
        "valid_from": date(2024, 2, 14),
        "longitude_deg": longitude,
        "latitude_deg": latitude,
        "height_m": 200.0,
    }
    return Plant(id=id, kind=kind, municipality=municipality, **(said | more))


def contract(id: str, plants: tuple[str, ...], refusing: str = "", **more: Any) -> Contract:  # noqa: A002
    """Return a contract by EEG § 6 with the three municipalities of Saxony."""
    parties = tuple(
        ContractParty(name, Answer.REFUSED if name == refusing else Answer.ACCEPTED)
        for name in more.pop("names", ("auenstadt", "erlgrund", "weidenbach"))
    )
    said = {"law": "eeg-6", "rate_ct_per_kwh": Decimal("0.2"), "valid_from": SINCE}
    return Contract(id=id, name=f"Vertrag {id}", plants=plants, parties=parties, **(said | more))


def inventory() -> Inventory:
    """Return the district."""
    corners = ((400, 3000), (700, 3000), (700, 3300), (400, 3300))
    outline = tuple(OutlinePoint(*degrees(*corner)) for corner in corners)
    plants = [
        plant("wea-1", PlantKind.WIND, "auenstadt", (0, 1000), permitted=date(2023, 1, 1)),
        plant(
            "wea-3", PlantKind.WIND, "weidenbach", (2000, -1500), permitted=date(2025, 1, 2), operator="Bürgerwind eG"
        ),
        plant("wea-bb", PlantKind.WIND, "grenzau", (14_000, 0), permitted=date(2023, 1, 1), operator="Grenzwind AG"),
        plant("pv-1", PlantKind.PV_GROUND, "erlgrund", (550, 3150), outline=outline, operator="Sonne GmbH"),
    ]
    contracts = [
        contract("eeg-1", ("wea-1",), refusing="erlgrund"),
        contract("eeg-pv", ("pv-1",), names=("auenstadt", "erlgrund")),
    ]
    return Inventory(
        municipalities={
            name: Municipality(id=name, name=f"Gemeinde {name.title()}", key=key, state=state, valid_from=SINCE)
            for key, (name, _, state) in SQUARES.items()
        },
        plants={each.id: each for each in plants},
        contracts={each.id: each for each in contracts},
    )


def edition(digest: str = "ab" * 32, valid_on: date = date(2025, 1, 1)) -> BoundaryEdition:
    """Return an edition of the squares."""
    return BoundaryEdition(
        name=f"quadrate-{valid_on.year}",
        valid_on=valid_on,
        source="erfunden",
        file="quadrate.gpkg",
        digest=digest,
        epsg=25833,
        areas=len(SQUARES),
        imported_by="anna",
        imported_at_utc=NOW,
    )


def squares(*, east_m: int = 0) -> list[BoundaryArea]:
    """Return the land of each municipality, the border between the first two moved to the east."""
    moved = {"99901010": (0, 0, east_m, 0), "99901020": (east_m, 0, 0, 0)}
    return [
        BoundaryArea(
            key=key,
            name=f"Gemeinde {name.title()}",
            kind="gemeinde",
            state=state,
            shape_wkb=to_wkb(
                box(*(o + c + m for o, c, m in zip((X, Y, X, Y), corners, moved.get(key, (0,) * 4), strict=True)))
            ),
        )
        for key, (name, corners, state) in SQUARES.items()
    ]


class SharesPlace:
    """A house over opened stores in which operators have stated a year, but for the first month of one plant."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.inventory = inventory()
        self.now_utc = NOW
        self.house = House(
            inventory=lambda: self.inventory,
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=tuple,
            clock=lambda: self.now_utc,
            intervals=stores.readings,
            sink=stores.readings,
            maintenance=stores.readings,
        )

    @property
    def call(self) -> Call:
        """Return a call at the instant that it is."""
        return Call(ANNA, self.now_utc)

    async def state(self, plant: str, month: str, energy_wh: int) -> None:
        """Let an operator state what a plant fed in."""
        said = FeedInStatement(
            plant=plant,
            month=month,
            fed_in_wh=energy_wh,
            unavailable_wh=0,
            curtailed_wh=0,
            other_fictitious_wh=0,
            negative_wh=0,
            entered_by="anna",
            entered_at_utc=self.now_utc,
        )
        await self.house.ledger.keep_feed_in([said])

    async def fill(self) -> None:
        """Import the squares, and state all months of all plants."""
        await self.house.ledger.keep_boundaries(edition(), squares())
        for name, energy_wh in FED_IN_WH.items():
            for month in MONTHS:
                await self.state(name, month, energy_wh)

    def without_contract(self, name: str) -> None:
        """Let there be one contract less."""
        left = {key: each for key, each in self.inventory.contracts.items() if key != name}
        self.inventory = replace(self.inventory, contracts=left)


@asynccontextmanager
async def shares_place(folder: Path) -> AsyncIterator[SharesPlace]:
    """Open a district in a folder."""
    stores = await open_embedded(folder, lambda: NOW)
    try:
        place = SharesPlace(stores)
        await place.fill()
        yield place
    finally:
        await stores.close()
