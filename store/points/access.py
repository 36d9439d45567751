"""How the parts of the embedded time series come to its file: reading in turn, changing one at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from duckdb import DuckDBPyConnection

from core.intervals import SeriesKey

T = TypeVar("T")


class Access(ABC):
    """What a part of the time series may ask of the whole. All raise `StoreError` when the database fails."""

    @abstractmethod
    def numbers(self) -> Mapping[SeriesKey, int]:
        """Return the numbers of all series, under which the file knows them."""

    @abstractmethod
    async def number(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        """Return the numbers of all series once these are among them."""

    @abstractmethod
    async def delivered(self) -> bool:
        """Return True once every reading put before this call, and every commit begun before it, can be read."""

    @abstractmethod
    async def read(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        """Return what `work` reads from the file, in a reader's thread on a cursor of its own."""

    @abstractmethod
    async def change(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        """Return what `work` returns once what it wrote is durable, in one transaction; what it raises undoes it."""
