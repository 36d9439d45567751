"""What can be wrong with plants, with contracts about what they earn, and with areas that were set by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations

from config.shelves import Shelves, Written, entries_of, overlap, place_of, twins
from core.inventory import AreaCorrection, Contract, OutlinePoint, Plant, PlantKind
from core.texts import Finding
from renewables.rules import LawTable, Rule

LEAST_CORNERS = 3
LEAST_TURBINE_W = 1_000
"""A turbine below a kilowatt is meant in kW or MW."""


def check_shares(shelves: Shelves) -> Iterator[Finding]:
    """Yield what is wrong with plants, contracts and corrections of areas."""
    plants = {plant.id: plant for _, plant in entries_of(shelves, Plant)}
    for written, plant in entries_of(shelves, Plant):
        yield from _days(written, plant)
        yield from _power(written, plant)
        yield from _outline(written, plant)
    yield from twins(entries_of(shelves, Plant), _register_number, "config.register_number_twice", "register_number")
    for written, contract in entries_of(shelves, Contract):
        yield from _parties(written, contract)
        yield from _operators(written, contract, plants)
        yield from _signed(written, contract)
    yield from _contracts(shelves)
    yield from twins(entries_of(shelves, AreaCorrection), _corrected, "config.area_corrected_twice", "municipality")


def check_laws(shelves: Shelves, table: LawTable) -> Iterator[Finding]:
    """Yield which contracts name laws that there are not, or agree a rate that no rule of their law allows."""
    plants = {plant.id: plant for _, plant in entries_of(shelves, Plant)}
    for written, contract in entries_of(shelves, Contract):
        named = [("law",), *(("includes", place) for place in range(len(contract.includes)))]
        for way, law in zip(named, (contract.law, *contract.includes), strict=True):
            if law not in table.laws:
                yield written.finding("config.contract_law_unknown", *way, found=law, known=", ".join(table.laws))
        kinds = {plants[name].kind for name in contract.plants if name in plants}
        yield from _rate(written, contract, [each for each in table.rules if each.tech in kinds])


def _rate(written: Written, contract: Contract, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield that a rate lies outside of what any rule of the contract's law allows; which one holds, years decide."""
    bounded = [each for each in rules if each.law == contract.law and each.rate_max]
    least = min((each.rate_min.number if each.rate_min else Decimal(0) for each in bounded), default=Decimal(0))
    most = max((each.rate_max.number for each in bounded if each.rate_max), default=contract.rate_ct_per_kwh)
    if not least <= contract.rate_ct_per_kwh <= most:
        found, span = f"{contract.rate_ct_per_kwh:f}", f"{least:f}–{most:f}"
        yield written.finding("config.contract_rate", "rate_ct_per_kwh", found=found, allowed=span, law=contract.law)


def _days(written: Written, plant: Plant) -> Iterator[Finding]:
    for key in ("permitted", "application_complete"):
        day: date | None = getattr(plant, key)
        if day and day > plant.commissioned:
            code = "config.permit_after_start" if key == "permitted" else "config.application_after_start"
            yield written.finding(code, key, found=str(day), start=str(plant.commissioned))


def _power(written: Written, plant: Plant) -> Iterator[Finding]:
    if plant.kind is PlantKind.WIND and plant.power_w < LEAST_TURBINE_W:
        yield written.finding("config.power_in_watts", "power_w", found=f"{plant.power_w:g}")


def _outline(written: Written, plant: Plant) -> Iterator[Finding]:
    if not plant.outline:
        return
    corners = _open(plant.outline)
    if plant.kind is PlantKind.WIND:
        yield written.finding("config.outline_of_turbine", "outline")
    elif len(corners) < LEAST_CORNERS:
        yield written.finding("config.outline_too_short", "outline", found=len(corners), expected=LEAST_CORNERS)
    else:
        yield from _crossings(written, corners)


def _open(corners: tuple[OutlinePoint, ...]) -> tuple[OutlinePoint, ...]:
    """Return the corners of an outline without the first one said again at its end."""
    return corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners


def _crossings(written: Written, corners: tuple[OutlinePoint, ...]) -> Iterator[Finding]:
    """Yield the first pair of sides that cross: such an outline has no area."""
    sides = list(zip(corners, (*corners[1:], corners[0]), strict=True))
    for (first, one), (second, other) in combinations(enumerate(sides), 2):
        if {second - first, len(sides) - second + first} & {1}:
            continue  # neighbours meet in a corner
        if _cross(*one, *other):
            yield written.finding("config.outline_crosses_itself", "outline", first, side=first + 1, other=second + 1)
            return


def _cross(a: OutlinePoint, b: OutlinePoint, c: OutlinePoint, d: OutlinePoint) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: OutlinePoint, b: OutlinePoint, c: OutlinePoint) -> float:
    """Return to which side of the line from a to b the point c lies: above zero to the left, below to the right."""
    return (b.longitude_deg - a.longitude_deg) * (c.latitude_deg - a.latitude_deg) - (
        b.latitude_deg - a.latitude_deg
    ) * (c.longitude_deg - a.longitude_deg)


def _parties(written: Written, contract: Contract) -> Iterator[Finding]:
    yield from _twice(written, "parties", "municipality", (party.municipality for party in contract.parties))
    yield from _twice(written, "plants", None, contract.plants)


def _twice(written: Written, key: str, inner: str | None, names: Iterable[str]) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        if seen[name]:
            yield written.finding("config.share_named_twice", key, place, *((inner,) if inner else ()), found=name)
        seen[name] += 1


def _operators(written: Written, contract: Contract, plants: dict[str, Plant]) -> Iterator[Finding]:
    """Yield that a contract has several operators: who pays must be one."""
    operators = {plants[name].operator: name for name in reversed(contract.plants) if name in plants}
    if len(operators) > 1:
        yield written.finding("config.operators_differ", "plants", found=", ".join(sorted(operators)))


def _signed(written: Written, contract: Contract) -> Iterator[Finding]:
    for place, party in enumerate(contract.parties):
        if party.answered and contract.valid_to and party.answered >= contract.valid_to:
            yield written.finding(
                "config.answered_after_end",
                "parties",
                place,
                "answered",
                found=str(party.answered),
                end=str(contract.valid_to),
            )


def _contracts(shelves: Shelves) -> Iterator[Finding]:
    """Yield pairs of contracts about the same plant by the same law on the same day."""
    for (first, one), (second, other) in combinations(entries_of(shelves, Contract), 2):
        common = sorted(set(one.plants) & set(other.plants))
        if common and one.law == other.law and overlap(one, other):
            yield second.finding("config.contract_twice", "plants", other=one.id, found=common[0], **place_of(first))


def _corrected(correction: AreaCorrection) -> object:
    return correction.plant, correction.municipality


def _register_number(plant: Plant) -> object:
    return plant.register_number
