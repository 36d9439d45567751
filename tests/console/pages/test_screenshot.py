"""The picture in the README: the overview as this run sees it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PICTURE = Path(__file__).parents[3] / "docs" / "images" / "overview.png"
WRITE = "KREISWATT_WRITE_SCREENSHOT"
"""Set it to replace the committed picture; otherwise it goes to the test's own folder and the checkout stays clean."""


def test_the_overview_is_drawn_for_the_readme(visit: Callable[..., Page], tmp_path: Path) -> None:
    wanted = PICTURE if os.environ.get(WRITE) else tmp_path / "overview.png"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    page = visit("/", viewport={"width": 1280, "height": 860}, device_scale_factor=1.5, reduced_motion="reduce")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator(".tile")).not_to_have_count(0)
    drawn = page.screenshot(path=wanted, animations="disabled")
    assert drawn.startswith(b"\x89PNG")
    assert len(drawn) > 50_000
