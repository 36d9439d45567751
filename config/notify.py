"""`notify:` of `kreiswatt.yaml`: who is told of alarms, and the ways to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema

from config.credentials import Vault
from config.findings import Locator
from config.forms import Form
from config.tree import Step
from config.values import FilePath, Host, MailAddress, Number, Port, Secret, Slug, Topic, Url, matching
from core.alarms import ALARMS, Severity
from core.inventory import Inventory
from core.texts import Finding, Language
from notify.settings import Channel, MailSettings, NotifySettings, QuietHours, Recipient

_WAY: Final = ("notify",)
_RECIPIENTS: Final = ("notify", "recipients")
CHANNELS: Final[tuple[Channel, ...]] = ("mail", "webhook", "mqtt")
SECRET_LENGTH_MIN: Final = 16


def _clock(written: Any) -> time:
    text = str(written)
    matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "config.clock_invalid")(text)
    return time.fromisoformat(text)


ClockTime = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
]


class MailForm(Form):
    """The server that takes our mails."""

    host: Host
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = Field(default="", max_length=200)
    password: Secret | None = None
    sender: MailAddress
    authority: FilePath | None = None
    timeout_s: Number = Field(default=30.0, ge=1, le=300)


class QuietHoursForm(Form):
    """When no mail disturbs anybody."""

    begin: ClockTime
    end: ClockTime


class RecipientMqttForm(Form):
    """Where on a broker the state of alarms is kept."""

    broker: Slug = "main"
    topic: Topic = "kreiswatt/alarms"


class RecipientForm(Form):
    """Somebody, or something, that is told."""

    name: Slug
    mail: MailAddress | None = None
    webhook: Annotated[Url, Field(min_length=1)] | None = None
    secret: Secret | None = None
    mqtt: RecipientMqttForm | None = None
    sites: tuple[Slug, ...] = ()
    severities: tuple[Severity, ...] = Field(default=(Severity.WARNING, Severity.CRITICAL), min_length=1)
    kinds: tuple[str, ...] = ()
    language: Language = "de"


class NotifyForm(Form):
    """Notifications."""

    mail: MailForm | None = None
    quiet_hours: QuietHoursForm | None = None
    recipients: tuple[RecipientForm, ...] = ()


def notify_mistakes(form: NotifyForm, locator: Locator, brokers: Sequence[str]) -> list[Finding]:
    """Return what does not fit together, each at its key."""
    findings, names = list(_mail_mistakes(form, locator)), set[str]()
    if form.quiet_hours and form.quiet_hours.begin == form.quiet_hours.end:
        findings.append(locator.finding("config.quiet_hours_empty", (*_WAY, "quiet_hours")))
    for place, recipient in enumerate(form.recipients):
        way = (*_RECIPIENTS, place)
        if recipient.name in names:
            findings.append(locator.finding("config.recipient_twice", (*way, "name"), found=recipient.name))
        names.add(recipient.name)
        findings += _recipient_mistakes(recipient, form, locator, way, brokers)
    return findings


def notify_advice(form: NotifyForm, locator: Locator, *, public_url: str) -> list[Finding]:
    """Return the warnings about settings that work but should be known."""
    findings = []
    if form.mail and form.mail.security == "none" and not _is_here(form.mail.host):
        findings.append(locator.finding("config.mail_in_clear", (*_WAY, "mail", "security"), found=form.mail.host))
    for place, recipient in enumerate(form.recipients):
        parts = urlsplit(recipient.webhook or "")
        if parts.scheme == "http" and not _is_here(parts.hostname or ""):
            way = (*_RECIPIENTS, place, "webhook")
            findings.append(locator.finding("config.webhook_in_clear", way, found=parts.hostname or ""))
    if form.recipients and not public_url:
        findings.append(locator.finding("config.notify_without_links", _WAY))
    return findings


def unknown_sites(form: NotifyForm, locator: Locator, inventory: Inventory) -> list[Finding]:
    """Return the sites of recipients that are not in the inventory."""
    return [
        locator.finding("config.recipient_site_unknown", (*_RECIPIENTS, place, "sites", number), found=site)
        for place, recipient in enumerate(form.recipients)
        for number, site in enumerate(recipient.sites)
        if site not in inventory.sites
    ]


def notify_of(form: NotifyForm, folder: Path, vault: Vault) -> NotifySettings:
    """Return the settings; what a secret's place does not give is empty here and a finding of the vault."""
    quiet = form.quiet_hours
    return NotifySettings(
        mail=_mail(form.mail, folder, vault) if form.mail else None,
        quiet_hours=QuietHours(quiet.begin, quiet.end) if quiet else None,
        recipients=tuple(_recipient(each, place, vault) for place, each in enumerate(form.recipients)),
    )


