"""What the calculation of revenue shares answers: per plant and rule, exact, with each figure's mark."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from core.factors import Provenance
from core.inventory.renewables import PlantKind
from operations.values import Told
from renewables.areas import AreaKind
from renewables.choice import RuleVerdict
from renewables.rules import BasePart, Basis, Combine, Denominator, Said, Split, TotalRounding

EXACT_SHOWN = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFigure:
    """A figure of a rule with its mark and source; `base` is what a rate is multiplied with."""

    key: str
    value: Decimal
    unit: str
    base: tuple[BasePart, ...]
    provenance: Provenance
    source: str
    note: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTerm:
    """An amount, exact: `quantity` × `rate`. Of a maximum only the greatest `counts`."""

    base: str
    quantity: Decimal
    unit: str
    rate: Decimal
    rate_unit: str
    amount_eur: Decimal
    counts: bool
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePart:
    """A party's part: exact, in cents, and how many cents went to it by largest remainder. Refused parts are unpaid."""

    key: str
    name: str
    kind: AreaKind
    area_m2: Decimal | None
    exact_eur: Decimal
    amount_eur: Decimal
    extra_cents: int
    refused: bool
    paid_eur: Decimal
    reimbursable_eur: Decimal | None
    earmarked_eur: Decimal | None
    formula: str

    @property
    def shown_eur(self) -> Decimal:
        """Return the exact part as people see it, with six decimals."""
        return EXACT_SHOWN.quantize(self.exact_eur, Decimal("0.000001"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """What a plant's year comes to by one rule; where it is not computed or not split, `reasons` say why.

    `owed` is false where nothing binds the operator: the amount is a forecast then. With `findings` it is a draft.
    """

    rule: str
    law: str
    title: Said
    citation: str
    basis: Basis
    verdict: RuleVerdict
    owed: bool
    draft: bool
    year: int
    payment_year: int
    refund_year: int | None
    combine: Combine
    terms: tuple[ShareTerm, ...]
    formula: str
    total_exact_eur: Decimal | None
    total_eur: Decimal | None
    rounding: TotalRounding
    rounding_mark: Provenance
    rounding_note: Said | None
    split: Split
    radius_m: Decimal | None
    denominator: Denominator
    denominator_mark: Provenance
    parts: tuple[SharePart, ...]
    paid_eur: Decimal | None
    reimbursable_kwh: Decimal | None
    reimbursable_eur: Decimal | None
    figures: tuple[ShareFigure, ...]
    uncertain: tuple[Said, ...]
    reasons: tuple[Told, ...]
    findings: tuple[Told, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLeftOut:
    """A rule by which nothing is due, and why: it does not hold for the plant in the year."""

    rule: str
    law: str
    title: Said
    total_eur: Decimal
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcSharePlant:
    """A plant's year. `shared_by` says how a common meter was shared out, "" where there was none."""

    name: str
    kind: PlantKind
    state: str
    year: int
    power_kw: Decimal | None
    fed_in_kwh: Decimal | None
    fictitious_kwh: Decimal
    negative_kwh: Decimal | None
    shared_by: str
    rules: tuple[ShareRow, ...]
    left_out: tuple[ShareLeftOut, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTotal:
    """What all plants come to for a party by one law. Laws are never added up: a payment may stand on two of them."""

    law: str
    key: str
    name: str
    amount_eur: Decimal
    paid_eur: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedShares:
    """The answer to a what-if about revenue shares."""

    plants: tuple[CalcSharePlant, ...]
    totals: tuple[ShareTotal, ...]
    notes: tuple[Told, ...]
