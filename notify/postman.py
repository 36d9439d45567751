"""Takes letters out of the ledger, puts them into words, and brings them to their recipients.

At least once: a letter is taken for some minutes, and only what the other side has acknowledged is marked as
sent. Who is told twice can see it by the message id, the `Idempotency-Key`, or that the state is the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, assert_never
from zoneinfo import ZoneInfo

import orjson

from core.alarms import Alarm, AlarmBook, AlarmEvent
from core.errors import NotFoundError, UnavailableError
from core.inventory import Inventory
from core.letters import Addressee, Letter, OutboxBook, Publisher, Trial
from core.ports import Clock, Health
from core.texts import Finding
from notify import mail, webhook
from notify.errors import DeliveryError
from notify.rules import arrived, failed, given_up, letters_of
from notify.settings import MailSettings, NotifySettings, Recipient
from notify.words import News, Place, as_object

PAUSE_S = 10.0
HELD_FOR = timedelta(minutes=10)
"""So long nobody else gets letters that were taken: longer than telling one recipient of all of them may last."""

KEPT_FOR = timedelta(days=90)
MOST_IN_A_MAIL = 100


class Books(AlarmBook, OutboxBook, Protocol):
    """The books a postman needs."""


class Postman:
    """`core.ports.Daemon` and `core.alarms.Notifier` over the recipients of the settings.

    `publisher_of` gives the way to a broker by its name.
    """

    name = "notify"

    def __init__(
        self,
        settings: NotifySettings,
        *,
        books: Books,
        inventory: Callable[[], Inventory],
        publisher_of: Callable[[str], Publisher],
        clock: Clock,
        public_url: str = "",
        time_zone: str = "Europe/Berlin",
    ) -> None:
        self._settings = settings
        self._recipients = {recipient.name: recipient for recipient in settings.recipients}
        self._books = books
        self._inventory = inventory
        self._publisher_of = publisher_of
        self._clock = clock
        self._public_url = public_url
        self._zone = ZoneInfo(time_zone)
        self._tidied: date | None = None
        self._figures = {"sent": 0.0, "failed": 0.0}

    async def serve(self) -> None:
        """Bring what is due, every few seconds."""
        while True:
            await self.deliver(self._clock())
            await asyncio.sleep(PAUSE_S)

    def health(self) -> Health:
        """Return how many letters were taken by their recipients and how many attempts failed since the start."""
        return Health(name=self.name, ok=True, figures=dict(self._figures))

    def addressees(self) -> tuple[Addressee, ...]:
        """Return all recipients, in the order of the settings."""
        return tuple(_addressee(recipient) for recipient in self._settings.recipients)

    def letters(self, alarm: Alarm, event: AlarmEvent, now_utc: datetime) -> tuple[Letter, ...]:
        """Return the letters that an event of an alarm makes, one per recipient who wants it."""
        return letters_of(self._settings, alarm, event, now_utc, self._zone)

    async def deliver(self, now_utc: datetime) -> None:
        """Bring all letters that are due; what fails is due again later."""
        await self._tidy(now_utc)
        letters = await self._books.take_letters(now_utc, now_utc + HELD_FOR)
        for name in dict.fromkeys(letter.recipient for letter in letters):
            theirs = [letter for letter in letters if letter.recipient == name]
            recipient = self._recipients.get(name)
            if recipient is None:
                gone = Finding.of("notify.recipient_gone", recipient=name)
                await self._books.settle_letters(given_up(theirs, gone, now_utc))
            else:
                await self._bring(recipient, await self._news(theirs, now_utc), now_utc)

    async def try_out(self, recipient: str, now_utc: datetime) -> Trial:
        """Send a test message and return what became of it. Raises `NotFoundError` for an unknown recipient."""
        found = self._recipients.get(recipient)
        if found is None:
            raise NotFoundError("notify.recipient_unknown", recipient=recipient[:80])
        try:
            await self._try(found, now_utc)
        except (DeliveryError, UnavailableError) as error:
            return Trial(recipient=recipient, sent=False, finding=error.finding)
        taken = Finding.of("notify.trial_taken", address=_address(found))
        return Trial(recipient=recipient, sent=True, finding=taken)

    async def _try(self, recipient: Recipient, now_utc: datetime) -> None:
        match recipient.channel:
            case "mail":
                settings = self._mail()
                await mail.send(mail.trial_mail(recipient, settings, now_utc), settings)
            case "webhook":
                content = {"event": "test", "recipient": recipient.name}
                await webhook.post(recipient, content, f"test.{recipient.name}.{now_utc.timestamp()}", now_utc)
            case "mqtt":
                content = {"event": "test", "at_utc": now_utc.isoformat(timespec="seconds")}
                publisher = self._publisher_of(recipient.broker)
                await publisher.publish(f"{recipient.address}/test", orjson.dumps(content))
            case _:
                assert_never(recipient.channel)

    async def _news(self, letters: Iterable[Letter], now_utc: datetime) -> list[News]:
        """Return the letters by the alarm they are about; what is about none any more is given up."""
        by_alarm: dict[str, list[Letter]] = {}
        for letter in letters:
            by_alarm.setdefault(letter.alarm, []).append(letter)
        news: list[News] = []
        for name, its in by_alarm.items():
            alarm = await self._books.alarm(name)
            if alarm is None:
                gone = Finding.of("notify.alarm_gone", alarm=name)
                await self._books.settle_letters(given_up(its, gone, now_utc))
            else:
                news.append(News(alarm=alarm, letters=tuple(its)))
        return news

    async def _bring(self, recipient: Recipient, news: Sequence[News], now_utc: datetime) -> None:
        """Bring news in parcels; the first that is not taken ends it, as the others would wait as long."""
        size = MOST_IN_A_MAIL if recipient.channel == "mail" else 1
        for start in range(0, len(news), size):
            parcel = news[start : start + size]
            letters = [letter for one in parcel for letter in one.letters]
            try:
                await self._hand_over(recipient, parcel, now_utc)
            except (DeliveryError, UnavailableError) as error:
                rest = [letter for one in news[start:] for letter in one.letters]
                self._figures["failed"] += 1
                await self._books.settle_letters(failed(rest, error.finding, now_utc))
                return
            self._figures["sent"] += len(letters)
            await self._books.settle_letters(arrived(letters, now_utc))

    async def _hand_over(self, recipient: Recipient, parcel: Sequence[News], now_utc: datetime) -> None:
        place = Place(inventory=self._inventory(), public_url=self._public_url, zone=self._zone)
        match recipient.channel:
            case "mail":
                settings = self._mail()
                await mail.send(mail.mail_of(parcel, recipient, settings, place, now_utc), settings)
            case "webhook":
                for one in parcel:
                    for letter in one.letters:
                        content = as_object(one.alarm, AlarmEvent(letter.event), place, recipient.language)
                        await webhook.post(recipient, content, letter.key, now_utc)
            case "mqtt":
                for one in parcel:
                    await self._publish(recipient, one.alarm, place)
            case _:
                assert_never(recipient.channel)

    async def _publish(self, recipient: Recipient, alarm: Alarm, place: Place) -> None:
        """Publish how an alarm is now, retained below its subject, so that who comes later knows too."""
        event = AlarmEvent.RAISED if alarm.cleared_at_utc is None else AlarmEvent.RESOLVED
        content = as_object(alarm, event, place, recipient.language)
        topic = f"{recipient.address}/{topic_of(alarm)}"
        await self._publisher_of(recipient.broker).publish(topic, orjson.dumps(content), retained=True)

    def _mail(self) -> MailSettings:
        if self._settings.mail is None:
            raise DeliveryError("notify.no_mail_server")
        return self._settings.mail

    async def _tidy(self, now_utc: datetime) -> None:
        if self._tidied != now_utc.date():
            await self._books.forget_letters(now_utc - KEPT_FOR)
            self._tidied = now_utc.date()


def topic_of(alarm: Alarm) -> str:
    """Return the topic of an alarm's state, e.g. `meter/schule-a-strom/meter_silent`; wildcards become hyphens."""
    subject = alarm.subject.replace(":", "/", 1).translate(str.maketrans("+#\x00", "---"))
    return f"{subject}/{alarm.kind}"


def _addressee(recipient: Recipient) -> Addressee:
    return Addressee(
        name=recipient.name,
        channel=recipient.channel,
        address=_address(recipient),
        sites=recipient.sites,
        severities=tuple(sorted(recipient.severities)),
        kinds=tuple(sorted(recipient.kinds)),
        language=recipient.language,
    )


def _address(recipient: Recipient) -> str:
    """Return where messages go, as may be shown: of a webhook without what often is a secret in its path."""
    if recipient.channel != "webhook":
        return recipient.address
    scheme, _, rest = recipient.address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/…"
