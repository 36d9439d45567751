"""Who changed what, when."""

from __future__ import annotations

from fastapi import Response

from console.pages.filters import Filters
from console.pages.jobs import job_text
from console.pages.visit import Visit
from console.pages.words import Words
from operations.edge import read_request
from operations.gate import admitted
from operations.schedule import JOBS
from operations.table import CAPABILITIES

VERIFY = "audit.verify"


async def show_all(visit: Visit) -> Response:
    """Return the entries, newest first."""
    filters = Filters("/audit", (), visit.query.get("cursor", ""))
    page = await visit.ask("audit.list", cursor=filters.cursor)
    values = {"page": page, "filters": filters, "action_text": _action_text, "newest": not filters.cursor}
    return visit.page("people/audit.html", visit.words.t("console.audit.title"), **values)


async def verify(visit: Visit) -> Response:
    """Begin to verify the chain, and go where it can be watched."""
    form = await visit.form()
    request = read_request(admitted(VERIFY, visit.actor), {"head": form.get("head")})
    run = visit.desk.long.start(VERIFY, request, visit.actor)
    return visit.go(f"/audit/verify/{run.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far a verification is, and what it found."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    return visit.page("people/verification.html", visit.words.t("console.audit.verification"), run=run)


async def cancel_run(visit: Visit) -> Response:
    """Stop a verification; it has changed nothing."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/audit/verify/{run.id}")


def _action_text(words: Words, action: str) -> str:
    """Return what was done, in words; what failed is said to have failed."""
    done = action.removesuffix(".failed")
    if done == "session.begin":
        return words.t("console.audit.session_begin")
    job = next((name for name, job in JOBS.items() if job.row == done), None)
    text = job_text(words, job) if job else words.t(f"capability.{done}") if done in CAPABILITIES else done
    return text if done == action else words.t("console.audit.failed", action=text)
