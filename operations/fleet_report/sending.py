"""Reports on their way: each recipient gets the month of exactly their scope, on its first working day, once.

An attempt is kept before the letter is given. Whatever was being given when the service stopped is uncertain: only a
person decides whether it is sent again. What a server does not take is tried again after longer and longer pauses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from core.documents import MEDIA_TYPES, DocumentFormat
from core.errors import ConflictError, NotFoundError, ServiceError
from core.fleet import Sending, SendingState
from core.inventory import Inventory
from core.inventory.mobility import Recipient
from core.ports import Page
from core.report_post import DECIDED, Outcome, ReportLetter, ReportPost
from core.statements import StatementKey
from core.texts import Language, catalogue
from fleet.savings import FLEET
from fleet.scopes import SITE, group_scope
from operations.fleet_report.actions import suggest_actions
from operations.fleet_report.facts import read_months
from operations.fleet_report.report import KEPT_AS, MakeFleetReport, compose
from operations.house import Call, House
from operations.reports.made import ReportFormat, heavy, keep, next_version
from operations.savings.job import first_working_day
from operations.schedule import JobWork
from reports.fleet_document import FleetDocument
from reports.fleet_pdf import fleet_pdf_of
from reports.fleet_workbook import fleet_workbook_of

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440))
"""How long is waited after each attempt that was not taken; after the last it is given up."""

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
    return await _attempt(house, house.report_post, kept, call) if house.report_post else kept


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
            tried = await _attempt(house, house.report_post, sending, call)
            done.sent += tried.state is SendingState.SENT
    every = await house.ledger.sendings()
    done.waiting = sum(each.state is SendingState.WAITING for each in every)
    done.undecided = sum(each.state in DECIDED for each in every)
    return done


def scopes_of(recipient: Recipient) -> tuple[str, ...]:
    """Return what a recipient gets reports of: their groups and sites, or else all."""
    scopes = (*map(group_scope, recipient.groups), *(f"{SITE}{site}" for site in recipient.sites))
    return scopes or (FLEET,)


def message_id(period: str, revision: int, recipient: str, scope: str, domain: str) -> str:
    """Return the name of a mail: the same period, revision, recipient and scope make the same."""
    digest = sha256(f"{period}\n{revision}\n{recipient}\n{scope}".encode()).hexdigest()[:40]
    return f"<{digest}@{domain}>"


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
    documents: dict[tuple[str, str], tuple[FleetDocument, tuple[tuple[str, bytes, str], ...]]] = {}
    prepared = 0
    for recipient, scope in fresh:
        try:
            key = (scope, recipient.language)
            documents[key] = documents.get(key) or await _made(house, scope, recipient.language, first, call)
        except ServiceError:  # a scope that is gone costs its own report only; the check of the inventory names it
            continue
        await _keep(house, post, recipient, scope, first, *documents[key], call)
        prepared += 1
    return prepared


def _wanted(inventory: Inventory, today: date) -> Iterator[tuple[Recipient, str]]:
    for recipient in inventory.recipients.values():
        if recipient.valid_on(today):
            yield from ((recipient, scope) for scope in scopes_of(recipient))


async def _made(
    house: House, scope: str, language: str, first: date, call: Call
) -> tuple[FleetDocument, tuple[tuple[str, bytes, str], ...]]:
    """Return a report and its files, kept among the reports."""
    spoken: Language = "en" if language == "en" else "de"
    texts = catalogue(spoken)
    reason = texts.say("sendings.reason")
    request = MakeFleetReport(month=f"{first:%Y-%m}", scope=scope, language=spoken, reason=reason)
    document = await compose(house, request, first, texts, call, preliminary=False)
    files = []
    for form, maker in ((ReportFormat.PDF, fleet_pdf_of), (ReportFormat.XLSX, fleet_workbook_of)):
        kind = DocumentFormat(form.value)
        draft = await next_version(house, KEPT_AS, f"{first:%Y-%m}", scope, kind, spoken, reason)
        content = await heavy(house, maker, document)
        site = scope.removeprefix(SITE) if scope.startswith(SITE) else None
        row = await keep(house, replace(draft, site=site), content, texts, call)
        files.append((row.file.name, content, MEDIA_TYPES[form.value]))
    return document, tuple(files)


async def _keep(
    house: House,
    post: ReportPost,
    recipient: Recipient,
    scope: str,
    first: date,
    document: FleetDocument,
    files: tuple[tuple[str, bytes, str], ...],
    call: Call,
) -> None:
    texts = catalogue("en" if recipient.language == "en" else "de")
    period = f"{first:%Y-%m}"
    statement = await house.ledger.statement(StatementKey(KEPT_AS, period, scope))
    revision = statement.version if statement else 1
    id_ = message_id(period, revision, recipient.id, scope, post.domain())
    letter = ReportLetter(
        message_id=id_,
        address=recipient.address,
        language=document.language,
        subject=f"{document.title} – {document.subtitle}",
        lead=texts.say("sendings.lead", state=document.state),
        sentences=tuple((each.text, each.figure) for each in document.sentences),
        tiles=tuple((each.said.label, each.said.text, each.previous) for each in document.tiles),
        foot=texts.say("sendings.foot", name=recipient.name),
        files=files,
    )
    mail = post.write(letter, format_datetime(call.now_utc))
    sending = Sending(
        report=KEPT_AS,
        period=period,
        revision=revision,
        recipient=recipient.id,
        message_id=id_,
        state=SendingState.WAITING,
        letter_digest=sha256(mail).hexdigest(),
        created_at_utc=call.now_utc,
    )
    await house.ledger.keep_sending(sending, mail)


async def _attempt(house: House, post: ReportPost, sending: Sending, call: Call) -> Sending:
    """Give a letter to the server; that it is tried is kept before, what became of it after."""
    recipient = house.inventory().recipients.get(sending.recipient)
    mail = await house.ledger.sent_letter(sending.id)
    if recipient is None or mail is None:
        gone = replace(sending, state=SendingState.GIVEN_UP, answer="", next_attempt_at_utc=None)
        return await house.ledger.keep_sending(gone)
    tried = replace(
        sending, state=SendingState.SENDING, attempts=sending.attempts + 1, last_attempt_at_utc=call.now_utc
    )
    await house.ledger.keep_sending(tried)
    delivery = await post.deliver(mail, recipient.address)
    states = {
        Outcome.TAKEN: SendingState.SENT,
        Outcome.REFUSED: SendingState.REFUSED,
        Outcome.UNCERTAIN: SendingState.UNCERTAIN,
        Outcome.LATER: SendingState.WAITING if tried.attempts <= len(PAUSES) else SendingState.GIVEN_UP,
    }
    state = states[delivery.outcome]
    following = call.now_utc + PAUSES[tried.attempts - 1] if state is SendingState.WAITING else None
    return await house.ledger.keep_sending(
        replace(tried, state=state, answer=delivery.answer, next_attempt_at_utc=following)
    )


async def _undecided(house: House, id_: int) -> Sending:
    sending = next((each for each in await house.ledger.sendings() if each.id == id_), None)
    if sending is None:
        raise NotFoundError("sendings.unknown", id=id_)
    if sending.state not in DECIDED:
        raise ConflictError("sendings.nothing_to_decide", id=id_)
    return sending
