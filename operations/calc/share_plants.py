"""Plants, their energies and contracts as an input has them, as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from config.calc.shares import FictitiousForm, ShareMonthForm, SharePlantForm, SharesForm
from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from renewables.base.counting import Evidence, base_of
from renewables.base.own_rules import KWH
from renewables.base.presence import months_of, presences
from renewables.base.sharing import Key, key_of, share_out
from renewables.base.stated import StatedMonth
from renewables.energy_base import BaseMonth, BaseSource, EnergyBase, FictitiousReason
from renewables.rules import Rule
from renewables.settling.terms import PER_KWH

ZONE = ZoneInfo("Europe/Berlin")
"""Years and months of German law are those of Germany."""

EARLY = date(1990, 1, 1)
UNSTATED_W = 1e15
"""The power of a plant that was given none: it is above every threshold, and nothing is more than it can make."""


def plant_of(form: SharePlantForm, commissioned: date) -> Plant:
    """Return the plant that a form describes."""
    yields = (form.reference_yield_kwh, form.site_yield_kwh)
    reference_wh, site_wh = (None if each is None else float(each) * 1000 for each in yields)
    return Plant(
        id=form.name,
        name=form.name,
        valid_from=EARLY,
        kind=form.kind,
        power_w=UNSTATED_W if form.power_kw is None else float(form.power_kw * 1000),
        municipality="",
        operator="",
        register_number="",
        commissioned=commissioned,
        permitted=form.permitted,
        awarded=form.awarded,
        application_complete=form.application_complete,
        height_m=None if form.height_m is None else float(form.height_m),
        reference_yield_wh=reference_wh,
        site_yield_wh=site_wh,
        marketing=form.marketing,
    )


def assumed_day(form: SharePlantForm, year: int) -> date:
    """Return the day of commissioning; if it was not given the first of the year, or that of the permit in it."""
    if form.commissioned is not None:
        return form.commissioned
    first = date(year, 1, 1)
    return form.permitted if form.permitted and form.permitted.year == year else first


def contracts_of(form: SharePlantForm, law: str, rules: Sequence[Rule]) -> tuple[Contract, ...]:
    """Return a plant's contracts; `law` is that of a contract that names none, `rules` those that hold at present."""
    return tuple(
        Contract(
            id=f"{form.name}/{place}",
            name=form.name,
            valid_from=each.valid_from or EARLY,
            valid_to=each.valid_to,
            plants=(form.name,),
            law=each.law or law,
            rate_ct_per_kwh=_rate(each.law or law, rules) if each.rate_ct_per_kwh is None else each.rate_ct_per_kwh,
            parties=(),
            redistribute=each.redistribute,
            counts_fictitious=each.counts_fictitious,
            signed=each.signed,
            includes=each.includes,
        )
        for place, each in enumerate(form.agreed, 1)
    )


def _rate(law: str, rules: Sequence[Rule]) -> Decimal:
    """Return the rate of a law: a contract that names none is by that."""
    rates = (term.rate for rule in rules if rule.law == law for term in rule.terms if term.rate.unit == PER_KWH)
    return next((rate.number for rate in rates), Decimal(0))


@dataclass(frozen=True, slots=True)
class Meters:
    """What plants got of their common meters in whole kWh, by plant, or why one cannot be shared out."""

    bases: Mapping[str, EnergyBase]
    findings: Mapping[str, Finding]


def meters_of(form: SharesForm, plants: Mapping[str, Plant], years: Mapping[str, int]) -> Meters:
    """Return what each plant got of its common meter, by § 24(3): ties go to the lower name."""
    bases: dict[str, EnergyBase] = {}
    findings: dict[str, Finding] = {}
    for meter in form.meters:
        members = [each for each in form.plants if each.meter == meter.name]
        if not members:
            continue
        key = _key([plants[each.name] for each in members], members)
        if isinstance(key, Finding):
            findings |= {each.name: key for each in members}
            continue
        fed_in = share_out(_wh(meter.fed_in_kwh), key.weights, KWH)
        negative = None if meter.negative_kwh is None else share_out(_wh(meter.negative_kwh), key.weights, KWH)
        for each in members:
            name, period = each.name, str(years[each.name])
            month = BaseMonth(
                month=period,
                fed_in_wh=fed_in[name],
                fictitious_wh=_fictitious(each.fictitious_kwh),
                negative_wh=_known(each.negative_kwh) if negative is None else negative[name],
                source=BaseSource.METER,
            )
            bases[name] = EnergyBase(
                plant=name, period=period, months=(month,), common_meter=meter.name, shared_by=key.by
            )
    return Meters(bases, findings)


def _key(plants: Sequence[Plant], members: Sequence[SharePlantForm]) -> Key | Finding:
    key = key_of(plants)
    without = [each.name for each in members if each.power_kw is None]
    if isinstance(key, Key) and key.by == "power" and without:
        return Finding.of("shares.common_no_power", plants=", ".join(without))
    return key


def base_given(form: SharePlantForm, plant: Plant, year: int, now_utc: datetime) -> EnergyBase | None:
    """Return a plant's energies as they were given: by month, or of the whole year; None where they were not."""
    if form.months is not None:
        return base_of(
            Evidence(
                plant=plant,
                period=str(year),
                presences=presences(plant, months_of(year, ZONE), now_utc, ZONE),
                stated={each.month: _stated(each) for each in form.months},
            )
        )
    fed_in_kwh = form.hours_kwh
    if fed_in_kwh is None:
        return None
    month = BaseMonth(
        month=str(year),
        fed_in_wh=_wh(fed_in_kwh),
        stated_wh=_wh(fed_in_kwh),
        fictitious_wh=_fictitious(form.fictitious_kwh),
        negative_wh=_known(form.negative_kwh),
        source=BaseSource.STATEMENT,
    )
    return EnergyBase(plant=plant.id, period=str(year), months=(month,))


def _stated(form: ShareMonthForm) -> StatedMonth:
    by_reason = form.fictitious_kwh
    return StatedMonth(
        fed_in_wh=_known(form.fed_in_kwh),
        unavailable_wh=_wh(by_reason.unavailable),
        curtailed_wh=_wh(by_reason.curtailed),
        other_fictitious_wh=_wh(by_reason.other),
        negative_wh=_known(form.negative_kwh),
    )


def _fictitious(form: FictitiousForm) -> tuple[tuple[FictitiousReason, int], ...]:
    return tuple((reason, _wh(getattr(form, reason.value))) for reason in FictitiousReason)


def _wh(energy_kwh: Decimal) -> int:
    """Return whole Wh: the form has refused what is finer."""
    return int(Fraction(energy_kwh) * 1000)


def _known(energy_kwh: Decimal | None) -> int | None:
    return None if energy_kwh is None else _wh(energy_kwh)


def months_elsewhen(form: SharePlantForm, year: int) -> Iterator[int]:
    """Yield the places of months that are not of the year."""
    for place, each in enumerate(form.months or ()):
        if not each.month.startswith(str(year)):
            yield place
