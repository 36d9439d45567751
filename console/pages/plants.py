"""Plants and municipalities: lists with filters, and one with the rules that hold and the contracts."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice, Filters, choice, members, search
from console.pages.places import may
from console.pages.visit import Visit
from console.uploads import keep_form_file
from core.errors import ServiceError
from core.inventory import PlantKind
from core.quantities import Quantity
from ingest.files.plants import COLUMNS
from operations.gate import admitted
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


async def take(visit: Visit) -> Response:
    """Take a register in, or only try it."""
    admitted(IMPORT, visit.actor)
    form = await visit.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _register(visit, 422, problems=[Problem(visit.words.t("console.intensity.no_file"), "file")])
    asked: dict[str, Any] = {name: "true" if form.get(name) else "false" for name in ("dry_run", "roofs")}
    asked["columns"] = tuple(filter(str.strip, str(form.get("columns", "")).splitlines()))
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        taken = await visit.ask(IMPORT, upload=kept.digest, **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _register(visit, 422, problems=problems_of(visit, error))
    finally:
        await file.close()
    return _register(visit, taken=taken)


async def show_register(visit: Visit) -> Response:
    """Return the form for a register of plants."""
    admitted(IMPORT, visit.actor)
    return _register(visit)


def _register(visit: Visit, status: int = 200, **values: Any) -> Response:
    shown = {"problems": (), "taken": None, "columns": COLUMNS} | values
    return visit.page("plants/register.html", visit.words.t("plants.register"), status=status, **shown, **_said(visit))


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
