"""Shares as programs get them: sums by municipality and operator, settlements with formula, parts, base and areas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.factors import Provenance
from core.inventory.renewables import PlantKind
from core.texts import Finding
from operations.shares.keeping import KeptShares, scope_of
from operations.values import Told
from renewables.accounting import YearAmounts, by_year
from renewables.accounts import AccountKind, AccountLine, SettledPlant, ShareAccount
from renewables.areas import AreaKind, PlantAreas
from renewables.energy_base import BaseMonth, BaseSource, EnergyBase
from renewables.rules import Rule, Said, Split, TotalRounding
from renewables.settled import SettledPart, SettledTerm
from renewables.statement import PLANT, SHARES, Party, PlantShares

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSum:
    """A municipality or operator of a year; `paid_eur` is what is to be paid, `draft` means that something is open.

    `amounts` say what is earned, to be paid and paid back in which year; these are never added.
    """

    scope: str
    kind: AccountKind
    name: str
    key: str
    plants: int
    owed_eur: Decimal
    paid_eur: Decimal
    reimbursable_eur: Decimal
    payment_year: int | None
    refund_year: int | None
    amounts: tuple[YearAmounts, ...]
    draft: bool
    revision: int
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePlant:
    """A plant of a year: by which rules it was settled, and what is open about it."""

    scope: str
    name: str
    kind: PlantKind
    operator: str
    rules: tuple[str, ...]
    owed_eur: Decimal
    offered_eur: Decimal
    draft: bool
    open: tuple[Told, ...]
    not_computed: tuple[Told, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigure:
    """A figure of a rule with the mark of where it is known from."""

    key: str
    value: Decimal | str
    unit: str
    provenance: Provenance
    source: str
    note: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePart:
    """A party's part; `percent` is of the areas that take part, `figure` explains what it gets."""

    key: str
    name: str
    kind: AreaKind
    area_m2: int | None
    percent: Decimal | None
    exact_eur: Decimal
    amount_eur: Decimal
    extra_cents: int
    declined: bool
    paid_eur: Decimal
    reimbursable_eur: Decimal
    earmarked_eur: Decimal | None
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledArea:
    """An area in a plant's circle or outline; `cut_m2` is what boundaries say where it was set by hand."""

    key: str
    name: str
    kind: AreaKind
    area_m2: int
    percent: Decimal
    cut_m2: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledAreas:
    """The areas of one radius, by which edition of boundaries, in which plane."""

    split: Split
    radius_m: int | None
    whole_m2: int
    uncovered_m2: int
    epsg: int
    edition: str
    valid_on: date
    parts: tuple[SettledArea, ...]
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """A month of a plant: what counts, where it is from, and what was fed in when it brought nothing."""

    month: str
    fed_in_wh: int | None
    metered_wh: int | None
    stated_wh: int | None
    fictitious_wh: int
    negative_wh: int | None
    source: BaseSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """A plant's settlement by one rule; without `total_eur` it was not computed, for `reason`.

    `owed` false: only offered, due only with a contract. `rounding` says how the total came to whole cents.
    """

    plant: str
    plant_name: str
    operator: str
    rule: str
    law: str
    title: Said
    citation: str
    mark: Provenance
    year: int
    payment_year: int
    refund_year: int | None
    owed: bool
    contract: str | None
    terms: tuple[SettledTerm, ...]
    total_exact_eur: Decimal | None
    total_eur: Decimal | None
    paid_eur: Decimal | None
    reimbursable_wh: int | None
    reimbursable_eur: Decimal | None
    rounding: TotalRounding
    rounding_mark: Provenance
    parts: tuple[SharePart, ...]
    rule_figures: tuple[RuleFigure, ...]
    uncertain: tuple[Said, ...]
    radius_m: int | None
    edition: str
    fed_in_wh: int | None
    fictitious_wh: int
    reason: Told | None
    split_reason: Told | None
    findings: tuple[Told, ...]
    remarks: tuple[Told, ...]
    draft: bool
    version: int
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNotHeld:
    """A rule that does not hold for a plant, and why not."""

    id: str
    title: Said
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareChange:
    """A figure that a version changed: what it was and is; None: it was or is not there."""

    figure: str
    before_eur: Decimal | None
    after_eur: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareVersion:
    """A version: who made it when and why, and what it changed of the one before."""

    version: int
    made_at_utc: datetime
    made_by: str
    reason: str
    digest: str
    draft: bool
    changes: tuple[ShareChange, ...]


def sum_row(account: ShareAccount) -> ShareSum:
    """Return an account as one row."""
    settled = [line.settlement.settled for line in account.lines if line.settlement.settled.owed]
    scope = scope_of(account)
    return ShareSum(
        scope=scope,
        kind=account.kind,
        name=account.name,
        key=account.key,
        plants=len({line.settlement.plant.id for line in account.lines}),
        owed_eur=account.owed_eur,
        paid_eur=account.paid_eur,
        reimbursable_eur=account.reimbursable_eur,
        payment_year=max((each.payment_year for each in settled), default=None),
        refund_year=max((each.refund_year for each in settled if each.refund_year), default=None),
        amounts=by_year(account),
        draft=account.draft,
        revision=account.revision,
        figure=f"{SHARES}/{account.year}/{scope}/paid_eur",
    )


