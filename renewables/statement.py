"""What one plant owes for one year by all rules that hold, with all that it stands on: what a statement freezes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from renewables.accounts import SettledPlant
from renewables.areas import PlantAreas
from renewables.energy_base import EnergyBase
from renewables.frozen import read_as, text_of
from renewables.rules import Rule, Said
from renewables.settled import Settled

SHARES: Final = "shares"
"""The kind of the statements of years that are over, and the first word of the ids of their figures."""

FORECAST: Final = "share_forecast"
"""The kind of the statements that estimate the year that is going on."""

PLANT: Final = "plant:"
"""Before the id of a plant: the scope of its statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A municipality or a Landkreis as the inventory had it: `key` is its Gemeindeschlüssel."""

    key: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLeftOut:
    """A rule that does not hold for the plant in the year, and why not."""

    id: str
    title: Said
    reasons: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleShares:
    """A rule's settlement; `contract` is the id of the contract that it was settled with."""

    settled: Settled
    contract: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantShares:
    """A plant's year. `areas` are those of each radius.

    `findings` are what is open about the plant as a whole, `notes` worth knowing. Of a forecast `until` is the last
    month that counts as it was measured; what follows is estimated. `because` says why there is this version after the
    one before.
    """

    plant: Plant
    state: str
    year: int
    until: str = ""
    base: EnergyBase | None = None
    areas: tuple[PlantAreas, ...] = ()
    contracts: tuple[Contract, ...] = ()
    parties: tuple[Party, ...] = ()
    settled: tuple[RuleShares, ...] = ()
    left_out: tuple[RuleLeftOut, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    because: tuple[Finding, ...] = ()

    @property
    def draft(self) -> bool:
        """Return whether something is open, so that it must not be sent."""
        return bool(self.findings) or any(each.settled.draft for each in self.settled)

    @property
    def open(self) -> tuple[Finding, ...]:
        """Return all that is open, each said once."""
        of_rules = (finding for each in self.settled for finding in each.settled.findings)
        return tuple(dict.fromkeys((*self.findings, *of_rules)))

    def contract(self, id: str | None) -> Contract | None:  # noqa: A002 - it is what people call it
        """Return a contract by its id, None if there is none."""
        return next((each for each in self.contracts if each.id == id), None)

    def areas_for(self, rule: Rule) -> PlantAreas | None:
        """Return the areas that a rule splits by, None where they are not known."""
        radius_m = radius_of(rule)
        return next((each for each in self.areas if (each.split, each.radius_m) == (rule.split, radius_m)), None)


def radius_of(rule: Rule) -> int | None:
    """Return the radius of a rule's circle in metres, None where it has none or nobody knows it."""
    return int(rule.radius_m.number) if rule.radius_m and isinstance(rule.radius_m.value, Decimal) else None


def body_text(shares: PlantShares) -> str:
    """Return a plant's year as JSON, the same for equal ones."""
    return text_of(shares)


def shares_of(text: str) -> PlantShares:
    """Return what `body_text` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    return read_as(PlantShares, text)


def settled_plants(shares: PlantShares, version: int, kind: str = SHARES) -> tuple[SettledPlant, ...]:
    """Return the settlements of a plant's year, each with all that it stands on."""
    return tuple(
        SettledPlant(
            plant=shares.plant,
            state=shares.state,
            settled=each.settled,
            areas=shares.areas_for(each.settled.rule),
            base=shares.base,
            contract=shares.contract(each.contract),
            version=version,
            figure=f"{kind}/{shares.year}/{PLANT}{shares.plant.id}",
        )
        for each in shares.settled
    )


def figures_of(shares: PlantShares) -> dict[str, Decimal | None]:
    """Return the figures of a plant's year by name: `<rule>/total_eur`, `<rule>/part_eur.<key>`, …."""
    return {
        f"{each.settled.rule.id}/{name}": value for each in shares.settled for name, value in _figures(each.settled)
    }


def _figures(settled: Settled) -> Iterator[tuple[str, Decimal | None]]:
    yield "total_eur", settled.total_eur
    yield "paid_eur", settled.paid_eur
    yield "reimbursable_eur", settled.reimbursable_eur
    for part in settled.parts:
        yield f"part_eur.{part.key}", part.paid_eur
        if settled.reimbursable_eur is not None:
            yield f"reimbursable_eur.{part.key}", part.reimbursable_eur
    for key, amount in settled.earmarked_eur:
        yield f"earmarked_eur.{key}", amount
