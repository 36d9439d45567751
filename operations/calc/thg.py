"""`calc.thg`: what vehicles and public charge points would bring by the THG quota, in both conventions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from config.calc.thg import ThgForm, ThgPointForm, ThgVehicleForm
from core.exact import decimal_of
from core.factors import Chosen
from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.costs.thg import (
    HEAVY,
    Certificate,
    CertificateOf,
    Convention,
    Sale,
    certificate,
    deadline,
    flat_kwh,
    proven_certificate,
    year_choice,
)
from operations.calc.formula import certificate_formula
from operations.calc.inputs import CalcRequest, HasFactors, read, told, unused
from operations.calc.rows import CalculatedThg, CertificateRow, CertificateTotal, FactorUse
from operations.house import Call
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcThg(CalcRequest):
    """A what-if about the THG quota."""


async def calc_thg(house: HasFactors, request: CalcThg, call: Call) -> CalculatedThg:
    """Return certificates and revenue. Raises `InvalidRequestError` with every mistake of the input."""
    del call
    given = await asyncio.to_thread(read, request, ThgForm)
    form = given.form
    choice = year_choice(house.factors().with_more(given.factors), form.year)
    sale = None if form.price_eur_per_t is None else Sale(form.price_eur_per_t, form.fee_percent or Decimal(0))
    rows = tuple(
        row
        for convention in form.convention.conventions
        for row in _rows(form, _Sums(choice, convention, sale, form.year))
    )
    used = [factor.id for row in rows for factor in row.factors]
    notes = [] if sale else [Finding.of("thg.no_price")]
    return CalculatedThg(year=form.year, rows=rows, totals=_totals(rows), notes=(*told(notes), *unused(given, used)))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Calculates rows by one convention."""

    choice: FactorChoice
    convention: Convention
    sale: Sale | None
    year: int

    def vehicle(self, form: ThgVehicleForm) -> CertificateRow:
        flat = flat_kwh(form.vehicle_class, form.drive, self.choice)
        energy = flat if isinstance(flat, Finding) else Fraction(flat.factor.value)
        found = certificate(energy, self.choice, self.convention, self.sale, heavy=form.vehicle_class in HEAVY)
        flats = (flat,) if isinstance(flat, Chosen) else ()
        return self._row(form.name, CertificateOf.VEHICLE, found, form.count, flats)

    def point(self, form: ThgPointForm) -> Iterator[CertificateRow]:
        pv = Fraction(form.pv_kwh or 0)
        found = certificate(Fraction(form.energy_kwh) - pv, self.choice, self.convention, self.sale)
        yield self._row(form.name, CertificateOf.POINT, found, 1)
        if pv:
            proven = proven_certificate(pv, self.choice, self.convention, self.sale)
            yield self._row(form.name, CertificateOf.POINT, proven, 1)

    def _row(
        self, name: str, of: CertificateOf, found: Certificate, count: int, more: tuple[Chosen, ...] = ()
    ) -> CertificateRow:
        due = deadline(of, self.year, self.choice)
        return CertificateRow(
            name=name,
            of=of,
            convention=self.convention,
            count=count,
            energy_kwh=_times(found.energy_kwh, count),
            kg=_times(found.kg, count),
            eur=_times(found.eur, count),
            provisional=found.provisional,
            formula=certificate_formula(found, count),
            deadline=due if isinstance(due, date) else None,
            factors=tuple(FactorUse.of(each.factor, provisional=each.provisional) for each in (*more, *found.factors)),
            reason=Told.of(found.reason) if found.reason else None,
        )


def _rows(form: ThgForm, sums: _Sums) -> Iterator[CertificateRow]:
    yield from map(sums.vehicle, form.vehicles)
    for point in form.points:
        yield from sums.point(point)


def _times(value: Decimal | None, count: int) -> Decimal | None:
    return None if value is None else decimal_of(Fraction(value) * count)


def _totals(rows: Sequence[CertificateRow]) -> tuple[CertificateTotal, ...]:
    return tuple(
        _total(convention, [row for row in rows if row.convention is convention])
        for convention in dict.fromkeys(row.convention for row in rows)
    )


def _total(convention: Convention, rows: Sequence[CertificateRow]) -> CertificateTotal:
    known = [row for row in rows if row.kg is not None]
    priced = [Fraction(row.eur) for row in known if row.eur is not None]
    return CertificateTotal(
        convention=convention,
        kg=decimal_of(sum((Fraction(row.kg or 0) for row in known), Fraction(0))),
        eur=decimal_of(sum(priced, Fraction(0))) if priced else None,
        not_computed=len(rows) - len(known),
    )
