"""What brings letters to their recipients, joined to the brokers of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import UnavailableError
from core.letters import Publisher
from core.ports import Clock
from notify.postman import Books, Postman
from notify.report_mail import SmtpReports

if TYPE_CHECKING:
    from cli.wire import Shelf


def post_office(shelf: Shelf, books: Books, clock: Clock) -> Postman:
    """Return the postman for the recipients of the settings."""
    settings = shelf.configuration.settings

    def publisher_of(broker: str) -> Publisher:
        from ingest.publisher import BrokerPublisher

        found = next((each for each in settings.brokers if each.name == broker), None)
        if found is None:
            raise UnavailableError("notify.broker_unknown", broker=broker)
        return BrokerPublisher(found)

    return Postman(
        settings.notify,
        books=books,
        inventory=shelf.inventory,
        publisher_of=publisher_of,
        clock=clock,
        public_url=settings.console.public_url,
    )


def report_post(shelf: Shelf) -> SmtpReports | None:
    """Return what sends reports, None where no mail server is configured."""
    settings = shelf.configuration.settings.notify
    return SmtpReports(settings.mail) if settings.mail else None
