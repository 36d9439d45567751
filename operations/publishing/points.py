"""Points of published facts, and the months that they are published of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.inventory import Inventory
from core.periods import Period, local_day
from core.ports import FactPoint
from core.published import Fact

Value = float | int | str | bool | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Whole months that follow each other, from the one that begins on `first` to that which ends before `end`."""

    first: date
    end: date
    zone: ZoneInfo

    @property
    def period(self) -> Period:
        """Return them as they are at the district."""
        return Period(self.begin(self.first), self.begin(self.end))

    @property
    def years(self) -> range:
        """Return the years that they are in."""
        return range(self.first.year, (self.end - timedelta(days=1)).year + 1)

    @property
    def whole_years(self) -> Period:
        """Return these years from begin to end."""
        return Period(self.begin(date(self.years[0], 1, 1)), self.begin(date(self.years[-1] + 1, 1, 1)))

    @property
    def firsts(self) -> tuple[date, ...]:
        """Return the first day of each."""
        found, day = [], self.first
        while day < self.end:
            found.append(day)
            day = next_month(day)
        return tuple(found)

    def begin(self, day: date) -> datetime:
        """Return when a local day begins."""
        return local_day(day, self.zone).start_utc

    def has(self, name: str) -> bool:
        """Return whether a month such as `2026-10` is among them."""
        return f"{self.first:%Y-%m}" <= name < f"{self.end:%Y-%m}"

    def begin_of(self, name: str) -> datetime:
        """Return when a month such as `2026-10` begins."""
        return self.begin(date.fromisoformat(f"{name}-01"))


def next_month(day: date) -> date:
    """Return the first day of the month after a day."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_before(day: date, count: int) -> date:
    """Return the first day of the month so many months before a day."""
    year, month = divmod(12 * day.year + day.month - 1 - count, 12)
    return date(year, month + 1, 1)


def fact(
    measurement: Fact, at_utc: datetime, tags: Mapping[str, str | None], fields: Mapping[str, Value]
) -> FactPoint | None:
    """Return a point without what is not known; None where nothing is."""
    values: dict[str, float | str | bool] = {
        name: value if isinstance(value, str | bool) else float(value)
        for name, value in fields.items()
        if value is not None
    }
    named = {key: value for key, value in tags.items() if value}
    return FactPoint(measurement=measurement.value, tags=named, at_utc=at_utc, fields=values) if values else None


def placed(source: str, inventory: Inventory, **more: str) -> dict[str, str]:
    """Return the tags of what is about a source: itself and its site, and `more`."""
    site = inventory.site_of(source)
    return {"source": source, **({"site": site} if site else {}), **more}
