"""Plants and municipalities: lists with filters, and one with the rules that hold and the contracts."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from console.pages.filters import Choice, Filters, choice, members, search
from console.pages.import_pages import ImportPage
from console.pages.places import may
from console.pages.visit import Visit
from core.inventory import PlantKind
from core.quantities import Quantity
from ingest.files.plants import COLUMNS
from operations.plants.rows import MunicipalityDetail, PlantDetail

IMPORT: Final = "plants.import"


async def show_all(visit: Visit) -> Response:
    """Return the list of plants."""
    inventory = visit.desk.gate.house.inventory()
    operators = sorted({plant.operator for plant in inventory.plants.values() if visit.actor.sees(plant.site)})
    places = {plant.municipality for plant in inventory.plants.values()}
    municipalities = [Choice(each.id, each.name) for each in inventory.municipalities.values() if each.id in places]
    fields = (
        search(visit.query),
        choice(visit.query, "kind", "column.kind", members(PlantKind, visit.words)),
        choice(visit.query, "municipality", "label.municipality", municipalities),
        choice(visit.query, "operator", "label.operator", [Choice(name, name) for name in operators]),
    )
    filters = Filters("/plants", fields, visit.query.get("cursor", ""))
    page = await visit.ask("plants.list", **filters.given(), cursor=filters.cursor)
    return visit.page(
        "plants/list.html",
        visit.words.t("plants.title"),
        page=page,
        filters=filters,
        may_import=may(visit.actor, IMPORT),
        **_said(visit),
    )


async def show(visit: Visit) -> Response:
    """Return one plant."""
    year = visit.query.get("year", "")
    asked = {"year": year} if year.isdecimal() else {}
    detail: PlantDetail = await visit.ask("plants.show", id=visit.part("id"), **asked)
    this_year = visit.desk.gate.house.day(visit.now_utc).year
    years = [each for each in range(this_year - 2, this_year + 1) if each >= detail.plant.commissioned.year]
    return visit.page("plants/show.html", detail.plant.name, detail=detail, years=years, **_said(visit))


async def show_municipalities(visit: Visit) -> Response:
    """Return the list of municipalities."""
    lands = sorted({each.state for each in visit.desk.gate.house.inventory().municipalities.values()})
    fields = (
        search(visit.query),
        choice(visit.query, "land", "label.state", [Choice(land, visit.words.land(land)) for land in lands]),
    )
    filters = Filters("/municipalities", fields, visit.query.get("cursor", ""))
    page = await visit.ask("municipalities.list", **filters.given(), cursor=filters.cursor)
    title = visit.words.t("plants.municipalities")
    return visit.page("plants/municipalities.html", title, page=page, filters=filters, **_said(visit))


async def show_municipality(visit: Visit) -> Response:
    """Return one municipality."""
    detail: MunicipalityDetail = await visit.ask("municipalities.show", id=visit.part("id"))
    return visit.page("plants/municipality.html", detail.municipality.name, detail=detail, **_said(visit))


def _said(visit: Visit) -> dict[str, Any]:
    return {
        "said": lambda text: text.text(visit.language),
        "field": lambda name: visit.words.t(f"label.{name}"),
        "power": lambda power_w: visit.words.quantity(Quantity.POWER_W, power_w),
    }


REGISTER: Final = ImportPage(
    IMPORT, "plants/register.html", "plants.register", COLUMNS, switches=("roofs",), more=_said
)

show_register, take = REGISTER.show, REGISTER.take
