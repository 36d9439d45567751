"""Values of any kind as JSON can write them: all digits of amounts, instants in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def plain_row(value: Any, **more: Any) -> dict[str, Any]:
    """Return a dataclass by its fields, with more in front; what it keeps out of repr is left out."""
    said = {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
    return {name: plain(each) for name, each in {**more, **said}.items()}


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line for each kind of value
    """Return a value as JSON can write it."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | Decimal():
            return str(value)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case tuple() | list() | set() | frozenset():
            return [plain(each) for each in value]
    return plain_row(value) if is_dataclass(value) else value
