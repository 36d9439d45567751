"""What is read to replay combustion vehicles: days, outlets with the nights they were taken, temperatures, prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.fleet import VehicleDay
from core.inventory import Medium, Vehicle
from core.inventory.mobility import ElectricModel, FuelKind
from core.periods import Period, local_day
from core.vouchers import VoucherKind
from fleet.candidates.driven_again import CandidateFacts, Outlet
from fleet.candidates.effects import Terms, fuel_rate
from fleet.candidates.verdicts import Replayed, replay_all
from fleet.sessions.charges import Session
from operations.candidates.power import SitePower, site_powers
from operations.fleet.reading import LONGEST_SESSION, by_vehicle
from operations.house import Call, House
from operations.weather.temperatures import daily_means, station_of

NIGHT_BEGINS: Final = time(20)
NIGHT: Final = timedelta(hours=10)
TAKEN: Final = NIGHT / 2
"""An outlet that sessions held for half of the night was not free."""

YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCandidates:
    """The vehicles with what is known of them, the models, and what each replay gave, by vehicle.

    `powers` are those of the sites at which the vehicles stood.
    """

    first: date
    last: date
    period: Period
    vehicles: Sequence[Vehicle]
    days: Mapping[str, Sequence[VehicleDay]]
    models: Sequence[ElectricModel]
    facts: Mapping[str, CandidateFacts]
    replayed: Mapping[str, Replayed]
    outlets: Mapping[str, Sequence[Outlet]]
    powers: Mapping[str, SitePower]
    fuel_eur_per_l: Mapping[FuelKind, Decimal]


async def read_candidates(house: House, last: date, call: Call, vehicle: str | None = None) -> ReadCandidates:
    """Replay the combustion vehicles that the actor sees over the 365 days up to `last`."""
    first = last - timedelta(days=YEAR_DAYS - 1)
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    vehicles = sorted(
        (
            each
            for each in inventory.vehicles.values()
            if each.valid_on(last) and not each.plugs_in and call.actor.sees(each.site) and vehicle in (None, each.id)
        ),
        key=lambda each: each.id,
    )
    models = [model for model in inventory.electric_models.values() if model.valid_on(last)]
    period = Period(local_day(first, zone).start_utc, local_day(last, zone).end_utc)
    known = by_vehicle(await house.ledger.vehicle_days(first, last, [each.id for each in vehicles]))
    days = {each.id: told_days(each, known.get(each.id, ()), first, last) for each in vehicles}
    outlets = await _outlets(house, period, last, zone)
    means_c = await _means(house, vehicles, first, last, zone)
    stood = {site for rows in days.values() for day in rows for site in day.dwell_s}
    powers = await site_powers(house, stood | {each.site for each in vehicles}, period, call)
    room_w = {site: power.headroom_w for site, power in powers.items() if isinstance(power.headroom_w, Decimal)}
    facts = [
        CandidateFacts(
            vehicle=each,
            days=days.get(each.id, ()),
            outlets=outlets,
            room_w=room_w,
            means_c=means_c.get(each.site, {}),
        )
        for each in vehicles
    ]
    found = await replay_in_worker(house, facts, models)
    return ReadCandidates(
        first=first,
        last=last,
        period=period,
        vehicles=vehicles,
        days=days,
        models=models,
        facts={each.vehicle.id: each for each in facts},
        outlets=outlets,
        powers=powers,
        replayed={each.vehicle: each for each in found},
        fuel_eur_per_l=await _fuel_prices(house, period),
    )


def told_days(vehicle: Vehicle, days: Sequence[VehicleDay], first: date, last: date) -> Sequence[VehicleDay]:
    """Return the days that a vehicle is replayed on; of one that a single person uses those of whole months.

    Otherwise two questions, a day apart, would tell of the day between.
    """
    if not vehicle.personal:
        return days
    end = (last + timedelta(days=1)).replace(day=1)
    begin = first if first.day == 1 else (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return [day for day in days if begin <= day.day < end]


async def replay_in_worker(
    house: House, facts: Sequence[CandidateFacts], models: Sequence[ElectricModel]
) -> tuple[Replayed, ...]:
    """Replay vehicles, outside of the daemons' process if there is one for that."""
    if house.worker is None:
        return replay_all(facts, models)
    return await house.worker.run(replay_all, facts, models)


