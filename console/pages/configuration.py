"""The settings of a charge point: looked through, compared, and changed one at a time with the value read back."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.exports import csv_answer, written_line
from console.pages.filters import Choice, Filters, choice, search
from console.pages.places import may
from console.pages.visit import Visit
from core.commands import CommandState
from core.errors import ServiceError
from core.secrets import is_secret_setting

SHOW, GET, SET = "stations.configuration", "stations.get", "stations.set"
CSV_COLUMNS: Final = (
    *("key", "value", "unit", "read_only", "reboot_required", "choices", "at_utc"),
    *("compared", "differs"),
)
WAITS_S: Final = 5.0


async def show(visit: Visit) -> Response:
    """Return the table of settings."""
    return await _page(visit)


async def as_csv(visit: Visit) -> Response:
    """Return the same as a file."""
    found = await visit.ask(SHOW, id=visit.part("id"), **(await _filters(visit)).given())
    rows = (written_line([getattr(row, name) for name in CSV_COLUMNS], visit.language) for row in found.items)
    return csv_answer(f"configuration-{found.station}", [written_line(CSV_COLUMNS, visit.language), *rows])


async def change(visit: Visit) -> Response:
    """Read all settings, or change one and read it back; what takes longer is seen on its own page."""
    given = await visit.form()
    key, value = str(given.get("key", "")), str(given.get("value", "")).strip()
    station = visit.part("id")
    try:
        if not key:
            asked = await visit.ask(GET, id=station, wait_s=WAITS_S, keys=())
        else:
            asked = await visit.ask(SET, id=station, settings=(f"{key}={value}",), read_back=True, wait_s=WAITS_S)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _page(visit, 422, problems_of(visit, error))
    if asked.items[0].progress is not CommandState.DONE:
        return visit.go(f"/commands/{asked.items[0].id}")
    only = f"?{urlencode({'query': key})}" if key else ""
    done = "console.done_setting_changed" if key else "console.done_settings_read"
    return visit.go(f"/stations/{quote(station, safe='')}/configuration{only}", done)


async def _filters(visit: Visit) -> Filters:
    station = visit.part("id")
    others = (await visit.ask("stations.list", limit=500)).items
    return Filters(
        f"/stations/{quote(station, safe='')}/configuration",
        (
            search(visit.query),
            choice(
                visit.query,
                "compare",
                "station_settings.compare",
                [Choice(each.id, each.name) for each in others if each.id != station],
                nothing="station_settings.with_none",
            ),
            choice(
                visit.query,
                "different",
                "station_settings.which",
                [Choice("true", visit.words.t("station_settings.different"))],
                nothing="station_settings.every",
            ),
        ),
    )


async def _page(visit: Visit, status: int = 200, problems: Any = ()) -> Response:
    filters = await _filters(visit)
    found = await visit.ask(SHOW, id=visit.part("id"), **filters.given())
    return visit.page(
        "stations/configuration.html",
        visit.words.t("station_settings.heading", name=found.station_name),
        status,
        found=found,
        filters=filters,
        csv_path=f"{filters.path}.csv?{urlencode(filters.given())}",
        is_secret=is_secret_setting,
        changing=visit.query.get("change", ""),
        may_change=may(visit.actor, SET),
        problems=problems,
    )
