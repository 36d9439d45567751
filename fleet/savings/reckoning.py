"""From vehicles' days, sessions and papers to a month's statement of savings.

    grid = own charge points + elsewhere - known roof power

Roof power that nobody could share out yet counts as grid electricity, with a note: that makes a saving smaller, never
larger. A session's roof power belongs to the month in which it began. Where less is known to have been charged than
the distance must have taken, nothing is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Factor, FactorTable, Per, Reference
from core.fleet import SessionValuation, VehicleDay
from core.inventory import Drive, Vehicle
from core.texts import Finding
from core.vouchers import Voucher
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Activity, Burnt, Drawn
from fleet.savings.saved_figures import figures_of
from fleet.savings.scopes import scopes_of
from fleet.savings.statement import (
    BaselineUsed,
    FactorUsed,
    InputsUsed,
    Light,
    SavingsStatement,
    SessionUsed,
    VehicleSavings,
)
from fleet.savings.timed import GridCourse, TimedUsed
from fleet.vehicle_days.sums import ZERO, Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """What is known of a vehicle in a month; `owned_days` of it, until now, it was ours.

    `odometer_before_m` is where the odometer stood on the evening before. `sessions` began in the month. `timed` is its
    grid electricity by quarter hours.
    """

    vehicle: Vehicle
    days: Sequence[VehicleDay]
    owned_days: int
    odometer_before_m: Decimal | None = None
    sessions: Sequence[SessionValuation] = ()
    vouchers: Sequence[Voucher] = ()
    timed: tuple[TimedUsed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month by its name, its days as far as they have gone, and whether it is done with."""

    period: str
    first: date
    last: date
    final: bool


_Asked = tuple[Subject, Boundary | None, Per | None, Reference | None]


@dataclass(frozen=True, slots=True)
class KeptChoice(FactorChoice):
    """A choice that looks each factor up once: thousands of vehicles ask for the same few."""

    found: dict[_Asked, Chosen | Finding] = field(default_factory=dict)

    def find(
        self, subject: Subject, boundary: Boundary | None, per: Per | None = None, reference: Reference | None = None
    ) -> Chosen | Finding:
        """Return the factor, or the finding why there is none."""
        asked = (subject, boundary, per, reference)
        if asked not in self.found:
            self.found[asked] = FactorChoice.find(self, subject, boundary, per, reference)
        return self.found[asked]


def statement_of_month(
    month: Month, facts: Sequence[MonthFacts], table: FactorTable, course: GridCourse | None = None
) -> SavingsStatement:
    """Return the statement of a month over all its electric vehicles, by id; the factors are those of its first day."""
    choice = KeptChoice(table, month.first)
    course = course or GridCourse()
    used: dict[str, Factor] = {}
    there = sorted((each for each in facts if _counts(each)), key=lambda each: each.vehicle.id)
    vehicles = tuple(_vehicle(each, month, course, choice, used) for each in there)
    owned = sum(each.owned_days for each in there)
    told = sum(each.inputs.distance_days for each in vehicles)
    percent = Decimal(100 * told) / owned if owned else Decimal(100)
    return SavingsStatement(
        period=month.period,
        first=month.first,
        last=month.last,
        final=month.final,
        coverage_percent=min(percent, Decimal(100)),
        light=Light.of(percent),
        vehicles=vehicles,
        scopes=scopes_of(vehicles),
        factors=tuple(FactorUsed.of(used[name]) for name in sorted(used)),
        series=course.series,
    )


def _counts(facts: MonthFacts) -> bool:
    return facts.vehicle.plugs_in and facts.owned_days > 0


