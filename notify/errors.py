"""The one way in which telling somebody fails."""

from __future__ import annotations

from core.errors import ServiceError


class DeliveryError(ServiceError):
    """A message that was not taken; the finding says why. It is tried again."""
