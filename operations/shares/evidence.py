"""Where a share comes from: a municipality's sum, its parts, each total, rule figures, areas, months and contract.

All of it is answered from what was frozen, so also after boundaries were replaced and readings deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.factors import Provenance
from core.inventory.renewables import Contract
from core.shares import FeedInStatement
from core.statements import Statement, StatementKey
from core.texts import Finding
from operations.evidence.freezing import beside_today, name_of
from operations.evidence.leaves import of_parts
from operations.house import Call, House
from operations.shares.energy_evidence import energies_of, months_of
from operations.shares.keeping import ACCOUNTS, KeptShares, read_shares, read_year
from operations.shares.rows import percent_of
from operations.shares.shares import account_at, account_in
from renewables.accounting import short_citation
from renewables.accounts import AccountLine, SettledPlant, ShareAccount
from renewables.areas import PlantAreas
from renewables.rules import Figure, Rule
from renewables.settled import Settled, SettledPart, SettledTerm
from renewables.statement import PLANT

OF_ACCOUNT: Final = frozenset({"owed_eur", "paid_eur", "reimbursable_eur"})
EUR: Final = "EUR"


async def explain_shares(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of a settlement or an account comes from; with a version, of that one, beside today's.

    Raises `RequestError` for what is no figure of shares, `NotFoundError` for what was never settled.
    """
    call.must_see(None)
    if not figure.period.isdigit():
        raise RequestError("evidence.period_invalid", period=figure.period[:80])
    explain = _of_plant if figure.scope.startswith(PLANT) else _of_account
    found, kept = await explain(house, figure)
    if figure.version is None or kept is None:
        return found
    today, _ = await explain(house, replace(figure, version=None))
    return beside_today(found, kept, replace(today, title=Finding.of("evidence.today"), parts=()))


async def _of_account(house: House, figure: FigureId) -> tuple[Explanation, Statement | None]:
    if figure.variant or figure.quantity not in OF_ACCOUNT:
        raise RequestError("evidence.quantity_unknown", quantity=name_of(figure)[:80])
    year = int(figure.period)
    if figure.version is None:
        account, kept = account_in(await read_year(house, year, figure.report), figure.scope), None
    else:
        kept = await house.ledger.statement(StatementKey(ACCOUNTS, figure.period, figure.scope), figure.version)
        if kept is None:
            raise NotFoundError("evidence.version_unknown", id=str(figure))
        account = await account_at(house, kept)
    return _account(account, figure), kept


def _account(account: ShareAccount, figure: FigureId) -> Explanation:
    parts = [_line(line, figure) for line in account.lines]
    return Explanation(
        title=Finding.of(f"shares.figure.{figure.quantity}", name=account.name, year=account.year),
        figure=str(figure),
        value=getattr(account, figure.quantity),
        unit=EUR,
        how=Finding.of("shares.how_sum"),
        findings=(Finding.of("shares.is_draft"),) if account.draft else (),
        parts=of_parts(parts, Finding.of("shares.its_settlements", count=len(parts))),
    )


def _line(line: AccountLine, figure: FigureId) -> Explanation:
    """Return a settlement on an account by the id that explains it; what is only offered counts nothing."""
    each, settled, part = line.settlement, line.settlement.settled, line.part
    quantity, value = "total_eur", settled.total_eur
    if figure.quantity == "reimbursable_eur":
        quantity, value = figure.quantity, part.reimbursable_eur if part else settled.reimbursable_eur
    elif figure.quantity == "paid_eur" or part is not None:
        quantity, value = ("part_eur", part.paid_eur) if part else ("paid_eur", settled.paid_eur)
        if part is not None and figure.quantity == "owed_eur":
            value = part.amount_eur
    variant = (part.key,) if part else ()
    scope = f"{PLANT}{each.plant.id}/{settled.rule.id}"
    return Explanation(
        title=Finding.of("shares.of_plant", plant=each.plant.name, law=short_citation(settled.rule.citation)),
        figure=str(FigureId(figure.report, figure.period, scope, quantity, variant, each.version)),
        value=value if settled.owed else None,
        unit=EUR,
        findings=() if settled.owed else (Finding.of("shares.offered_only"),),
    )


