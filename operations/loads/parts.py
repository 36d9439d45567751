"""What stands behind a peak: the meters and stations behind the one that counted it, at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory, Meter, MeterRole
from core.periods import SLOT, Period
from core.quantities import Quantity
from energy.peaks import Peak, attribute, power_cost_eur, rate_of
from energy.register_walk import at_utc
from energy.series import Amounts
from energy.slots import MISSING
from operations.evidence.witnesses import interval_store
from operations.house import House
from operations.loads.rows import PartRow
from operations.loads.scopes import COUNTED, LoadScope, valid_in

IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH


@dataclass(frozen=True, slots=True)
class Node:
    """What a peak can be made of: a source with its name, the part it hangs behind, and what counts it how.

    `terms` are series with the sign at which they make up the part: what is fed in lowers a peak.
    """

    source: str
    name: str
    parent: str | None
    terms: tuple[tuple[SeriesKey, int], ...]


def nodes_of(inventory: Inventory, scope: LoadScope, at_ms: int) -> tuple[Node, ...]:
    """Return all that can stand behind a load at an instant.

    These are its own meters where there are several, and what hangs behind them.
    """
    slot = Period(at_utc(at_ms), at_utc(at_ms) + SLOT)
    there = [meter for meter in inventory.meters.values() if valid_in(meter, slot, scope.zone)]
    roots = [meter for meter in scope.meters if meter in there]
    alone = len(roots) == 1
    nodes = [] if alone else [_meter_node(meter, None, scope.quantity) for meter in roots]
    for root in roots:
        nodes += _behind(inventory, there, root, None if alone else root.source)
    return tuple(nodes)


async def read_parts(house: House, nodes: Mapping[int, tuple[Node, ...]]) -> dict[SeriesKey, Amounts]:
    """Return the quarter hours of all parts from the first peak to the last, in one reading."""
    keys = sorted({key for found in nodes.values() for node in found for key, _ in node.terms})
    if not keys:
        return {}
    span = Period(at_utc(min(nodes)), at_utc(max(nodes)) + SLOT)
    return await interval_store(house).amounts(Resolution.SLOT, keys, span)


def parts_of(
    peak: Peak,
    nodes: tuple[Node, ...],
    slots: Mapping[SeriesKey, Amounts],
    eur: Decimal | None,
    cost_eur: Decimal | None,
) -> tuple[PartRow, ...]:
    """Return the parts of a peak, the largest first, each followed by what hangs behind it; the rest comes last.

    The cost of the outer ones and the rest is `cost_eur` to the cent. Nothing is returned where nothing hangs behind.
    """
    counted = {node.source: _counted(node, slots, peak.at_ms) for node in nodes}
    outer = attribute(peak.thousandths, {node.source: counted[node.source] for node in nodes if node.parent is None})
    by_source = {node.source: node for node in nodes}
    rows: list[PartRow] = []
    for part in outer.parts:
        rows += _nested(by_source[part.source], nodes, counted, peak, eur)
    paid = sum((row.cost_eur for row in rows if row.parent is None and row.cost_eur is not None), Decimal(0))
    rest = _part(None, "", None, outer.rest, peak, None)
    return (*rows, replace(rest, cost_eur=None if cost_eur is None else cost_eur - paid)) if outer.parts else ()


def _nested(
    node: Node, nodes: tuple[Node, ...], counted: Mapping[str, int | None], peak: Peak, eur: Decimal | None
) -> list[PartRow]:
    found = [_part(node.source, node.name, node.parent, counted[node.source], peak, eur)]
    inner = sorted(
        (each for each in nodes if each.parent == node.source), key=lambda each: -(counted[each.source] or 0)
    )
    for each in inner:
        found += _nested(each, nodes, counted, peak, eur)
    return found


def _part(
    source: str | None, name: str, parent: str | None, thousandths: int | None, peak: Peak, eur: Decimal | None
) -> PartRow:
    row = PartRow(source=source, name=name, parent=parent, value=None, percent=None, cost_eur=None)
    if thousandths is None:
        return row
    return replace(
        row,
        value=rate_of(thousandths),
        percent=100 * thousandths / peak.thousandths if peak.thousandths else None,
        cost_eur=None if eur is None else power_cost_eur(thousandths, eur),
    )


def _behind(inventory: Inventory, there: Iterable[Meter], front: Meter, parent: str | None) -> list[Node]:
    """Return what hangs right behind a meter, each followed by what hangs behind it."""
    found = []
    for meter in there:
        if meter.parent == front.id and meter.medium is front.medium and not meter.terms:
            found.append(_meter_node(meter, parent, COUNTED[meter.medium]))
            found += _behind(inventory, there, meter, meter.source)
    for station in inventory.stations.values():
        if station.parent == front.id:
            outlets = tuple(((f"{station.source}/{each.number}", IMPORT), 1) for each in station.connectors)
            found.append(Node(station.source, station.name, parent, outlets))
    return found


def _meter_node(meter: Meter, parent: str | None, quantity: Quantity) -> Node:
    match meter.role:
        case MeterRole.GENERATION:
            terms: tuple[tuple[SeriesKey, int], ...] = (((meter.source, EXPORT), -1),)
        case MeterRole.STORAGE:
            terms = ((meter.source, IMPORT), 1), ((meter.source, EXPORT), -1)
        case _:
            terms = (((meter.source, quantity), 1),)
    return Node(meter.source, meter.name, parent, terms)


def _counted(node: Node, slots: Mapping[SeriesKey, Amounts], at_ms: int) -> int | None:
    """Return what a part counted in a quarter hour, None where some of it is not known."""
    total = 0
    for key, sign in node.terms:
        found = _at(slots.get(key), at_ms)
        if found is None:
            return None
        total += sign * found
    return total


def _at(rows: Amounts | None, at_ms: int) -> int | None:
    if rows is None:
        return None
    row = int(rows.start_ms.searchsorted(at_ms))
    if row == len(rows) or rows.start_ms[row] != at_ms or rows.seconds[row, MISSING]:
        return None
    return int(rows.thousandths[row])
