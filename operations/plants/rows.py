"""What plants and municipalities are asked for, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

from core.inventory import Answer, Marketing, OutlinePoint, PlantKind
from operations.arrivals.import_rows import WrongRow
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
    """A plant with its days, place and yields, the rules of a `year`, and its contracts. `open` must be settled.

    `last_fed_in_at_utc` is when the meter that counts its feed-in was last heard of; None: never.
    """

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
    last_fed_in_at_utc: datetime | None
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


Column = Annotated[str, MaxLen(120)]


class RegisterState(StrEnum):
    """What a register's plant is to the inventory."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ENDED = "ended"
    """The register says that it is shut down; the inventory does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlants:
    """A register of plants that was handed in, by its digest; the command line takes its path.

    Columns that are not named are found by the names that the Marktstammdatenregister gives them. Only wind and plants
    on the ground are taken, with `roofs` those on roofs too. With `dry_run` nothing is written.
    """

    upload: str = field(metadata={"upload": True})
    dry_run: bool = False
    roofs: bool = False
    columns: tuple[str, ...] = ()
    header: Annotated[int, Ge(0), Le(200)] = 1
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""
    decimal: Literal[",", "."] = ","
    thousands: Literal["", ".", ",", " ", "'"] = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDifference:
    """A field in which register and inventory differ; "" where one says nothing."""

    field: str
    inventory: str
    register: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """A plant of a register: what it is to the inventory, and what was `written` of it, or why nothing was."""

    line: int
    register_number: str
    name: str
    kind: PlantKind
    power_w: float
    municipality_name: str
    state: RegisterState
    id: str | None
    differences: tuple[RegisterDifference, ...]
    written: bool
    refused: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantsImported:
    """What a register came to. `elsewhere` rows are about municipalities that the inventory does not have: `keys`."""

    name: str
    dry_run: bool
    rows: int
    added: int
    changed: int
    same: int
    left_out: int
    elsewhere: int
    keys: tuple[str, ...]
    plants: tuple[RegisterRow, ...]
    problems: tuple[WrongRow, ...]
