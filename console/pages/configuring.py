"""Charge points as their profiles want them: what differs, since when, and putting it right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from chargepoints.configuring.terms import FIRMWARE, TERMS
from console.pages.errors import can_be_mended, problems_of
from console.pages.places import may
from console.pages.targets import WAVES, targets
from console.pages.visit import Visit
from console.pages.words import Words
from core.errors import ServiceError

PLAN: Final = "stations.plan"
APPLY: Final = "stations.apply"
EVERY: Final = "all"
GIVEN: Final[Mapping[str, str]] = {
    "canary": "1",
    "wave_size": "20",
    "pause_min": "0",
    "stop_after": "1",
    "within_h": "24",
}
"""What the form for carrying out a plan begins with."""

_CALLED: Final[Mapping[str, str]] = {
    "security_profile": "label.stationsettings.security_profile",
    FIRMWARE: "label.profile.firmware",
}
MARKS: Final[Mapping[str, str]] = {
    "when_idle": "rollouts.when_idle",
    "absent": "configuring.absent",
    "allow_irreversible": "configuring.allow_irreversible",
}
"""The form's marks with their labels."""


async def show(visit: Visit) -> Response:
    """Return what differs: as it is known, or as the charge points tell it now if the address says `live`."""
    return await _page(visit, visit.query.get("id", EVERY), live=visit.query.get("live") == "true")


async def apply(visit: Visit) -> Response:
    """Carry out the plan that was shown, or return it with what is wrong."""
    form = await visit.form()
    chosen, plan = str(form.get("id", EVERY)), str(form.get("plan", ""))
    given = {name: str(form.get(name, "")).strip() for name in GIVEN}
    marks = {name: "true" if form.get(name) else "false" for name in MARKS}
    try:
        applied = await visit.ask(APPLY, id=chosen, plan=plan, wait_s="0", **given, **marks)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        shown = {"given": given, "marked": {name for name, mark in marks.items() if mark == "true"}}
        return await _page(visit, chosen, 422, live=True, problems=problems_of(visit, error), **shown)
    if len(applied.rollouts) == 1:
        return visit.go(f"/rollouts/{applied.rollouts[0].id}", "configuring.begun")
    return visit.go("/rollouts", "configuring.begun" if applied.rollouts else "configuring.nothing_begun")


async def adopt(visit: Visit) -> Response:
    """Want from now on what a charge point has."""
    await visit.form()
    await visit.ask("profiles.adopt", id=visit.part("id"))
    return visit.go("/configuration", "configuring.adopted")


async def import_profiles(visit: Visit) -> Response:
    """Turn what is there into profiles, which are shown then."""
    form = await visit.form()
    try:
        await visit.ask("profiles.import", id=str(form.get("id", EVERY)))
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _page(visit, EVERY, 422, live=False, problems=problems_of(visit, error))
    return visit.go("/inventory?kind=profiles", "configuring.imported")


async def profile(visit: Visit) -> Response:
    """Return how one charge point should be set, and which profile says so."""
    found = await visit.ask("stations.profile", id=visit.part("id"))
    terms = _terms(visit.words)
    return visit.page("configuring/profile.html", visit.words.t("configuring.profile"), found=found, terms=terms)


def _terms(words: Words) -> dict[str, str]:
    """Return what people call each setting that has a neutral name."""
    return {name: words.t(_CALLED.get(name, f"label.{name}")) for name in (*TERMS, FIRMWARE)}


async def _page(visit: Visit, chosen: str, status: int = 200, *, live: bool, **values: Any) -> Response:
    words = visit.words
    plan = await visit.ask(PLAN, id=chosen, live="true" if live else "false")
    drift = await visit.ask("stations.drift", limit=200)
    shown: dict[str, Any] = {"problems": [], "given": GIVEN, "marked": {"when_idle"}, **values}
    return visit.page(
        "configuring/list.html",
        words.t("configuring.title"),
        status,
        plan=plan,
        chosen=chosen,
        chosen_else="," in chosen,
        terms=_terms(words),
        live=live,
        drift=drift,
        numbers=WAVES,
        marks=MARKS,
        **await targets(visit),
        may_apply=may(visit.actor, APPLY),
        profiles=len(visit.desk.gate.house.inventory().profiles),
        **shown,
    )