def terms_of(house: House, read: ReadCandidates, vehicle: Vehicle, years: int) -> Terms:
    """Return consumption and prices that a vehicle is reckoned with."""
    days = read.days.get(vehicle.id, ())
    filled_l = sum((day.fuel_l for day in days if day.fuel_l is not None), Decimal(0))
    distance_m = sum((day.distance_m for day in days if day.distance_m is not None), Decimal(0))
    tariffs = [
        tariff
        for tariff in house.inventory().tariffs.values()
        if tariff.medium is Medium.ELECTRICITY and vehicle.site in tariff.sites and tariff.valid_on(read.last)
    ]
    return Terms(
        years=years,
        fuel_l_per_100km=fuel_rate(vehicle, distance_m, filled_l),
        fuel_eur_per_l=read.fuel_eur_per_l,
        electricity_eur_per_kwh=tariffs[0].energy_eur_per_kwh if tariffs else None,
    )


async def _outlets(house: House, period: Period, last: date, zone: ZoneInfo) -> dict[str, list[Outlet]]:
    reach = Period(period.start_utc - LONGEST_SESSION, period.end_utc)
    taken = nights_taken(await house.ledger.session_spans(reach), reach, zone)
    found: dict[str, list[Outlet]] = defaultdict(list)
    for station in house.inventory().stations.values():
        if station.valid_on(last):
            for connector in station.connectors:
                nights = taken.get(f"{station.source}/{connector.number}", frozenset())
                found[station.site].append(Outlet(Decimal(str(connector.max_power_w)), nights))
    return dict(found)


def nights_taken(sessions: Sequence[Session], period: Period, zone: ZoneInfo) -> dict[str, frozenset[date]]:
    """Return by outlet the nights (named by their evening) of which sessions held it for half or longer."""
    held: dict[str, dict[date, timedelta]] = defaultdict(lambda: defaultdict(timedelta))
    for session in sessions:
        end_utc = min(session.ended_at_utc or period.end_utc, session.begun_at_utc + LONGEST_SESSION)
        evening = session.begun_at_utc.astimezone(zone).date() - timedelta(days=1)
        while (begins_utc := datetime.combine(evening, NIGHT_BEGINS, tzinfo=zone).astimezone(UTC)) < end_utc:
            lasted = min(end_utc, begins_utc + NIGHT) - max(session.begun_at_utc, begins_utc)
            if lasted > timedelta(0):
                held[session.source][evening] += lasted
            evening += timedelta(days=1)
    return {
        source: frozenset(evening for evening, lasted in nights.items() if lasted >= TAKEN)
        for source, nights in held.items()
    }


async def _means(
    house: House, vehicles: Sequence[Vehicle], first: date, last: date, zone: ZoneInfo
) -> dict[str, Mapping[date, float]]:
    inventory = house.inventory()
    found: dict[str, Mapping[date, float]] = {}
    for name in sorted({each.site for each in vehicles}):
        site = inventory.sites.get(name)
        station = station_of(inventory, site) if site else None
        if station is not None:
            found[name] = await daily_means(house, station, first, last + timedelta(days=1), zone)
    return found


async def _fuel_prices(house: House, period: Period) -> dict[FuelKind, Decimal]:
    """Return by fuel what a litre cost in the middle of all that was filled in with an amount."""
    paid: dict[FuelKind, tuple[Decimal, Decimal]] = {}
    for each in await house.ledger.vouchers_during(period):
        if each.kind is VoucherKind.FUEL and each.fuel and each.fuel_l and each.amount_eur is not None:
            eur, litres = paid.get(each.fuel, (Decimal(0), Decimal(0)))
            paid[each.fuel] = eur + each.amount_eur, litres + each.fuel_l
    return {fuel: eur / litres for fuel, (eur, litres) in paid.items()}
