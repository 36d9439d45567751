"""What an operator states of a month, put together from all statements that are in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from core.shares import FeedInStatement
from renewables.energy_base import FictitiousReason

FICTITIOUS = {
    FictitiousReason.UNAVAILABLE: "unavailable_wh",
    FictitiousReason.CURTAILED: "curtailed_wh",
    FictitiousReason.OTHER: "other_fictitious_wh",
}
"""The field of a statement that gives what was not fed in for a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedMonth:
    """What an operator states of a month; of each figure the newest statement that has it. None: nobody says."""

    fed_in_wh: int | None = None
    unavailable_wh: int | None = None
    curtailed_wh: int | None = None
    other_fictitious_wh: int | None = None
    negative_wh: int | None = None

    @property
    def fictitious_wh(self) -> tuple[tuple[FictitiousReason, int], ...]:
        """Return what was not fed in, by reason."""
        said = ((reason, getattr(self, name)) for reason, name in FICTITIOUS.items())
        return tuple((reason, energy) for reason, energy in said if energy is not None)


Stated = Mapping[str, StatedMonth]
NOTHING = StatedMonth()


def stated_by(statements: Iterable[FeedInStatement]) -> dict[str, dict[str, StatedMonth]]:
    """Return what is stated by plant and month; statements come with the newest of each last."""
    said: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for each in statements:
        found = {one.name: getattr(each, one.name) for one in fields(StatedMonth)}
        said[each.plant][each.month] |= {name: energy for name, energy in found.items() if energy is not None}
    return {
        plant: {month: StatedMonth(**figures) for month, figures in months.items()} for plant, months in said.items()
    }
