"""All dashboards, one row each, in the order in which people find them."""

from __future__ import annotations

from typing import Any, Final

from core.texts import Language, catalogue
from dashboards.boards import (
    building,
    candidates,
    chargers,
    cost,
    data_quality,
    emissions,
    fleet,
    heat,
    home,
    peaks,
    pv,
    reliability,
    service,
    session,
    sessions,
    shares,
    site_energy,
    vehicle,
    water,
)
from dashboards.building import built
from dashboards.model import Dashboard

CONSOLE_URL: Final = "http://127.0.0.1:8080"
"""Where the console is unless the configuration says otherwise."""

BOARDS: Final[tuple[Dashboard, ...]] = (
    home.BOARD,
    site_energy.BOARD,
    building.BOARD,
    peaks.BOARD,
    pv.BOARD,
    heat.BOARD,
    water.BOARD,
    cost.BOARD,
    chargers.BOARD,
    sessions.BOARD,
    session.BOARD,
    reliability.BOARD,
    fleet.BOARD,
    vehicle.BOARD,
    candidates.BOARD,
    emissions.BOARD,
    shares.BOARD,
    data_quality.BOARD,
    service.BOARD,
)


def build_all(
    language: Language, console_url: str = "", source_name: str = "Kreiswatt", source_uid: str = "kw-influx"
) -> dict[str, dict[str, Any]]:
    """Return all dashboards in a language as Grafana takes them, by uid, with links to a console."""
    texts, url = catalogue(language), (console_url or CONSOLE_URL).rstrip("/")
    return {board.uid: built(board, texts, url, source_name, source_uid) for board in BOARDS}