async def _of_plant(house: House, figure: FigureId) -> tuple[Explanation, Statement | None]:
    scope, _, rule = figure.scope.partition("/")
    kept = await house.ledger.statement(StatementKey(figure.report, figure.period, scope), figure.version)
    if kept is None:
        raise NotFoundError("evidence.version_unknown", id=str(figure))
    shares = read_shares(kept)
    if shares is None:
        return _tampered(figure), None
    found = KeptShares(statement=kept, shares=shares)
    each = next((one for one in found.settled if one.settled.rule.id == rule), None)
    if each is None:
        raise NotFoundError("shares.rule_unknown", rule=rule[:80], plant=shares.plant.id)
    plain = await house.ledger.feed_in([shares.plant.id], [month.month for month in months_of(each)])
    stated = [line for line in plain if line.entered_at_utc <= kept.made_at_utc]
    return _Walk(figure, each, stated).explained(), kept


def _tampered(figure: FigureId) -> Explanation:
    return Explanation(
        title=Finding.of("evidence.unreadable"),
        figure=str(figure),
        findings=(Finding.of("evidence.not_intact"),),
        frozen=True,
        intact=False,
    )


class _Walk:
    """Walks one figure of a settlement down to what it stands on."""

    def __init__(self, figure: FigureId, settlement: SettledPlant, stated: Sequence[FeedInStatement]) -> None:
        self.figure = figure
        self.each = settlement
        self.stated = stated

    @property
    def settled(self) -> Settled:
        """Return what was settled."""
        return self.each.settled

    def explained(self) -> Explanation:
        """Return where the figure comes from. Raises `RequestError` for one that there is not."""
        name, variant = self.figure.quantity, self.figure.variant
        whole = {"total_eur": self._total, "paid_eur": self._paid, "reimbursable_eur": self._refund}
        of_part = {"part_eur": self._part, "reimbursable_eur": self._part_refund, "earmarked_eur": self._earmarked}
        if not variant and name in whole:
            return whole[name]()
        part = next((each for each in self.settled.parts if (each.key,) == variant), None)
        if part is None or name not in of_part:
            raise RequestError("evidence.quantity_unknown", quantity=name_of(self.figure)[:80])
        return of_part[name](part)

    def _said(self, name: str, value: Decimal | None, parts: Sequence[Explanation], how: Finding) -> Explanation:
        settled = self.settled
        reasons = [each for each in (settled.reason, settled.split_reason) if each is not None]
        offered = () if settled.owed else (Finding.of("shares.offered_only"),)
        return Explanation(
            title=Finding.of(f"shares.figure.{name}", name=self.each.plant.name, year=settled.year),
            figure=str(self.figure),
            value=value,
            unit=EUR,
            how=how,
            findings=(*reasons, *offered, *settled.findings, *settled.notes),
            parts=tuple(parts),
        )

    def _total(self) -> Explanation:
        terms = [self._term(term, number) for number, term in enumerate(self.settled.terms)]
        parts = [*terms, *self._contract(), *self._law()]
        return self._said("total_eur", self.settled.total_eur, parts, Finding.of("shares.how_total"))

    def _paid(self) -> Explanation:
        parts = [self._beside("part_eur", part.paid_eur, part) for part in self.settled.parts]
        return self._said("paid_eur", self.settled.paid_eur, parts, Finding.of("shares.how_sum"))

    def _refund(self) -> Explanation:
        parts = [self._beside("reimbursable_eur", part.reimbursable_eur, part) for part in self.settled.parts]
        energy = Explanation(
            title=Finding.of("shares.reimbursable_energy"), value=_decimal(self.settled.reimbursable_wh), unit="Wh"
        )
        told = [energy, *parts] if self.settled.reimbursable_wh is not None else parts
        return self._said("reimbursable_eur", self.settled.reimbursable_eur, told, Finding.of("shares.how_refund"))

    def _part(self, part: SettledPart) -> Explanation:
        total = self._beside("total_eur", self.settled.total_eur, None)
        how = Finding.of("shares.how_refused" if part.refused else "shares.how_part", extra=part.extra_cents)
        return self._said("part_eur", part.paid_eur, [total, *self._areas(part)], how)

    def _part_refund(self, part: SettledPart) -> Explanation:
        whole = self._beside("reimbursable_eur", self.settled.reimbursable_eur, None)
        return self._said("reimbursable_eur", part.reimbursable_eur, [whole], Finding.of("shares.how_refund"))

    def _earmarked(self, part: SettledPart) -> Explanation:
        use = self.settled.rule.use
        share = [self._rule_figure(use.earmarked_share)] if use and use.earmarked_share else []
        amount = dict(self.settled.earmarked_eur).get(part.key)
        parts = [self._beside("part_eur", part.paid_eur, part), *share]
        return self._said("earmarked_eur", amount, parts, Finding.of("shares.how_earmarked"))

    def _beside(self, name: str, value: Decimal | None, part: SettledPart | None) -> Explanation:
        """Return another figure of the settlement by its own id."""
        variant = (part.key,) if part else ()
        title = Finding.of(
            f"shares.figure.{name}", name=part.name if part else self.each.plant.name, year=self.settled.year
        )
        figure = replace(self.figure, quantity=name, variant=variant)
        return Explanation(title=title, figure=str(figure), value=value, unit=EUR)

    def _term(self, term: SettledTerm, number: int) -> Explanation:
        terms = self.settled.rule.terms
        rate = [self._rule_figure(terms[number].rate)] if number < len(terms) else []
        months = [*energies_of(self.each, self.stated)] if term.unit == "kWh" else []
        return Explanation(
            title=Finding.of("shares.term", formula=term.formula),
            value=term.amount_eur,
            unit=EUR,
            findings=() if term.counts else (Finding.of("shares.term_counts_not"),),
            parts=(*rate, *of_parts(months, Finding.of("shares.its_months", count=len(months)))),
        )

    def _rule_figure(self, figure: Figure) -> Explanation:
        rule = self.settled.rule
        number = figure.value if isinstance(figure.value, Decimal) else None
        return Explanation(
            title=_named(figure),
            value=number,
            unit=figure.unit,
            citation=Citation(
                kind=CitedKind.RULE,
                reference=f"laws/{rule.id}/{figure.key}",
                value=number,
                unit=figure.unit,
                edition=rule.version,
            ),
            findings=(_marked(figure.provenance),),
            details={"mark": figure.provenance.value, **({"source": figure.source} if figure.source else {})},
        )

    def _law(self) -> Iterator[Explanation]:
        rule: Rule = self.settled.rule
        yield Explanation(
            title=Finding.of(f"shares.rounding.{rule.rounding.total.value}"),
            findings=(_marked(rule.rounding.provenance),),
            citation=Citation(kind=CitedKind.RULE, reference=f"laws/{rule.id}/rounding", edition=rule.version),
            details={"mark": rule.rounding.provenance.value, "citation": rule.citation},
        )

    def _contract(self) -> Iterator[Explanation]:
        contract: Contract | None = self.each.contract
        if contract is not None:
            rate = contract.rate_ct_per_kwh
            yield Explanation(
                title=Finding.of("shares.contract", name=contract.name),
                value=rate,
                unit="ct/kWh",
                citation=Citation(
                    kind=CitedKind.ENTRY, reference=f"contracts/{contract.id}", value=rate, unit="ct/kWh"
                ),
            )

    def _areas(self, part: SettledPart) -> Iterator[Explanation]:
        areas: PlantAreas | None = self.each.areas
        if areas is None or part.area_m2 is None:
            return
        whole = sum(each.area_m2 or 0 for each in self.settled.parts)
        edition = f"{areas.edition}, {areas.valid_on.isoformat()}, sha256:{areas.edition_digest}"
        own = next((each for each in areas.parts if each.key == part.key), None)
        by_hand = own is not None and bool(own.reason)
        for title, area in (("shares.own_area", part.area_m2), ("shares.all_areas", whole)):
            yield Explanation(
                title=Finding.of(title, name=part.name, percent=float(percent_of(area, whole))),
                value=Decimal(area),
                unit="m²",
                citation=Citation(
                    kind=CitedKind.ENTRY,
                    reference=f"boundaries/{areas.edition}",
                    value=Decimal(area),
                    unit="m²",
                    edition=edition,
                ),
                findings=(Finding.of("shares.area_by_hand", reason=own.reason),) if own and by_hand else (),
                details={"epsg": str(areas.epsg), **({"radius_m": str(areas.radius_m)} if areas.radius_m else {})},
            )


def _named(figure: Figure) -> Finding:
    """Return what a figure of a rule is called: `terms[2].rate` is a rate."""
    return Finding.of("laws.key." + re.sub(r"\[\d+\]", "", figure.key).replace(".", "_"))


def _marked(mark: Provenance) -> Finding:
    """Return the mark of a figure in words."""
    return Finding.of("factors.provenance." + mark.value.lower())


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
