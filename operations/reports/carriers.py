"""What the sites of a district used in a year by carrier and sector, in PJ, weather-corrected and not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from core.evidence import FigureId
from core.inventory import HEATING, Medium, SiteKind
from core.quantities import Quantity
from core.texts import Finding
from operations.house import Call, House
from operations.reports.figures import Ground, ReportFigure, not_told
from operations.reports.places import PlaceFigures, places_of, read_places

CARRIERS: Final = "carriers"
DISTRICT: Final = "all"
SELF_USE: Final = "self_use_wh"
PJ_PER_WH: Final = Decimal("3.6e-12")
"""1 kWh is 3.6e-9 PJ."""

SECTORS: Final[dict[SiteKind, str]] = {
    SiteKind.SCHOOL: "education",
    SiteKind.KINDERGARTEN: "education",
    SiteKind.LIBRARY: "education",
    SiteKind.OFFICE: "administration",
    SiteKind.CLINIC: "health",
    SiteKind.HALL: "sports",
    SiteKind.POOL: "sports",
    SiteKind.FIRE_STATION: "emergency",
    SiteKind.DEPOT: "works",
    SiteKind.WORKS: "works",
    SiteKind.PARKING: "traffic",
}
"""The sector of a site by its use. Mark: own; the law names none."""

ALL_SECTORS: Final = "all"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier as it is reported: which figure of a site tells it. Those of both bases are never added up."""

    name: str
    medium: Medium
    figure: str


TOLD_BY: Final = (
    Carrier("electricity", Medium.ELECTRICITY, f"{Quantity.ENERGY_IMPORT_WH.value}.electricity"),
    Carrier("own", Medium.ELECTRICITY, SELF_USE),
    Carrier("heat", Medium.HEAT, f"{Quantity.HEAT_WH.value}.heat"),
    Carrier("gas_ho", Medium.GAS, f"{Quantity.FUEL_HO_WH.value}.gas"),
    Carrier("gas_hi", Medium.GAS, f"{Quantity.FUEL_HI_WH.value}.gas"),
    Carrier("oil_hi", Medium.OIL, f"{Quantity.FUEL_HI_WH.value}.oil"),
    Carrier("pellets_hi", Medium.PELLETS, f"{Quantity.FUEL_HI_WH.value}.pellets"),
)


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """A sector's use of a carrier: in PJ, and in usual weather; at how many sites."""

    sector: str
    carrier: Carrier
    used: ReportFigure
    corrected: ReportFigure
    sites: int


async def read_carriers(house: House, year: str, call: Call) -> tuple[CarrierRow, ...]:
    """Return the totals of all sites of the district by sector and carrier, those of all sectors last."""
    return carriers_of(await read_sites(house, year, call), year)


def carriers_of(places: Sequence[PlaceFigures], year: str) -> tuple[CarrierRow, ...]:
    """Return the totals of sites by sector and carrier, those of all sectors last."""
    return tuple(_rows(places, year))


async def read_sites(house: House, year: str, call: Call) -> tuple[PlaceFigures, ...]:
    """Return the figures of all sites of the district in a year that these totals are made of."""
    scopes = [scope for scope in await places_of(house, DISTRICT, call) if scope.startswith("site:")]
    places: list[PlaceFigures] = []
    call.progress(0.0, Finding.of("reports.reading", scope=DISTRICT))
    async for place in read_places(house, scopes, year, call, brief=True):
        places.append(place)
        call.progress(0.9 * len(places) / len(scopes), Finding.of("reports.reading", scope=place.scope))
    return tuple(places)


def _rows(places: Sequence[PlaceFigures], year: str) -> Iterator[CarrierRow]:
    sectors = dict.fromkeys(SECTORS.values())
    for sector in (*sectors, ALL_SECTORS):
        here = [place for place in places if sector in {ALL_SECTORS, SECTORS[place.site.kind]}]
        for carrier in TOLD_BY:
            with_it = [(place, name) for place in here if (name := _name_of(place, carrier))]
            if with_it:
                yield CarrierRow(
                    sector,
                    carrier,
                    _sum(sector, carrier, with_it, year),
                    _corrected(sector, carrier, with_it, year),
                    len(with_it),
                )


