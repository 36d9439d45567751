"""Reports on their way to recipients, over the real ledger and a real mail server."""

from __future__ import annotations

import email
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from core.documents import ReportFilter
from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Drive, Inventory, Site, SiteKind, Vehicle
from core.inventory.mobility import Recipient
from core.people import Actor, Role
from core.sendings import Sending, SendingState
from notify.report_mail import SmtpReports
from notify.settings import MailSettings
from operations.alarms.service_watches import undelivered_reports
from operations.fleet_report.actions import AddAction, AmendAction, ListActions, add_action, change_action, list_actions
from operations.fleet_report.mailing import report_fleet
from operations.fleet_report.report import MakeFleetReport
from operations.fleet_report.sending import (
    ListSendings,
    ResendReport,
    SendingsDone,
    SettleSending,
    due_month,
    list_sendings,
    resend_report,
    send_reports,
    settle_sending,
)
from operations.house import Call
from operations.schedule import JobWork
from tests.operations.places import Place, opened

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
SINCE = date(2024, 1, 1)
ANNA = Actor(name="anna", role=Role.ADMIN)


@dataclass
class Mailboxes:
    """A server's side: it answers each letter with the next of `answers`, and drops the line for "drop"."""

    answers: list[str] = field(default_factory=list)
    letters: list[tuple[list[str], bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("refuses"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 kept"
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            self.letters.append((envelope.rcpt_tos, envelope.content))
        return answer


@pytest.fixture
def boxes() -> Iterator[Mailboxes]:
    kept = Mailboxes()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    kept.port = port
    yield kept
    controller.stop()


def inventory(address: str = "fuhrpark@example.org") -> Inventory:
    car = Vehicle(
        id="e1",
        name="Wagen 1",
        valid_from=SINCE,
        site="amt",
        maker="A",
        model="B",
        drive=Drive.BATTERY,
        group="Amt",
    )
    whole = Recipient(id="leitung", name="Leitung", valid_from=SINCE, address=address)
    part = Recipient(id="amt", name="Amt", valid_from=SINCE, address="amt@example.org", language="en", groups=("Amt",))
    return Inventory(
        sites={"amt": Site(id="amt", name="Amt", valid_from=SINCE, kind=SiteKind.OFFICE, municipality="au")},
        vehicles={"e1": car},
        recipients={each.id: each for each in (whole, part)},
    )


@pytest.fixture
async def place(tmp_path: Path, boxes: Mailboxes) -> AsyncIterator[Place]:
    settings = MailSettings(host="127.0.0.1", port=boxes.port, security="none", sender="kw@lk.example", timeout_s=5)
    async with opened(tmp_path) as here:
        here.now_utc = MONDAY
        here.house = replace(here.house, inventory=inventory, report_post=SmtpReports(settings))
        yield here


async def send(place: Place, now_utc: datetime = MONDAY) -> SendingsDone:
    return await send_reports(place.house, JobWork(period="2026-11-02T07Z"), Call(ANNA, now_utc))


async def states(place: Place) -> dict[str, Sending]:
    page = await list_sendings(place.house, ListSendings(), Call(ANNA, MONDAY))
    return {each.recipient: each for each in page.items}


async def test_each_recipient_gets_exactly_their_scope_once_and_as_archived(place: Place, boxes: Mailboxes) -> None:
    assert (await send(place)).sent == 2
    assert (await send(place)).prepared == 0
    assert sorted(to for tos, _ in boxes.letters for to in tos) == ["amt@example.org", "fuhrpark@example.org"]
    letters = {tos[0]: content for tos, content in boxes.letters}
    sendings = await states(place)
    archived = await place.stores.ledger.sent_letter(sendings["leitung"].id)
    assert archived is not None
    assert letters["fuhrpark@example.org"].splitlines() == archived.splitlines()
    mail = email.message_from_bytes(letters["amt@example.org"], policy=default)
    assert mail["Subject"] == "Fleet report, October 2026 – Vehicles of the group Amt"
    assert mail["Message-ID"] == sendings["amt"].message_id
    html = mail.get_body(("html",))
    plain = mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "http" not in html.get_content()
    assert "fleet/2026-10/group:amt/electric_vehicles_percent@r1" in plain.get_content()
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert [str(name).rpartition(".")[2] for name in names] == ["pdf", "xlsx"]


async def test_before_the_first_working_day_nothing_is_sent(place: Place, boxes: Mailboxes) -> None:
    assert (await send(place, datetime(2026, 11, 1, 8, tzinfo=UTC))).prepared == 0
    assert not boxes.letters
    assert due_month(inventory(), date(2026, 11, 2)) == date(2026, 10, 1)


async def test_what_is_not_taken_now_is_tried_again_later(place: Place, boxes: Mailboxes) -> None:
    boxes.answers = ["451 try later", "250 kept"]
    assert (await send(place)).waiting == 1
    assert (await send(place, MONDAY + timedelta(minutes=1))).sent == 0
    assert (await send(place, MONDAY + timedelta(minutes=6))).sent == 1
    assert len(boxes.letters) == 2


async def test_a_mailbox_that_refuses_costs_only_itself(place: Place) -> None:
    place.house = replace(place.house, inventory=lambda: inventory("refuses@example.org"))
    done = await send(place)
    found = await states(place)
    assert (done.sent, done.undecided) == (1, 1)
    assert (found["leitung"].state, found["leitung"].answer) == (SendingState.REFUSED, "550 no such mailbox")
    assert found["amt"].state is SendingState.SENT


async def test_a_line_that_drops_after_the_letter_leaves_it_to_a_person(place: Place, boxes: Mailboxes) -> None:
    boxes.answers = ["drop", "250 kept"]
    await send(place)
    (lost,) = [each for each in (await states(place)).values() if each.state is SendingState.UNCERTAIN]
    await send(place, MONDAY + timedelta(days=1))
    assert len(boxes.letters) == 1
    again = await resend_report(place.house, ResendReport(id=lost.id), Call(ANNA, MONDAY))
    assert again.state is SendingState.SENT
    assert len(boxes.letters) == 2
    with pytest.raises(ConflictError, match="nothing_to_decide"):
        await settle_sending(place.house, SettleSending(id=lost.id), Call(ANNA, MONDAY))
    with pytest.raises(NotFoundError):
        await settle_sending(place.house, SettleSending(id=77), Call(ANNA, MONDAY))


async def test_what_was_being_sent_when_the_service_stopped_is_uncertain(place: Place, boxes: Mailboxes) -> None:
    await send(place)
    stopped = replace((await states(place))["amt"], state=SendingState.SENDING)
    await place.stores.ledger.keep_sending(stopped)
    await send(place, MONDAY + timedelta(hours=1))
    assert (await states(place))["amt"].state is SendingState.UNCERTAIN
    assert len(boxes.letters) == 2
    settled = await settle_sending(place.house, SettleSending(id=stopped.id), Call(ANNA, MONDAY))
    assert settled.state is SendingState.SENT


async def test_no_server_at_all_is_tried_again_until_it_is_given_up(place: Place) -> None:
    nowhere = MailSettings(host="127.0.0.1", port=1, security="none", sender="kw@lk.example", timeout_s=1)
    place.house = replace(place.house, report_post=SmtpReports(nowhere))
    for day in range(8):
        await send(place, MONDAY + timedelta(days=2 * day))
    assert {each.state for each in (await states(place)).values()} == {SendingState.GIVEN_UP}


async def test_findings_of_the_month_become_actions_once_and_people_change_them(place: Place) -> None:
    await send(place)
    await send(place, MONDAY + timedelta(hours=1))
    page = await list_actions(place.house, ListActions(), Call(ANNA, MONDAY))
    assert [each.text for each in page.items] == ["Wagen 1: Kilometerstand nachtragen und Übertragung prüfen"]
    change = AmendAction(id=page.items[0].id, owner="Bauhof", due=date(2026, 12, 1))
    changed = await change_action(place.house, change, Call(ANNA, MONDAY))
    assert (changed.owner, changed.due, changed.text) == ("Bauhof", date(2026, 12, 1), page.items[0].text)
    await change_action(place.house, AmendAction(id=changed.id, done=True), Call(ANNA, MONDAY))
    assert not (await list_actions(place.house, ListActions(), Call(ANNA, MONDAY))).items
    assert (await list_actions(place.house, ListActions(done=True), Call(ANNA, MONDAY))).total == 1


async def test_the_same_action_entered_twice_is_one_and_an_empty_one_is_none(place: Place) -> None:
    said = AddAction(text="Ladekarte sperren", owner="Fuhrpark")
    first = await add_action(place.house, said, Call(ANNA, MONDAY))
    assert await add_action(place.house, said, Call(ANNA, MONDAY)) == first
    assert (await add_action(place.house, AddAction(text="Anderes"), Call(ANNA, MONDAY))).id != first.id
    with pytest.raises(RequestError, match="text_missing"):
        await add_action(place.house, AddAction(text="  "), Call(ANNA, MONDAY))
    with pytest.raises(NotFoundError, match=r"actions\.unknown"):
        await change_action(place.house, AmendAction(id=77), Call(ANNA, MONDAY))


async def mailed(place: Place, *recipients: str, now_utc: datetime = MONDAY, **given: Any) -> tuple[str, ...]:
    request = MakeFleetReport(**({"month": "2026-10", "mail": recipients} | given))
    return (await report_fleet(place.house, request, Call(ANNA, now_utc))).mailed


async def test_a_report_on_demand_is_mailed_at_once_and_once_per_revision(place: Place, boxes: Mailboxes) -> None:
    assert await mailed(place, "leitung") == ("leitung",)
    assert await mailed(place, "all", reason="noch einmal") == ("leitung",)
    assert [tos for tos, _ in boxes.letters] == [["fuhrpark@example.org"]]
    assert await mailed(place, "amt", scope="group:amt", language="de") == ("amt",)
    mail = email.message_from_bytes(boxes.letters[-1][1], policy=default)
    assert mail["Subject"] == "Fleet report, October 2026 – Vehicles of the group Amt"
    assert (await send(place)).prepared == 0, "who has it already gets it no second time by itself"


async def test_who_gets_another_scope_or_is_unknown_is_named_before_anything_is_made(
    place: Place, boxes: Mailboxes
) -> None:
    with pytest.raises(RequestError, match="not_their_scope"):
        await mailed(place, "leitung", "amt")
    with pytest.raises(NotFoundError, match="recipient_unknown"):
        await mailed(place, "niemand")
    with pytest.raises(RequestError, match="month_not_over"):
        await mailed(place, "leitung", month="2026-11")
    place.house = replace(place.house, report_post=None)
    with pytest.raises(ConflictError, match="no_server"):
        await mailed(place, "leitung")
    assert not boxes.letters
    assert not (await place.stores.ledger.reports(ReportFilter())).items


async def test_what_a_person_has_to_decide_is_an_alarm_until_it_is_decided(place: Place, boxes: Mailboxes) -> None:
    place.house = replace(place.house, inventory=lambda: inventory("refuses@example.org"))
    boxes.answers = ["drop"]
    await send(place)
    seen = (await undelivered_reports(place.house, Call(ANNA, MONDAY))).sightings
    assert {each.subject: each.finding.code for each in seen} == {
        "service:leitung": "alarms.report_refused",
        "service:amt": "alarms.report_uncertain",
    }
    assert dict(seen[0].finding.params)["period"] == "2026-10"
    for each in (await states(place)).values():
        await settle_sending(place.house, SettleSending(id=each.id), Call(ANNA, MONDAY))
    assert not (await undelivered_reports(place.house, Call(ANNA, MONDAY))).sightings
