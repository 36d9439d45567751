"""Groups of charge points, as forms offer them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console.pages.filters import Choice


def makes(stations: Iterable[Any]) -> list[Choice]:
    """Return the makers and models of stations as groups, each maker before its models."""
    found = {(each.maker, model) for each in stations if each.maker for model in ("", each.model or "")}
    return [
        Choice(f"maker:{maker}/{model}" if model else f"maker:{maker}", f"{maker} {model}".strip())
        for maker, model in sorted(found)
    ]
