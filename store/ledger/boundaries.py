"""The book of boundaries: which areas lay where on a day, in editions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update

from core.shares import BoundaryArea, BoundaryEdition
from store.ledger.boundary_tables import BOUNDARY_AREA, BOUNDARY_EDITION, IN_FORCE, THE_SAME
from store.ledger.database import Database, insert

_E = BOUNDARY_EDITION.c
_A = BOUNDARY_AREA.c
_AT_ONCE = 100


class Boundaries:
    """`core.shares.BoundaryBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_boundaries(self, edition: BoundaryEdition, areas: Sequence[BoundaryArea]) -> BoundaryEdition:
        """Keep an edition with its areas, or return the one in force that came from the same file for the same day."""
        said = {column.name: getattr(edition, column.name) for column in _E if column.name != "id"}
        same = select(BOUNDARY_EDITION).where(*(_E[name] == said[name] for name in THE_SAME), IN_FORCE)
        async with self._database.writing() as connection:
            fresh = insert(connection, BOUNDARY_EDITION).values(said)
            only_new = fresh.on_conflict_do_nothing(index_elements=THE_SAME, index_where=IN_FORCE)
            number = await connection.scalar(only_new.returning(_E.id))
            if number is not None:
                rows = [_area_row(number, area) for area in areas]
                for start in range(0, len(rows), _AT_ONCE):
                    await connection.execute(BOUNDARY_AREA.insert(), rows[start : start + _AT_ONCE])
            found = same if number is None else select(BOUNDARY_EDITION).where(_E.id == number)
            return BoundaryEdition(**(await connection.execute(found)).mappings().one())

    async def boundary_editions(self, *, withdrawn: bool = False) -> tuple[BoundaryEdition, ...]:
        """Return editions, the newest by day first, of the same day the one imported last."""
        wanted = select(BOUNDARY_EDITION).order_by(_E.valid_on.desc(), _E.id.desc())
        if not withdrawn:
            wanted = wanted.where(IN_FORCE)
        async with self._database.reading() as connection:
            return tuple(BoundaryEdition(**row) for row in (await connection.execute(wanted)).mappings())

    async def boundary_areas(self, edition: int) -> tuple[BoundaryArea, ...]:
        """Return the areas of an edition by key."""
        columns = [_A[name] for name in BoundaryArea.__dataclass_fields__]
        wanted = select(*columns).where(_A.edition == edition).order_by(_A.key)
        async with self._database.reading() as connection:
            return tuple(BoundaryArea(**row) for row in (await connection.execute(wanted)).mappings())

    async def withdraw_boundaries(self, edition: int, actor: str, at_utc: datetime, reason: str) -> bool:
        """Withdraw an edition; an empty `reason` takes the withdrawal back, unless the same came again meanwhile.

        Return whether there was one to withdraw or to take back.
        """
        known = update(BOUNDARY_EDITION).where(_E.id == edition)
        if reason:
            known = known.where(IN_FORCE)
            said: dict[str, Any] = {"withdrawn_at_utc": at_utc, "withdrawn_by": actor, "withdrawn_reason": reason}
        else:
            again = BOUNDARY_EDITION.alias()
            the_same = (again.c[name] == _E[name] for name in THE_SAME)
            came_again = exists().where(*the_same, again.c.withdrawn_at_utc.is_(None))
            known = known.where(~IN_FORCE, ~came_again)
            said = {"withdrawn_at_utc": None, "withdrawn_by": "", "withdrawn_reason": ""}
        async with self._database.writing() as connection:
            return bool((await connection.execute(known.values(said))).rowcount)


def _area_row(edition: int, area: BoundaryArea) -> dict[str, Any]:
    return {"edition": edition} | {name: getattr(area, name) for name in BoundaryArea.__dataclass_fields__}
