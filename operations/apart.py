"""Rows that need nothing but factors, asked without a house: no service runs, no store is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.factors import FactorTable
from core.people import Actor
from operations.gate import admitted
from operations.house import Call


@dataclass(frozen=True, slots=True)
class Apart:
    """The factors in force, and nothing else."""

    factors: Callable[[], FactorTable]


async def call_apart(name: str, request: Any, factors: FactorTable, actor: Actor, now_utc: datetime) -> Any:
    """Return what a row that stands `apart` answers. Raises what the row raises."""
    capability = admitted(name, actor)
    assert capability.apart, name  # noqa: S101 - whoever calls has asked the table
    return await capability.run(Apart(lambda: factors), request, Call(actor, now_utc))
