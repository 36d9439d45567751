"""Areas as an input has them, in any unit and with any number of digits, as the engine splits by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from config.calc.shares import ShareAreaForm, SharePlantForm
from core.texts import Finding
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.geometry.states import state_of
from renewables.rules import Rule, Split
from renewables.settling.parties import party_key

PI = Decimal("3.14159265358979323846264338327950288419716939937510")
TOLERANCE = Decimal("0.0005")
"""By which share the sum of areas may differ from the circle."""

NO_AREA = 1
"""The area of an only party that was given none: any will do."""


@dataclass(frozen=True, slots=True)
class GivenAreas:
    """What the engine gets: areas in units of 1 / `scale` m², so that they are whole, or why there are none."""

    areas: PlantAreas | None
    scale: int
    unsaid: bool = False
    """Nothing was said of the only party's area."""
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    def area_m2(self, part_m2: int | None) -> Decimal | None:
        """Return an area of the engine in square metres."""
        return None if part_m2 is None or self.unsaid else Decimal(part_m2) / self.scale

    def told(self, finding: Finding) -> Finding:
        """Return a finding of the engine with areas as they are."""
        params = {
            name: value / self.scale if name == "area_ha" and isinstance(value, float) else value
            for name, value in finding.params
        }
        return Finding.of(finding.code, **params)


def state_given(form: SharePlantForm, law_states: Sequence[str]) -> str:
    """Return the Land in which a plant stands: as it was said, by its parties' keys, or by the law that was named."""
    if form.state:
        return form.state
    by_key = {_state(area) for area in form.areas if area.kind is not AreaKind.FOREIGN} - {""}
    if len(by_key) == 1:
        return by_key.pop()
    return law_states[0] if law_states and (not by_key or law_states[0] in by_key) else ""


def domestic_keys(form: SharePlantForm) -> frozenset[str]:
    """Return the keys of all parties."""
    return frozenset(party_key(_part(area, 1)) for area in form.areas if area.kind is not AreaKind.FOREIGN)


def refused_keys(form: SharePlantForm) -> frozenset[str]:
    """Return the keys of the parties that refused."""
    return frozenset(party_key(_part(area, 1)) for area in form.areas if area.refused)


def areas_given(form: SharePlantForm, rule: Rule, circles: Sequence[int]) -> GivenAreas:
    """Return the areas for a rule. `circles` are the radii that the plant's rules need: given areas fit one only."""
    needed = radius_of(rule, form)
    rows = [area for area in form.areas if area.radius_m in (None, needed)]
    if not rows:
        return GivenAreas(None, 1)
    exact = [area.exact_m2 for area in rows]
    unsaid = form.radius_m is None and exact != [None] and all(area.radius_m is None for area in rows)
    fitting = _fitting(rows, circles) if unsaid and rule.split is Split.CIRCLE else needed
    if fitting is None and rule.split is Split.CIRCLE:
        radii = ", ".join(map(str, circles))
        return GivenAreas(None, 1, notes=(Finding.of("shares.radius_needed", radii_m=radii),) if circles else ())
    scale = 10 ** max([0, *(-int(each.normalize().as_tuple().exponent) for each in exact if each is not None)])
    parts = tuple(_part(area, scale) for area in rows)
    radius_m = (rows[0].radius_m or form.radius_m or fitting) if rule.split is Split.CIRCLE else None
    areas = PlantAreas(
        plant=form.name,
        split=rule.split,
        radius_m=radius_m,
        whole_m2=sum(part.area_m2 for part in parts),
        parts=parts,
        uncovered_m2=0,
        epsg=0,
        edition="",
        edition_digest="",
        valid_on=date.min,
    )
    findings = tuple(_doubts(rows, radius_m)) if radius_m else ()
    open_ones = tuple(each for each in findings if each.code == "shares.areas_above_circle")
    notes = tuple(each for each in findings if each not in open_ones)
    return GivenAreas(areas, scale, exact == [None], open_ones, notes)


def radius_of(rule: Rule, form: SharePlantForm) -> int | None:
    """Return the radius of a rule's circle, where the rule has none that of the input."""
    if rule.split is not Split.CIRCLE:
        return None
    said = form.radius_m or next((area.radius_m for area in form.areas if area.radius_m), None)
    return int(rule.radius_m.number) if rule.radius_m else said


def _fitting(rows: Sequence[ShareAreaForm], circles: Sequence[int]) -> int | None:
    """Return the radius that areas are for if they do not say: the only one, or that whose circle they make up."""
    if len(circles) == 1:
        return circles[0]
    return next((radius_m for radius_m in circles if not _off(rows, radius_m)), None)


def _part(area: ShareAreaForm, scale: int) -> AreaPart:
    exact = area.exact_m2
    return AreaPart(
        key=area.key,
        name=area.name or area.key,
        kind=area.kind,
        state=_state(area),
        area_m2=NO_AREA if exact is None else int(exact * scale),
    )


def _state(area: ShareAreaForm) -> str:
    if area.kind is AreaKind.FOREIGN:
        return ""
    return area.state or state_of(area.key)


def _doubts(rows: Sequence[ShareAreaForm], radius_m: int) -> Iterator[Finding]:
    """Yield that areas do not make up the circle: more than it is wrong, less may leave out what lies abroad."""
    off = _off(rows, radius_m)
    if off and _sum(rows):
        code = "shares.areas_above_circle" if off > 0 else "shares.areas_below_circle"
        sum_ha, circle_ha = (round(float(each) / 10_000, 4) for each in (_sum(rows), _circle(radius_m)))
        yield Finding.of(code, sum_ha=sum_ha, circle_ha=circle_ha, radius_m=radius_m)


def _off(rows: Sequence[ShareAreaForm], radius_m: int) -> Decimal:
    """Return by which share of the circle areas differ from it, nothing within the tolerance."""
    off = (_sum(rows) - _circle(radius_m)) / _circle(radius_m)
    return off if abs(off) > TOLERANCE else Decimal(0)


def _sum(rows: Sequence[ShareAreaForm]) -> Decimal:
    return sum((area.exact_m2 or Decimal(0) for area in rows), Decimal(0))


def _circle(radius_m: int) -> Decimal:
    return PI * radius_m * radius_m
