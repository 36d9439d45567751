"""Letters with reports: what a recipient gets, how it is kept, and one attempt to give it to the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from core.documents import MEDIA_TYPES, DocumentFormat
from core.inventory.mobility import Recipient
from core.report_post import Outcome, ReportLetter, ReportPost
from core.sendings import Sending, SendingState
from core.statements import StatementKey
from core.texts import Language, catalogue
from fleet.savings.scopes import SITE, group_scope
from fleet.savings.statement import FLEET
from operations.fleet_report.report import KEPT_AS, MakeFleetReport, compose
from operations.house import Call, House
from operations.reports.made import ReportFormat, heavy, keep, next_version
from reports.fleet_document import FleetDocument
from reports.fleet_pdf import fleet_pdf_of
from reports.fleet_workbook import fleet_workbook_of

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440))
"""How long is waited after each attempt that was not taken; after the last it is given up."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report in one language with its files (name, bytes, media type)."""

    document: FleetDocument
    files: tuple[tuple[str, bytes, str], ...]


def scopes_of(recipient: Recipient) -> tuple[str, ...]:
    """Return what a recipient gets reports of: their groups and sites, or else all."""
    scopes = (*map(group_scope, recipient.groups), *(f"{SITE}{site}" for site in recipient.sites))
    return scopes or (FLEET,)


def message_id(period: str, revision: int, recipient: str, scope: str, domain: str) -> str:
    """Return the name of a mail: the same period, revision, recipient and scope make the same."""
    digest = sha256(f"{period}\n{revision}\n{recipient}\n{scope}".encode()).hexdigest()[:40]
    return f"<{digest}@{domain}>"


async def made_for(house: House, scope: str, language: str, first: date, call: Call) -> MadeReport:
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
    return MadeReport(document, tuple(files))


async def keep_letter(
    house: House,
    post: ReportPost,
    recipient: Recipient,
    scope: str,
    first: date,
    made: MadeReport,
    call: Call,
) -> Sending:
    """Keep the letter with a report for a recipient as what waits to be sent; the one that is there stays."""
    document = made.document
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
        files=made.files,
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
    return await house.ledger.keep_sending(sending, mail)


async def attempt(house: House, post: ReportPost, sending: Sending, call: Call) -> Sending:
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
