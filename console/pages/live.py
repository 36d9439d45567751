"""The live overview's stream: parts of the page, rendered anew when they have changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.sse import EventSourceResponse, format_sse_event

from console.pages.board import Parts
from console.pages.overview import PARTS, look
from console.pages.visit import LIVE_EVERY_S, Visit
from core.errors import ServiceError

RETRY_MS = 3000


async def stream(visit: Visit) -> Response:
    """Return the stream of a page; it ends with the browser's connection or the visitor's session."""
    return EventSourceResponse(_events(visit), headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def _events(visit: Visit) -> AsyncIterator[bytes]:
    sent: Parts = {}
    yield format_sse_event(retry=RETRY_MS)
    while True:
        # Asked anew each time: the session may have ended, the role or the scope may have changed.
        visitor = await visit.desk.signin.visitor(visit.request)
        if visitor is None:
            yield format_sse_event(event="signed-out", data_str="{}")
            return
        try:
            parts = await _parts(Visit(visit.desk, visit.request, visitor))
        except ServiceError:
            return  # the browser says so, and comes back
        changed = {part: html for part, html in parts.items() if sent.get(part) != html}
        sent |= changed
        for part, html in changed.items():
            yield format_sse_event(event="part", data_str=json.dumps({"id": part, "html": html}))
        if not changed:
            yield format_sse_event(comment="")
        await asyncio.sleep(LIVE_EVERY_S)


async def _parts(visit: Visit) -> Parts:
    async def make() -> Parts:
        view = await look(visit)
        return {part: visit.fragment(f"overview/{part}.html", view=view) for part in PARTS}

    return await visit.desk.board.parts((visit.actor.role, visit.actor.sites, visit.language), make)
