"""A notifier that takes every letter for one recipient and sends none."""

from __future__ import annotations

from datetime import datetime

from core.alarms import Alarm, AlarmEvent
from core.errors import NotFoundError
from core.letters import Addressee, Letter, Trial
from core.texts import Finding


class Letterbox:
    """A notifier with one recipient, Anna, who wants everything."""

    def addressees(self) -> tuple[Addressee, ...]:
        return (
            Addressee(name="anna", channel="mail", address="a@b", sites=None, severities=(), kinds=(), language="de"),
        )

    def letters(self, alarm: Alarm, event: AlarmEvent, now_utc: datetime) -> tuple[Letter, ...]:
        at_utc = now_utc
        key = f"{alarm.id}.{event}"
        return (
            Letter(key=key, recipient="anna", alarm=alarm.id, event=event, written_at_utc=at_utc, due_at_utc=at_utc),
        )

    async def try_out(self, recipient: str, now_utc: datetime) -> Trial:  # noqa: ARG002
        if recipient != "anna":
            raise NotFoundError("notify.recipient_unknown", recipient=recipient)
        return Trial(recipient=recipient, sent=True, finding=Finding.of("notify.trial_taken", address="a@b"))
