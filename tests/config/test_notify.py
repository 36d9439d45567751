"""`notify:` of `kreiswatt.yaml`: recipients, with their mistakes and warnings."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import jsonschema_rs
import pytest

from config.load import check, load
from config.schema import settings_schema
from core.alarms import Severity

PLAIN = "data_dir: data\nembedded_broker: yes\nconsole: {public_url: 'https://energie.landkreis.example'}\nnotify:\n"
MAIL = "  mail: {host: mail.landkreis.example, sender: kreiswatt@landkreis.example}\n"
FULL = """\
  mail:
    host: mail.landkreis.example
    username: kreiswatt
    password: ${MAIL}
    sender: kreiswatt@landkreis.example
  quiet_hours: {begin: "20:00", end: "06:30"}
  recipients:
    - name: hausmeister
      mail: hausmeister@landkreis.example
      sites: [lra]
    - name: leitstelle
      webhook: https://leitstelle.landkreis.example/kreiswatt
      secret: ${HOOK}
      severities: [critical]
      kinds: [part_unwell]
      language: en
    - name: anzeige
      mqtt: {}
"""
SECRETS = {"MAIL": "korrekt-pferd-batterie", "HOOK": "ein-geheimnis-mit-laenge"}


def codes(folder: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    (folder / "kreiswatt.yaml").write_text(PLAIN + text, encoding="utf-8")
    known = {"config.embedded_broker_memory_only"}
    return [each.code for each in check(folder, environment or {}) if each.code not in known]


def test_without_recipients_nobody_is_told(folder: Path) -> None:
    assert load(folder, {}).settings.notify.recipients == ()


def test_all_ways_are_read_and_no_secret_is_shown(folder: Path) -> None:
    assert codes(folder, FULL, SECRETS) == []
    notify = load(folder, SECRETS).settings.notify
    keeper, control, display = notify.recipients
    assert notify.mail is not None
    assert (notify.mail.port, notify.mail.security, notify.mail.password) == (587, "starttls", SECRETS["MAIL"])
    assert notify.quiet_hours is not None
    assert (notify.quiet_hours.begin, notify.quiet_hours.end) == (time(20), time(6, 30))
    assert (keeper.channel, keeper.sites, keeper.language) == ("mail", frozenset({"lra"}), "de")
    assert (control.channel, control.secret, control.severities, control.kinds, control.language) == (
        "webhook",
        SECRETS["HOOK"],
        frozenset({Severity.CRITICAL}),
        frozenset({"part_unwell"}),
        "en",
    )
    assert (display.channel, display.broker, display.address) == ("mqtt", "main", "kreiswatt/alarms")
    assert not any(secret in repr(notify) for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAIL + "  recipients: [{name: a}]\n", "config.recipient_one_way"),
        (MAIL + "  recipients: [{name: a, mail: a@b.example, mqtt: {}}]\n", "config.recipient_one_way"),
        ("  recipients: [{name: a, mail: a@b.example}]\n", "config.recipient_without_server"),
        (MAIL + "  recipients: [{name: a, mail: anna}]\n", "config.mail_address_invalid"),
        (MAIL + "  recipients: [{name: a, mqtt: {}}, {name: a, mqtt: {}}]\n", "config.recipient_twice"),
        ("  recipients: [{name: a, mqtt: {broker: tts}}]\n", "config.recipient_broker_unknown"),
        ("  recipients: [{name: a, mqtt: {}, sites: [mond]}]\n", "config.recipient_site_unknown"),
        ("  recipients: [{name: a, mqtt: {}, kinds: [feuer]}]\n", "config.alarm_kind_unknown"),
        ("  recipients: [{name: a, mqtt: {}, severities: [schlimm]}]\n", "config.not_one_of"),
        ("  recipients: [{name: a, webhook: 'https://x.example'}]\n", "config.webhook_and_secret"),
        ("  recipients: [{name: a, webhook: 'https://x.example', secret: '${S}'}]\n", "config.webhook_secret_short"),
        ("  recipients: [{name: a, webhook: 'http://x.example', secret: '${L}'}]\n", "config.webhook_in_clear"),
        ("  quiet_hours: {begin: '25:00', end: '06:00'}\n", "config.clock_invalid"),
        ("  quiet_hours: {begin: '06:00', end: '06:00'}\n", "config.quiet_hours_empty"),
        ("  mail: {host: m.example, sender: k@b.example, username: k}\n", "config.mail_user_and_password"),
        ("  mail: {host: m.example, sender: k@b.example, security: none}\n", "config.mail_in_clear"),
    ],
)
def test_a_mistake_is_said_at_its_place(folder: Path, text: str, expected: str) -> None:
    assert codes(folder, text, {"S": "kurz", "L": "lang-genug-fuer-alle"}) == [expected]


def test_a_password_never_goes_out_in_clear(folder: Path) -> None:
    text = "  mail: {host: m.example, sender: k@b.example, username: k, password: '${P}', security: none}\n"
    assert codes(folder, text, {"P": "geheim"}) == ["config.mail_password_in_clear", "config.mail_in_clear"]
    here = text.replace("m.example", "127.0.0.1")
    assert codes(folder, here, {"P": "geheim"}) == []


def test_without_the_consoles_address_messages_have_no_link(folder: Path) -> None:
    (folder / "kreiswatt.yaml").write_text(
        "data_dir: data\nembedded_broker: yes\nnotify:\n  recipients: [{name: a, mqtt: {}}]\n", encoding="utf-8"
    )
    assert "config.notify_without_links" in [each.code for each in check(folder, {})]


@pytest.mark.parametrize(("begin", "fits"), [("20:00", True), ("20 Uhr", False)])
def test_an_editor_knows_the_section(begin: str, fits: bool) -> None:  # noqa: FBT001
    written = {"data_dir": "data", "notify": {"quiet_hours": {"begin": begin, "end": "06:30"}}}
    assert jsonschema_rs.validator_for(settings_schema("de")).is_valid(written) is fits
