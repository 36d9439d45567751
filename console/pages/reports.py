"""Reports and exports: what was made, making more, and fetching the files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from fastapi import Response

from console.files import file_answer
from console.pages.filters import Filters
from console.pages.places import may
from console.pages.scopes import groups_of_vehicles, places, recipients_of_reports
from console.pages.visit import Visit
from core.errors import NotFoundError
from operations.edge import read_request
from operations.gate import admitted
from operations.reports.export_rows import ExportResolution
from reports.columns import CsvStyle

ENERGY, CARRIERS, FLEET = "report.energy", "report.carriers", "report.fleet"
READINGS, INTERVALS, SAVINGS = "exports.readings", "exports.intervals", "savings.export"
SHARES, PUBLIC = "shares.export", "shares.publish"
BOARDS, PREVIEW = "dashboards.build", "dashboards.preview"
MADE_HERE: Final = (ENERGY, CARRIERS, FLEET, READINGS, INTERVALS, SAVINGS, SHARES, PUBLIC, BOARDS, PREVIEW)
RAW: Final = "raw"
RESOLUTIONS: Final = (*(each.value for each in ExportResolution), RAW)


async def show_all(visit: Visit) -> Response:
    """Return the reports that were made, and the forms to make one or to take data out."""
    filters = Filters("/reports", (), visit.query.get("cursor", ""))
    page = await visit.ask("report.list", cursor=filters.cursor)
    now = visit.now_utc.astimezone(visit.words.zone)
    return visit.page(
        "reports/list.html",
        visit.words.t("console.reports.title"),
        page=page,
        filters=filters,
        sites=places(visit, "sites"),
        buildings=places(visit, "buildings"),
        last_year=now.year - 1,
        this_month=f"{now:%Y-%m}",
        may_make=may(visit.actor, ENERGY),
        may_tell=may(visit.actor, CARRIERS),
        may_drive=may(visit.actor, FLEET),
        groups=groups_of_vehicles(visit),
        recipients=recipients_of_reports(visit) if may(visit.actor, FLEET) else (),
        last_month=f"{now.replace(day=1) - timedelta(days=1):%Y-%m}",
        whole=visit.actor.sites is None,
        kind_of=lambda row: visit.words.t(f"console.report_kind.{row.kind}"),
        resolutions=[(each, visit.words.t(f"console.reports.resolution_{each}")) for each in RESOLUTIONS],
        styles=[(each.value, visit.words.t(f"console.reports.style_{each.value}")) for each in CsvStyle],
    )


async def make(visit: Visit) -> Response:
    """Begin to make a report or an export, and go where it can be watched."""
    form = await visit.form()
    given: dict[str, Any] = {name: str(value).strip() for name, value in form.items() if name != "csrf_token"}
    row = given.pop("row", "")
    if row == INTERVALS and given.get("resolution") == RAW:
        row = READINGS
        del given["resolution"]
    if row not in MADE_HERE:
        raise NotFoundError("error.unknown_capability", name=row[:80])
    filled = {name: value for name, value in given.items() if value}
    if mail := [str(each) for each in form.getlist("mail")]:
        filled["mail"] = mail
    if "sources" in filled:
        filled["sources"] = [filled["sources"]]
    names = {field.name for field in admitted(row, visit.actor).fields}
    filled |= {"language": visit.language}
    asked = {name: value for name, value in filled.items() if name in names}
    request = read_request(admitted(row, visit.actor), asked)
    run = visit.desk.long.start(row, request, visit.actor)
    return visit.go(f"/reports/run/{run.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far it is, and the file once it is there."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    return visit.page("reports/run.html", visit.words.t("console.reports.making"), run=run)


async def cancel_run(visit: Visit) -> Response:
    """Stop making a file; nothing is kept of it."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/reports/run/{run.id}")


async def fetch(visit: Visit) -> Response:
    """Return a file that was made."""
    return file_answer(await visit.desk.gate.fetch(visit.part("id"), visit.actor, visit.now_utc))
