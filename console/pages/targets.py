"""Which charge points, and in which waves: what forms for roll-outs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from console.pages.filters import Choice
from console.pages.visit import Visit

_MOST: Final = 500


WAVES: Final[Mapping[str, str]] = {
    "canary": "rollouts.canary",
    "wave_size": "rollouts.wave_size",
    "pause_min": "rollouts.pause_min",
    "stop_after": "rollouts.stop_after",
    "within_h": "rollouts.within_h",
}
"""The numbers of a roll-out with their labels."""


async def targets(visit: Visit) -> dict[str, Any]:
    """Return what a form offers: charge points, their makes, and sites."""
    stations = (await visit.ask("stations.list", limit=_MOST)).items
    sites = (await visit.ask("sites.list", limit=_MOST)).items
    return {"stations": stations, "makes": makes(stations), "sites": sites}


def makes(stations: Iterable[Any]) -> list[Choice]:
    """Return the makers and models of stations as groups, each maker before its models."""
    found = {(each.maker, model) for each in stations if each.maker for model in ("", each.model or "")}
    return [
        Choice(f"maker:{maker}/{model}" if model else f"maker:{maker}", f"{maker} {model}".strip())
        for maker, model in sorted(found)
    ]
