"""All dashboards, one row each, in the order in which people find them."""

from __future__ import annotations

from typing import Any, Final

from core.texts import Language, catalogue
from dashboards.boards import data_quality, home, site_energy
from dashboards.model import Dashboard, built

BOARDS: Final[tuple[Dashboard, ...]] = (home.BOARD, site_energy.BOARD, data_quality.BOARD)


def build_all(language: Language) -> dict[str, dict[str, Any]]:
    """Return all dashboards in a language as Grafana takes them, by uid."""
    texts = catalogue(language)
    return {board.uid: built(board, texts) for board in BOARDS}
