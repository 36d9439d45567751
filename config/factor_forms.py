"""How factors are written: sets with what all their rows share, and rows with a value, one a year, or a derivation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from config.findings import Locator
from config.forms.form import Form
from config.tree import Step
from config.values import Amount, Day, Slug, Text, Whole
from core.exact import product
from core.factor_subjects import Kind, Subject
from core.factors import UNITS, Boundary, Factor, Layer, Per, Provenance, Reference, Status
from core.texts import Finding

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def _unit(written: Any) -> Any:
    if written in UNITS:
        return written
    raise PydanticCustomError("config.factor_unit_unknown", "see the catalogue", {"suggestion": ", ".join(UNITS)})


UnitName = Annotated[str, BeforeValidator(_unit), Field(json_schema_extra={"enum": list(UNITS)})]
Year = Annotated[Whole, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR)]


class SharedForm(Form):
    """What a row may say, or its set for all rows."""

    unit: UnitName | None = None
    boundary: Boundary | None = None
    reference: Reference | None = None
    edition: str | None = Field(default=None, max_length=200)
    status: Status | None = None
    source: str | None = Field(default=None, max_length=500)
    provenance: Provenance | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    note: str | None = Field(default=None, max_length=1000)


class FactorForm(SharedForm):
    """A row. The value is one number, one for each of some years, or the product of what it is derived from."""

    subject: Subject
    value: Amount | None = None
    year: Year | None = None
    years: dict[Year, Amount] = Field(default_factory=dict)
    density_kg_per_l: Amount | None = None
    heating_value_gj_per_t: Amount | None = None
    energy_gj_per_mwh: Amount | None = None
    emission_t_per_gj: Amount | None = None
    emission_kg_per_gj: Amount | None = None


class SetForm(SharedForm):
    """Factors that belong together. A set that is not `usual` is only taken where it is asked for by name."""

    title: Text
    usual: bool = True
    factors: tuple[FactorForm, ...] = Field(min_length=1)


class FactorFileForm(Form):
    """A whole file."""

    sets: dict[Slug, SetForm]


TERMS = ("density_kg_per_l", "heating_value_gj_per_t", "energy_gj_per_mwh", "emission_t_per_gj", "emission_kg_per_gj")
_PER_THOUSAND = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows stand: their set, whose layer it is, and how findings name the place."""

    group: str
    usual: bool
    layer: Layer
    locator: Locator


def factors_of(
    form: FactorForm, shared: SharedForm | None, origin: Origin, way: tuple[Step, ...]
) -> tuple[list[Factor], list[Finding]]:
    """Return the factors of a row, one for each of its years, and what is wrong with it."""
    said = _said(form, shared)
    findings = [origin.locator.finding(code, (*way, *key), **params) for code, key, params in _wrong(form, said)]
    if findings:
        return [], findings
    terms = _terms(form)
    value = _derived(terms, said["unit"]) if terms else form.value
    values: list[tuple[int | None, Decimal | None]] = [*form.years.items()] or [(form.year, value)]
    place = f"{origin.locator.file}:{origin.locator.line_of(way)}"
    made = [_factor(form.subject, year, value, said, origin, terms, place) for year, value in values]
    return made, _implausible(made, origin, way)


def _said(form: FactorForm, shared: SharedForm | None) -> Mapping[str, Any]:
    """Return what the row says of itself, or else its set says of it."""
    said = {name: getattr(form, name) for name in SharedForm.model_fields}
    return {name: getattr(shared, name, None) if value is None else value for name, value in said.items()}


def _terms(form: FactorForm) -> tuple[tuple[str, Decimal], ...]:
    return tuple((name, value) for name in TERMS if (value := getattr(form, name)) is not None)


def _derived(terms: tuple[tuple[str, Decimal], ...], unit: str) -> Decimal:
    """Return what the terms come to: with tonnes per GJ kilograms per litre, kilogram or kWh."""
    scales = [_PER_THOUSAND] if any(name == "emission_kg_per_gj" for name, _ in terms) else []
    scales += [Decimal(1000)] if unit.startswith("g/") else []
    return product([*(value for _, value in terms), *scales])


def _factor(
    subject: Subject,
    year: int | None,
    value: Decimal | None,
    said: Mapping[str, Any],
    origin: Origin,
    terms: tuple[tuple[str, Decimal], ...],
    place: str,
) -> Factor:
    assert value is not None  # noqa: S101 - `_wrong` has refused a row without
    begins = said["valid_from"] or (date(year, 1, 1) if year else date.min)
    ends = said["valid_to"] or (date(year + 1, 1, 1) if year else None)
    words = [origin.group, subject.value, said["boundary"], said["reference"], _dated(year, said["valid_from"])]
    return Factor(
        id=".".join(str(word) for word in words if word),
        group=origin.group,
        subject=subject,
        value=value,
        unit=said["unit"],
        boundary=said["boundary"],
        reference=said["reference"],
        year=year,
        edition=said["edition"] or "",
        status=said["status"] or Status.FINAL,
        source=said["source"] or "",
        provenance=said["provenance"] or Provenance.OWN,
        valid_from=begins,
        valid_to=ends,
        note=said["note"] or "",
        terms=terms,
        usual=origin.usual,
        layer=origin.layer,
        place=place,
    )


