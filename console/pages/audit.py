"""Who changed what, when."""

from __future__ import annotations

from fastapi import Response

from console.pages.filters import Filters
from console.pages.visit import Visit
from console.pages.words import Words
from operations.table import CAPABILITIES


async def show_all(visit: Visit) -> Response:
    """Return the entries, newest first."""
    filters = Filters("/audit", (), visit.query.get("cursor", ""))
    page = await visit.ask("audit.list", cursor=filters.cursor)
    values = {"page": page, "filters": filters, "action_text": _action_text}
    return visit.page("people/audit.html", visit.words.t("console.audit.title"), **values)


def _action_text(words: Words, action: str) -> str:
    """Return what was done, in words; what failed is said to have failed."""
    done = action.removesuffix(".failed")
    if done == "session.begin":
        return words.t("console.audit.session_begin")
    text = words.t(f"capability.{done}") if done in CAPABILITIES else done
    return text if done == action else words.t("console.audit.failed", action=text)
