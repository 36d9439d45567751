"""What every book of boundaries must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from core.shares import BoundaryArea, BoundaryEdition

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EDITION = BoundaryEdition(
    name="VG25",
    valid_on=date(2025, 12, 31),
    source="Amt für Grenzen",
    file="vg25.gpkg",
    digest="ab" * 32,
    epsg=25832,
    areas=2,
    imported_by="anna",
    imported_at_utc=NOW,
)
AREAS = (
    BoundaryArea(key="99901020", name="Erlgrund", kind="gemeinde", state="SN", shape_wkb=b"\x01\x00\xff"),
    BoundaryArea(key="99901010", name="Auenstadt", kind="gemeinde", state="SN", shape_wkb=bytes(300_000)),
)


async def test_an_edition_is_kept_whole_and_once(ledger: Any) -> None:
    kept = await ledger.keep_boundaries(EDITION, AREAS)
    assert replace(kept, id=0) == EDITION
    assert await ledger.keep_boundaries(replace(EDITION, imported_by="carl"), AREAS) == kept
    assert await ledger.boundary_editions() == (kept,)
    assert await ledger.boundary_areas(kept.id) == (AREAS[1], AREAS[0])
    assert await ledger.boundary_areas(kept.id + 1) == ()


async def test_editions_come_newest_by_day_first(ledger: Any) -> None:
    await ledger.keep_boundaries(EDITION, AREAS)
    await ledger.keep_boundaries(replace(EDITION, valid_on=date(2027, 1, 1)), AREAS)
    await ledger.keep_boundaries(replace(EDITION, valid_on=date(2024, 1, 1)), AREAS[:1])
    editions = await ledger.boundary_editions()
    assert [each.valid_on.year for each in editions] == [2027, 2025, 2024]
    assert [len(await ledger.boundary_areas(each.id)) for each in editions] == [2, 2, 1]


async def test_a_withdrawn_edition_can_be_taken_back_unless_it_came_again(ledger: Any) -> None:
    first = await ledger.keep_boundaries(EDITION, AREAS)
    assert await ledger.withdraw_boundaries(first.id, "vera", NOW, "falscher Stand")
    assert not await ledger.withdraw_boundaries(first.id, "vera", NOW, "noch einmal")
    assert await ledger.boundary_editions() == ()
    (gone,) = await ledger.boundary_editions(withdrawn=True)
    assert (gone.withdrawn_at_utc, gone.withdrawn_by, gone.withdrawn_reason) == (NOW, "vera", "falscher Stand")
    assert await ledger.withdraw_boundaries(first.id, "vera", NOW, "")
    assert await ledger.boundary_editions() == (first,)
    assert not await ledger.withdraw_boundaries(first.id, "vera", NOW, "")
    await ledger.withdraw_boundaries(first.id, "vera", NOW, "falscher Stand")
    again = await ledger.keep_boundaries(EDITION, AREAS)
    assert again.id != first.id
    assert not await ledger.withdraw_boundaries(first.id, "vera", NOW, "")
    assert not await ledger.withdraw_boundaries(99, "vera", NOW, "gibt es nicht")
