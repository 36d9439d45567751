"""Each dashboard has its page, with a picture of it."""

from __future__ import annotations

import runpy
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "dashboards"


def test_the_pages_of_dashboards_are_current() -> None:
    pages = runpy.run_path(str(FOLDER / "generate.py"))["pages"]()
    there = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
    assert there == pages, "python docs/dashboards/generate.py writes them anew"


def test_each_page_has_its_picture_and_no_other_is_kept() -> None:
    pictures = {file.stem for file in FOLDER.glob("*.jpg")}
    assert pictures == {file.stem for file in FOLDER.glob("*.md")} - {"index"}
