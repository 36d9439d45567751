"""Webhooks: one signed POST per event of an alarm.

The body is JSON. `X-Kreiswatt-Signature` is `sha256=` and the HMAC-SHA256, under the recipient's secret, of
`X-Kreiswatt-Timestamp`, a full stop, and the body as sent. `Idempotency-Key` is the same however often an event
is sent. Any answer from 200 to 299 takes it; redirections are not followed.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from notify.errors import DeliveryError
from notify.settings import Recipient

TIMEOUT_S = 10.0
_REASON_LENGTH = 200


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what `X-Kreiswatt-Signature` says."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()


async def post(recipient: Recipient, content: dict[str, Any], key: str, now_utc: datetime) -> None:
    """Post an event. Raises `DeliveryError` if it is not taken. What is answered is not read."""
    import httpx  # noqa: PLC0415 - loaded with the first message

    body = orjson.dumps(content)
    timestamp = str(int(now_utc.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Kreiswatt",
        "Idempotency-Key": key,
        "X-Kreiswatt-Timestamp": timestamp,
        "X-Kreiswatt-Signature": signature(recipient.secret, timestamp, body),
    }
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("POST", recipient.address, content=body, headers=headers) as answer,
        ):
            status = answer.status_code
    except httpx.TimeoutException as error:
        raise DeliveryError("notify.webhook_slow", recipient=recipient.name, limit_s=int(TIMEOUT_S)) from error
    except httpx.HTTPError as error:
        reason = str(error)[:_REASON_LENGTH] or type(error).__name__
        raise DeliveryError("notify.webhook_unreachable", recipient=recipient.name, reason=reason) from error
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise DeliveryError("notify.webhook_redirected", recipient=recipient.name, status=status)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise DeliveryError("notify.webhook_refused", recipient=recipient.name, status=status)
