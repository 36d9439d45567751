"""A new charge point gets a profile: one that lists its charge points, or holds for it anyway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from chargepoints.configuring.profiles import holds_for
from config.splice import write_value
from core.texts import Finding
from operations.configuring.planning import profiled_as
from operations.house import Call, House, InventoryWriter

PROFILES: Final = "profiles"


def objection_to(house: House, profile: str) -> Iterator[Finding]:
    """Yield what keeps a charge point from being given a profile."""
    known = house.inventory().profiles.get(profile)
    if known is None:
        yield Finding.of("adoption.profile_unknown", profile=profile[:60])
    elif known.stations and house.managed is not None:
        place = house.managed.places().get((PROFILES, profile))
        if place is not None and not place.managed:
            yield Finding.of("adoption.profile_by_hand", profile=profile, file=place.file, line=place.line)


def joined(house: House, managed: InventoryWriter, profile: str, stations: Sequence[str], call: Call) -> None:
    """Have a profile hold for charge points too, where it lists those it holds for.

    One that holds for all, for a site, maker or model does so anyway, or is not for them. Raises `ConfigError` or
    `ConflictError` where it cannot be written.
    """
    known, inventory = house.inventory().profiles[profile], house.inventory()
    missing = [name for name in stations if not holds_for(known, profiled_as(inventory.stations[name], None))]
    if known.stations and missing:
        listed = write_value([*known.stations, *missing])
        managed.change_fields(PROFILES, profile, {"stations": listed}, actor=call.actor.name, now_utc=call.now_utc)
