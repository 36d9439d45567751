"""What is to be done about the fleet: who, what, until when; the list stands in section 13 of the monthly report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from core.errors import NotFoundError, RequestError
from core.fleet import FleetAction
from core.inventory import Vehicle
from core.ports import Page
from core.texts import Finding, catalogue
from fleet.savings.statement import FLEET
from operations.fleet_report.ahead import WARRANTY_PERCENT
from operations.fleet_report.facts import FleetMonth, vehicles_in
from operations.fleet_report.stock import LEASE_AHEAD
from operations.house import Call, House

BY_HAND = "by_hand"
"""The first word of the code of what a person entered; the same text about the same is the same action."""

CODE_LENGTH = 12

NOT_RELIABLE, NO_DISTANCE, BATTERY_WEAK, LEASE_ENDS = "not_reliable", "no_distance", "battery_weak", "lease_ends"
"""The codes of what the job finds."""

TEXT_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListActions:
    """What is to be done; with `done` what is done."""

    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAction:
    """What is to be done: `text`, by whom (`owner`), until `due`, about `scope`."""

    text: str
    owner: str = ""
    due: date | None = None
    scope: str = FLEET


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendAction:
    """Which one is to be changed; what is left out stays. `done` marks it as done, or as open again."""

    id: int
    text: str | None = None
    owner: str | None = None
    due: date | None = None
    done: bool | None = None


async def suggest_actions(house: House, month: FleetMonth, call: Call) -> int:
    """Keep what the findings of a month ask for; what is open already stays as people left it. Return how many."""
    suggested = list(_suggested(month))
    for code, vehicle in suggested:
        text = catalogue(house.language).say(f"actions.{code}", name=vehicle.name)
        action = FleetAction(
            code=code, subject=vehicle.source, text=text, made_by=call.actor.name, made_at_utc=call.now_utc
        )
        await house.ledger.save_action(action)
    return len(suggested)


def _suggested(month: FleetMonth) -> Iterator[tuple[str, Vehicle]]:
    for vehicle in month.vehicles:
        figures, battery = month.figures[vehicle.id], month.batteries.get(vehicle.id)
        if figures.reliable is False:
            yield NOT_RELIABLE, vehicle
        if isinstance(figures.distance_m, Finding):
            yield NO_DISTANCE, vehicle
        if battery and battery.health_percent is not None and battery.health_percent < WARRANTY_PERCENT:
            yield BATTERY_WEAK, vehicle
        if vehicle.lease_until and month.last < vehicle.lease_until <= month.last + LEASE_AHEAD:
            yield LEASE_ENDS, vehicle


async def list_actions(house: House, request: ListActions, _call: Call) -> Page[FleetAction]:
    """Return what is to be done (or is done), those due first."""
    found = await house.ledger.actions(request.done)
    return Page(found, len(found))


async def add_action(house: House, request: AddAction, call: Call) -> FleetAction:
    """Keep something to be done. Raises `RequestError` without a text, `NotFoundError` for an unknown scope."""
    vehicles_in(house.inventory(), request.scope)
    text = _text(request.text)
    action = FleetAction(
        code=f"{BY_HAND}.{sha256(text.encode()).hexdigest()[:CODE_LENGTH]}",
        subject=request.scope,
        text=text,
        owner=request.owner.strip(),
        due=request.due,
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    return await house.ledger.save_action(action)


async def change_action(house: House, request: AmendAction, call: Call) -> FleetAction:
    """Change something to be done. Raises `NotFoundError` for an unknown one, `RequestError` for an empty text."""
    action = next((each for each in await house.ledger.actions() if each.id == request.id), None)
    if action is None:
        raise NotFoundError("actions.unknown", id=request.id)
    done_at_utc = action.done_at_utc
    if request.done is not None:
        done_at_utc = (action.done_at_utc or call.now_utc) if request.done else None
    changed = replace(
        action,
        text=action.text if request.text is None else _text(request.text),
        owner=action.owner if request.owner is None else request.owner.strip(),
        due=request.due or action.due,
        done_at_utc=done_at_utc,
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    return await house.ledger.save_action(changed)


def _text(text: str) -> str:
    said = text.strip()
    if not said or len(said) > TEXT_LENGTH:
        raise RequestError("actions.text_missing", length=TEXT_LENGTH)
    return said
