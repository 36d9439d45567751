"""What a plant made in a period, as a law counts it: in whole watt-hours, by where it is known from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.texts import Finding


class BaseSource(StrEnum):
    """Where an energy is known from."""

    METER = "meter"
    STATEMENT = "statement"
    """What the operator stated."""
    ESTIMATE = "estimate"
    """Of a forecast: as a year before, or as the mean of the months that are known."""
    NONE = "none"


class FictitiousReason(StrEnum):
    """Why power was not fed in that counts all the same (EEG Anlage 2 Nr. 7.2)."""

    UNAVAILABLE = "unavailable"
    """Technical unavailability above 2 % of the gross yield."""
    CURTAILED = "curtailed"
    """By the grid operator, EnWG § 13a(1), § 14(1)."""
    OTHER = "other"
    """Other shut-downs, own supply, direct supply to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseMonth:
    """A month (`2025-03`). None: not known. `fed_in_wh` is what counts, the two after it where it is from.

    `negative_wh` was fed in while the anzulegende Wert was zero (EEG § 51). The shares sum to 1 and say how the
    metered energy is known.
    """

    month: str
    fed_in_wh: int | None
    metered_wh: int | None = None
    stated_wh: int | None = None
    fictitious_wh: tuple[tuple[FictitiousReason, int], ...] = ()
    negative_wh: int | None = None
    source: BaseSource = BaseSource.NONE
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyBase:
    """What one plant made in a year (`2025`) or in a part of it; `months` in order, all that the period has.

    `findings` name what is missing, negative, larger than possible, or different between meter and statement.
    `common_meter` names the meter that was shared, and `shared_by` how, if it was (EEG § 24(3)).
    """

    plant: str
    period: str
    months: tuple[BaseMonth, ...]
    common_meter: str | None = None
    shared_by: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def fed_in_wh(self) -> int | None:
        """Return what was fed in, None if no month is known."""
        known = [month.fed_in_wh for month in self.months if month.fed_in_wh is not None]
        return sum(known) if known else None

    @property
    def fictitious_wh(self) -> int:
        """Return the fiktive Strommenge."""
        return sum(energy for month in self.months for _, energy in month.fictitious_wh)

    @property
    def negative_wh(self) -> int | None:
        """Return what was fed in at an anzulegender Wert of zero, None if no month says."""
        known = [month.negative_wh for month in self.months if month.negative_wh is not None]
        return sum(known) if known else None
