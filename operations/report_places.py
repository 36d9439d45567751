"""All figures of a site or building in a year, for its energy report. What cannot be computed says why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError, ServiceError
from core.evidence import FigureId
from core.intervals import Amount, Resolution
from core.inventory import Building, Medium, Meter, MeterRole, Site
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from core.units import unit_of
from operations.balance import ShowBalance, show_balance
from operations.balance_rows import BalanceRow
from operations.costs import ShowCosts, show_costs
from operations.counting import totals_of
from operations.figures import SITE, TOTAL, Span, span_of
from operations.house import Call, House
from operations.load_peaks import PEAK, peak_row
from operations.load_reading import read_load
from operations.load_scopes import BUILDING, COUNTED, load_scope, valid_in
from operations.report_figures import (
    ENOUGH_KNOWN,
    PERCENT,
    Ground,
    ReportFigure,
    change_of,
    named,
    not_told,
    of_amount,
    per_area,
)
from operations.temperatures import HEATING
from operations.values import Told
from operations.weather import ShowWeather, show_weather

ENERGY: Final = "energy"

QUANTITIES: Final[Mapping[Medium, tuple[Quantity, ...]]] = {
    Medium.ELECTRICITY: (Quantity.ENERGY_IMPORT_WH,),
    Medium.HEAT: (Quantity.HEAT_WH,),
    Medium.GAS: (Quantity.FUEL_HO_WH, Quantity.FUEL_HI_WH, Quantity.VOLUME_M3),
    Medium.OIL: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH, Quantity.VOLUME_M3),
    Medium.PELLETS: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH, Quantity.MASS_G),
    Medium.WATER: (Quantity.VOLUME_M3,),
}
"""By what the use of a carrier is told, the first that is known of it being what its report is about."""

MONTHS: Final = range(1, 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierFigures:
    """What a place used of a carrier: by what it is told, its meters, and the names of its figures."""

    medium: Medium
    quantity: Quantity
    meters: tuple[Meter, ...]
    whole: str
    months: tuple[str, ...]
    before: str
    before_months: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFigures:
    """A site or building with all figures of a year; `own` are those of no single carrier."""

    scope: str
    name: str
    site: Site
    building: Building | None
    area_m2: float
    carriers: tuple[CarrierFigures, ...]
    own: tuple[str, ...]
    figures: Mapping[str, ReportFigure]

    def figure(self, name: str, year: str, version: int | None = None) -> str:
        """Return the id of a figure."""
        quantity, *variant = name.split(".")
        return str(FigureId(ENERGY, year, self.scope, quantity, tuple(variant), version))


async def places_of(house: House, scope: str, call: Call) -> tuple[str, ...]:
    """Return the scopes a report covers: of a site itself and its buildings, of `all` every site the actor sees.

    Raises `NotFoundError` for what nobody knows, `ForbiddenError` outside the actor's sites.
    """
    inventory = house.inventory()
    if scope.startswith(BUILDING):
        return (scope,)
    if scope == "all":
        call.must_see(None)
        sites = sorted(inventory.sites.values(), key=lambda site: site.name)
    else:
        site = inventory.sites.get(scope.removeprefix(SITE))
        if site is None or not scope.startswith(SITE):
            raise NotFoundError("reports.scope_unknown", scope=scope[:80])
        call.must_see(site.id)
        sites = [site]
    found: list[str] = []
    for site in sites:
        buildings = [each for each in inventory.buildings.values() if each.site == site.id]
        found += [f"{SITE}{site.id}", *(f"{BUILDING}{each.id}" for each in buildings if len(buildings) > 1)]
    return tuple(found)


async def read_place(house: House, scope: str, year: str, call: Call, *, brief: bool = False) -> PlaceFigures:
    """Return the figures of a site or building in a year, `brief` without peak and cost. Raises `NotFoundError`."""
    inventory = house.inventory()
    building = inventory.buildings.get(scope.removeprefix(BUILDING)) if scope.startswith(BUILDING) else None
    site = inventory.sites.get(building.site if building else scope.removeprefix(SITE))
    if site is None:
        raise NotFoundError("reports.scope_unknown", scope=scope[:80])
    call.must_see(site.id)
    zone = ZoneInfo(site.time_zone)
    place = _Place(house, scope, site, building, span_of(year, zone), call, brief=brief)
    figures: list[ReportFigure] = []
    carriers: list[CarrierFigures] = []
    async for carrier, found in place.carriers():
        carriers.append(carrier)
        figures += found
    own = await place.own_power() if any(each.medium is Medium.ELECTRICITY for each in carriers) else []
    return PlaceFigures(
        scope=scope,
        name=building.name if building else site.name,
        site=site,
        building=building,
        area_m2=place.area_m2,
        carriers=tuple(carriers),
        own=tuple(each.name for each in own),
        figures=named([*figures, *own]),
    )


class _Place:
    def __init__(
        self, house: House, scope: str, site: Site, building: Building | None, span: Span, call: Call, *, brief: bool
    ) -> None:
        self._house = house
        self._scope = scope
        self._site = site
        self._building = building
        self._span = span
        self._call = call
        self._brief = brief
        self._zone = ZoneInfo(site.time_zone)
        self._before = span_of(str(int(span.name) - 1), self._zone)

    @property
    def area_m2(self) -> float:
        if self._building:
            return self._building.floor_area_m2 or 0.0
        there = [each for each in self._house.inventory().buildings.values() if each.site == self._site.id]
        areas = [each.floor_area_m2 for each in there]
        # A sum that lacks a building would make every figure per square metre too large.
        return sum(area or 0.0 for area in areas) if all(areas) else 0.0

    async def carriers(self) -> AsyncIterator[tuple[CarrierFigures, list[ReportFigure]]]:
        for medium, quantities in QUANTITIES.items():
            meters = await self._meters(medium)
            if meters:
                yield await self._carrier(medium, quantities, meters)

    async def own_power(self) -> list[ReportFigure]:
        """Return what was made and used here, of a place that makes anything."""
        try:
            found = await show_balance(self._house, ShowBalance(id=self._scope, period=self._span.name), self._call)
        except RequestError as error:
            return [not_told("self_use_wh", "Wh", Finding.of("reports.how_balance"), error.finding)]
        if found.reason or found.whole is None:
            return []
        return [
            ReportFigure(
                name=each.name + (f".{each.generator.value}" if each.generator else ""),
                value=each.value,
                unit="%" if each.name.endswith("_percent") else "Wh",
                how=Finding.of("reports.how_balance"),
                measured_percent=found.whole.measured_percent,
                reason=Finding.of("reports.nothing_known") if each.value is None else None,
                remarks=tuple(_of_balance_said(found.whole)),
                grounds=(Ground(figure=each.figure, name=found.name, value=each.value, unit="Wh"),),
            )
            for each in found.whole.figures
            if each.name in _OF_BALANCE and (each.generator or any(one.generator for one in found.whole.figures))
        ]

    async def _meters(self, medium: Medium) -> tuple[Meter, ...]:
        if medium in COUNTED:
            try:
                return (await load_scope(self._house, self._scope, medium, self._span.period, self._call)).meters
            except NotFoundError:
                return ()
        return tuple(
            meter
            for meter in self._house.inventory().meters.values()
            if meter.medium is medium
            and meter.site == self._site.id
            and meter.role is MeterRole.SUPPLY
            and (self._building is None or meter.building == self._building.id)
            and valid_in(meter, self._span.period, self._zone)
        )

    async def _carrier(
        self, medium: Medium, quantities: tuple[Quantity, ...], meters: tuple[Meter, ...]
    ) -> tuple[CarrierFigures, list[ReportFigure]]:
        found: list[ReportFigure] = []
        chosen: Quantity | None = None
        for quantity in quantities:
            totals = await self._totals(medium, quantity, meters)
            if totals[0].value is not None or quantity is quantities[-1]:
                found += totals
                chosen = chosen or quantity
        main = f"{(chosen or quantities[-1]).value}.{medium.value}"
        by_name = named(found)
        others = [
            change_of(
                f"change_percent.{medium.value}",
                by_name[main],
                by_name[f"{main}.last_year"],
                tuple(self._ground(by_name[name]) for name in (main, f"{main}.last_year")),
            ),
            per_area(f"{main.replace('.', '_per_m2.', 1)}", by_name[main], self.area_m2, self._ground(by_name[main])),
        ]
        if medium is Medium.ELECTRICITY and not self._brief:
            others.append(await self._peak(medium))
        if medium in HEATING:
            others.append(await self._corrected(medium, main, by_name[main].unit))
        if not self._brief:
            others.append(await self._cost(medium))
        carrier = CarrierFigures(
            medium=medium,
            quantity=chosen or quantities[-1],
            meters=meters,
            whole=main,
            months=tuple(f"{main}.m{month:02}" for month in MONTHS),
            before=f"{main}.last_year",
            before_months=tuple(f"{main}.last_year.m{month:02}" for month in MONTHS),
            others=(
                *(each.name for each in others),
                *(
                    f"{each.value}.{medium.value}"
                    for each in quantities
                    if f"{each.value}.{medium.value}" in by_name and f"{each.value}.{medium.value}" != main
                ),
            ),
        )
        return carrier, [*found, *others]

    async def _totals(self, medium: Medium, quantity: Quantity, meters: tuple[Meter, ...]) -> list[ReportFigure]:
        main = f"{quantity.value}.{medium.value}"
        return [
            *[each async for each in self._year(main, quantity, meters, self._span)],
            *[each async for each in self._year(f"{main}.last_year", quantity, meters, self._before)],
        ]

    async def _year(
        self, name: str, quantity: Quantity, meters: tuple[Meter, ...], span: Span
    ) -> AsyncIterator[ReportFigure]:
        unit = unit_of(quantity)
        there = tuple(meter for meter in meters if valid_in(meter, span.period, self._zone))
        each = {meter.source: (meter.source,) for meter in there}
        groups = {name: tuple(each), **each} if there else {}
        whole = await totals_of(self._house, groups, quantity, span.period, self._zone) if groups else {}
        months = (
            await totals_of(self._house, groups, quantity, span.period, self._zone, Resolution.MONTH) if groups else {}
        )
        how = Finding.of("reports.how_total", count=len(there))
        if not there:
            yield not_told(name, unit, how, Finding.of("reports.no_meter", year=span.name))
            whole = {}
        else:
            yield of_amount(name, unit, how, whole[name][0], self._per_meter(there, quantity, span.name, whole, 0))
        for month in MONTHS:
            text = f"{span.name}-{month:02}"
            place = _place_of(months.get(name, ()), text, self._zone)
            if place is None:
                yield not_told(f"{name}.m{month:02}", unit, how, Finding.of("reports.nothing_known"))
                continue
            amount = months[name][place]
            yield of_amount(
                f"{name}.m{month:02}",
                unit,
                how,
                amount,
                [
                    Ground(
                        figure=str(FigureId(TOTAL, text, meter.source, quantity.value)),
                        name=meter.name,
                        value=_value_in(months[meter.source], amount.period),
                        unit=unit,
                    )
                    for meter in there
                ],
            )

    def _per_meter(
        self,
        meters: tuple[Meter, ...],
        quantity: Quantity,
        period: str,
        amounts: Mapping[str, tuple[Amount, ...]],
        place: int,
    ) -> Iterator[Ground]:
        for meter in meters:
            yield Ground(
                figure=str(FigureId(TOTAL, period, meter.source, quantity.value)),
                name=meter.name,
                value=_exact(amounts[meter.source][place]),
                unit=unit_of(quantity),
            )

    async def _peak(self, medium: Medium) -> ReportFigure:
        name, how = f"peak_w.{medium.value}", Finding.of("reports.how_peak")
        try:
            read = await read_load(self._house, self._scope, self._span.name, medium, self._call, back=False)
        except RequestError as error:
            return not_told(name, "W", how, error.finding)
        row = peak_row(read, self._span.name, read.period)
        if row.value is None:
            return not_told(name, "W", how, _finding(row.reason))
        return ReportFigure(
            name=name,
            value=row.value,
            unit="W",
            how=how,
            share=row.share,
            remarks=()
            if row.at_utc is None
            else (Finding.of("reports.peak_at", at=f"{row.at_utc.astimezone(self._zone):%d.%m.%Y %H:%M}"),),
            grounds=(
                Ground(
                    figure=read.scope.figure(PEAK, self._span.name), name=read.scope.name, value=row.value, unit="W"
                ),
            ),
        )

    async def _cost(self, medium: Medium) -> ReportFigure:
        name, how = f"cost_eur.{medium.value}", Finding.of("reports.how_cost")
        if self._building:
            return not_told(name, "EUR", how, Finding.of("reports.cost_by_site"))
        asked = ShowCosts(id=self._site.id, year=int(self._span.name), medium=medium)
        try:
            found = await show_costs(self._house, asked, self._call)
        except ServiceError as error:
            return not_told(name, "EUR", how, error.finding)
        whole = found.whole
        if whole.total_eur is None:
            reasons = [month.reason for month in found.months if month.reason]
            return not_told(name, "EUR", how, _finding(reasons[0] if reasons else None))
        missing = whole.months_missing
        return ReportFigure(
            name=name,
            value=whole.total_eur,
            unit="EUR",
            how=how,
            remarks=(Finding.of("reports.cost_months", count=len(missing), months=", ".join(missing)),)
            if missing
            else (),
            grounds=(Ground(figure=whole.figure, name=found.site_name, value=whole.total_eur, unit="EUR"),),
        )

    async def _corrected(self, medium: Medium, main: str, unit: str) -> ReportFigure:
        name, how = f"{main}.corrected", Finding.of("reports.how_corrected")
        if self._building:
            return not_told(name, unit, how, Finding.of("reports.corrected_by_site"))
        try:
            found = await show_weather(
                self._house, ShowWeather(id=self._site.id, year=int(self._span.name), medium=medium), self._call
            )
        except ServiceError as error:
            return not_told(name, unit, how, error.finding)
        use = found.use
        if use is None or use.corrected is None:
            return not_told(name, unit, how, _finding(use.reason if use else None))
        if f"{use.quantity.value}.{medium.value}" != main:
            return not_told(name, unit, how, Finding.of("reports.corrected_otherwise"))
        factor = Finding.of("reports.corrected_factor", factor=str(use.factor))
        ground = Ground(figure=use.figure, name=found.site_name, value=use.corrected, unit=unit)
        return ReportFigure(name=name, value=use.corrected, unit=unit, how=how, remarks=(factor,), grounds=(ground,))

    def _ground(self, figure: ReportFigure) -> Ground:
        quantity, *variant = figure.name.split(".")
        return Ground(
            figure=str(FigureId(ENERGY, self._span.name, self._scope, quantity, tuple(variant))),
            name=self._building.name if self._building else self._site.name,
            value=figure.value,
            unit=figure.unit,
        )


_OF_BALANCE: Final = ("generation_wh", "self_use_wh", "self_use_percent", "export_wh", "autarky_percent")


def _of_balance_said(row: BalanceRow) -> Iterator[Finding]:
    if row.estimated:
        yield Finding.of("reports.self_use_estimated")
    if row.known_percent < PERCENT * ENOUGH_KNOWN:
        yield Finding.of("reports.incomplete", known=round(row.known_percent, 1))


def _exact(amount: Amount) -> Decimal | None:
    return None if amount.thousandths is None else Decimal(amount.thousandths) / 1000


def _value_in(amounts: tuple[Amount, ...], period: Period) -> Decimal | None:
    return next((_exact(each) for each in amounts if each.period == period), None)


def _place_of(amounts: tuple[Amount, ...], month: str, zone: ZoneInfo) -> int | None:
    for place, amount in enumerate(amounts):
        if f"{amount.period.start_utc.astimezone(zone):%Y-%m}" == month and amount.thousandths is not None:
            return place
    return None


def _finding(told: Told | None) -> Finding:
    return Finding.of("reports.nothing_known") if told is None else Finding.of(told.code, **told.params)
