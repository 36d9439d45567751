"""Jobs: how they stand, what they did, and running one by hand."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response

from console.pages.filters import Choice, Filters, choice, members
from console.pages.visit import Visit
from console.pages.words import Words
from core.work import JobState
from operations.edge import read_request
from operations.gate import admitted
from operations.schedule import BACKUP, JOBS

RUN = "jobs.run"


async def show_all(visit: Visit) -> Response:
    """Return all jobs; while one runs the page follows it."""
    page = await visit.ask("jobs.list")
    running = any(row.state is JobState.RUNNING for row in page.items)
    title = visit.words.t("console.jobs.title")
    return visit.page("jobs/list.html", title, jobs=page.items, running=running, **SAID)


async def show_history(visit: Visit) -> Response:
    """Return the runs, newest first."""
    words = visit.words
    jobs = [Choice(name, job_text(words, name)) for name in (*JOBS, BACKUP)]
    fields = (
        choice(visit.query, "job", "console.jobs.job", jobs),
        choice(visit.query, "state", "console.state", members(JobState, words)),
    )
    filters = Filters("/jobs/history", fields, visit.query.get("cursor", ""))
    page = await visit.ask("jobs.history", **filters.given(), cursor=filters.cursor)
    return visit.page("jobs/history.html", words.t("console.jobs.history"), page=page, filters=filters, **SAID)


async def run(visit: Visit) -> Response:
    """Begin to run a job, and go where it can be watched. Asking for it on the page is asking for it once more."""
    form = await visit.form()
    given = {"name": str(form.get("name", "")), "period": str(form.get("period", "")).strip() or None, "again": True}
    request = read_request(admitted(RUN, visit.actor), given)
    begun = visit.desk.long.start(RUN, request, visit.actor)
    return visit.go(f"/jobs/run/{begun.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far a run that was begun on the page is."""
    begun = visit.desk.long.run(visit.part("run"), visit.actor)
    return visit.page("jobs/watch.html", visit.words.t("console.jobs.one"), run=begun, **SAID)


async def cancel_begun(visit: Visit) -> Response:
    """Stop a run that was begun on the page; what it has stored stays."""
    await visit.form()
    begun = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/jobs/run/{begun.id}")


async def cancel(visit: Visit) -> Response:
    """Stop a run, whoever began it."""
    await visit.form()
    await visit.ask("jobs.cancel", id=visit.part("id"))
    return visit.go("/jobs", "console.done_job_stopped")


def job_text(words: Words, job: str) -> str:
    """Return what people call a job."""
    return words.t(f"job.{job}")


def outcome(words: Words, result: str) -> str:
    """Return what a run says it did, e.g. `Ladevorgänge: 12 · Buchungen: 0`."""
    figures: dict[str, Any] = json.loads(result) if result else {}
    note, said = figures.pop("note", None), []
    if note:
        said = [words.t(note["code"], **note["params"])]
        figures = {name: value for name, value in figures.items() if value}
    said += [f"{words.t(f'column.{name}')}: {_shown(words, value)}" for name, value in figures.items()]
    return " · ".join(said)


def _shown(words: Words, value: Any) -> str:
    return words.figure(value) if isinstance(value, int | float) else str(value)


SAID: Any = {"job_text": job_text, "outcome": outcome}
"""How pages say jobs and their results."""