def plant_row(kept: KeptShares) -> SharePlant:
    """Return a plant as one row."""
    shares = kept.shares
    settled = [each.settled for each in shares.settled]
    none = Decimal("0.00")
    return SharePlant(
        scope=f"{PLANT}{shares.plant.id}",
        name=shares.plant.name,
        kind=shares.plant.kind,
        operator=shares.plant.operator,
        rules=tuple(each.rule.id for each in settled),
        owed_eur=sum((each.total_eur or none for each in settled if each.owed), none),
        offered_eur=sum((each.total_eur or none for each in settled if not each.owed), none),
        draft=shares.draft,
        open=told(shares.open),
        not_computed=told(each.reason for each in settled if each.reason),
        version=kept.statement.version,
    )


def settlement_row(line: AccountLine, parties: Mapping[str, Party]) -> SettlementRow:
    """Return a settlement, on a municipality's account with its part alone; parties as the inventory calls them."""
    each, settled = line.settlement, line.settlement.settled
    rule = settled.rule
    shown = settled.parts if line.part is None else (line.part,)
    return SettlementRow(
        plant=f"{PLANT}{each.plant.id}",
        plant_name=each.plant.name,
        operator=each.plant.operator,
        rule=rule.id,
        law=rule.law,
        title=rule.title,
        citation=rule.citation,
        mark=rule.provenance,
        year=settled.year,
        payment_year=settled.payment_year,
        refund_year=settled.refund_year,
        owed=settled.owed,
        contract=each.contract.name if each.contract else None,
        terms=settled.terms,
        total_exact_eur=settled.total_exact_eur,
        total_eur=settled.total_eur,
        paid_eur=settled.paid_eur,
        reimbursable_wh=settled.reimbursable_wh,
        reimbursable_eur=settled.reimbursable_eur,
        rounding=rule.rounding.total,
        rounding_mark=rule.rounding.provenance,
        parts=tuple(_part(each, part, parties.get(part.key)) for part in shown),
        rule_figures=tuple(figures_of(rule)),
        uncertain=rule.uncertain,
        radius_m=each.areas.radius_m if each.areas else None,
        edition=each.areas.edition if each.areas else "",
        fed_in_wh=each.base.fed_in_wh if each.base else None,
        fictitious_wh=each.base.fictitious_wh if each.base else 0,
        reason=Told.of(settled.reason) if settled.reason else None,
        split_reason=Told.of(settled.split_reason) if settled.split_reason else None,
        findings=told(settled.findings),
        remarks=told(settled.notes),
        draft=settled.draft,
        version=each.version,
        figure=f"{each.figure}/{rule.id}/total_eur",
    )


def _part(each: SettledPlant, part: SettledPart, party: Party | None) -> SharePart:
    settled = each.settled
    whole = sum(one.area_m2 or 0 for one in settled.parts)
    return SharePart(
        key=part.key,
        name=party.name if party else part.name,
        kind=part.kind,
        area_m2=part.area_m2,
        percent=percent_of(part.area_m2, whole) if part.area_m2 is not None else None,
        exact_eur=part.exact_eur,
        amount_eur=part.amount_eur,
        extra_cents=part.extra_cents,
        declined=part.refused,
        paid_eur=part.paid_eur,
        reimbursable_eur=part.reimbursable_eur,
        earmarked_eur=dict(settled.earmarked_eur).get(part.key),
        figure=f"{each.figure}/{settled.rule.id}/part_eur.{part.key}",
    )


def percent_of(area_m2: int, whole_m2: int) -> Decimal:
    """Return what part of a whole an area is, to a thousandth of a per cent."""
    return round(HUNDRED * area_m2 / whole_m2, 3) if whole_m2 else Decimal(0)


def figures_of(rule: Rule) -> Iterator[RuleFigure]:
    """Yield the figures of a rule, each with its mark."""
    for each in rule.figures:
        yield RuleFigure(
            key=each.key,
            value=each.value,
            unit=each.unit,
            provenance=each.provenance,
            source=each.source,
            note=each.note,
        )


def areas_row(areas: PlantAreas) -> SettledAreas:
    """Return the areas of a circle or outline as a table."""
    return SettledAreas(
        split=areas.split,
        radius_m=areas.radius_m,
        whole_m2=areas.whole_m2,
        uncovered_m2=areas.uncovered_m2,
        epsg=areas.epsg,
        edition=areas.edition,
        valid_on=areas.valid_on,
        parts=tuple(
            SettledArea(
                key=part.key,
                name=part.name,
                kind=part.kind,
                area_m2=part.area_m2,
                percent=percent_of(part.area_m2, areas.whole_m2),
                cut_m2=part.cut_m2,
                reason=part.reason,
            )
            for part in areas.parts
        ),
        findings=told(areas.findings),
    )


def base_rows(base: EnergyBase | None) -> tuple[BaseRow, ...]:
    """Return the months of a plant's energy."""
    return tuple(_month(month) for month in base.months) if base else ()


def _month(month: BaseMonth) -> BaseRow:
    return BaseRow(
        month=month.month,
        fed_in_wh=month.fed_in_wh,
        metered_wh=month.metered_wh,
        stated_wh=month.stated_wh,
        fictitious_wh=sum(energy for _, energy in month.fictitious_wh),
        negative_wh=month.negative_wh,
        source=month.source,
    )


def not_held(shares: PlantShares) -> tuple[RuleNotHeld, ...]:
    """Return the rules that do not hold for a plant, with the reasons."""
    return tuple(RuleNotHeld(id=each.id, title=each.title, reasons=told(each.reasons)) for each in shares.left_out)


def told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    """Return findings as programs get them."""
    return tuple(Told.of(finding) for finding in findings)
