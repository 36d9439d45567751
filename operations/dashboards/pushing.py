"""Bringing dashboards and alert rules to Grafana, and comparing what is there with them."""

from __future__ import annotations

import asyncio

from dashboards.pushing.push import push
from operations.dashboards.content import content_of, reachable
from operations.dashboards.rows import DashboardsPushed, DiffDashboards, PushDashboards, pushed_rows
from operations.house import Call, House


async def push_dashboards(house: House, request: PushDashboards, _call: Call) -> DashboardsPushed:
    """Bring everything to Grafana and return what became of each thing.

    Raises `UnavailableError` where no Grafana is set up or none answers, and `ConflictError` for InfluxDB 3 Core.
    """
    settings = reachable(house)
    return pushed_rows(
        await asyncio.to_thread(push, settings, content_of(settings, house.public_url), overwrite=request.overwrite)
    )


async def diff_dashboards(house: House, _request: DiffDashboards, _call: Call) -> DashboardsPushed:
    """Return what a push would do; raises as it does."""
    settings = reachable(house)
    return pushed_rows(await asyncio.to_thread(push, settings, content_of(settings, house.public_url), write=False))
