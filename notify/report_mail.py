"""Mails with reports: text, the same as simple HTML without anything from afar, the files; and their way to the server.

What fails before the letter itself is given is tried again or was refused. Once it is given, only the server's answer
tells what became of it: where none comes nobody knows, and a person decides.
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from core.report_post import Delivery, Outcome, ReportLetter
from notify.settings import MailSettings
from notify.words import one_line

if TYPE_CHECKING:
    from jinja2 import Template

PRODUCT: Final = "Kreiswatt"
ANSWER_LENGTH: Final = 200
OK: Final = 250
ACCEPTED: Final = frozenset({250, 251})
FINAL_FROM: Final = 500


class SmtpReports:
    """`core.report_post.ReportPost` over SMTP."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def domain(self) -> str:
        """Return the domain of the sender."""
        return self._settings.sender.rpartition("@")[2]

    def write(self, letter: ReportLetter, sent: str) -> bytes:
        """Return the mail as bytes."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = one_line(letter.subject)
        mail["From"] = formataddr((PRODUCT, self._settings.sender))
        mail["To"] = letter.address
        mail["Date"] = sent
        mail["Message-ID"] = letter.message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = letter.language
        mail.set_content(_plain(letter))
        mail.add_alternative(_template().render(letter=letter), subtype="html")
        for name, content, media in letter.files:
            main, _, sub = media.partition("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return bytes(mail)

    async def deliver(self, mail: bytes, address: str) -> Delivery:
        """Give a mail to the server and return what became of it."""
        return await asyncio.to_thread(_deliver, mail, address, self._settings)


def _deliver(mail: bytes, address: str, settings: MailSettings) -> Delivery:
    try:
        server = _connected(settings)
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.LATER, _said(error))
    try:
        answered = _addressed(server, address, settings)
        return answered or _given(server, mail)
    finally:
        server.close()


def _connected(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=settings.authority)
    own, timeout_s = socket.gethostname(), settings.timeout_s
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, own, timeout=timeout_s, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, own, timeout=timeout_s)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.username:
            server.login(settings.username, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _addressed(server: smtplib.SMTP, address: str, settings: MailSettings) -> Delivery | None:
    """Say from whom and to whom; return what became of it if that was not accepted."""
    try:
        server.ehlo_or_helo_if_needed()
        for code, said in (server.mail(settings.sender), server.rcpt(address)):
            if code not in ACCEPTED:
                return _answered(code, said)
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.LATER, _said(error))
    return None


def _given(server: smtplib.SMTP, mail: bytes) -> Delivery:
    """Give the letter itself: from here on only the answer tells what became of it."""
    try:
        return _answered(*server.data(mail))
    except smtplib.SMTPDataError as error:  # the server did not want to hear it at all
        return _answered(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.UNCERTAIN, _said(error))


def _answered(code: int, said: bytes | str) -> Delivery:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    answer = one_line(f"{code} {text}")[:ANSWER_LENGTH]
    if code == OK:
        return Delivery(Outcome.TAKEN, answer)
    return Delivery(Outcome.REFUSED if code >= FINAL_FROM else Outcome.LATER, answer)


def _said(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__)[:ANSWER_LENGTH]


def _plain(letter: ReportLetter) -> str:
    sentences = "\n\n".join(f"{text}\n  {figure}" for text, figure in letter.sentences)
    tiles = "\n".join(f"{label}: {value} ({change})" for label, value, change in letter.tiles)
    return f"{letter.lead}\n\n{sentences}\n\n{tiles}\n\n-- \n{letter.foot}\n"


@cache
def _template() -> Template:
    from jinja2 import Environment  # noqa: PLC0415 - loaded with the first mail

    text = (resources.files("notify") / "report_mail.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(text)
