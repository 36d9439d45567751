"""Sendings: how reports got to their recipients, and what a person has to decide."""

from __future__ import annotations

from fastapi import Response

from console.pages.places import may
from console.pages.visit import Visit
from core.report_post import DECIDED

RESEND, SETTLE = "sendings.resend", "sendings.settle"


async def show_all(visit: Visit) -> Response:
    """Return all ways of reports to recipients, newest first."""
    page = await visit.ask("sendings.list")
    return visit.page(
        "reports/sendings.html",
        visit.words.t("sendings.title"),
        page=page,
        decided=DECIDED,
        recipients=visit.desk.gate.house.inventory().recipients,
        may_decide=may(visit.actor, RESEND),
    )


async def resend(visit: Visit) -> Response:
    """Send a letter again."""
    await visit.form()
    await visit.ask(RESEND, id=visit.part("id"))
    return visit.go("/sendings", "sendings.tried_again")


async def settle(visit: Visit) -> Response:
    """Mark a letter as arrived."""
    await visit.form()
    await visit.ask(SETTLE, id=visit.part("id"))
    return visit.go("/sendings", "sendings.settled")
