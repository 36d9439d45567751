"""Column types that keep what the database would lose: the zone of an instant, the digits of an amount, a bare day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC. Refuses a naive one; SQLite, which keeps no zone, is told nothing else."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` in UTC. Raises `ValueError` if it has no zone."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"naive instant {value.isoformat()}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Return what writes a column; to SQLite at once, as its text."""
        return _instant_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads a column; of SQLite at once, from its text: a year of sessions has a million instants."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


class ExactDecimal(TypeDecorator[Decimal]):
    """An amount with all its digits, as text: SQLite would make it a float."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the digits."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the amount."""
        return amount_of(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Decimal | None]:  # noqa: ARG002
        """Return what reads a column at once: a year of vehicle days has millions of amounts."""
        return amount_of


def _instant_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.utcoffset() is None:
        raise ValueError(f"naive instant {value.isoformat()}")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def amount_of(value: str | None) -> Decimal | None:
    """Return the amount of a text with its digits."""
    return None if value is None else Decimal(value)


class IsoDay(TypeDecorator[date]):
    """A day as text, `2026-11-22`: it sorts as it stands and is the same in every database."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the day's text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        """Return the day."""
        return day_of(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], date | None]:  # noqa: ARG002
        """Return what reads a column at once."""
        return day_of


def day_of(value: str | None) -> date | None:
    """Return the day of its text."""
    return None if value is None else date.fromisoformat(value)
