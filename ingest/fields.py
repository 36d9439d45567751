"""What an entry says a name of the payload is: `energy_import_wh * 1000`, `temperature_c / 10 - 40 in -30..60`."""

from __future__ import annotations

import re
from math import inf, isfinite, prod
from typing import Final

from core.errors import ConfigError
from core.quantities import Quantity
from core.texts import Finding
from ingest.messages import Field

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TARGET: Final = re.compile(
    rf"(?P<quantity>\w+)\s*(?P<factors>(?:[*/]\s*{_NUMBER}\s*)*)(?P<offset>[+-]\s*{_NUMBER})?"
    rf"\s*(?:\bin\s+(?P<lowest>{_NUMBER})\s*\.\.\s*(?P<highest>{_NUMBER}))?",
    re.ASCII,
)
_FACTOR: Final = re.compile(rf"([*/])\s*({_NUMBER})", re.ASCII)


def parse_field(name: str, target: str) -> Field:
    """Return the field of a mapping: a quantity, factors, an offset, and the range that is believed, in our unit.

    Raises `ConfigError`.
    """
    try:
        return _field(name, target.strip())
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ConfigError([Finding.of("ingest.field_wrong", name=name, target=target)]) from None


def _field(name: str, target: str) -> Field:
    parts = _TARGET.fullmatch(target)
    if parts is None:
        raise ValueError(target)
    factors = _FACTOR.findall(parts["factors"])
    factor = prod((float(number) if sign == "*" else 1 / float(number) for sign, number in factors), start=1.0)
    offset = float((parts["offset"] or "0").replace(" ", ""))
    lowest, highest = float(parts["lowest"] or -inf), float(parts["highest"] or inf)
    if not isfinite(factor) or not factor or not isfinite(offset) or lowest >= highest:
        raise ValueError(target)
    return Field(name, Quantity(parts["quantity"]), factor, offset, lowest, highest)
