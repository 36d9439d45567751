"""What the public is told of shares: sums by municipality; no drafts, no operators, nothing of single contracts."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
import pytest_asyncio

from core.factors import FactorTable
from operations.shares.job import SettleShares, settle_shares
from operations.transparency.figures import public_shares
from operations.transparency.publish import PublishShares, publish_shares
from reports.public_data import NAME, PublicRow, PublicStatus, package_of
from reports.public_page import PAGES, public_files
from reports.shelf import FileShelf
from tests.operations.shares_place import SharesPlace, shares_place

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPERATORS = ("Bürgerwind", "Grenzwind", "Sonne GmbH")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SharesPlace]:
    """Return a district whose 2025 is settled, with a shelf."""
    folder = tmp_path_factory.mktemp("public")
    async with shares_place(folder / "stores") as made:
        made.house = replace(made.house, shelf=FileShelf(folder / "shelf"))
        await settle_shares(made.house, SettleShares(year=2025), made.call)
        yield made


async def row_of(place: SharesPlace, key: str, *, contract_sums: bool = False) -> PublicRow:
    shares = await public_shares(place.house, contract_sums=contract_sums)
    return next(row for row in shares.rows if row.key == key)


async def test_a_municipality_is_told_energy_money_and_co2(place: SharesPlace) -> None:
    row = await row_of(place, "99901030")
    assert row.status is PublicStatus.FINAL
    assert row.fed_in_kwh == Decimal("8400133.332")
    assert row.statutory_eur is not None
    assert row.statutory_eur > 0
    assert row.factor is not None
    assert row.co2_kg == row.fed_in_kwh * row.factor.g_per_kwh / 1000


async def test_sums_of_contracts_are_told_of_three_operators_or_with_consent_only(place: SharesPlace) -> None:
    assert (await row_of(place, "99901030")).contractual_eur is None
    assert (await row_of(place, "99901030", contract_sums=True)).contractual_eur == Decimal("6056.33")


async def test_without_a_factor_there_is_a_reason_and_no_number(place: SharesPlace) -> None:
    house = replace(place.house, factors=lambda: FactorTable(()))
    shares = await public_shares(house)
    assert all(row.co2_kg is None and row.co2_reason for row in shares.rows)
    assert "CO₂ nicht berechnet" in public_files(shares)["index.html"].decode()


async def test_nothing_of_operators_plants_or_contracts_is_published(place: SharesPlace) -> None:
    files = public_files(await public_shares(place.house))
    said = b"".join(files.values()).decode()
    hidden = (*OPERATORS, *place.inventory.plants, *place.inventory.contracts, "SEE99", "6056.33", "6.056,33")
    assert [each for each in hidden if each in said] == []


async def test_the_same_data_are_the_same_bytes_and_every_column_is_described(place: SharesPlace) -> None:
    made = await publish_shares(place.house, PublishShares(licence="dl-de/by-2-0"), place.call)
    again = await publish_shares(place.house, PublishShares(licence="dl-de/by-2-0"), place.call)
    assert made == again
    assert made.settled_years == (2025,)
    assert place.house.shelf is not None
    kept = place.house.shelf.find(made.file.id)
    assert kept is not None
    with zipfile.ZipFile(kept[1]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    body, schema = json.loads(files[f"{NAME}.json"]), json.loads(files[f"{NAME}.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(body)
    rows = list(csv.DictReader(io.StringIO(files[f"{NAME}.csv"].decode())))
    fields = [each["name"] for each in json.loads(files["datapackage.json"])["resources"][0]["schema"]["fields"]]
    assert list(rows[0]) == fields
    assert [row["municipality_key"] for row in rows] == [row["municipality_key"] for row in body["rows"]]
    assert "transparency." not in package_of(await public_shares(place.house)).decode()


class _Page(HTMLParser):
    """Collects what a page asks for and how it is built."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.addresses += [value for name in ("href", "src") if (value := found.get(name))]
        if tag == "html":
            self.language = found.get("lang") or ""


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_page_needs_no_script_and_asks_nobody_else(place: SharesPlace, language: str) -> None:
    files = public_files(await public_shares(place.house))
    page = _Page()
    page.feed(files[PAGES[language]].decode())  # type: ignore[index]
    assert page.language == language
    assert page.tags.count("h1") == 1
    assert "script" not in page.tags
    assert {address for address in page.addresses if not address.startswith("#")} <= files.keys()
    assert "transparency." not in files[PAGES[language]].decode()  # type: ignore[index]


async def test_drafts_are_never_published(tmp_path: Path) -> None:
    async with shares_place(tmp_path / "stores") as made:
        await made.state("wea-1", "2025-03", -5)
        await settle_shares(made.house, SettleShares(year=2025), made.call)
        shares = await public_shares(made.house, contract_sums=True)
        drafts = {row.key for row in shares.rows if row.status is PublicStatus.OPEN}
        assert "99901010" in drafts
        assert "99902010" not in drafts
        for row in shares.rows:
            if row.key in drafts:
                told = (row.fed_in_kwh, row.statutory_eur, row.contractual_eur, row.co2_kg)
                assert told == (None, None, None, None)
        assert "Noch nicht abgeschlossen" in public_files(shares)["index.html"].decode()