def _vehicle(
    facts: MonthFacts, month: Month, course: GridCourse, choice: FactorChoice, used: dict[str, Factor]
) -> VehicleSavings:
    vehicle, sums = facts.vehicle, Sums(facts.vehicle, facts.days)
    shared = [each.pv_wh for each in facts.sessions if each.pv_wh is not None]
    pv_wh = min(sum(shared, ZERO), sums.own_wh)
    grid_wh = sums.known_wh - pv_wh
    activity = Activity(
        baseline=_baseline(vehicle, sums),
        own_fuel=_own_fuel(vehicle, sums),
        drawn=_drawn(sums, grid_wh, pv_wh, facts.timed),
    )
    baseline = vehicle.baseline
    known, litres = sums.known_percent, sums.fuel_l
    return VehicleSavings(
        vehicle=vehicle.id,
        name=vehicle.name,
        group=vehicle.group,
        site=vehicle.site,
        drive=vehicle.drive,
        personal=vehicle.personal,
        distance_m=sums.distance_m if isinstance(sums.distance_m, Decimal) else None,
        own_wh=sums.own_wh,
        elsewhere_wh=sums.elsewhere_wh,
        pv_wh=pv_wh,
        grid_wh=grid_wh,
        own_fuel_l=litres if isinstance(litres, Decimal) else None,
        reliable=sums.reliable,
        known_percent=known if isinstance(known, Decimal) else None,
        baseline=BaselineUsed(
            fuel=baseline.fuel,
            fuel_l_per_100km=baseline.fuel_l_per_100km,
            basis=baseline.basis,
            source=baseline.source,
        )
        if baseline
        else None,
        figures=figures_of(vehicle, activity, course, choice, used),
        inputs=_inputs(facts, month),
        notes=(*sums.findings, *_pv_unknown(facts.sessions)),
        timed=facts.timed,
    )


def _baseline(vehicle: Vehicle, sums: Sums) -> Burnt | Finding:
    if vehicle.baseline is None:
        return Finding.of("emissions.no_baseline")
    if isinstance(sums.distance_m, Finding):
        return sums.distance_m
    fuel, litres = Subject(vehicle.baseline.fuel.value), vehicle.baseline.fuel_l_per_100km
    return Burnt.over(fuel, Fraction(sums.distance_m), litres, Per.VOLUME)


def _own_fuel(vehicle: Vehicle, sums: Sums) -> tuple[Burnt, ...] | Finding:
    if vehicle.drive is Drive.BATTERY:
        return ()
    if vehicle.burns is None or isinstance(sums.fuel_l, Finding):
        return Finding.of("emissions.hybrid_without_fuel")
    return (Burnt(subject=Subject(vehicle.burns.value), amount=Fraction(sums.fuel_l), per=Per.VOLUME),)


def _drawn(sums: Sums, grid_wh: Decimal, pv_wh: Decimal, timed: Sequence[TimedUsed]) -> Drawn | Finding:
    """Return the electricity; of a vehicle that drove on unknown electricity, why there is none."""
    if sums.reliable is False:
        percent = round(float(sums.known_percent)) if isinstance(sums.known_percent, Decimal) else 0
        return Finding.of("figures.not_reliable", percent=percent)
    if sums.vehicle.drive is Drive.BATTERY and not sums.known_wh and sums.distance_m != ZERO:
        return Finding.of("emissions.no_energy")
    by_slots = tuple(each.timed for each in timed)
    return Drawn(grid_wh=Fraction(grid_wh), pv_wh=Fraction(pv_wh), timed=by_slots)


def _pv_unknown(sessions: Iterable[SessionValuation]) -> Iterator[Finding]:
    unknown = [each.energy_wh for each in sessions if each.pv_wh is None and each.energy_wh]
    if unknown:
        energy_kwh = float(sum(unknown, ZERO) / 1000)
        yield Finding.of("savings.pv_unknown", count=len(unknown), energy_kwh=energy_kwh)


def _inputs(facts: MonthFacts, month: Month) -> InputsUsed:
    ends = [day.odometer_end_m for day in facts.days if day.odometer_end_m is not None]
    return InputsUsed(
        first=month.first,
        last=month.last,
        days=len(facts.days),
        distance_days=sum(day.distance_m is not None for day in facts.days),
        odometer_begin_m=facts.odometer_before_m,
        odometer_end_m=ends[-1] if ends else None,
        sessions=tuple(
            SessionUsed(
                id=each.session,
                begun=each.begun_at_utc.date(),
                energy_wh=each.energy_wh,
                pv_wh=each.pv_wh,
                valuation=each.version,
            )
            for each in facts.sessions
        ),
        vouchers=tuple(each.id for each in facts.vouchers),
        days_digest=digest_of_days(facts.days),
    )


def digest_of_days(days: Iterable[VehicleDay]) -> str:
    """Return SHA-256 over what a saving takes from days: distance, energy and fuel of each."""
    said = [
        f"{day.day} {day.distance_m} {day.own_charged_wh} {day.elsewhere_charged_wh} {day.battery_charged_wh} "
        f"{day.fuel_l} {day.soc_begin_percent} {day.soc_end_percent}"
        for day in days
    ]
    return sha256("\n".join(said).encode()).hexdigest()
