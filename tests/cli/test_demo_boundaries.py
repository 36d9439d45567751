"""The demo imports its district's boundaries as anybody would, once."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cli.demo import import_boundaries
from config.create import example_boundaries
from tests.district import open_district


async def test_the_demos_boundaries_are_imported_once(tmp_path: Path) -> None:
    folder = tmp_path / "boundaries"
    folder.mkdir()
    shutil.copy(str(example_boundaries() / "auental-2025.geojson"), folder)
    async with open_district(tmp_path) as district:
        shelf = SimpleNamespace(configuration=SimpleNamespace(folder=tmp_path))
        service: Any = SimpleNamespace(gate=district.gate, stores=district.stores, shelf=shelf)
        await import_boundaries(service)
        (edition,) = await district.stores.ledger.boundary_editions()
        assert (edition.file, edition.areas) == ("auental-2025.geojson", 8)
        await district.ask("boundaries.withdraw", id=edition.id, reason="nicht gebraucht")
        await import_boundaries(service)
        assert await district.stores.ledger.boundary_editions() == ()
