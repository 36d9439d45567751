"""Facts as they lie in the ledger: handed to another process at little cost, made out where they are needed."""

from __future__ import annotations

from typing import Protocol, TypeVar

Fact_co = TypeVar("Fact_co", covariant=True)


class Packed(Protocol[Fact_co]):
    """Facts that nobody has made out yet. It can be pickled."""

    def facts(self) -> tuple[Fact_co, ...]:
        """Return the facts, in the order in which they were read."""
        ...

    def digest(self) -> str:
        """Return SHA-256 over all that they say."""
        ...

    def __len__(self) -> int:
        """Return how many they are."""
        ...
