"""Where a figure of a roof comes from: the balance behind it, what charge points counted, and the factors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.factors import Factor
from core.fleet import PvAllocation
from core.quantities import Quantity
from core.texts import Finding
from fleet.savings.pv_savings import PvMethod
from fleet.savings.timed import SlotIntensity
from operations.balances.balance import BALANCE
from operations.evidence.figures import TOTAL, span_of
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.loads.scopes import METER, zone_of_load
from operations.roofs.pv import (
    AVOIDED,
    ENERGIES,
    LINE_ENERGY,
    ReadPv,
    choice_of,
    energies_of,
    read_pv,
    said_of,
    saving_of,
    why_not,
)
from operations.roofs.rows import PvLine
from operations.roofs.share import BUILDINGS, Connection

HOW: Final = {
    "generation_wh": "pv.how_generation",
    "buildings_wh": "pv.how_buildings",
    "charging_wh": "pv.how_charging",
    "stored_wh": "pv.how_stored",
    "export_wh": "pv.how_export",
    "unassigned_wh": "pv.how_unassigned",
}
TITLES: Final = {
    "generation_wh": "pv.energy.generation_wh",
    "buildings_wh": "pv.energy.buildings_wh",
    "charging_wh": "pv.energy.charging_wh",
    "stored_wh": "pv.energy.stored_wh",
    "export_wh": "pv.energy.export_wh",
    "unassigned_wh": "pv.energy.unassigned_wh",
}
HOW_AVOIDED: Final = {
    PvMethod.AVERAGE_DIRECT: "pv.how_average_direct",
    PvMethod.AVERAGE_UPSTREAM: "pv.how_average_upstream",
    PvMethod.SUBSTITUTION: "pv.how_substitution",
    PvMethod.DIRECT_BY_SLOTS: "pv.how_direct_by_slots",
    PvMethod.UPSTREAM_BY_SLOTS: "pv.how_upstream_by_slots",
}
BALANCED: Final = {
    "generation_wh": ("generation_wh",),
    "buildings_wh": ("self_use_wh", "use_wh"),
    "charging_wh": ("self_use_wh", "use_wh"),
    "stored_wh": ("charge_wh",),
    "export_wh": ("export_wh",),
    "unassigned_wh": ("generation_wh", "export_wh", "use_wh"),
}
"""The figures of the balance of each meter that an energy stands on."""


async def explain_pv(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of a roof comes from. Raises `RequestError` for what is none, `NotFoundError`."""
    variant, allocation = _variant(figure)
    span = span_of(figure.period, zone_of_load(house, figure.scope))
    read = await read_pv(house, figure.scope, span, call, allocation)
    found = _avoided(house, figure, variant, read) if figure.quantity == AVOIDED else _energy(figure, variant, read)
    open_ = (Finding.of("evidence.period_open"),) if read.period != span.period else ()
    return replace(found, findings=(*found.findings, *said_of(read), *open_))


def _variant(figure: FigureId) -> tuple[tuple[str, ...], PvAllocation]:
    if figure.variant and figure.variant[-1] in set(PvAllocation):
        return figure.variant[:-1], PvAllocation(figure.variant[-1])
    return figure.variant, PvAllocation.PRO_RATA


def _energy(figure: FigureId, variant: tuple[str, ...], read: ReadPv) -> Explanation:
    if figure.quantity not in ENERGIES:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])
    if variant:
        raise RequestError("evidence.variant_unknown", variant=".".join(variant)[:80])
    if not read.slots.connections:
        reason = why_not(read)
        raise NotFoundError(reason.code, **dict(reason.params))
    value = energies_of(read.slots.connections, read.period)[figure.quantity]
    return Explanation(
        title=Finding.of(TITLES[figure.quantity]),
        figure=str(figure),
        value=exact(value),
        unit="Wh",
        how=Finding.of(HOW[figure.quantity]),
        parts=(*_balances(figure, read), *(_outlets(figure, read) if figure.quantity == "charging_wh" else ())),
        details={"allocation": read.allocation.value},
    )


def _balances(figure: FigureId, read: ReadPv) -> Iterator[Explanation]:
    for each in read.slots.connections:
        for name in _balanced(figure.quantity, each):
            variant = ("pv",) if name in {"generation_wh", "self_use_wh"} else ()
            of_meter = FigureId(BALANCE, figure.period, METER + each.meter.id, name, variant)
            yield Explanation(
                title=Finding.of("pv.of_balance", name=each.meter.name),
                figure=str(of_meter),
                citation=Citation(kind=CitedKind.FIGURE, reference=str(of_meter)),
            )


def _balanced(quantity: str, connection: Connection) -> tuple[str, ...]:
    """Return the balance's figures below an energy; without a battery, what was made shows that nothing was stored."""
    stores = bool(connection.allocation.stored.any())
    return BALANCED["generation_wh" if quantity == "stored_wh" and not stores else quantity]


def _outlets(figure: FigureId, read: ReadPv) -> Iterator[Explanation]:
    for each in read.slots.connections:
        for source in sorted(each.loads):
            if source != BUILDINGS:
                counted = FigureId(TOTAL, figure.period, source, Quantity.ENERGY_IMPORT_WH.value)
                yield Explanation(
                    title=Finding.of("evidence.of_source", source=source),
                    figure=str(counted),
                    value=exact(int(each.loads[source].sum())),
                    unit="Wh",
                    citation=Citation(kind=CitedKind.FIGURE, reference=str(counted)),
                )


def _avoided(house: House, figure: FigureId, variant: tuple[str, ...], read: ReadPv) -> Explanation:
    try:
        line, method = PvLine(variant[0]), PvMethod(variant[1])
    except (ValueError, IndexError) as error:
        raise RequestError("evidence.variant_unknown", variant=".".join(figure.variant)[:80]) from error
    allocated = () if read.allocation is PvAllocation.PRO_RATA else (read.allocation.value,)
    energy = _energy(replace(figure, quantity=LINE_ENERGY[line], variant=allocated), (), read)
    assert energy.value is not None  # noqa: S101 - `_energy` always has one
    found = saving_of(read, choice_of(house, read, read.period), line, method, energy.value, read.period)
    return Explanation(
        title=Finding.of("pv.avoided", name=read.scope.name, period=figure.period),
        figure=str(figure),
        value=found.avoided_g,
        unit="g",
        how=Finding.of(HOW_AVOIDED[method]),
        findings=found.notes if found.reason is None else (found.reason,),
        parts=(energy, *_series(read, method), *(_factor(each) for each in found.factors)),
        details={"line": line.value, "method": method.value},
    )


def _series(read: ReadPv, method: PvMethod) -> Iterator[Explanation]:
    """Yield the series of intensities that a method by quarter hours takes."""
    found = None if method.boundary is None else read.intensities.within(method.boundary)
    if isinstance(found, SlotIntensity):
        yield Explanation(
            title=Finding.of("savings.series", id=found.series.id),
            details={"boundary": found.series.boundary.value, "values": str(found.series.values)},
        )


def _factor(factor: Factor) -> Explanation:
    return Explanation(
        title=Finding.of("pv.factor", id=factor.id, source=factor.source),
        value=factor.value,
        unit=factor.unit,
        citation=Citation(
            kind=CitedKind.FACTOR, reference=factor.id, value=factor.value, unit=factor.unit, edition=factor.edition
        ),
    )
