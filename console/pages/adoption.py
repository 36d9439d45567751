"""New charge points: who waits, who is invited, who was refused; letting in, adopting and refusing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import ServiceError
from reports.qr import qr_svg

PLACE: Final = "/adoption"
WINDOW: Final[Mapping[str, str]] = {"site": "", "minutes": "30", "most": "10"}
PASSWORD: Final[Mapping[str, str]] = {"site": "", "station": "", "days": "14"}
OUTLETS: Final = {"outlets": "1", "power_w": "22000", "plug": "Typ 2"}
ADOPTED: Final = ("new_name", "maker", "model", "outlets", "power_w", "plug", "station_profile")


async def show(visit: Visit) -> Response:
    """Return who waits, who is invited and who was refused; the page follows it. With `adopt` the form for one."""
    return await _page(visit, chosen=visit.query.get("adopt", ""))


async def open_window(visit: Visit) -> Response:
    """Let new stations in for a while, or return the form with what is wrong."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in WINDOW}
    try:
        await visit.ask("adoption.open", **given)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _page(visit, 422, window=given, problems=problems_of(visit, error))
    return visit.go(PLACE, "adoption.opened")


async def make_password(visit: Visit) -> Response:
    """Make a one-time password and return the sheet with it, or the form with what is wrong."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in PASSWORD}
    try:
        made = await visit.ask("adoption.password", **given)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _page(visit, 422, password=given, problems=problems_of(visit, error))
    url = made.url + made.station
    drawn = qr_svg(f"{url}\n{made.secret}")
    return visit.page("adoption/sheet.html", visit.words.t("adoption.sheet"), row=made, url=url, qr=drawn)


async def close(visit: Visit) -> Response:
    """End an invitation."""
    await visit.form()
    await visit.ask("adoption.close", id=visit.part("id"))
    return visit.go(PLACE, "adoption.closed")


async def adopt(visit: Visit) -> Response:
    """Take a station that waits into service, or return the page with what is wrong."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ADOPTED if str(form.get(name, "")).strip()}
    try:
        await visit.ask("stations.adopt", id=visit.part("id"), **given)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _page(visit, 422, chosen=visit.part("id"), given=given, problems=problems_of(visit, error))
    return visit.go(PLACE, "adoption.adopted")


async def refuse(visit: Visit) -> Response:
    """Refuse a station that waits."""
    await visit.form()
    await visit.ask("stations.refuse", id=visit.part("id"))
    return visit.go(PLACE, "adoption.turned_down")


async def _page(visit: Visit, status: int = 200, chosen: str = "", **values: Any) -> Response:
    found = await visit.ask("adoption.list")
    sites = (await visit.ask("sites.list", limit=500)).items
    may_invite = may(visit.actor, "adoption.open")
    station = next((each for each in found.waiting if may_invite and each.id == chosen), None)
    given = OUTLETS | ({"new_name": station.name, "maker": station.maker, "model": station.model} if station else {})
    shown: dict[str, Any] = {"problems": [], "window": WINDOW, "password": PASSWORD, **values}
    return visit.page(
        "adoption/list.html",
        visit.words.t("adoption.title"),
        status,
        **shown | {"given": given | dict(values.get("given", {}))},
        chosen=station,
        found=found,
        sites=sites,
        names={each.id: each.name for each in sites},
        may_invite=may_invite,
        profiles=[each for each in visit.desk.gate.house.inventory().profiles.values() if each.stations],
    )
