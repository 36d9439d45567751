"""What a municipality gets and what an operator pays in a year, plant by plant and rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.inventory.renewables import Contract, Plant
from renewables.areas import PlantAreas
from renewables.energy_base import EnergyBase
from renewables.settled import Settled, SettledPart


class AccountKind(StrEnum):
    """Whose account it is."""

    MUNICIPALITY = "municipality"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPlant:
    """A settlement with all that it stands on, as its statement of version `version` froze it.

    `figure` begins the ids of its figures: `shares/2025/plant:wea-1`.
    """

    plant: Plant
    state: str
    settled: Settled
    areas: PlantAreas | None
    base: EnergyBase | None
    contract: Contract | None
    version: int
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """A settlement on an account; on a municipality's with its `part`."""

    settlement: SettledPlant
    part: SettledPart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What a new revision changes: the figure, what it was and is (None: it was or is not there), and why."""

    figure: str
    before_eur: Decimal | None
    after_eur: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAccount:
    """One year of a municipality (`key` is its Gemeindeschlüssel) or of an operator.

    `owed_eur` is what laws and contracts come to for it, `paid_eur` what is to be paid; a `draft` cannot be sent.
    `changes` say what `revision` changes of the one before.
    """

    kind: AccountKind
    id: str
    name: str
    key: str
    year: int
    lines: tuple[AccountLine, ...]
    owed_eur: Decimal
    paid_eur: Decimal
    reimbursable_eur: Decimal
    draft: bool
    revision: int
    changes: tuple[AccountChange, ...] = ()
