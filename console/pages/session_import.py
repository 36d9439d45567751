"""Taking over past charge sessions from other systems."""

from __future__ import annotations

from typing import Final

from console.pages.import_pages import ImportPage
from ingest.files.charge_sessions import COLUMNS

PAGE: Final = ImportPage(
    "sessions.import", "sessions/import.html", "console.sessions.import", COLUMNS, lists=("stations",)
)

show, take = PAGE.show, PAGE.take
