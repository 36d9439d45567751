"""Mails: several alarms in one, as plain text and as simple HTML, and their way to the server."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import TYPE_CHECKING

from core.texts import Catalogue, Language, catalogue
from notify.errors import DeliveryError
from notify.settings import MailSettings, Recipient
from notify.words import Item, News, Place, items, one_line, subject_line

if TYPE_CHECKING:
    from jinja2 import Template

PRODUCT = "Kreiswatt"
_REASON_LENGTH = 200


def mail_of(
    news: Sequence[News], recipient: Recipient, settings: MailSettings, place: Place, now_utc: datetime
) -> EmailMessage:
    """Return one mail about alarms. The same letters make the same message id, however often it is sent."""
    texts = catalogue(recipient.language)
    shown = items(news, place, recipient.language)
    keys = sorted(letter.key for one in news for letter in one.letters)
    lead = texts.say("notify.lead", count=len(shown)) if len(shown) > 1 else ""
    foot = texts.say("notify.foot", name=recipient.name)
    mail = _envelope(settings, recipient, subject_line(shown, texts), "\n".join(keys), now_utc)
    mail.set_content(_plain(shown, texts, lead, foot))
    mail.add_alternative(_html(shown, texts, lead, foot, recipient.language), subtype="html")
    return mail


def trial_mail(recipient: Recipient, settings: MailSettings, now_utc: datetime) -> EmailMessage:
    """Return a mail that says only that mails arrive."""
    texts = catalogue(recipient.language)
    lead, foot = texts.say("notify.trial_text"), texts.say("notify.foot", name=recipient.name)
    mail = _envelope(settings, recipient, texts.say("notify.trial_subject"), now_utc.isoformat(), now_utc)
    mail.set_content(_plain((), texts, lead, foot))
    mail.add_alternative(_html((), texts, lead, foot, recipient.language), subtype="html")
    return mail


async def send(mail: EmailMessage, settings: MailSettings) -> None:
    """Hand a mail to the server. Raises `DeliveryError` if it is not taken."""
    try:
        await asyncio.to_thread(_hand_over, mail, settings)
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError("notify.mail_no_starttls", host=settings.host) from error
    except smtplib.SMTPException as error:
        raise DeliveryError("notify.mail_refused", host=settings.host, reason=_reason(error)) from error
    except OSError as error:
        raise DeliveryError(
            "notify.mail_unreachable", host=settings.host, port=settings.port, reason=_reason(error)
        ) from error


def _hand_over(mail: EmailMessage, settings: MailSettings) -> None:
    context = ssl.create_default_context(cafile=settings.authority)
    # Our own name in short: looking the long one up may take as long as the mail.
    own, timeout_s = socket.gethostname(), settings.timeout_s
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, own, timeout=timeout_s, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, own, timeout=timeout_s)
    with server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.username:
            server.login(settings.username, settings.password)
        server.send_message(mail)


def _envelope(settings: MailSettings, recipient: Recipient, subject: str, same: str, now_utc: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = one_line(f"[{PRODUCT}] {subject}")
    mail["From"] = formataddr((PRODUCT, settings.sender))
    mail["To"] = recipient.address
    mail["Date"] = format_datetime(now_utc)
    digest = blake2b(f"{recipient.name}\n{same}".encode(), digest_size=16).hexdigest()
    mail["Message-ID"] = f"<{digest}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = recipient.language
    return mail


def _plain(shown: Sequence[Item], texts: Catalogue, lead: str, foot: str) -> str:
    blocks = [lead] if lead else []
    for item in shown:
        kind = texts.say("notify.is_over") if item.is_over else item.severity
        lines = [f"{kind}: {item.title}", item.place, "", item.text, *item.times]
        lines += ["", item.action] if item.action else []
        lines += ["", item.url] if item.url else []
        blocks.append("\n".join(lines))
    return "\n\n\n".join([*blocks, f"-- \n{foot}"]) + "\n"


def _html(shown: Sequence[Item], texts: Catalogue, lead: str, foot: str, language: Language) -> str:
    return _template().render(
        items=shown,
        lead=lead,
        foot=foot,
        language=language,
        over=texts.say("notify.is_over"),
        open=texts.say("notify.open"),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment  # noqa: PLC0415 - loaded with the first mail

    text = (resources.files("notify") / "mail.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(text)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return one_line(f"{error.smtp_code} {text}")[:_REASON_LENGTH]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return one_line(f"{code} {said.decode('utf-8', 'replace')}")[:_REASON_LENGTH]
    return one_line(str(error) or type(error).__name__)[:_REASON_LENGTH]
