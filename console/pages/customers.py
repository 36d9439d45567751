"""What charge points told of customers: the answers there are, one of them in the clear, and forgetting it."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.visit import Visit
from core.commands import CommandKind
from operations.gate import admitted

SHOW, FORGET = "privacy.customer", "privacy.forget_customer"


async def show_all(visit: Visit) -> Response:
    """Return the answers there are; what they say only who asks for it is shown, and that is written down."""
    admitted(SHOW, visit.actor)
    return await _page(visit)


async def show(visit: Visit) -> Response:
    """Return what a charge point told."""
    await visit.form()
    return await _page(visit, told=await visit.ask(SHOW, id=visit.part("id")))


async def forget(visit: Visit) -> Response:
    """Forget what a charge point told."""
    await visit.form()
    await visit.ask(FORGET, id=visit.part("id"))
    return visit.go("/privacy/customers", "console.done_customer_forgotten")


async def _page(visit: Visit, told: Any = None) -> Response:
    kind = CommandKind.CUSTOMER_INFORMATION.value
    page = await visit.ask("commands.list", kind=kind, limit=100, cursor=visit.query.get("cursor", ""))
    rows = [row for row in page.items if row.station_said.get("customer")]
    return visit.page("people/customers.html", visit.words.t("console.privacy.customers"), rows=rows, told=told)
