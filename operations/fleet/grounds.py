"""What the figures of a vehicle's day stand on: its registers, charge sessions, papers, and what it told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.facts import ChargeSession
from core.inventory import Vehicle
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from core.vouchers import Voucher, VoucherKind
from energy.register_rules import Step
from energy.register_walk import epoch_ms
from energy.tracing import Mark
from fleet.sessions.charges import Charge
from operations.evidence.derived import explain_sum
from operations.evidence.figures import TOTAL
from operations.evidence.leaves import Leaves
from operations.fleet.reading import HELD, read_charged
from operations.house import Call, House

REGISTERS = {
    "distance_m": Quantity.ODOMETER_M,
    "odometer_end_m": Quantity.ODOMETER_M,
    "battery_charged_wh": Quantity.ENERGY_SESSION_WH,
    "driven_wh": Quantity.ENERGY_USED_WH,
}
"""The figures of a day that a register of the vehicle counted."""

PAPERS = {
    "elsewhere_charged_wh": (VoucherKind.CHARGING, "energy_wh", "Wh"),
    "fuel_l": (VoucherKind.FUEL, "fuel_l", "l"),
    "checked_distance_m": (VoucherKind.LOGBOOK, "distance_m", "m"),
}
"""The figures of a day that papers tell."""


async def grounds_of(
    house: House, figure: FigureId, vehicle: Vehicle, period: Period, zone: ZoneInfo, call: Call
) -> tuple[Explanation, ...]:
    """Return what a figure of a vehicle's day stands on."""
    name = figure.quantity
    if name in REGISTERS:
        total = FigureId(TOTAL, figure.period, vehicle.source, REGISTERS[name].value)
        return (await explain_sum(house, total, call),)
    if name in PAPERS:
        return await _papers(house, vehicle, period, name)
    if name == "own_charged_wh":
        return await _sessions(house, vehicle, period, zone, call)
    if name in {"soc_begin_percent", "soc_end_percent", "standby_percent"}:
        at = [period.start_utc] if name == "soc_begin_percent" else [period.end_utc]
        return await _charges(house, vehicle, at if name != "standby_percent" else [period.start_utc, *at])
    if name == "away_s":
        return tuple(await _presences(house, vehicle, period))
    total = FigureId(TOTAL, figure.period, vehicle.source, Quantity.ODOMETER_M.value)
    return (await explain_sum(house, total, call),)


async def _sessions(
    house: House, vehicle: Vehicle, period: Period, zone: ZoneInfo, call: Call
) -> tuple[Explanation, ...]:
    """Return the sessions that brought energy on a day, each with its part of that day."""
    charged = await read_charged(house, period, call.now_utc)
    parts = []
    for name in charged.of.get(vehicle.id, ()):
        charge, session = charged.charges.get(name), charged.sessions.get(name)
        part = _part_in(charge, period)
        if session is not None and part is not None:
            parts.append(_session(session, part, zone))
    return tuple(parts)


def _part_in(charge: Charge | None, period: Period) -> Decimal | None:
    if charge is None:
        return None
    inside = (charge.start_ms >= epoch_ms(period.start_utc)) & (charge.start_ms < epoch_ms(period.end_utc))
    return Decimal(int(charge.thousandths[inside].sum())).scaleb(-3) if inside.any() else None


def _session(session: ChargeSession, part_wh: Decimal, zone: ZoneInfo) -> Explanation:
    whole_wh = Decimal(repr(session.energy_wh))
    begun = session.begun_at_utc.astimezone(zone).date().isoformat()
    registers = {"register_start": session.register_start_wh, "register_stop": session.register_stop_wh}
    details = {name: f"{Decimal(repr(value))} Wh" for name, value in registers.items() if value is not None}
    if session.first_frame:
        details["frames"] = f"{session.first_frame}-{session.last_frame}"
    total = FigureId(TOTAL, begun, session.source, Quantity.ENERGY_IMPORT_WH.value)
    counted = Explanation(title=Finding.of("vehicle_days.outlet_counted", period=begun), figure=str(total))
    return Explanation(
        title=Finding.of("vehicle_days.session_part", station=session.station, outlet=session.connector),
        value=part_wh,
        unit="Wh",
        citation=Citation(
            kind=CitedKind.SESSION,
            reference=session.id,
            value=whole_wh,
            unit="Wh",
            at_utc=session.begun_at_utc,
            channel=f"ocpp {session.station}",
        ),
        parts=(counted,),
        details=details,
    )


async def _papers(house: House, vehicle: Vehicle, period: Period, name: str) -> tuple[Explanation, ...]:
    kind, attribute, unit = PAPERS[name]
    found = await house.ledger.vouchers_during(period, [vehicle.id])
    return tuple(
        _voucher(voucher, getattr(voucher, attribute), unit)
        for voucher in found
        if voucher.kind is kind and getattr(voucher, attribute) is not None
    )


def _voucher(voucher: Voucher, value: Decimal, unit: str) -> Explanation:
    details = {"number": voucher.number} if voucher.number else {}
    if voucher.file_import is not None:
        details["import"] = str(voucher.file_import)
    if voucher.entered_by:
        details["entered_by"] = voucher.entered_by
    return Explanation(
        title=Finding.of(f"vehicle_days.voucher.{voucher.kind.value}"),
        value=value,
        unit=unit,
        citation=Citation(
            kind=CitedKind.VOUCHER,
            reference=str(voucher.id),
            value=value,
            unit=unit,
            at_utc=voucher.at_utc,
            received_at_utc=voucher.entered_at_utc,
        ),
        details=details,
    )


async def _charges(house: House, vehicle: Vehicle, instants: Sequence[datetime]) -> tuple[Explanation, ...]:
    """Return the states of charge told next to some instants."""
    leaves = Leaves(house, (vehicle.source, Quantity.SOC_PERCENT), ())
    parts = []
    for at in instants:
        period = Period(at - HELD, at + HELD)
        told = await house.query.readings(vehicle.source, Quantity.SOC_PERCENT, period)
        before = [reading for reading in told if reading.at_utc <= at][-1:]
        after = [reading for reading in told if reading.at_utc > at][:1]
        beside = [("before", reading) for reading in before] + [("after", reading) for reading in after]
        parts += [
            await leaves.reading(role, Mark(epoch_ms(reading.at_utc), reading.value, Step.COUNTED))
            for role, reading in beside
        ]
    return tuple(parts)


async def _presences(house: House, vehicle: Vehicle, period: Period) -> list[Explanation]:
    inventory = house.inventory()
    found = []
    for presence in await house.ledger.presences([vehicle.id], period):
        site = inventory.sites.get(presence.site or "")
        title = Finding.of("vehicle_days.was_at", site=site.name) if site else Finding.of("vehicle_days.was_away")
        cited = Citation(kind=CitedKind.READING, reference=f"{vehicle.source}/presence", at_utc=presence.since_utc)
        found.append(Explanation(title=title, citation=cited))
    return found
