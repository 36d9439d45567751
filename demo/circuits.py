"""Which electricity meter sits behind which, and what hangs behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.inventory import Inventory, Meter, MeterRole, Plant, PlantKind, Station
from demo.chance import key_of, one_of

TENANT_SHARE = 0.05
"""How much of a site's load a tenant draws."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """A meter of electricity, what hangs behind it, and its part of the building's load."""

    meter: Meter
    load_share: float
    plant: Plant | None
    outlets: tuple[str, ...] = ()
    children: tuple[Circuit, ...] = ()

    def walk(self) -> Iterator[Circuit]:
        """Yield this circuit and all behind it."""
        yield self
        for child in self.children:
            yield from child.walk()


def outlets_of(station: Station) -> tuple[str, ...]:
    """Return the names of a station's outlets, `<station>/<number>`."""
    return tuple(f"{station.id}/{connector.number}" for connector in station.connectors)


def grow_circuits(inventory: Inventory, electric: dict[str, Meter], site_id: str, seed: int) -> Iterator[Circuit]:
    """Yield the trees of a site's electricity meters, each with the outlets and plants behind it."""
    plants = {plant.meter: plant for plant in inventory.plants.values() if plant.meter}
    first_supply = next((meter.id for meter in electric.values() if meter.role is MeterRole.SUPPLY), None)
    behind: dict[str | None, list[str]] = {}
    for meter in electric.values():
        behind.setdefault(_parent_of(meter, electric, plants, first_supply), []).append(meter.id)
    outlets: dict[str | None, list[str]] = {}
    for station in inventory.stations.values():
        if station.site == site_id or station.parent in electric:
            parent = station.parent if station.parent in electric else first_supply
            outlets.setdefault(parent, []).extend(outlets_of(station))

    def grow(meter_id: str, load_share: float) -> Circuit:
        kids = behind.get(meter_id, [])
        shares = {kid: _load_share(electric[kid], len(kids), _charges(kid, behind, outlets), seed) for kid in kids}
        return Circuit(
            meter=electric[meter_id],
            load_share=load_share,
            plant=plants.get(meter_id),
            outlets=tuple(outlets.get(meter_id, ())),
            children=tuple(grow(kid, shares[kid]) for kid in kids),
        )

    for root in behind.get(None, []):
        yield grow(root, 1.0)


def _parent_of(
    meter: Meter, electric: dict[str, Meter], plants: Mapping[str, Plant], first_supply: str | None
) -> str | None:
    """Return the meter in front of this one; wind and open-field PV have a grid connection of their own."""
    if meter.parent in electric:
        return meter.parent
    plant = plants.get(meter.id)
    if meter.role is MeterRole.SUPPLY or (plant and plant.kind is not PlantKind.PV_ROOF):
        return None
    return first_supply


def _load_share(meter: Meter, siblings: int, charges: bool, seed: int) -> float:  # noqa: FBT001
    if meter.role is MeterRole.TENANT:
        return TENANT_SHARE
    if meter.role is not MeterRole.SUBMETER or charges:
        return 0.0
    return 0.6 / (siblings + 1) * (0.6 + 0.8 * one_of(key_of(seed, "share", meter.id)))


def _charges(meter_id: str, behind: dict[str | None, list[str]], outlets: dict[str | None, list[str]]) -> bool:
    return bool(outlets.get(meter_id)) or any(_charges(kid, behind, outlets) for kid in behind.get(meter_id, ()))