def _name_of(place: PlaceFigures, carrier: Carrier) -> str | None:
    """Return the name of the figure by which a place tells a carrier; None where it has none of it."""
    if carrier.name == "own":
        return next((name for name in place.own if name.partition(".")[0] == carrier.figure), None)
    has_it = any(each.medium is carrier.medium for each in place.carriers)
    return carrier.figure if has_it else None


def _sum(sector: str, carrier: Carrier, places: Sequence[tuple[PlaceFigures, str]], year: str) -> ReportFigure:
    figures = [(place, name, _figure(place, name)) for place, name in places]
    known = [each for each in figures if each[2].value is not None]
    missing = [place.name for place, _, figure in figures if figure.value is None]
    partial = [place.name for place, _, figure in known if figure.remarks]
    name, how = f"energy_pj.{sector}.{carrier.name}", Finding.of("reports.how_pj")
    if not known:
        return not_told(name, "PJ", how, _named("reports.sites_missing", missing))
    percents = [figure.measured_percent for _, _, figure in known if figure.measured_percent is not None]
    return ReportFigure(
        name=name,
        value=_pj(sum((figure.value or Decimal(0) for _, _, figure in known), Decimal(0))),
        unit="PJ",
        how=how,
        measured_percent=sum(percents) / len(percents) if percents else None,
        remarks=(
            *((_named("reports.sites_missing", missing),) if missing else ()),
            *((_named("reports.sites_incomplete", partial),) if partial else ()),
        ),
        grounds=tuple(ground for place, name, _ in known for ground in _grounds(place, name, year)),
    )


def _grounds(place: PlaceFigures, name: str, year: str) -> Iterator[Ground]:
    """Yield the figures of a place that a carrier is told by: of its own power one for each generator."""
    for each in _parts(place, name):
        yield Ground(figure=place.figure(each, year), name=place.name, value=place.figures[each].value, unit="Wh")


def _parts(place: PlaceFigures, name: str) -> list[str]:
    own = name.startswith(SELF_USE)
    return [each for each in place.own if each.partition(".")[0] == SELF_USE] if own else [name]


def _corrected(sector: str, carrier: Carrier, places: Sequence[tuple[PlaceFigures, str]], year: str) -> ReportFigure:
    """Return the sum in usual weather; only where every site is corrected, for a part of them would mislead."""
    name, how = f"energy_pj.{sector}.{carrier.name}.corrected", Finding.of("reports.how_corrected")
    if carrier.medium not in HEATING:
        return not_told(name, "PJ", how, Finding.of("reports.not_weather"))
    found = [(place, place.figures.get(f"{figure}.corrected")) for place, figure in places]
    values = [(place, figure) for place, figure in found if figure is not None and figure.value is not None]
    if len(values) < len(found):
        known = {place.scope for place, _ in values}
        lacking = [place.name for place, _ in places if place.scope not in known]
        return not_told(name, "PJ", how, _named("reports.sites_uncorrected", lacking))
    return ReportFigure(
        name=name,
        value=_pj(sum((figure.value or Decimal(0) for _, figure in values), Decimal(0))),
        unit="PJ",
        how=how,
        grounds=tuple(
            Ground(figure=place.figure(figure.name, year), name=place.name, value=figure.value, unit="Wh")
            for place, figure in values
        ),
    )


def _figure(place: PlaceFigures, name: str) -> ReportFigure:
    """Return the figure of a place; of its own power that of all generators together."""
    if not name.startswith(SELF_USE):
        return place.figures.get(name) or not_told(
            name, "Wh", Finding.of("reports.how_pj"), Finding.of("reports.nothing_known")
        )
    parts = [place.figures[each] for each in _parts(place, name)]
    values = [part.value for part in parts]
    whole = None if None in values else sum((value or Decimal(0) for value in values), Decimal(0))
    return replace(parts[0], value=whole)


def _named(code: str, names: Sequence[str]) -> Finding:
    return Finding.of(code, count=len(names), names=", ".join(names))


def _pj(value_wh: Decimal) -> Decimal:
    return (value_wh * PJ_PER_WH).normalize()


def title_of(row: CarrierRow, year: str) -> Finding:
    """Return what a row is about."""
    return Finding.of("reports.figure_title", name=f"{row.sector} / {row.carrier.name}", period=year)


def id_of(figure: ReportFigure, year: str, version: int | None) -> str:
    """Return the id of a figure of these totals."""
    quantity, *variant = figure.name.split(".")
    return str(FigureId(CARRIERS, year, DISTRICT, quantity, tuple(variant), version))
