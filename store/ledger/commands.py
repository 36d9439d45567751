"""The book of commands to charge points: each is asked once, and how it went is written as it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select, update

from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.ports import Page
from store.ledger.command_tables import COMMAND
from store.ledger.database import Database, as_cursor, finding_of, finding_row, place_of

_C = COMMAND.c
_PLAIN = (
    *("station", "asked_by", "asked_at_utc", "expires_at_utc", "not_before_utc", "when_idle", "group", "connector"),
    *("sent_at_utc", "finished_at_utc"),
)
_FINAL = tuple(state.value for state in CommandState if state.final)


class Commands:
    """`core.commands.CommandBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, commands: Sequence[Command]) -> tuple[Command, ...]:
        """Keep new commands; return them with their ids."""
        asked = []
        async with self._database.writing() as connection:
            for command in commands:
                added = await connection.execute(COMMAND.insert().values(_row(command)).returning(*_C))
                asked.append(_command(added.mappings().one()))
        return tuple(asked)

    async def claim_command(self, sent: Command) -> bool:
        """Note that a command is about to be sent; return False if it does not wait any more: then it is not ours."""
        waiting = _C.id == sent.id, _C.state == CommandState.WAITING.value
        async with self._database.writing() as connection:
            return bool((await connection.execute(update(COMMAND).where(*waiting).values(_row(sent)))).rowcount)

    async def save_command(self, command: Command) -> None:
        """Keep how a command went so far. A final state stays, whatever comes later; an answer is added to it."""
        row = _row(command)
        late = {name: row[name] for name in ("answer", "finding")}
        open_still = _C.state.not_in(_FINAL)
        async with self._database.writing() as connection:
            changed = await connection.execute(update(COMMAND).where(_C.id == command.id, open_still).values(row))
            if not changed.rowcount:
                same = _C.state == command.state.value
                await connection.execute(update(COMMAND).where(_C.id == command.id, same).values(late))

    async def forget_answer(self, id: int, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:  # noqa: A002
        """Keep of a command that is over only this of what was asked and answered."""
        left = {"request": dict(request), "answer": dict(answer)}
        async with self._database.writing() as connection:
            await connection.execute(update(COMMAND).where(_C.id == id, _C.state.in_(_FINAL)).values(left))

    async def command(self, id: int) -> Command | None:  # noqa: A002
        """Return one command, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(COMMAND).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _command(row)

    async def commands(self, wanted: CommandFilter) -> Page[Command]:
        """Return commands, newest first."""
        conditions = _conditions(wanted)
        before = [] if wanted.cursor is None else [_C.id < place_of(wanted.cursor, int)[0]]
        page = select(COMMAND).where(*conditions, *before).order_by(_C.id.desc()).limit(wanted.limit + 1)
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(COMMAND).where(*conditions))
            found = [_command(row) for row in (await connection.execute(page)).mappings()]
        more = len(found) > wanted.limit
        items = tuple(found[: wanted.limit])
        return Page(items=items, total=total or 0, next_cursor=as_cursor(items[-1].id) if more else None)


def _conditions(wanted: CommandFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stations is not None:
        conditions.append(_C.station.in_(sorted(wanted.stations)))
    if wanted.kinds is not None:
        conditions.append(_C.kind.in_(sorted(kind.value for kind in wanted.kinds)))
    if wanted.states is not None:
        conditions.append(_C.state.in_(sorted(state.value for state in wanted.states)))
    if wanted.group is not None:
        conditions.append(_C.group == wanted.group)
    return conditions


def _row(command: Command) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(command, name) for name in _PLAIN}
    return row | {
        "kind": command.kind.value,
        "state": command.state.value,
        "request": dict(command.request),
        "answer": dict(command.answer),
        "finding": None if command.finding is None else finding_row(command.finding),
    }


def _command(row: RowMapping) -> Command:
    plain = {name: row[name] for name in _PLAIN}
    return Command(
        **plain,
        id=row["id"],
        kind=CommandKind(row["kind"]),
        state=CommandState(row["state"]),
        request=row["request"],
        answer=row["answer"],
        finding=None if row["finding"] is None else finding_of(row["finding"]),
    )
