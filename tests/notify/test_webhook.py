"""Webhooks to a real web server: signed, once per event, never redirected."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta

from core.alarms import AlarmEvent
from core.letters import LetterState
from notify.rules import MOST_ATTEMPTS
from notify.settings import NotifySettings, Recipient
from tests.notify.conftest import NOW, Hook, Open, alarm

SECRET = "ein-geheimnis-von-32-zeichen-laenge"


def settings(hook: Hook) -> NotifySettings:
    return NotifySettings(
        recipients=(Recipient(name="leitstelle", channel="webhook", address=hook.url, secret=SECRET),)
    )


async def test_an_event_is_posted_with_a_signature_that_the_receiver_can_check(office: Open, hook: Hook) -> None:
    opened = office(settings(hook))
    await opened.tell(alarm())
    await opened.postman.deliver(NOW)
    ((headers, body),) = hook.posted
    said = json.loads(body)
    expected = hmac.new(SECRET.encode(), f"{int(NOW.timestamp())}.".encode() + body, "sha256").hexdigest()
    assert headers["X-Kreiswatt-Signature"] == f"sha256={expected}"
    assert headers["Idempotency-Key"] == "a1.raised.leitstelle"
    assert (said["event"], said["severity"], said["subject"], said["site"]) == (
        "raised",
        "warning",
        "meter:a1",
        "schule",
    )
    assert said["finding"] == {"code": "alarms.meter_silent_hours", "params": {"count": 3}}
    assert said["url"] == "https://energie.landkreis.example/alarms/a1"
    assert SECRET not in body.decode() + repr(settings(hook))


async def test_a_redirection_is_not_followed_and_an_error_stops_until_later(office: Open, hook: Hook) -> None:
    opened = office(settings(hook))
    await opened.tell(alarm("a1"), alarm("a2"))
    hook.answers = 307
    await opened.postman.deliver(NOW)
    assert hook.paths == ["/hook"]
    hook.answers = 503
    await opened.postman.deliver(NOW + timedelta(minutes=2))
    hook.answers = 200
    await opened.postman.deliver(NOW + timedelta(minutes=5))
    keys = [headers["Idempotency-Key"] for headers, _ in hook.posted]
    assert keys == ["a1.raised.leitstelle"] * 3 + ["a2.raised.leitstelle"]


async def test_after_many_attempts_letters_are_given_up_and_a_trial_brings_them_back(office: Open, hook: Hook) -> None:
    opened = office(settings(hook))
    await opened.tell(alarm())
    hook.answers = 500
    at = NOW
    for _ in range(MOST_ATTEMPTS):
        await opened.postman.deliver(at)
        at += timedelta(hours=1)
    box = (await opened.ledger.mailboxes())["leitstelle"]
    assert (box.dead, box.last_state) == (1, LetterState.DEAD)
    assert box.finding is not None
    assert box.finding.code == "notify.webhook_refused"
    assert not (await opened.postman.try_out("leitstelle", at)).sent
    hook.answers = 200
    trial = await opened.postman.try_out("leitstelle", at)
    assert trial.sent
    assert json.loads(hook.posted[-1][1])["event"] == "test"
    assert "hook" not in str(trial.finding)
    await opened.ledger.revive_letters("leitstelle", at)
    await opened.postman.deliver(at)
    assert (await opened.ledger.mailboxes())["leitstelle"].last_state is LetterState.SENT


async def test_both_ends_of_an_alarm_are_events_of_their_own(office: Open, hook: Hook) -> None:
    opened = office(settings(hook))
    await opened.tell(alarm())
    await opened.tell(alarm(cleared_at_utc=NOW), event=AlarmEvent.RESOLVED)
    await opened.postman.deliver(NOW)
    said = [json.loads(body) for _, body in hook.posted]
    assert sorted(one["event"] for one in said) == ["raised", "resolved"]
    assert {one["state"] for one in said} == {"cleared"}


async def test_who_does_not_listen_is_said_to_be_unreachable(office: Open, hook: Hook) -> None:
    recipient = Recipient(name="x", channel="webhook", address="http://127.0.0.1:1/", secret=SECRET)
    trial = await office(NotifySettings(recipients=(recipient,))).postman.try_out("x", NOW)
    assert (trial.sent, trial.finding.code) == (False, "notify.webhook_unreachable")
    assert hook.posted == []
