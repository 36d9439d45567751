"""What every book of sendings must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import StoreError
from core.sendings import Sending, SendingState

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)


def sending(recipient: str = "landrat", **more: Any) -> Sending:
    made = Sending(
        report="fleet",
        period="2026-11",
        revision=1,
        recipient=recipient,
        message_id=f"<fleet-2026-11-r1-{recipient}@example.org>",
        state=SendingState.WAITING,
        created_at_utc=NOW,
    )
    return replace(made, **more)


async def test_a_sending_is_made_once_with_its_letter(ledger: Any) -> None:
    made = await ledger.keep_sending(sending(letter_digest="abc"), b"From: \xff\x00\r\n")
    assert made == sending(letter_digest="abc", id=made.id)
    assert await ledger.keep_sending(sending(letter_digest="other"), b"another") == made
    assert await ledger.sent_letter(made.id) == b"From: \xff\x00\r\n"
    assert await ledger.sent_letter(99) is None


async def test_attempts_are_kept_and_the_letter_stays_until_another_is_given(ledger: Any) -> None:
    made = await ledger.keep_sending(sending())
    assert await ledger.sent_letter(made.id) is None
    trying = replace(made, state=SendingState.SENDING, attempts=1, last_attempt_at_utc=NOW, letter_digest="d")
    assert await ledger.keep_sending(trying, b"letter") == trying
    sent = replace(trying, state=SendingState.SENT, answer="250 2.0.0 queued")
    assert await ledger.keep_sending(sent) == sent
    assert await ledger.sent_letter(made.id) == b"letter"
    assert await ledger.sendings() == (sent,)
    with pytest.raises(StoreError, match="row_unknown"):
        await ledger.keep_sending(sending(id=99))


async def test_sendings_come_newest_first_and_by_report_period_and_state(ledger: Any) -> None:
    first = await ledger.keep_sending(sending())
    again = timedelta(hours=1)
    second = await ledger.keep_sending(
        sending("kreistag", state=SendingState.REFUSED, created_at_utc=NOW + again, next_attempt_at_utc=NOW + 2 * again)
    )
    third = await ledger.keep_sending(sending("presse", period="2026-10", report="yearly"))
    assert await ledger.sendings() == (second, third, first)
    assert await ledger.sendings(period="2026-11") == (second, first)
    assert await ledger.sendings(report="yearly") == (third,)
    assert await ledger.sendings("fleet", states=[SendingState.REFUSED, SendingState.SENT]) == (second,)
    assert await ledger.sendings(states=[]) == ()
