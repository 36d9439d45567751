"""Rows that need nothing but factors and laws, asked without a house: no service runs, no store is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.laws import shipped
from core.factors import FactorTable
from core.people import Actor
from operations.gate import admitted
from operations.house import Call
from renewables.rules import LawTable


@dataclass(frozen=True, slots=True)
class Apart:
    """The factors and laws in force, and nothing else."""

    factors: Callable[[], FactorTable]
    laws: Callable[[], LawTable]


async def call_apart(
    name: str,
    request: Any,
    factors: FactorTable,
    actor: Actor,
    now_utc: datetime,
    laws: Callable[[], LawTable] = shipped,
) -> Any:
    """Return what a row that stands `apart` answers. Raises what the row raises."""
    capability = admitted(name, actor)
    assert capability.apart, name  # noqa: S101 - whoever calls has asked the table
    return await capability.run(Apart(lambda: factors, laws), request, Call(actor, now_utc))
