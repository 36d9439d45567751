"""What a settlement comes to: for one plant, one rule and one year, to the cent and to the paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from renewables.areas import AreaKind, PlantAreas
from renewables.energy_base import EnergyBase
from renewables.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is to be settled. `state` is the Land in which the plant stands; `contract` None: there is none.

    `areas` and `base` are None where they are not known. `paid_eur` are amounts by law that other settlements of
    the same plant and year came to, for rules that credit them. `refused_keys` are the keys of parties that refused;
    `offered_keys` of all that the contract offers it to. `other_contracts` are the plant's by other laws: some
    include this law's payment, some take the place of its duty.
    """

    plant: Plant
    state: str
    rule: Rule
    year: int
    base: EnergyBase | None
    areas: PlantAreas | None
    contract: Contract | None = None
    offered_keys: frozenset[str] = frozenset()
    refused_keys: frozenset[str] = frozenset()
    paid_eur: tuple[tuple[str, Decimal], ...] = ()
    other_contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledTerm:
    """One term: `amount_eur` = `quantity` × `rate`, exact. `formula` is it as a person writes it down."""

    base: str
    quantity: Decimal
    unit: str
    rate: Decimal
    rate_unit: str
    amount_eur: Decimal
    counts: bool
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPart:
    """A party's part. `paid_eur` is what it gets: 0.00 if it refused; `extra_cents` went to it by remainder."""

    key: str
    name: str
    kind: AreaKind
    area_m2: int | None
    exact_eur: Decimal
    amount_eur: Decimal
    extra_cents: int
    refused: bool
    paid_eur: Decimal
    reimbursable_eur: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The outcome. Without `total_eur` it was not computed, and `reason` says why; without `parts` it was not split.

    Sum of `amount_eur` = `total_eur`, exactly; `paid_eur` is the sum of what is paid. `reimbursable_wh` is what
    support was claimed for, never more than was paid for. With `findings` it is a draft that cannot be sent.
    """

    rule: Rule
    year: int
    payment_year: int
    refund_year: int | None
    owed: bool
    terms: tuple[SettledTerm, ...] = ()
    total_exact_eur: Decimal | None = None
    total_eur: Decimal | None = None
    parts: tuple[SettledPart, ...] = ()
    paid_eur: Decimal | None = None
    reimbursable_wh: int | None = None
    reimbursable_eur: Decimal | None = None
    earmarked_eur: tuple[tuple[str, Decimal], ...] = ()
    reason: Finding | None = None
    split_reason: Finding | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def draft(self) -> bool:
        """Return whether something is open, so that it must not be sent."""
        return bool(self.findings)