def _dated(year: int | None, begins: date | None) -> str:
    return str(year) if year else begins.isoformat() if begins else ""


Wrong = tuple[str, tuple[Step, ...], dict[str, Any]]


def _wrong(form: FactorForm, said: Mapping[str, Any]) -> Iterator[Wrong]:
    yield from _wrong_value(form)
    begins, ends = said["valid_from"], said["valid_to"]
    if begins and ends and ends <= begins:
        yield "config.factor_reversed", ("valid_to",), {}
    kind, unit = form.subject.kind, said["unit"]
    if unit is None:
        yield "config.factor_unit_missing", (), {"subject": form.subject.value}
    elif unit not in units_of(form.subject):
        expected = ", ".join(units_of(form.subject))
        yield (
            "config.factor_unit_unfit",
            ("unit",),
            {"found": unit, "subject": form.subject.value, "expected": expected},
        )
    boundaries = BOUNDARIES.get(kind)
    if boundaries and said["boundary"] is None:
        expected = ", ".join(boundaries)
        yield "config.factor_boundary_missing", (), {"subject": form.subject.value, "expected": expected}
    elif said["boundary"] and said["boundary"] not in (boundaries or ()):
        expected = ", ".join(boundaries or ()) or "–"
        params = {"found": said["boundary"].value, "subject": form.subject.value, "expected": expected}
        yield "config.factor_boundary_unfit", ("boundary",), params
    if kind is Kind.FUEL and unit in UNITS and UNITS[unit].per is Per.ENERGY and said["reference"] is None:
        yield "config.factor_reference_missing", (), {"subject": form.subject.value}


def _wrong_value(form: FactorForm) -> Iterator[Wrong]:
    given = [name for name in ("value", "years") if getattr(form, name)] + (["value"] if form.value == 0 else [])
    if _terms(form):
        given.append(_terms(form)[0][0])
    if not given:
        yield "config.factor_value_missing", (), {"subject": form.subject.value}
    elif len(given) > 1:
        yield "config.factor_value_twice", (given[1],), {"other": given[0]}
    if form.years and form.year:
        yield "config.factor_value_twice", ("year",), {"other": "years"}


BOUNDARIES: Mapping[Kind, tuple[Boundary, ...]] = {
    Kind.ELECTRICITY: tuple(Boundary),
    Kind.FUEL: (Boundary.TTW, Boundary.WTW, Boundary.DIRECT),
    Kind.HEAT: (Boundary.CO2E_UPSTREAM,),
}
"""The boundaries that factors of a kind can have; other kinds have none."""

_PER_ENERGY = tuple(name for name, unit in UNITS.items() if unit.per is Per.ENERGY)
_UNITS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ELECTRICITY: _PER_ENERGY,
    Kind.FUEL: tuple(name for name, unit in UNITS.items() if unit.per),
    Kind.HEAT: _PER_ENERGY,
    Kind.POLLUTANT: ("g/kWh",),
    Kind.PRICE: ("EUR/t",),
    Kind.BASELINE: ("l/100km",),
    Kind.UNCERTAINTY: ("%",),
}
_BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "thg_base": ("kg/GJ", "g/MJ"),
    "thg_grid": ("kg/GJ", "g/MJ"),
    "thg_quota": ("%",),
    "thg_multiplier": ("1",),
    "thg_efficiency": ("1",),
    "thg_flat": ("kWh",),
    "thg_pv": ("t/MWh",),
    "thg_wind": ("t/MWh",),
    "thg_deadline": ("d",),
    "thg_price": ("EUR/t",),
    "clean_co2": ("g/km",),
    "clean": ("%",),
}


def units_of(subject: Subject) -> tuple[str, ...]:
    """Return the units that a factor about a subject may have."""
    fitting = (units for beginning, units in _BEGINNINGS.items() if subject.value.startswith(beginning))
    return _UNITS.get(subject.kind) or next(fitting)


_PLAUSIBLE: Mapping[Per, tuple[Decimal, Decimal]] = {
    Per.ENERGY: (Decimal("0.001"), Decimal(3)),
    Per.VOLUME: (Decimal(10), Decimal(6000)),
    Per.MASS: (Decimal(10), Decimal(6000)),
}
"""Between which grams per Wh, litre or kilogram anything but nought lies: a wrong unit is off by a thousand."""


def _implausible(made: list[Factor], origin: Origin, way: tuple[Step, ...]) -> list[Finding]:
    wrong = [factor for factor in made if factor.subject.kind in BOUNDARIES and not _plausible(factor)]
    return [
        origin.locator.finding("config.factor_implausible", way, found=f"{factor.value} {factor.unit}")
        for factor in wrong[:1]
    ]


def _plausible(factor: Factor) -> bool:
    assert factor.per is not None  # noqa: S101 - only emission factors come here
    least, most = _PLAUSIBLE[factor.per]
    return factor.value == 0 or least <= factor.grams <= most
