"""The demo imports what its district's operators state as anybody would, once."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cli.demo import import_statements
from tests.district import open_district


async def test_statements_of_the_example_are_imported_once(tmp_path: Path) -> None:
    async with open_district(tmp_path / "district") as district:
        folder = tmp_path / "config"
        (folder / "feed_in").mkdir(parents=True)
        shutil.copy(Path("config/example/feed_in/einspeisung-2025.csv"), folder / "feed_in" / "a.csv")
        text = (folder / "feed_in" / "a.csv").read_text(encoding="utf-8").replace("SEE990000000001", "wea-au")
        lines = [line for line in text.splitlines() if line.startswith(("MaStR", "wea-au"))]
        (folder / "feed_in" / "a.csv").write_text("\n".join(lines), encoding="utf-8")
        shelf = SimpleNamespace(configuration=SimpleNamespace(folder=folder))
        service: Any = SimpleNamespace(gate=district.gate, stores=district.stores, shelf=shelf)
        await import_statements(service)
        kept = await district.stores.ledger.feed_in(["wea-au"], None)
        assert [each.month for each in kept] == [f"2025-{month:02}" for month in range(2, 13)]
        await import_statements(service)
        assert await district.stores.ledger.feed_in(None, None, withdrawn=True) == kept
