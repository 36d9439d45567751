"""How the connection with Grafana stands, without asking Grafana."""

from __future__ import annotations

from typing import Final

from operations.dashboards.content import content_of, count_rules, settings_of
from operations.dashboards.rows import BoardRow, DashboardsShown, ShowDashboards
from operations.house import Call, House

PUSH: Final = "dashboards.push"
REFUSED: Final = "dashboards.push.failed"


async def show_dashboards(house: House, _request: ShowDashboards, _call: Call) -> DashboardsShown:
    """Return which Grafana is set up, what it gets and when it last got it; the audit knows the latter."""
    settings = settings_of(house)
    content = content_of(settings, house.public_url)
    newest = (await house.ledger.audit_entries(2, actions=(PUSH, REFUSED))).items
    asked = next((entry for entry in newest if entry.action == PUSH), None)
    return DashboardsShown(
        connected=bool(settings.url),
        url=settings.url,
        folder=settings.folder_title,
        language=settings.language,
        data_path=settings.source.path,
        source_url=settings.source.url,
        pushed_at_utc=asked.at_utc if asked else None,
        pushed_by=asked.actor if asked else "",
        push_refused=bool(newest) and newest[0].action == REFUSED,
        alert_rules=count_rules(content),
        boards=tuple(
            BoardRow(uid=uid, title=board["title"], url=f"{settings.url}/d/{uid}" if settings.url else "")
            for uid, board in sorted(content.boards.items(), key=lambda each: str(each[1]["title"]))
        ),
    )
