"""Settlements and accounts of shares as statements: each version kept, a new one only where something changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from core.statements import Statement, StatementDraft, StatementFilter, StatementKey
from core.texts import Finding, catalogue
from operations.evidence.freezing import FIGURES, digest_of, is_intact
from operations.house import Call, House
from renewables.accounting import municipality_accounts, operator_accounts
from renewables.accounts import AccountChange, AccountKind, AccountLine, SettledPlant, ShareAccount
from renewables.changes import because_of
from renewables.statement import PLANT, SHARES, Party, PlantShares, body_text, figures_of, settled_plants, shares_of

ACCOUNTS: Final = "share_accounts"
"""The kind of the statements of municipalities' and operators' accounts: which versions of plants each stands on."""

STATEMENT: Final = "statement"
"""Where in a body the whole stands, as text; figures by name stand beside it."""

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptShares:
    """A plant's year as one version has it."""

    statement: Statement
    shares: PlantShares

    @property
    def settled(self) -> tuple[SettledPlant, ...]:
        """Return its settlements, each with all that it stands on."""
        return settled_plants(self.shares, self.statement.version, self.statement.key.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesYear:
    """All that was settled of a year; accounts by key and by name, at the revision that stands."""

    year: int
    kind: str
    plants: tuple[KeptShares, ...]
    municipalities: tuple[ShareAccount, ...]
    operators: tuple[ShareAccount, ...]

    @property
    def accounts(self) -> tuple[ShareAccount, ...]:
        """Return all accounts, the municipalities' first."""
        return (*self.municipalities, *self.operators)


async def keep_shares(house: House, shares: PlantShares, kind: str, call: Call) -> bool:
    """Keep a plant's year as the next version of its statement; return whether it says something new."""
    key = StatementKey(kind, str(shares.year), f"{PLANT}{shares.plant.id}")
    newest = await house.ledger.statement(key)
    before = read_shares(newest) if newest else None
    because = because_of(before, shares)
    if before is not None and not because:
        return False
    if newest is not None and before is None:
        because = (Finding.of("shares.because_not_intact", version=newest.version),)
    now = replace(shares, because=because)
    figures = {name: {"value": value} for name, value in figures_of(now).items()}
    await _state(house, key, {**figures, STATEMENT: body_text(now)}, because, call)
    return True


async def _state(
    house: House, key: StatementKey, figures: Mapping[str, Any], because: Sequence[Finding], call: Call
) -> None:
    body = {FIGURES: figures}
    texts = catalogue(house.language)
    draft = StatementDraft(
        key=key,
        body=body,
        inputs_digest=digest_of(body),
        reason=" ".join(texts.tell(each) for each in because),
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    await house.ledger.state(draft)


def read_shares(statement: Statement) -> PlantShares | None:
    """Return what a version says, None where it is not what was frozen."""
    return shares_of(statement.body[FIGURES][STATEMENT]) if is_intact(statement) else None


async def read_year(house: House, year: int, kind: str = SHARES) -> SharesYear:
    """Return all that was settled of a year, as the newest versions have it."""
    kept = [each async for each in _kept(house, year, kind)]
    plants = tuple(sorted(kept, key=lambda each: each.shares.plant.id))
    settled = [settled for each in plants for settled in each.settled]
    municipalities = municipality_accounts(year, settled, parties_of(plants))
    operators = operator_accounts(year, settled)
    if kind == SHARES:
        revisions = await _revisions(house, year)
        municipalities = tuple(_revised(each, revisions) for each in municipalities)
        operators = tuple(_revised(each, revisions) for each in operators)
    return SharesYear(year=year, kind=kind, plants=plants, municipalities=municipalities, operators=operators)


async def _kept(house: House, year: int, kind: str) -> AsyncIterator[KeptShares]:
    async for each in statements(house, kind, str(year)):
        shares = read_shares(each)
        if shares is not None:
            yield KeptShares(statement=each, shares=shares)


async def statements(
    house: House, kind: str, period: str | None, *, scope: str | None = None, all_versions: bool = False
) -> AsyncIterator[Statement]:
    """Yield all statements of a kind, last made first."""
    cursor: str | None = None
    while True:
        wanted = StatementFilter(
            kind=kind, period=period, scope=scope, all_versions=all_versions, limit=AT_ONCE, cursor=cursor
        )
        page = await house.ledger.statements(wanted)
        for each in page.items:
            yield each
        cursor = page.next_cursor
        if cursor is None:
            break


def parties_of(plants: Sequence[KeptShares]) -> dict[str, Party]:
    """Return who is behind each key, as settlements froze it."""
    return {party.key: party for each in plants for party in each.shares.parties}


def scope_of(account: ShareAccount) -> str:
    """Return the scope of an account's statement and figures: `municipality:auenstadt`."""
    return f"{account.kind.value}:{account.id}"


async def keep_accounts(house: House, year: int, call: Call) -> int:
    """Keep the account of each municipality and operator, and return of how many there is a new revision.

    An account has a new revision where a settlement that it stands on has a new version, or is there no more. One that
    nothing is settled for any more keeps its revisions, and gets one that says so.
    """
    found = await read_year(house, year)
    newest = {each.key.scope: each async for each in statements(house, ACCOUNTS, str(year))}
    now = {scope_of(each): _account_body(each) for each in found.accounts}
    because = {f"{PLANT}{each.shares.plant.id}": each.shares.because for each in found.plants}
    changed = 0
    for scope, body in {**dict.fromkeys(newest.keys() - now.keys(), _NOTHING), **now}.items():
        before = newest.get(scope)
        if before is not None and before.body[FIGURES] == body:
            continue
        plants = _plants(before.body[FIGURES]).items() ^ _plants(body).items() if before else set[tuple[str, int]]()
        why = dict.fromkeys(finding for name, _ in sorted(plants) for finding in because.get(name, ()))
        key = StatementKey(ACCOUNTS, str(year), scope)
        await _state(house, key, body, tuple(why) or ((Finding.of("shares.because_plants"),) if before else ()), call)
        changed += 1
    return changed


def _account_body(account: ShareAccount) -> dict[str, Any]:
    figures = {"owed_eur": account.owed_eur, "paid_eur": account.paid_eur, "reimbursable_eur": account.reimbursable_eur}
    lines = {_line_name(line): _line_value(line) for line in account.lines}
    plants = {f"{PLANT}{line.settlement.plant.id}": line.settlement.version for line in account.lines}
    return {name: {"value": value} for name, value in {**figures, **lines}.items()} | {
        STATEMENT: json.dumps(plants, sort_keys=True)
    }


_NOTHING: Final[dict[str, Any]] = {
    **{name: {"value": Decimal("0.00")} for name in ("owed_eur", "paid_eur", "reimbursable_eur")},
    STATEMENT: "{}",
}


def _line_name(line: AccountLine) -> str:
    settled = line.settlement
    name = f"{PLANT}{settled.plant.id}/{settled.settled.rule.id}"
    return f"{name}/part_eur.{line.part.key}" if line.part else f"{name}/total_eur"


def _line_value(line: AccountLine) -> Decimal | None:
    return line.part.paid_eur if line.part else line.settlement.settled.total_eur


def plants_in(statement: Statement) -> dict[str, int]:
    """Return which versions of plants' settlements a revision of an account stands on."""
    return _plants(statement.body[FIGURES])


def _plants(figures: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = json.loads(figures[STATEMENT])
    return found


async def _revisions(house: House, year: int) -> dict[str, list[Statement]]:
    """Return all revisions of accounts by scope, the newest first."""
    found: dict[str, list[Statement]] = {}
    async for each in statements(house, ACCOUNTS, str(year), all_versions=True):
        found.setdefault(each.key.scope, []).append(each)
    return {scope: sorted(each, key=lambda one: -one.version) for scope, each in found.items()}


def _revised(account: ShareAccount, revisions: Mapping[str, Sequence[Statement]]) -> ShareAccount:
    kept = revisions.get(scope_of(account), ())
    if not kept:
        return account
    changes = account_changes(account, kept[1], kept[0]) if len(kept) > 1 else ()
    return replace(account, revision=kept[0].version, changes=changes)


def account_changes(account: ShareAccount, before: Statement, now: Statement) -> tuple[AccountChange, ...]:
    """Return what changed between two revisions of an account: each figure by its id, before and after, and why."""
    then, today = _values(before), _values(now)
    return tuple(
        AccountChange(
            figure=_figure(account, name), before_eur=then.get(name), after_eur=today.get(name), reason=now.reason
        )
        for name in dict.fromkeys((*today, *then))
        if then.get(name) != today.get(name)
    )


def _figure(account: ShareAccount, name: str) -> str:
    scope = "" if name.startswith(PLANT) else f"{scope_of(account)}/"
    return f"{SHARES}/{account.year}/{scope}{name}"


def _values(statement: Statement) -> dict[str, Decimal | None]:
    return {name: each["value"] for name, each in statement.body[FIGURES].items() if name != STATEMENT}


async def account_of(house: House, year: int, kind: AccountKind, id: str) -> ShareAccount | None:  # noqa: A002
    """Return the account of a municipality (`id` of the inventory, or its key) or of an operator; None without any."""
    found = await read_year(house, year)
    return next((each for each in found.accounts if each.kind is kind and id in (each.id, each.key)), None)
