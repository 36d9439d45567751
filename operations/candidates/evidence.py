"""Where a figure of a candidate comes from: the days of the vehicle, the model's data, prices and factors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Per
from core.inventory import Vehicle
from core.inventory.mobility import ElectricModel
from core.texts import Finding
from fleet.candidates.driven_again import LOSS_PERCENT
from fleet.candidates.verdicts import Replay
from fleet.choice import FactorChoice
from operations.candidates.candidates import FIGURES, YEARS, figures_of, part_of_id
from operations.candidates.facts import ReadCandidates, read_candidates, terms_of
from operations.evidence.leaves import of_parts
from operations.fleet.figures import figure_id as day_figure
from operations.fleet.figures import legible
from operations.fleet.vehicle_days import seen_vehicle
from operations.house import Call, House

VEHICLE = "vehicle:"

USES_MODEL = {
    "range_percent": ("winter_range_m",),
    "energy_year_wh": ("energy_wh_per_100km", "winter_energy_wh_per_100km"),
    "co2e_avoided_year_g": ("energy_wh_per_100km", "winter_energy_wh_per_100km"),
    "power_w": ("ac_power_w",),
    "cost_delta_eur": ("lease_eur_per_month", "price_eur", "maintenance_eur_per_100km"),
}
UNITS = {
    "ac_power_w": "W",
    "winter_range_m": "m",
    "energy_wh_per_100km": "Wh/100 km",
    "winter_energy_wh_per_100km": "Wh/100 km",
    "lease_eur_per_month": "EUR",
    "price_eur": "EUR",
    "maintenance_eur_per_100km": "EUR",
}


async def explain_candidate(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return what a figure of a model in a vehicle's place stands on; costs are those of the usual six years.

    Raises `RequestError`, `NotFoundError` or `ForbiddenError`.
    """
    if not figure.scope.startswith(VEHICLE) or not figure.variant:
        raise NotFoundError("evidence.scope_unknown", scope=figure.scope[:80])
    vehicle = seen_vehicle(house, figure.scope.removeprefix(VEHICLE), call)
    name = ".".join((figure.quantity, *figure.variant[:-1]))
    if name not in FIGURES:
        raise RequestError("evidence.quantity_unknown", quantity=name[:80])
    read = await read_candidates(house, day_of(figure), call, vehicle.id)
    model, replay = _chosen(read, vehicle, figure.variant[-1])
    value = figures_of(house, read, vehicle, model, replay, YEARS)[name]
    return Explanation(
        title=Finding.of("candidates.figure_of", name=vehicle.name, model=model.name),
        figure=str(figure),
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        how=Finding.of(f"candidates.how_{figure.quantity}"),
        findings=(value,) if isinstance(value, Finding) else (),
        parts=(
            *parts_of_model(model, figure.quantity),
            *terms_of_figure(house, read, vehicle, name),
            *days_of(read, vehicle),
        ),
    )


def day_of(figure: FigureId) -> date:
    """Return the day that an id is about. Raises `RequestError` for none."""
    try:
        return date.fromisoformat(figure.period)
    except ValueError as error:
        raise RequestError("evidence.period_invalid", period=figure.period[:80]) from error


def _chosen(read: ReadCandidates, vehicle: Vehicle, part: str) -> tuple[ElectricModel, Replay]:
    models = {model.id: model for model in read.models}
    found = read.replayed.get(vehicle.id)
    for replay in found.replays if found else ():
        if part_of_id(replay.model) == part:
            return models[replay.model], replay
    raise NotFoundError("candidates.no_replay", name=vehicle.name, model=part[:80])


def parts_of_model(model: ElectricModel, quantity: str) -> Iterator[Explanation]:
    """Yield what is stated of a model that a figure stands on."""
    for attribute in USES_MODEL[quantity]:
        stated = getattr(model, attribute)
        if stated is not None:
            reference = f"electric_models/{model.id}/{attribute}"
            yield _leaf(Finding.of(f"label.{attribute}"), reference, Decimal(str(stated)), UNITS[attribute])
    if quantity not in {"range_percent", "power_w"}:
        yield _leaf(Finding.of("candidates.loss"), "candidates/charge_loss", LOSS_PERCENT, "%")


def terms_of_figure(house: House, read: ReadCandidates, vehicle: Vehicle, name: str) -> Iterator[Explanation]:
    """Yield the consumption, prices and factors that a figure of a vehicle stands on."""
    terms = terms_of(house, read, vehicle, YEARS)
    quantity, _, boundary = name.partition(".")
    if quantity in {"range_percent", "energy_year_wh"}:
        return
    if terms.fuel_l_per_100km is not None:
        said = Finding.of("candidates.fuel_rate")
        yield _leaf(said, f"vehicles/{vehicle.id}/fuel_l_per_100km", terms.fuel_l_per_100km, "l/100 km")
    if quantity == "cost_delta_eur":
        yield from _costs(vehicle)
        if terms.electricity_eur_per_kwh is not None:
            said = Finding.of("candidates.power_price")
            yield _leaf(said, f"tariffs/{vehicle.site}", terms.electricity_eur_per_kwh, "EUR/kWh")
        price = terms.fuel_eur_per_l.get(vehicle.burns) if vehicle.burns else None
        if price is not None:
            yield _leaf(Finding.of("candidates.fuel_price"), "vouchers/fuel", price, "EUR/l")
        return
    choice = FactorChoice(house.factors(), read.last)
    fuel = Subject(vehicle.burns.value) if vehicle.burns else None
    wanted = [(fuel, Per.VOLUME)] if fuel else []
    for subject, per in (*wanted, (Subject.GRID, Per.ENERGY)):
        found = choice.find(subject, Boundary(boundary), per)
        if isinstance(found, Chosen):
            factor = found.factor
            yield _leaf(Finding.of(f"factors.subject.{subject.value}"), factor.id, factor.value, factor.unit)


def _costs(vehicle: Vehicle) -> Iterator[Explanation]:
    for attribute in ("lease_eur_per_month", "maintenance_eur_per_100km"):
        stated = getattr(vehicle.costs, attribute, None)
        if stated is not None:
            said = Finding.of(f"candidates.vehicle_{attribute}")
            yield _leaf(said, f"vehicles/{vehicle.id}/costs.{attribute}", stated, "EUR")


def _leaf(title: Finding, reference: str, value: Decimal, unit: str) -> Explanation:
    return Explanation(
        title=title,
        value=legible(value),
        unit=unit,
        citation=Citation(kind=CitedKind.FACTOR, reference=reference, value=legible(value), unit=unit),
    )


def days_of(read: ReadCandidates, vehicle: Vehicle) -> tuple[Explanation, ...]:
    """Return the distances of the days; of a vehicle that a single person uses they are not told."""
    if vehicle.personal:
        return ()
    known = [day for day in read.days.get(vehicle.id, ()) if day.distance_m is not None]
    parts = [
        Explanation(
            title=Finding.of("evidence.part", period=day.day.isoformat()),
            figure=day_figure(vehicle, day.day.isoformat(), "distance_m"),
            value=day.distance_m,
            unit="m",
        )
        for day in known
    ]
    return tuple(of_parts(parts, Finding.of("vehicle_days.its_days", count=len(parts))))
