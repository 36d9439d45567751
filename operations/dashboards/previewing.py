"""A contact sheet of dashboards, drawn without Grafana from their own JSON and live data."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, UnavailableError
from core.ports import InfluxQlRequest
from core.texts import Finding
from dashboards.preview.sheet import sheet_of
from operations.dashboards.content import boards_in, settings_of
from operations.dashboards.rows import DashboardsPreviewed, PreviewDashboards
from operations.house import Call, House
from operations.share_papers.export import kept_file

FILE = "kreiswatt-dashboards.html"


async def preview_dashboards(house: House, request: PreviewDashboards, call: Call) -> DashboardsPreviewed:
    """Return the sheet; queries go through the service's own InfluxQL, as Grafana's do.

    Raises `NotFoundError` for an unknown uid and `UnavailableError` where an InfluxDB keeps the time series.
    """
    if house.influxql is None:
        raise UnavailableError("influxql.not_served")
    settings = settings_of(house)
    boards = boards_in(settings)
    for uid in request.uids:
        if uid not in boards:
            raise NotFoundError("grafana.unknown_board", uid=uid[:80], known=", ".join(boards))
    endpoint, asked = house.influxql, 0

    async def ask(text: str) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        call.progress(0.0, Finding.of("grafana.previewing", count=asked))
        query = InfluxQlRequest(text=text, database=settings.source.database, epoch="ms", sites=call.actor.sites)
        return await endpoint.ask(query)

    sheet = await sheet_of(
        {uid: board for uid, board in boards.items() if not request.uids or uid in request.uids},
        ask,
        settings.language,
        call.now_utc,
        ZoneInfo(house.time_zone),
        {"site": request.site} if request.site else None,
    )
    return DashboardsPreviewed(
        file=await kept_file(house, FILE, sheet.html.encode(), call),
        dashboards=sheet.dashboards,
        panels=sheet.panels,
        empty_panels=sheet.empty,
        failed_panels=sheet.failed,
    )
