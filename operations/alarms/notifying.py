"""Who is told of alarms, and whether it arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import UnavailableError
from core.letters import Addressee, LetterState, Mailbox
from core.ports import Page
from operations.house import Call, House
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecipients:
    """All recipients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecipient:
    """Whom to send a test message, by the name in the settings."""

    __test__ = False
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRow:
    """A recipient, what reaches them, and how it stands: letters waiting, sent lately, given up.

    `sites` is None for all; `kinds` is empty for all that are sent by default.
    """

    name: str
    channel: str
    address: str
    language: str
    severities: tuple[str, ...]
    kinds: tuple[str, ...]
    sites: tuple[str, ...] | None
    waiting: int
    sent: int
    dead: int
    last_state: LetterState | None
    last_at_utc: datetime | None
    problem: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """Whether a test message was taken, and what was said; `revived` letters are tried once more."""

    __test__ = False
    recipient: str
    sent: bool
    finding: Told
    revived: int


async def list_recipients(house: House, _request: ListRecipients, _call: Call) -> Page[RecipientRow]:
    """Return who is told of alarms; nobody where no recipient is configured."""
    boxes = await house.ledger.mailboxes()
    listed = house.notifier.addressees() if house.notifier else ()
    rows = tuple(_row(each, boxes.get(each.name, Mailbox())) for each in listed)
    return Page(rows, len(rows))


async def test_recipient(house: House, request: TestRecipient, call: Call) -> TestResult:
    """Send a test message and say what happened. If it was taken, what had been given up is tried once more.

    Raises `NotFoundError` for an unknown recipient, `UnavailableError` where nobody is configured.
    """
    if house.notifier is None:
        raise UnavailableError("notify.nobody")
    trial = await house.notifier.try_out(request.name, call.now_utc)
    revived = await house.ledger.revive_letters(request.name, call.now_utc) if trial.sent else 0
    return TestResult(recipient=trial.recipient, sent=trial.sent, finding=Told.of(trial.finding), revived=revived)


def _row(each: Addressee, box: Mailbox) -> RecipientRow:
    return RecipientRow(
        name=each.name,
        channel=each.channel,
        address=each.address,
        language=each.language,
        severities=each.severities,
        kinds=each.kinds,
        sites=None if each.sites is None else tuple(sorted(each.sites)),
        waiting=box.waiting,
        sent=box.sent,
        dead=box.dead,
        last_state=box.last_state,
        last_at_utc=box.last_at_utc,
        problem=Told.of(box.finding) if box.finding else None,
    )
