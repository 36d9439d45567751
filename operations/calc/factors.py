"""The factors in force, as lists and one by one: value, unit, boundary, edition, status, mark and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import NotFoundError
from core.factor_subjects import Kind, Subject
from core.factors import Boundary, Factor, FactorTable, Layer, Provenance, Reference, Status
from core.ports import Page
from operations.calc.inputs import HasFactors
from operations.house import Call
from operations.values import Limit, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFactors:
    """Which factors: of a kind, a subject, a boundary, a set, of those valid on a `day`, or with a word in them."""

    query: str | None = None
    kind: Kind | None = None
    about: Subject | None = None
    boundary: Boundary | None = None
    set: str | None = None
    day: date | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFactor:
    """Which factor."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """A factor; `valid_from` None: always until `valid_to`. `shipped` ones come with the service."""

    id: str
    subject: Subject
    value: Decimal
    unit: str
    boundary: Boundary | None
    reference: Reference | None
    year: int | None
    status: Status
    provenance: Provenance
    set: str
    usual: bool
    shipped: bool
    edition: str
    source: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermOfFactor:
    """What a derived factor was multiplied from."""

    term: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorDetail:
    """A factor with what it was derived from; `replaced_by` goes before it on the same days."""

    factor: FactorRow
    kind: Kind
    note: str
    place: str
    terms: tuple[TermOfFactor, ...]
    replaced_by: str | None


async def list_factors(house: HasFactors, request: ListFactors, call: Call) -> Page[FactorRow]:
    """Return factors by subject, boundary and validity, newest first."""
    del call
    found = [factor for factor in house.factors() if _wanted(factor, request)]
    rows = [_row(factor) for factor in _ordered(found)]
    return page_of(rows, [f"{place:06d}" for place, _ in enumerate(rows)], request.limit, request.cursor)


async def show_factor(house: HasFactors, request: ShowFactor, call: Call) -> FactorDetail:
    """Return one factor. Raises `NotFoundError` if there is none of that id."""
    del call
    table = house.factors()
    factor = table.get(request.id)
    if factor is None:
        raise NotFoundError("factors.unknown", id=request.id[:120])
    return FactorDetail(
        factor=_row(factor),
        kind=factor.subject.kind,
        note=factor.note,
        place=factor.place,
        terms=tuple(TermOfFactor(term=name, value=value) for name, value in factor.terms),
        replaced_by=next((other.id for other in _before(table, factor)), None),
    )


def _before(table: FactorTable, factor: Factor) -> Iterator[Factor]:
    for other in table:
        if other.layer > factor.layer and other.question == factor.question and other.overlaps(factor):
            yield other


def _wanted(factor: Factor, request: ListFactors) -> bool:
    word = (request.query or "").casefold()
    return (
        request.kind in (None, factor.subject.kind)
        and request.about in (None, factor.subject)
        and request.boundary in (None, factor.boundary)
        and request.set in (None, factor.group)
        and (request.day is None or factor.valid_on(request.day))
        and any(word in text.casefold() for text in (factor.id, factor.source, factor.edition, factor.note))
    )


def _ordered(factors: list[Factor]) -> list[Factor]:
    newest_first = sorted(factors, key=lambda factor: (factor.valid_from, factor.layer), reverse=True)
    return sorted(newest_first, key=lambda factor: (_place(factor), factor.boundary or "", not factor.usual))


def _place(factor: Factor) -> int:
    return list(Subject).index(factor.subject)


def _row(factor: Factor) -> FactorRow:
    return FactorRow(
        id=factor.id,
        subject=factor.subject,
        value=factor.value,
        unit=factor.unit,
        boundary=factor.boundary,
        reference=factor.reference,
        year=factor.year,
        status=factor.status,
        provenance=factor.provenance,
        set=factor.group,
        usual=factor.usual,
        shipped=factor.layer is Layer.SHIPPED,
        edition=factor.edition,
        source=factor.source,
        valid_from=None if factor.valid_from == date.min else factor.valid_from,
        valid_to=factor.valid_to,
    )
