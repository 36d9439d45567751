"""Keeping the balance of a place for good, with what its meters counted and where their registers stood."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.statements import StatementKey
from core.texts import Finding
from operations.balances.balance import BALANCE, read_balance, row_of
from operations.evidence.balance import explain_read
from operations.evidence.figures import span_of
from operations.evidence.freezing import Frozen, freeze, name_of
from operations.evidence.grounding import Grounding
from operations.evidence.versions import FrozenFigures, frozen_figures
from operations.house import Call, House
from operations.loads.scopes import zone_of_load


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeBalance:
    """Which balance to freeze: of `site:x` or `building:x` in a day, month or year that has ended.

    `reason` says why there is to be another version where there is one already.
    """

    id: str
    period: str
    reason: str = ""


async def freeze_balance(house: House, request: FreezeBalance, call: Call) -> FrozenFigures:
    """Keep all figures of a balance with their evidence, so that they can be explained for good.

    Raises `RequestError` for a period that has not ended, and where another version wants a reason, `NotFoundError`
    where there is no balance.
    """
    span = span_of(request.period, zone_of_load(house, request.id))
    if span.period.end_utc > call.now_utc:
        raise RequestError("evidence.freeze_open", period=span.name)
    read = await read_balance(house, request.id, span, call)
    grounding, evidence = Grounding(house, call, by_slot=True), dict[str, Frozen]()
    if not isinstance(read.balance, Finding):
        for part in row_of(read, read.balance, span.name, span.period).figures:
            figure = FigureId.parse(part.figure)
            if part.value is not None:
                evidence[name_of(figure)] = await grounding.freeze(await explain_read(house, figure, read, call))
    if not evidence:
        raise NotFoundError("evidence.nothing_to_freeze", scope=request.id[:80], period=span.name)
    key = StatementKey(BALANCE, span.name, request.id)
    statement, is_new = await freeze(house, key, evidence, request.reason, call)
    return frozen_figures(statement, is_new=is_new)
