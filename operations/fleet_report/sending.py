"""Reports on their way: each recipient gets the month of exactly their scope, on its first working day, once.

An attempt is kept before the letter is given. Whatever was being given when the service stopped is uncertain: only a
person decides whether it is sent again. What a server does not take is tried again after longer and longer pauses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from core.errors import ConflictError, NotFoundError, ServiceError
from core.inventory import Inventory
from core.inventory.mobility import Recipient
from core.ports import Page
from core.report_post import DECIDED, ReportPost
from core.sendings import Sending, SendingState
from fleet.savings.statement import FLEET
from operations.fleet_report.actions import suggest_actions
from operations.fleet_report.facts import read_months
from operations.fleet_report.letters import MadeReport, attempt, keep_letter, made_for, message_id, scopes_of
from operations.fleet_report.report import KEPT_AS
from operations.house import Call, House
from operations.savings.job import first_working_day
from operations.schedule import JobWork

REVISIONS: Final = range(1, 100)
"""A month goes to a recipient by itself once, in whatever revision it was then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSendings:
    """All ways of reports to recipients, or those of a month."""

    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendReport:
    """Which one is to be sent again."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleSending:
    """Which one is known to have arrived."""

    id: int


@dataclass(slots=True, kw_only=True)
class SendingsDone:
    """How many letters were `prepared`, and how many of all were `sent`, are `waiting`, or want a decision."""

    prepared: int = 0
    sent: int = 0
    waiting: int = 0
    undecided: int = 0


async def list_sendings(house: House, request: ListSendings, _call: Call) -> Page[Sending]:
    """Return the ways of reports to recipients, newest first."""
    found = await house.ledger.sendings(period=request.period)
    return Page(found, len(found))


async def resend_report(house: House, request: ResendReport, call: Call) -> Sending:
    """Send a letter again, as it is archived; without a mail server it waits for one.

    Raises `NotFoundError`, `ConflictError` where nobody has to decide.
    """
    sending = await _undecided(house, request.id)
    again = replace(sending, state=SendingState.WAITING, attempts=0, next_attempt_at_utc=call.now_utc)
    kept = await house.ledger.keep_sending(again)
    return await attempt(house, house.report_post, kept, call) if house.report_post else kept


async def settle_sending(house: House, request: SettleSending, _call: Call) -> Sending:
    """Mark a letter as sent, as its recipient has it. Raises `NotFoundError`, `ConflictError`."""
    sending = await _undecided(house, request.id)
    return await house.ledger.keep_sending(replace(sending, state=SendingState.SENT, next_attempt_at_utc=None))


async def send_reports(house: House, _request: JobWork, call: Call) -> SendingsDone:
    """Prepare the letters of the last month once its first working day has come, and give those that are due."""
    done = SendingsDone()
    if house.report_post is None:
        return done
    for stopped in await house.ledger.sendings(states=[SendingState.SENDING]):
        await house.ledger.keep_sending(replace(stopped, state=SendingState.UNCERTAIN, next_attempt_at_utc=None))
    done.prepared = await _prepare(house, house.report_post, call)
    for sending in await house.ledger.sendings(states=[SendingState.WAITING]):
        if sending.next_attempt_at_utc is None or sending.next_attempt_at_utc <= call.now_utc:
            tried = await attempt(house, house.report_post, sending, call)
            done.sent += tried.state is SendingState.SENT
    every = await house.ledger.sendings()
    done.waiting = sum(each.state is SendingState.WAITING for each in every)
    done.undecided = sum(each.state in DECIDED for each in every)
    return done


def due_month(inventory: Inventory, today: date) -> date | None:
    """Return the first day of the last month once the first working day of this one has come."""
    this = today.replace(day=1)
    return (this - timedelta(days=1)).replace(day=1) if today >= first_working_day(this, inventory) else None


async def _prepare(house: House, post: ReportPost, call: Call) -> int:
    today = house.day(call.now_utc)
    first = due_month(house.inventory(), today)
    if first is None:
        return 0
    known = {each.message_id for each in await house.ledger.sendings(KEPT_AS, f"{first:%Y-%m}")}
    fresh = [
        (recipient, scope)
        for recipient, scope in _wanted(house.inventory(), today)
        if not any(
            message_id(f"{first:%Y-%m}", each, recipient.id, scope, post.domain()) in known for each in REVISIONS
        )
    ]
    if fresh:
        await suggest_actions(house, (await read_months(house, FLEET, first)).now, call)
    documents: dict[tuple[str, str], MadeReport] = {}
    prepared = 0
    for recipient, scope in fresh:
        try:
            key = (scope, recipient.language)
            documents[key] = documents.get(key) or await made_for(house, scope, recipient.language, first, call)
        except ServiceError:  # a scope that is gone costs its own report only; the check of the inventory names it
            continue
        await keep_letter(house, post, recipient, scope, first, documents[key], call)
        prepared += 1
    return prepared


def _wanted(inventory: Inventory, today: date) -> Iterator[tuple[Recipient, str]]:
    for recipient in inventory.recipients.values():
        if recipient.valid_on(today):
            yield from ((recipient, scope) for scope in scopes_of(recipient))


async def _undecided(house: House, id_: int) -> Sending:
    sending = next((each for each in await house.ledger.sendings() if each.id == id_), None)
    if sending is None:
        raise NotFoundError("sendings.unknown", id=id_)
    if sending.state not in DECIDED:
        raise ConflictError("sendings.nothing_to_decide", id=id_)
    return sending
