"""How the parts of the service are."""

from __future__ import annotations

from dataclasses import dataclass

from operations.house import Call, House
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHealth:
    """Health has no parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """One part of the service, what is wrong with it, and its counters."""

    name: str
    ok: bool
    finding: Told | None
    figures: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Whether all parts are well, and each of them."""

    ok: bool
    parts: tuple[PartHealth, ...]


async def show_health(house: House, _request: ShowHealth, _call: Call) -> HealthReport:
    """Return how every part of the service is, at once."""
    parts = tuple(
        PartHealth(
            name=part.name,
            ok=part.ok,
            finding=Told.of(part.finding) if part.finding else None,
            figures=dict(part.figures),
        )
        for part in house.health()
    )
    return HealthReport(ok=all(part.ok for part in parts), parts=parts)
