"""Taking in lists of charging cards from other systems."""

from __future__ import annotations

from typing import Final

from console.pages.import_pages import ImportPage
from ingest.files.cards import COLUMNS

PAGE: Final = ImportPage("tags.import", "tags/import.html", "tags.import_title", COLUMNS)

show, take = PAGE.show, PAGE.take
