"""Numbers as stations send them, as far as they can be: JSON calls 1e300 an integer, too."""

from __future__ import annotations

from core.errors import FormatError
from core.texts import Finding

_CONNECTORS = 999
_LARGEST = 1e15
_LARGEST_COUNT = 2**53


def connector_of(number: float) -> int:
    """Return a connector's number; 0 is the whole station. Raises `FormatError` for one that cannot be."""
    if not 0 <= number <= _CONNECTORS:
        raise FormatError("ocpp.connector_invalid", number=str(number)[:20])
    return int(number)


def transaction_of(number: float) -> int:
    """Return a transaction's number, 0 for one that nobody can have given."""
    return int(number) if 0 < number <= _LARGEST_COUNT else 0


def count_of(number: float) -> int | None:
    """Return a count, None for one that cannot be."""
    return int(number) if 0 <= number <= _LARGEST_COUNT else None


def register_of(number: float, name: str, findings: list[Finding]) -> float | None:
    """Return a register's value in Wh; None, and a finding, for one that no register shows."""
    if 0 <= number <= _LARGEST:
        return float(number)
    findings.append(Finding.of("ocpp.sample_unusable", measurand=name, unit="Wh"))
    return None


def number_of(value: object) -> float | None:
    """Return a number that may have come as text, with a comma perhaps; None if it is none that can be measured."""
    try:
        if isinstance(value, str):
            number = float(value.replace(",", ".") if "," in value else value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            number = float(value)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return number if -_LARGEST <= number <= _LARGEST else None  # which infinity is not, nor what is no number
