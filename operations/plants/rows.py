"""What plants and municipalities are asked for, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le

from core.inventory import Answer, Marketing, OutlinePoint, PlantKind
from operations.values import Limit, Told
from renewables.choice import RuleVerdict
from renewables.rules import Said

ShareYear = Annotated[int, Ge(2000), Le(2100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlants:
    """Which plants: of a kind, in a municipality, of an operator, or with a text in id or name."""

    kind: PlantKind | None = None
    municipality: str | None = None
    operator: str | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPlant:
    """Which plant, and for which year its rules are chosen; without one for this year."""

    id: str
    year: ShareYear | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMunicipalities:
    """Which municipalities: of a Land, or with a text in id, name or key; former ones with `former`."""

    land: str | None = None
    query: str | None = None
    former: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMunicipality:
    """One municipality by its id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantRow:
    """A plant; `laws` are those with a rule that holds for it this year."""

    id: str
    name: str
    kind: PlantKind
    power_w: float
    municipality: str
    municipality_name: str
    state: str
    operator: str
    register_number: str
    permitted: date | None
    commissioned: date
    laws: tuple[str, ...]
    site: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantRule:
    """A rule that is about such a plant, whether it holds for it, and why not; `contract` by its law."""

    rule: str
    title: Said
    verdict: RuleVerdict
    contract: str | None
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    """A municipality that was offered a share, and what it said."""

    municipality: str
    name: str
    answer: Answer
    answered: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantContract:
    """A contract about a plant, and with whom."""

    id: str
    name: str
    law: str
    rate_ct_per_kwh: Decimal
    redistribute: bool
    counts_fictitious: bool
    signed: date | None
    valid_from: date
    valid_to: date | None
    plants: tuple[str, ...]
    parties: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDetail:
    """A plant with its days, place and yields, the rules of a `year`, and its contracts. `open` must be settled."""

    plant: PlantRow
    year: int
    awarded: date | None
    application_complete: date | None
    marketing: Marketing
    value_ct_per_kwh: Decimal | None
    meter: str | None
    feed_in_meter: str | None
    latitude_deg: float | None
    longitude_deg: float | None
    outline: tuple[OutlinePoint, ...]
    height_m: float | None
    reference_yield_wh: float | None
    site_yield_wh: float | None
    valid_from: date
    valid_to: date | None
    rules: tuple[PlantRule, ...]
    contracts: tuple[PlantContract, ...]
    open: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityRow:
    """A municipality; `key` is its amtlicher Gemeindeschlüssel. `plants` stand in it, `contracts` name it."""

    id: str
    name: str
    key: str
    state: str
    plants: int
    power_w: float
    contracts: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityDetail:
    """A municipality with the plants that stand in it and the contracts that name it."""

    municipality: MunicipalityRow
    plants: tuple[PlantRow, ...]
    contracts: tuple[PlantContract, ...]
