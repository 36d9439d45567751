"""The public page as people meet it: accessible by day and by night, on desk and phone, by keyboard."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.texts import Finding
from reports.public_data import PublicFactor, PublicRow, PublicShares, PublicStatus
from reports.public_page import PAGES, public_files
from tests.console.pages.test_every_page import axe, overflow_px, violations

FACTOR = PublicFactor(id="uba.grid.direct.2025", edition="16/2026", g_per_kwh=Decimal(344), provisional=True)
FINAL = PublicRow(
    year=2025,
    key="99901010",
    name="Bad Auenstadt an der Erlbach",
    state="SN",
    status=PublicStatus.FINAL,
    plants=3,
    power_kw=Decimal("12345.6"),
    fed_in_kwh=Decimal("22001481.472"),
    statutory_eur=Decimal("117.10"),
    contractual_eur=Decimal("24002.96"),
    co2_kg=Decimal("7568509.626"),
    factor=FACTOR,
)
OPEN = PublicRow(
    year=2025, key="99901020", name="Erlgrund", state="SN", status=PublicStatus.OPEN, plants=1, power_kw=Decimal(5560)
)
UNKNOWN = PublicRow(
    year=2024,
    key="99901010",
    name="Bad Auenstadt an der Erlbach",
    state="SN",
    status=PublicStatus.FINAL,
    plants=0,
    power_kw=Decimal(0),
    fed_in_kwh=Decimal(0),
    statutory_eur=Decimal("0.00"),
    co2_reason=Finding.of("factors.missing", subject="grid", boundary="direct", year="2024", per="kWh"),
)
SHARES = PublicShares(
    rows=(FINAL, OPEN, UNKNOWN), settled_at_utc=datetime(2026, 3, 2, tzinfo=UTC), licence="dl-de/by-2-0"
)


@pytest.mark.browser
@pytest.mark.parametrize("file", [*PAGES.values()])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_public_page_is_accessible(browser: Browser, tmp_path: Path, file: str, scheme: str) -> None:
    for name, content in public_files(SHARES).items():
        (tmp_path / name).write_bytes(content)
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page.goto((tmp_path / file).as_uri())
        page.evaluate(axe())
        assert violations(page) == []
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("href") == "#content"
        page.set_viewport_size({"width": 360, "height": 740})
        assert overflow_px(page) <= 0
    finally:
        page.close()
