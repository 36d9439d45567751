"""What a figure stood on when somebody relied on it: kept in a version of a statement, with a digest over it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from core.errors import ConflictError, NotFoundError, RequestError, ServiceError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.statements import Statement, StatementDraft, StatementKey, write_body
from core.texts import Finding, Param
from operations.evidence.figures import SITE
from operations.house import Call, House
from operations.loads.scopes import BUILDING

FIGURES: Final = "figures"
"""Where in a statement's body its figures stand, by quantity and variant."""

Frozen = Mapping[str, Any]


def name_of(figure: FigureId) -> str:
    """Return under which name a statement has a figure."""
    return ".".join((figure.quantity, *figure.variant))


def key_of(figure: FigureId) -> StatementKey:
    """Return the statement that has a figure."""
    return StatementKey(figure.report, figure.period, figure.scope)


def frozen(explanation: Explanation, totals: Mapping[str, Any]) -> Frozen:
    """Return what is kept of a figure: all that explains it, and `totals` of its smallest spans by source or series."""
    return {"explanation": to_body(explanation), "totals": dict(totals)}


async def freeze(
    house: House, key: StatementKey, figures: Mapping[str, Frozen], reason: str, call: Call
) -> tuple[Statement, bool]:
    """Keep figures with their evidence as the next version of a statement; return it and whether it is new.

    Figures that are as the newest version has them make no new one, also if less is known by now of
    where they come from. Raises `RequestError` where a version would take the place of another without a reason,
    `ConflictError` where the newest is not what was frozen.
    """
    newest = await house.ledger.statement(key)
    body = {FIGURES: dict(figures)}
    if newest is not None:
        if not is_intact(newest):
            raise ConflictError("evidence.newest_not_intact", version=newest.version)
        if _says_the_same(newest.body, body):
            return newest, False
        if not reason.strip():
            raise RequestError("evidence.reason_missing", version=newest.version)
    draft = StatementDraft(
        key=key,
        body=body,
        inputs_digest=digest_of(body),
        reason=reason.strip(),
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    return await house.ledger.state(draft), True


def digest_of(body: Mapping[str, Any]) -> str:
    """Return SHA-256 over the evidence of all figures of a statement."""
    return sha256(write_body(body[FIGURES]).encode()).hexdigest()


def is_intact(statement: Statement) -> bool:
    """Return whether a statement is, digit by digit, what was frozen."""
    draft = StatementDraft(
        key=statement.key,
        body=statement.body,
        inputs_digest=statement.inputs_digest,
        reason=statement.reason,
        made_by=statement.made_by,
        made_at_utc=statement.made_at_utc,
    )
    try:
        return digest_of(statement.body) == statement.inputs_digest and draft.digest == statement.digest
    except (KeyError, TypeError):
        return False


def names_in(statement: Statement) -> tuple[str, ...]:
    """Return the names of the figures in a statement; none where there is something else in their place."""
    found = statement.body.get(FIGURES)
    return tuple(found) if isinstance(found, Mapping) else ()


async def explain_frozen(
    house: House,
    figure: FigureId,
    call: Call,
    explainer: Callable[[House, FigureId, Call], Awaitable[Explanation]],
) -> Explanation:
    """Return what a statement froze of a figure, whether it is intact, and what the figure comes to today.

    Raises `NotFoundError` for a version or figure that was never frozen.
    """
    call.must_see(_site(house, figure.scope))
    statement = await house.ledger.statement(key_of(figure), figure.version)
    if statement is None:
        raise NotFoundError("evidence.version_unknown", id=str(figure))
    intact = is_intact(statement)
    then = _kept(statement, figure)
    today = await _today(house, replace(figure, version=None), call, explainer)
    return beside_today(replace(then, figure=str(figure)), statement, _beside(today), intact=intact)


def beside_today(then: Explanation, kept: Statement, today: Explanation, *, intact: bool = True) -> Explanation:
    """Return what a version says of a figure, with who made the version and what the figure comes to today."""
    return replace(
        _marked(then, intact=intact),
        findings=(
            Finding.of("evidence.intact") if intact else Finding.of("evidence.not_intact"),
            _compared(then, today),
            *then.findings,
        ),
        parts=(*then.parts, today),
        details={
            **then.details,
            "version": str(kept.version),
            "made_by": kept.made_by,
            "made_at": kept.made_at_utc.isoformat(timespec="seconds"),
            "digest": kept.digest,
            **({"reason": kept.reason} if kept.reason else {}),
        },
    )


def _site(house: House, scope: str) -> str | None:
    if scope.startswith(SITE):
        return scope.removeprefix(SITE)
    if scope.startswith(BUILDING):
        building = house.inventory().buildings.get(scope.removeprefix(BUILDING))
        return building.site if building else None
    return house.inventory().site_of(scope)


def _kept(statement: Statement, figure: FigureId) -> Explanation:
    """Return the explanation in a statement. One that cannot be read has been tampered with, and says nothing."""
    try:
        found = statement.body[FIGURES]
        if name_of(figure) not in found:
            raise NotFoundError("evidence.version_unknown", id=str(figure))
        return of_body(found[name_of(figure)]["explanation"])
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return Explanation(title=Finding.of("evidence.unreadable"), figure=str(figure))


async def _today(
    house: House,
    figure: FigureId,
    call: Call,
    explainer: Callable[[House, FigureId, Call], Awaitable[Explanation]],
) -> Explanation:
    try:
        return await explainer(house, figure, call)
    except ServiceError as error:  # what was frozen is told also where today's figure cannot be
        return Explanation(title=Finding.of("evidence.today"), figure=str(figure), findings=(error.finding,))


def _beside(today: Explanation) -> Explanation:
    """Return today's figure without its parts: its own id explains it."""
    return replace(today, title=Finding.of("evidence.today"), parts=(), parts_left_out=0)


def _compared(then: Explanation, today: Explanation) -> Finding:
    if today.value is None:
        return Finding.of("evidence.today_unknown")
    if then.value == today.value:
        return Finding.of("evidence.today_same")
    difference = None if then.value is None else str(today.value - then.value)
    return Finding.of("evidence.today_differs", today=str(today.value), difference=difference)


def _marked(explanation: Explanation, *, intact: bool) -> Explanation:
    return replace(explanation, frozen=True, intact=intact)


def _says_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two bodies have the same figures, known equally well, of the same smallest spans."""
    before, now = one.get(FIGURES, {}), other[FIGURES]
    return before.keys() == now.keys() and all(_is_same(before[name], now[name]) for name in now)


def _is_same(before: Frozen, now: Frozen) -> bool:
    then, today = before["explanation"], now["explanation"]
    same = (then["value"], then["details"].get("share")) == (today["value"], today["details"].get("share"))
    if not now["totals"] or not before["totals"]:  # deleted by rule meanwhile, or not kept then: nothing to compare
        return same
    return same and write_body(before["totals"]) == write_body(now["totals"])


def to_body(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain values that JSON holds exactly."""
    return {
        "title": _finding(explanation.title),
        "figure": explanation.figure,
        "value": explanation.value,
        "unit": explanation.unit,
        "how": _finding(explanation.how) if explanation.how else None,
        "citation": _citation(explanation.citation) if explanation.citation else None,
        "findings": [_finding(each) for each in explanation.findings],
        "parts": [to_body(each) for each in explanation.parts],
        "parts_left_out": explanation.parts_left_out,
        "details": dict(explanation.details),
    }


def of_body(body: Mapping[str, Any]) -> Explanation:
    """Return the explanation that `to_body` wrote."""
    return Explanation(
        title=_read_finding(body["title"]),
        figure=body["figure"],
        value=body["value"],
        unit=body["unit"],
        how=_read_finding(body["how"]) if body["how"] else None,
        citation=_read_citation(body["citation"]) if body["citation"] else None,
        findings=tuple(map(_read_finding, body["findings"])),
        parts=tuple(map(of_body, body["parts"])),
        parts_left_out=int(body["parts_left_out"]),
        details=dict(body["details"]),
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "params": {name: _exact(value) for name, value in finding.params}}


def _exact(value: Param) -> Param | Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _read_finding(body: Mapping[str, Any]) -> Finding:
    return Finding.of(body["code"], **{name: _param(value) for name, value in body["params"].items()})


def _param(value: Any) -> Param:
    if not isinstance(value, Decimal):
        read: Param = value
        return read
    return int(value) if value == value.to_integral_value() else float(value)


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "kind": citation.kind.value,
        "reference": citation.reference,
        "value": citation.value,
        "unit": citation.unit,
        "at_utc": _instant(citation.at_utc),
        "received_at_utc": _instant(citation.received_at_utc),
        "channel": citation.channel,
        "edition": citation.edition,
    }


def _read_citation(body: Mapping[str, Any]) -> Citation:
    return Citation(
        kind=CitedKind(body["kind"]),
        reference=body["reference"],
        value=body["value"],
        unit=body["unit"],
        at_utc=_read_instant(body["at_utc"]),
        received_at_utc=_read_instant(body["received_at_utc"]),
        channel=body["channel"],
        edition=body["edition"],
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