def _mail_mistakes(form: NotifyForm, locator: Locator) -> Iterator[Finding]:
    mail = form.mail
    if mail is None:
        return
    if bool(mail.username) != bool(mail.password):
        key = "username" if mail.username else "password"
        yield locator.finding("config.mail_user_and_password", (*_WAY, "mail", key))
    if mail.password and mail.security == "none" and not _is_here(mail.host):
        yield locator.finding("config.mail_password_in_clear", (*_WAY, "mail", "security"), found=mail.host)


def _recipient_mistakes(
    recipient: RecipientForm, form: NotifyForm, locator: Locator, way: tuple[Step, ...], brokers: Sequence[str]
) -> Iterator[Finding]:
    if len(_channels(recipient)) != 1:
        yield locator.finding("config.recipient_one_way", way, found=recipient.name)
    if recipient.mail and form.mail is None:
        yield locator.finding("config.recipient_without_server", (*way, "mail"))
    if bool(recipient.webhook) != bool(recipient.secret):
        key = "webhook" if recipient.webhook else "secret"
        yield locator.finding("config.webhook_and_secret", (*way, key))
    if recipient.mqtt and recipient.mqtt.broker not in brokers:
        known = ", ".join(brokers)
        yield locator.finding(
            "config.recipient_broker_unknown", (*way, "mqtt", "broker"), found=recipient.mqtt.broker, known=known
        )
    for number, kind in enumerate(recipient.kinds):
        if kind not in ALARMS:
            known = ", ".join(ALARMS)
            yield locator.finding("config.alarm_kind_unknown", (*way, "kinds", number), found=kind, known=known)


def _channels(recipient: RecipientForm) -> list[Channel]:
    return [channel for channel in CHANNELS if getattr(recipient, channel) is not None]


def _mail(form: MailForm, folder: Path, vault: Vault) -> MailSettings:
    plain: Mapping[str, Any] = form.model_dump(exclude={"password", "authority"})
    authority = folder / form.authority if form.authority else None
    if authority:
        vault.expect_file(authority, (*_WAY, "mail", "authority"))
    password = vault.text(form.password, (*_WAY, "mail", "password")) if form.password else ""
    return MailSettings(**plain, authority=authority, password=password)


def _recipient(form: RecipientForm, place: int, vault: Vault) -> Recipient:
    way = (*_RECIPIENTS, place, "secret")
    secret = vault.text(form.secret, way) if form.secret else ""
    if secret and len(secret) < SECRET_LENGTH_MIN:
        vault.findings.append(vault.locator.finding("config.webhook_secret_short", way, limit=SECRET_LENGTH_MIN))
    channel = (_channels(form) or ["mail"])[0]
    return Recipient(
        name=form.name,
        channel=channel,
        address=form.mail or form.webhook or (form.mqtt.topic if form.mqtt else ""),
        secret=secret,
        broker=form.mqtt.broker if form.mqtt else "",
        sites=frozenset(form.sites) or None,
        severities=frozenset(form.severities),
        kinds=frozenset(form.kinds),
        language=form.language,
    )


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
