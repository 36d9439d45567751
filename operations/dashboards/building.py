"""The files by which a Grafana provisions itself."""

from __future__ import annotations

from dashboards.provisioning import files
from operations.dashboards.content import content_of, count_rules, settings_of
from operations.dashboards.rows import BuildDashboards, DashboardsBuilt
from operations.house import Call, House
from operations.share_papers.export import kept_file
from reports.public_page import archive_of

ARCHIVE = "kreiswatt-grafana.zip"


async def build_dashboards(house: House, request: BuildDashboards, call: Call) -> DashboardsBuilt:
    """Return the files; the same settings give the same bytes. Raises `ConflictError` for InfluxDB 3 Core."""
    settings = settings_of(house)
    content = content_of(settings, house.public_url)
    made = files(
        content,
        settings.source,
        folder_uid=settings.folder_uid,
        folder_title=settings.folder_title,
        boards_path=request.boards_path,
    )
    archive = archive_of({name: text.encode() for name, text in made.items()})
    return DashboardsBuilt(
        file=await kept_file(house, ARCHIVE, archive, call),
        data_path=settings.source.path,
        dashboards=len(content.boards),
        alert_rules=count_rules(content),
    )
