"""The live overview's stream: parts of the page, rendered anew when they have changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.sse import EventSourceResponse, format_sse_event

from console.pages.overview import PARTS, look
from console.pages.visit import Visit
from core.errors import ServiceError

EVERY_S = 2.0
"""How often the page's parts are compared with what the browser has."""

RETRY_MS = 3000


async def stream(visit: Visit) -> Response:
    """Return the stream of a page; it ends with the browser's connection or the visitor's session."""
    return EventSourceResponse(_events(visit), headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def _events(visit: Visit) -> AsyncIterator[bytes]:
    sent: dict[str, str] = {}
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
        await asyncio.sleep(EVERY_S)


async def _parts(visit: Visit) -> dict[str, str]:
    view = await look(visit)
    return {part: visit.fragment(f"overview/{part}.html", view=view) for part in PARTS}
