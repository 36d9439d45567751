"""Balances and meters behind meters as programs get them. Amounts are in Wh, or in the unit of `quantity`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.inventory import Generator, Medium, MeterRole
from core.quantities import Quantity
from core.readings import SlotShare
from energy.balance import Place
from operations.evidence.versions import FrozenVersion
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfBalance:
    """One figure of a balance: `name` like `import_wh`, of a generator where there are such, its value and its id."""

    name: str
    generator: Generator | None
    value: Decimal | None
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """What went from one place to another."""

    source: Place
    sink: Place
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """The balance of a period: its figures, how much of the period is known, and what that stands on.

    `estimated`: nothing counts what is fed in, so what was used of what was made is the smaller of both
    in each quarter hour.
    """

    period: str
    begin_utc: datetime
    figures: tuple[PartOfBalance, ...]
    known_percent: float
    measured_percent: float
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOf:
    """The balance of a site or building in a period as far as that has gone, and of what it is made of.

    `reason` says why there is none. `versions` are those that were frozen.
    """

    scope: str
    name: str
    site: str
    period: str
    begin_utc: datetime
    end_utc: datetime
    time_zone: str
    whole: BalanceRow | None
    flows: tuple[FlowRow, ...]
    rows: tuple[BalanceRow, ...]
    reason: Told | None
    findings: tuple[Told, ...]
    versions: tuple[FrozenVersion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRow:
    """What a meter or station counted behind another, or what of one nobody metered (`source` None).

    Electricity that is fed in counts negative. `percent` is of what came in and was made at the outermost meters.
    `fed_in` is what went back through a meter that also takes: `figure` explains what came, which is `value` and
    `fed_in` together. `share` is how well all of it is known; of a rest, the worst of what it is left over from.
    """

    source: str | None
    name: str
    role: MeterRole | None
    parent: str | None
    depth: int
    value: Decimal | None
    percent: float | None
    figure: str | None
    fed_in: Decimal | None = None
    share: SlotShare | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteringTree:
    """All meters of a medium at a site, each with what hangs behind it; outermost ones and rests add up.

    `supplied` is what the supplier's meters counted, of electricity less what was fed in; `tenants` is what
    others used, `own` all else that was used: with what was made here, and given back by a battery.
    """

    site: str
    name: str
    period: str
    time_zone: str
    medium: Medium
    media: tuple[Medium, ...]
    quantity: Quantity
    branches: tuple[BranchRow, ...]
    supplied: Decimal | None
    tenants: Decimal | None
    own: Decimal | None
    findings: tuple[Told, ...]
