"""Grafana: whether one is connected, what a push would change there, and pushing."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from console.pages.places import may
from console.pages.visit import Visit
from operations.dashboards.rows import BOARDS_PATH
from operations.gate import admitted

EXAMPLE: Final = """\
grafana:
  url: https://grafana.landkreis.example
  token: file:secrets/grafana
  data_source:
    token: file:secrets/grafana-data
"""
"""What is written into `kreiswatt.yaml`."""

PUSH: Final = "dashboards.push"


async def show(visit: Visit) -> Response:
    """Return which Grafana is connected and what it gets, or how one is connected."""
    found = await visit.ask("dashboards.show")
    return visit.page(
        "grafana/show.html",
        visit.words.t("dashboards.title"),
        found=found,
        may_push=may(visit.actor, PUSH),
        example=EXAMPLE,
        boards_path=BOARDS_PATH,
    )


async def compare(visit: Visit) -> Response:
    """Return what a push would change, to be confirmed."""
    found = await visit.ask("dashboards.diff")
    title = visit.words.t("dashboards.compare")
    return visit.page("grafana/pushed.html", title, found=found, done_now=False, may_push=may(visit.actor, PUSH))


async def push(visit: Visit) -> Response:
    """Push, and return what became of each thing."""
    admitted(PUSH, visit.actor)
    form = await visit.form()
    found = await visit.ask(PUSH, overwrite=form.get("overwrite") == "true")
    title = visit.words.t("dashboards.pushed")
    return visit.page("grafana/pushed.html", title, found=found, done_now=True, may_push=False)
