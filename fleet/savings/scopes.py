"""Sums over vehicles: of the fleet, of each group and of each site, exactly what their vehicles have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.exact import sum_of
from core.factors import Boundary
from core.texts import Finding
from fleet.savings.emission_terms import Resolution
from fleet.savings.emissions import slots_missing
from fleet.savings.statement import FIGURES, FLEET, GROUP, ScopeSavings, SummedFigure, VehicleSavings
from fleet.savings.timed import TimedUsed
from fleet.vehicle_days.sums import ZERO

SITE: Final = "site:"
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def group_scope(group: str) -> str:
    """Return the scope of a group of vehicles: `Büro West` is `group:buero-west`."""
    slug = re.sub(r"[^a-z0-9]+", "-", group.casefold().translate(_UMLAUTS)).strip("-")
    return f"{GROUP}{slug or '-'}"


def scopes_of(vehicles: Sequence[VehicleSavings]) -> tuple[ScopeSavings, ...]:
    """Return the sums of the fleet, then of all groups, then of all sites."""
    by_scope: dict[str, list[VehicleSavings]] = {FLEET: list(vehicles)}
    for vehicle in sorted(vehicles, key=lambda each: each.group):
        by_scope.setdefault(group_scope(vehicle.group), []).append(vehicle)
    for vehicle in sorted(vehicles, key=lambda each: each.site):
        by_scope.setdefault(f"{SITE}{vehicle.site}", []).append(vehicle)
    return tuple(_scope(scope, of) for scope, of in by_scope.items())


def _scope(scope: str, vehicles: Sequence[VehicleSavings]) -> ScopeSavings:
    return ScopeSavings(
        scope=scope,
        vehicles=tuple(sorted(each.vehicle for each in vehicles)),
        distance_m=sum((each.distance_m or ZERO for each in vehicles), ZERO),
        grid_wh=sum((each.grid_wh for each in vehicles), ZERO),
        pv_wh=sum((each.pv_wh for each in vehicles), ZERO),
        figures=tuple(_summed(place, name, vehicles) for place, name in enumerate(FIGURES)),
    )


def _summed(place: int, name: str, vehicles: Sequence[VehicleSavings]) -> SummedFigure:
    computed = [each.figures[place] for each in vehicles if each.figures[place].value_g is not None]
    banded = all(each.low_g is not None for each in computed)
    without = [each.figures[place] for each in vehicles if each.figures[place].value_g is None]
    return SummedFigure(
        name=name,
        value_g=_sum([each.value_g for each in computed]),
        computed=len(computed),
        not_computed=len(vehicles) - len(computed),
        provisional=any(each.provisional for each in computed),
        low_g=_sum([each.low_g for each in computed]) if banded else None,
        high_g=_sum([each.high_g for each in computed]) if banded else None,
        reasons=tuple(_shared([each.reasons for each in without])),
        notes=tuple(_by_slots(name, vehicles)),
    )


def _shared(reasons: Sequence[Sequence[Finding]]) -> Iterator[Finding]:
    """Yield the reasons that stand with each of several figures."""
    first = reasons[0] if reasons else ()
    yield from (each for each in first if all(each in others for others in reasons))


def _by_slots(name: str, vehicles: Sequence[VehicleSavings]) -> Iterator[Finding]:
    """Yield how much of a time-resolved figure counts with the year's average instead, all vehicles together."""
    boundary, _, resolution = FIGURES[name]
    if resolution is Resolution.ANNUAL:
        return
    pairs = [(each, found) for each in vehicles if (found := _timed(each, name, boundary)) is not None]
    slots, missing = (sum(getattr(found, each) for _, found in pairs) for each in ("slots", "missing_slots"))
    missing_wh = sum((found.missing_wh for _, found in pairs), ZERO)
    rest = sum((each.grid_wh - found.grid_wh - found.missing_wh for each, found in pairs), ZERO)
    if missing:
        yield slots_missing(slots, missing, Fraction(missing_wh))
    if rest:
        yield Finding.of("emissions.without_slots", energy_kwh=float(rest) / 1000)


def _timed(vehicle: VehicleSavings, name: str, boundary: Boundary) -> TimedUsed | None:
    """Return the quarter hours behind a figure of a vehicle, None where it is not computed."""
    figure = vehicle.figure(name)
    if figure is None or figure.value_g is None:
        return None
    return next((each for each in vehicle.timed if each.boundary.whole is boundary), None)


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum_of(known) if known else None
