"""Listening on a broker: who speaks there, what they say, and taking them into the inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from core.errors import NotFoundError, ServiceError
from core.inventory import Feed
from operations.arrivals.entry_proposals import entry_with
from operations.edge import read_request
from operations.gate import admitted
from operations.long import Run, State

DISCOVER = "meters.discover"
DURATIONS_S = (60, 180, 600)
LAST_RUNS = 5


async def show(visit: Visit) -> Response:
    """Return the form, filled in by the address where one came from a list of topics."""
    asked = {"broker": visit.query.get("broker", ""), "topics": visit.query.get("topics", "#")}
    return _form(visit, {**asked, "duration_s": str(DURATIONS_S[0])})


async def begin(visit: Visit) -> Response:
    """Begin to listen, and go where it can be watched."""
    form = await visit.form()
    given = {name: str(form.get(name, "")) for name in ("broker", "topics", "duration_s")}
    try:
        asked: dict[str, Any] = {"topics": tuple(given["topics"].split("\n")), "duration_s": given["duration_s"]}
        asked["topics"] = tuple(line.strip() for line in asked["topics"] if line.strip()) or ("#",)
        request = read_request(admitted(DISCOVER, visit.actor), asked | {"broker": given["broker"] or None})
        run = visit.desk.long.start(DISCOVER, request, visit.actor)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _form(visit, given, status=422, problems=problems_of(visit, error))
    return visit.go(f"/discover/{run.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far the listening is, and once it is over who was heard."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    devices = run.result.devices if run.state is State.DONE else ()
    heading = visit.words.t("console.discover.title")
    cards = _cards(visit, run, devices)
    return visit.page("discover/run.html", heading, run=run, cards=cards, label_of=partial(_label, visit))


async def cancel_run(visit: Visit) -> Response:
    """Stop listening; what was heard so far is forgotten."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/discover/{run.id}")


def proposed(visit: Visit) -> dict[str, str]:
    """Return what a form is to be filled in with for a device that was heard: nothing where none is asked for.

    Raises `NotFoundError` where it was heard too long ago.
    """
    name, number = visit.query.get("heard", ""), visit.query.get("device", "")
    if not name:
        return {}
    run = visit.desk.long.run(name, visit.actor)
    devices = run.result.devices if run.name == DISCOVER and run.state is State.DONE else ()
    if not number.isdecimal() or int(number) >= len(devices) or devices[int(number)].proposal is None:
        raise NotFoundError("detective.device_unknown")
    proposal = devices[int(number)].proposal
    said = (value.partition("=") for value in proposal.values)
    return {"id": proposal.id.partition("/")[2]} | {field: text for field, _, text in said}


def back_to(visit: Visit, given: Mapping[str, Any]) -> str:
    """Return where to go on after a device has been taken in, empty if it did not come from a visit to a broker."""
    name = str(given.get("heard", ""))
    known = name and any(run.id == name for run in visit.desk.long.runs(visit.actor))
    return f"/discover/{name}" if known else ""


def _form(visit: Visit, given: Mapping[str, str], status: int = 200, problems: Sequence[Problem] = ()) -> Response:
    listener = visit.desk.gate.house.listener
    runs = [run for run in visit.desk.long.runs(visit.actor) if run.name == DISCOVER][:LAST_RUNS]
    heading = visit.words.t("console.discover.title")
    return visit.page(
        "discover/form.html",
        heading,
        status,
        given=given,
        brokers=listener.brokers if listener else (),
        durations=DURATIONS_S,
        runs=runs,
        problems=problems,
    )


def _label(visit: Visit, field: str) -> str:
    """Return what the form calls a field."""
    return visit.words.t(f"label.{field.rpartition('.')[2]}")


def _cards(visit: Visit, run: Run, devices: Sequence[Any]) -> list[tuple[int, Any, str | None]]:
    """Return the devices with their numbers and the entries that read them by now."""
    inventory, day = visit.desk.gate.house.inventory(), visit.desk.gate.house.day(visit.now_utc)
    broker = run.result.broker if devices else ""
    feeds = [Feed(broker=broker, format=each.format, topic=each.topic, device=each.device) for each in devices]
    return [
        (number, device, device.entry or entry_with(inventory, feed, day))
        for number, (device, feed) in enumerate(zip(devices, feeds, strict=True))
    ]
