"""What municipalities did with their shares: received, earmarked, spent on what; and the text that informs the public.

Each use is a statement of its own, so that none is lost where two people enter some at once; taking one back is its
next version.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Final

from annotated_types import Gt, Le, MaxLen, MinLen

from core.errors import ConflictError, NotFoundError, RequestError
from core.money import CENT
from core.statements import Statement, StatementDraft, StatementKey, write_body
from core.texts import Language, catalogue
from core.units import money
from operations.evidence.freezing import FIGURES, digest_of
from operations.house import Call, House
from operations.reports.words import day_said
from operations.shares.keeping import read_year, statements
from operations.shares.shares import Year, account_in, newest_year
from renewables.accounting import ZERO
from renewables.accounts import AccountKind, ShareAccount
from renewables.rules import Said

USES: Final = "share_uses"
"""The kind of the statements of what shares were used for, one each."""

MUNICIPALITY: Final = "municipality:"
CODE_LENGTH: Final = 12

Amount = Annotated[Decimal, Gt(0), Le(Decimal(1_000_000_000))]
Words = Annotated[str, MinLen(1), MaxLen(500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowShareUses:
    """Whose uses: of `municipality:<id>`, of the shares of a `year` (the newest settled), told in a `language`."""

    municipality: str
    year: Year | None = None
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookShareUse:
    """What a share of a year was used for: `amount_eur` on a day for a `purpose`, in an Ortsteil (`district`).

    `affected` says that the Ortsteil is one near the plants, for which a part is earmarked.
    """

    municipality: str
    year: Year
    amount_eur: Amount
    spent_on: date
    purpose: Words
    district: Annotated[str, MaxLen(100)] = ""
    affected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawShareUse:
    """Which use to take back, by its `id`, and why; with `undo` it counts again."""

    id: str
    reason: Annotated[str, MaxLen(500)] = ""
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareUse:
    """A use. One that was taken back stays in the list and counts no more."""

    id: str
    year: int
    municipality: str
    amount_eur: Decimal
    spent_on: date
    district: str
    affected: bool
    purpose: str
    entered_by: str
    entered_at_utc: datetime
    withdrawn: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareUses:
    """What a municipality got of a year's shares and what it did with that. Negative rests: more was spent than came.

    `earmarked_eur` is to be spent in Ortsteile near the plants, by `duties`. `report` informs the public.
    """

    municipality: str
    name: str
    key: str
    year: int
    payment_year: int | None
    draft: bool
    received_eur: Decimal
    earmarked_eur: Decimal
    spent_eur: Decimal
    spent_affected_eur: Decimal
    rest_eur: Decimal
    rest_earmarked_eur: Decimal
    duties: tuple[Said, ...]
    items: tuple[ShareUse, ...]
    report: str


async def show_share_uses(house: House, request: ShowShareUses, _call: Call) -> ShareUses:
    """Return what a municipality did with its shares. Raises `NotFoundError` where it has none in the year."""
    year = await newest_year(house, request.year)
    account = await _account(house, year, request.municipality)
    scope = f"{MUNICIPALITY}{account.id}"
    items = [use async for use in _uses(house, str(year), scope)]
    return _summed(account, sorted(items, key=lambda use: (use.spent_on, use.entered_at_utc)), request.language)


async def book_share_use(house: House, request: BookShareUse, call: Call) -> ShareUse:
    """Keep a use. Raises `NotFoundError` for a municipality without a share in the year, `RequestError`."""
    account = await _account(house, request.year, request.municipality)
    _must_be_possible(request, house.day(call.now_utc))
    body = {
        "amount_eur": {"value": request.amount_eur.quantize(CENT)},
        "spent_on": request.spent_on.isoformat(),
        "district": request.district.strip(),
        "affected": request.affected,
        "purpose": request.purpose.strip(),
        "entered_by": call.actor.name,
        "entered_at": call.now_utc.isoformat(),
        "withdrawn": False,
    }
    scope = f"{MUNICIPALITY}{account.id}/{_code(body)}"
    return _use(await _keep(house, StatementKey(USES, str(request.year), scope), body, "", call))


def _code(body: Mapping[str, Any]) -> str:
    """Return the code of a use: the same entered twice at one instant is one."""
    return sha256(write_body(body).encode()).hexdigest()[:CODE_LENGTH]


def _must_be_possible(request: BookShareUse, today: date) -> None:
    if request.amount_eur != request.amount_eur.quantize(CENT):
        raise RequestError("shares.use_not_in_cents", amount=str(request.amount_eur))
    if not request.purpose.strip():
        raise RequestError("shares.use_without_text")
    if request.spent_on.year < request.year or request.spent_on > today:
        raise RequestError("shares.use_day", day=request.spent_on.isoformat(), year=request.year)
    if request.affected and not request.district.strip():
        raise RequestError("shares.use_without_district")


async def withdraw_share_use(house: House, request: WithdrawShareUse, call: Call) -> ShareUse:
    """Take a use back, or with `undo` let it count again. Raises `NotFoundError`, `RequestError` without a reason.

    Raises `ConflictError` where it is so already.
    """
    year, _, scope = request.id.partition(":")
    key = StatementKey(USES, year, f"{MUNICIPALITY}{scope}")
    kept = await house.ledger.statement(key)
    if kept is None:
        raise NotFoundError("shares.use_unknown", id=request.id[:80])
    if not request.undo and not request.reason.strip():
        raise RequestError("shares.use_reason_missing")
    body = dict(kept.body[FIGURES])
    if body["withdrawn"] is not request.undo:
        raise ConflictError("shares.use_counts" if request.undo else "shares.use_withdrawn", id=request.id[:80])
    body["withdrawn"] = not request.undo
    return _use(await _keep(house, key, body, request.reason.strip(), call))


async def _keep(house: House, key: StatementKey, body: dict[str, Any], reason: str, call: Call) -> Statement:
    figures = {FIGURES: body}
    draft = StatementDraft(
        key=key,
        body=figures,
        inputs_digest=digest_of(figures),
        reason=reason,
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    return await house.ledger.state(draft)


async def _account(house: House, year: int, municipality: str) -> ShareAccount:
    scope = municipality if municipality.startswith(MUNICIPALITY) else f"{MUNICIPALITY}{municipality}"
    found = await read_year(house, year)
    account = account_in(found, scope)
    if account.kind is not AccountKind.MUNICIPALITY:
        raise NotFoundError("shares.unknown", id=municipality[:80], year=year)
    return account


async def _uses(house: House, period: str, scope: str) -> AsyncIterator[ShareUse]:
    async for each in statements(house, USES, period):
        if each.key.scope.startswith(f"{scope}/"):
            yield _use(each)


def _use(statement: Statement) -> ShareUse:
    body = statement.body[FIGURES]
    municipality, _, code = statement.key.scope.removeprefix(MUNICIPALITY).partition("/")
    return ShareUse(
        id=f"{statement.key.period}:{municipality}/{code}",
        year=int(statement.key.period),
        municipality=municipality,
        amount_eur=body["amount_eur"]["value"],
        spent_on=date.fromisoformat(body["spent_on"]),
        district=body["district"],
        affected=body["affected"],
        purpose=body["purpose"],
        entered_by=body["entered_by"],
        entered_at_utc=datetime.fromisoformat(body["entered_at"]),
        withdrawn=body["withdrawn"],
        reason=statement.reason,
    )


def _summed(account: ShareAccount, items: Iterable[ShareUse], language: Language) -> ShareUses:
    listed = tuple(items)
    counting = [use for use in listed if not use.withdrawn]
    spent = sum((use.amount_eur for use in counting), ZERO)
    near = sum((use.amount_eur for use in counting if use.affected), ZERO)
    earmarked = sum(_earmarked(account), ZERO)
    settled = [line.settlement.settled for line in account.lines if line.settlement.settled.owed]
    uses = (each.rule.use for each in settled)
    found = ShareUses(
        municipality=f"{MUNICIPALITY}{account.id}",
        name=account.name,
        key=account.key,
        year=account.year,
        payment_year=max((each.payment_year for each in settled), default=None),
        draft=account.draft,
        received_eur=account.paid_eur,
        earmarked_eur=earmarked,
        spent_eur=spent,
        spent_affected_eur=near,
        rest_eur=account.paid_eur - spent,
        rest_earmarked_eur=max(earmarked - near, ZERO),
        duties=tuple(dict.fromkeys(use.report for use in uses if use and use.report)),
        items=listed,
        report="",
    )
    return replace(found, report="\n".join(_report(found, language)))


def _report(found: ShareUses, language: Language) -> Iterator[str]:
    """Yield the lines of the text that informs the public."""
    texts = catalogue(language)

    def euro(amount: Decimal) -> str:
        return money(amount, language)

    if found.draft:
        yield texts.say("shares.report.draft")
    code = "shares.report.received" if found.payment_year else "shares.report.nothing"
    said: dict[str, str | int] = {"name": found.name, "year": found.year, "paid_in": found.payment_year or "–"}
    yield texts.say(code, amount=euro(found.received_eur), **said)
    if found.earmarked_eur:
        yield texts.say("shares.report.earmarked", amount=euro(found.earmarked_eur))
    counting = [use for use in found.items if not use.withdrawn]
    yield texts.say("shares.report.uses" if counting else "shares.report.no_uses", amount=euro(found.spent_eur))
    for use in counting:
        where = "shares.report.use_in" if use.district else "shares.report.use"
        day = day_said(use.spent_on, language)
        yield texts.say(where, amount=euro(use.amount_eur), text=use.purpose, district=use.district, day=day)
    if found.rest_eur < 0:
        yield texts.say("shares.report.own_money", amount=euro(-found.rest_eur))
    elif found.rest_eur:
        yield texts.say("shares.report.rest", amount=euro(found.rest_eur))
    if found.rest_earmarked_eur:
        yield texts.say("shares.report.rest_earmarked", amount=euro(found.rest_earmarked_eur))


def _earmarked(account: ShareAccount) -> Iterable[Decimal]:
    for line in account.lines:
        if line.settlement.settled.owed:
            yield dict(line.settlement.settled.earmarked_eur).get(account.key, ZERO)
