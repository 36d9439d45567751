"""Taking in lists of new charge points, and the sheets for whoever mounts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from console.pages.import_pages import ImportPage
from console.pages.visit import Visit
from ingest.files.stations import COLUMNS
from reports.qr import qr_svg


def _sheets(_visit: Visit) -> Mapping[str, Any]:
    return {"qr_of": lambda url, secret: qr_svg(f"{url}\n{secret}")}


PAGE: Final = ImportPage("adoption.import", "adoption/import.html", "adoption.import_title", COLUMNS, more=_sheets)

show, take = PAGE.show, PAGE.take
