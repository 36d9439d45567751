"""The monthly report on demand: made as a file, and mailed at once to recipients who get its scope anyway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory.mobility import Recipient
from core.report_post import ReportPost
from core.sendings import SendingState
from core.texts import Finding
from operations.fleet_report.facts import month_asked
from operations.fleet_report.letters import MadeReport, attempt, keep_letter, made_for, scopes_of
from operations.fleet_report.report import MakeFleetReport, make_fleet_report
from operations.house import Call, House
from operations.reports.made import ReportRow

EVERYBODY: Final = "all"


async def report_fleet(house: House, request: MakeFleetReport, call: Call) -> ReportRow:
    """Return the report, its figures frozen if the month is over, after it was mailed to who was named.

    Raises what `make_fleet_report` raises, before anything is made `NotFoundError` for an unknown recipient,
    `RequestError` for one who does not get this scope and for a month that is not over, and `ConflictError` where no
    mail server is set.
    """
    if not request.mail:
        return await make_fleet_report(house, request, call)
    first, _, preliminary = month_asked(house, request.month, call)
    if preliminary:
        raise RequestError("sendings.month_not_over", month=f"{first:%Y-%m}")
    if house.report_post is None:
        raise ConflictError("sendings.no_server")
    recipients = tuple(_recipients(house, request, call))
    row = await make_fleet_report(house, request, call)
    mailed = await _mail(house, house.report_post, recipients, request, first, call)
    return replace(row, mailed=mailed)


def _recipients(house: House, request: MakeFleetReport, call: Call) -> Iterator[Recipient]:
    known, today = house.inventory().recipients, house.day(call.now_utc)
    there = {name: each for name, each in known.items() if each.valid_on(today)}
    if EVERYBODY in request.mail:
        yield from (each for each in there.values() if request.scope in scopes_of(each))
        return
    for name in dict.fromkeys(request.mail):
        if name not in there:
            raise NotFoundError("sendings.recipient_unknown", id=name[:80])
        if request.scope not in scopes_of(there[name]):
            raise RequestError("sendings.not_their_scope", name=there[name].name, scope=request.scope[:80])
        yield there[name]


async def _mail(
    house: House,
    post: ReportPost,
    recipients: tuple[Recipient, ...],
    request: MakeFleetReport,
    first: date,
    call: Call,
) -> tuple[str, ...]:
    """Return whom the letters of this revision have reached, or will be tried again for."""
    made: dict[str, MadeReport] = {}
    mailed = []
    for number, each in enumerate(recipients):
        call.progress(number / len(recipients), Finding.of("sendings.mailing", name=each.name))
        if each.language not in made:
            made[each.language] = await made_for(house, request.scope, each.language, first, call)
        sending = await keep_letter(house, post, each, request.scope, first, made[each.language], call)
        if sending.state is SendingState.WAITING:
            sending = await attempt(house, post, sending, call)
        if sending.state in {SendingState.SENT, SendingState.WAITING}:
            mailed.append(each.id)
    return tuple(mailed)
