"""How readings, intervals and days are named in InfluxQL: measurements, tags, fields; alike in every store.

Tags are the source and its place in the inventory. Fields are quantities, always numbers; what a
field's span stands on is a field as well, never a tag: a slot that is judged anew would else
become a second point and be summed twice.
"""

from __future__ import annotations

from typing import Final

from core.inventory import Inventory
from core.quantities import Kind, Quantity
from core.readings import SlotShare

READING: Final = "reading"
INTERVAL: Final = "interval_15m"
DAY: Final = "day"
TAG_KEYS: Final = ("source", "kind", "site", "building", "medium", "role", "station", "connector", "group", "drive")
"""The tags of these measurements; a source has those that it knows of itself."""


def tags_of(source: str, inventory: Inventory) -> dict[str, str]:
    """Return the tags of a source, by key; of one that the inventory does not know, only `source` and `kind`."""
    kind, _, rest = source.partition(":")
    name, _, connector = rest.partition("/")
    tags: dict[str, str | None] = {"source": source, "kind": kind, "site": inventory.site_of(source)}
    match kind:
        case "meter" if meter := inventory.meters.get(name):
            tags |= {"building": meter.building, "medium": meter.medium.value, "role": meter.role.value}
        case "station":
            tags |= {"station": name, "connector": connector}
        case "vehicle" if vehicle := inventory.vehicles.get(name):
            tags |= {"group": vehicle.group, "drive": vehicle.drive.value}
        case _:
            pass
    return {key: value for key, value in tags.items() if value}


def is_amount(quantity: Quantity) -> bool:
    """Return whether a span of this quantity holds what was counted (else: mean, least and greatest value)."""
    return quantity.kind in {Kind.REGISTER, Kind.SESSION}


def least_field(quantity: Quantity) -> str:
    """Return the field of a span's least value."""
    return f"{quantity.value}_min"


def greatest_field(quantity: Quantity) -> str:
    """Return the field of a span's greatest value."""
    return f"{quantity.value}_max"


def quality_field(quantity: Quantity, share: SlotShare) -> str:
    """Return the field of the part (0 to 1) of a span that stands on `share`."""
    return f"quality_{quantity.value}_{share.value}"
