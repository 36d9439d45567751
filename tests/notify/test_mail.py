"""Mails through a real server, with STARTTLS and a password."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.alarms import AlarmEvent
from notify.settings import MailSettings, NotifySettings, Recipient
from tests.notify.conftest import NOW, PASSWORD, MailServer, Open, alarm

ANNA = Recipient(name="anna", channel="mail", address="anna@landkreis.example")
BERTA = Recipient(name="berta", channel="mail", address="berta@landkreis.example", language="en")


def text_of(server: MailServer, number: int = 0, kind: str = "plain") -> str:
    body = server.mails[number].get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


async def test_an_alarm_arrives_in_each_ones_language_with_what_to_do_and_where_to_look(
    office: Open, mail_server: MailServer, mail_settings: MailSettings
) -> None:
    opened = office(NotifySettings(mail=mail_settings, recipients=(ANNA, BERTA)))
    await opened.tell(alarm())
    await opened.postman.deliver(NOW)
    german, english = mail_server.mails
    assert german["To"] == "anna@landkreis.example"
    assert german["From"] == "Kreiswatt <kreiswatt@landkreis.example>"
    assert german["Subject"] == "[Kreiswatt] Warnung: Zähler meldet sich nicht – a1 · Grundschule Musterau <1>"
    assert english["Subject"].startswith("[Kreiswatt] Warning – Meter is silent")
    assert german["Auto-Submitted"] == "auto-generated"
    text, html = text_of(mail_server), text_of(mail_server, kind="html")
    for part in ("Seit 3 Stunden kein Wert", "Stromversorgung", "https://energie.landkreis.example/alarms/a1"):
        assert part in text
        assert part in html
    assert "Musterau &lt;1&gt;" in html
    assert "No value for 3 hours" in text_of(mail_server, 1)
    box = (await opened.ledger.mailboxes())["anna"]
    assert (box.sent, box.waiting) == (1, 0)


async def test_several_alarms_go_in_one_mail_and_nothing_is_sent_twice(
    office: Open, mail_server: MailServer, mail_settings: MailSettings
) -> None:
    opened = office(NotifySettings(mail=mail_settings, recipients=(ANNA,)))
    over = alarm("a3", cleared_at_utc=NOW)
    await opened.tell(alarm("a1"), alarm("a2"), over)
    await opened.tell(over, event=AlarmEvent.RESOLVED)
    await opened.postman.deliver(NOW)
    await opened.postman.deliver(NOW + timedelta(hours=1))
    (mail,) = mail_server.mails
    assert mail["Subject"] == "[Kreiswatt] 2 Alarme, 1 behoben"
    text = text_of(mail_server)
    assert text.count("Zähler meldet sich nicht") == 3
    assert text.index("Behoben: Zähler") > text.index("Warnung: Zähler")


async def test_that_an_alarm_is_over_is_told_too(
    office: Open, mail_server: MailServer, mail_settings: MailSettings
) -> None:
    opened = office(NotifySettings(mail=mail_settings, recipients=(ANNA,)))
    await opened.tell(alarm(cleared_at_utc=NOW), event=AlarmEvent.RESOLVED)
    await opened.postman.deliver(NOW)
    assert mail_server.mails[0]["Subject"].startswith("[Kreiswatt] Behoben: Zähler meldet sich nicht")
    assert "Vorbei seit 22.11.2026, 11:00" in text_of(mail_server)


async def test_a_mail_that_is_refused_is_tried_again_later_with_the_same_message_id(
    office: Open, mail_server: MailServer, mail_settings: MailSettings
) -> None:
    opened = office(NotifySettings(mail=mail_settings, recipients=(ANNA,)))
    await opened.tell(alarm())
    mail_server.refuses = "451 4.3.0 bitte später"
    await opened.postman.deliver(NOW)
    box = (await opened.ledger.mailboxes())["anna"]
    assert (box.waiting, box.sent) == (1, 0)
    mail_server.refuses = ""
    await opened.postman.deliver(NOW + timedelta(seconds=50))
    assert mail_server.mails == []
    await opened.postman.deliver(NOW + timedelta(seconds=61))
    assert len(mail_server.mails) == 1
    again = office(NotifySettings(mail=mail_settings, recipients=(ANNA,)))
    await again.postman.deliver(NOW + timedelta(hours=1))
    assert len(mail_server.mails) == 1
    assert mail_server.mails[0]["Message-ID"].endswith("@landkreis.example>")


async def test_a_trial_says_what_happened_and_never_the_password(
    office: Open, mail_server: MailServer, mail_settings: MailSettings
) -> None:
    good = office(NotifySettings(mail=mail_settings, recipients=(ANNA,)))
    assert (await good.postman.try_out("anna", NOW)).sent
    assert mail_server.mails[0]["Subject"] == "[Kreiswatt] Testnachricht"
    outcomes = {}
    for name, changed in {
        "password": replace(mail_settings, password="falsch"),
        "authority": replace(mail_settings, authority=None),
        "port": replace(mail_settings, port=1),
        "server": None,
    }.items():
        bad = office(NotifySettings(mail=changed, recipients=(ANNA,)))
        trial = await bad.postman.try_out("anna", NOW)
        assert not trial.sent
        assert PASSWORD not in str(trial)
        outcomes[name] = trial.finding.code
    assert outcomes == {
        "password": "notify.mail_refused",
        "authority": "notify.mail_unreachable",
        "port": "notify.mail_unreachable",
        "server": "notify.no_mail_server",
    }
    assert len(mail_server.mails) == 1
    assert PASSWORD not in repr(mail_settings)


async def test_letters_to_somebody_who_is_no_longer_there_are_given_up(
    office: Open, mail_settings: MailSettings
) -> None:
    await office(NotifySettings(mail=mail_settings, recipients=(ANNA,))).tell(alarm())
    nobody = office(NotifySettings(mail=mail_settings))
    await nobody.postman.deliver(NOW)
    box = (await nobody.ledger.mailboxes())["anna"]
    assert (box.dead, box.waiting) == (1, 0)
