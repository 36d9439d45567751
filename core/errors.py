"""The errors of the whole service, few and named after who can act on them.

ServiceError
├── PayloadError          a sender's message is not usable; it is kept as a rejection
│   ├── FormatError       the bytes or their structure
│   └── ReadingError      a value or an instant in them
├── StoreError            the disk or the database; the administrator acts
├── ConfigError           the configuration folder; carries all mistakes at once
├── CalculationError      a figure that cannot be computed from what is there
└── RequestError          what a person or a program asked for
    ├── NotFoundError
    ├── ForbiddenError
    ├── ConflictError
    └── UnavailableError  a service or part that the request needs does not run
"""

from __future__ import annotations

from collections.abc import Sequence

from core.texts import Finding, Param


class ServiceError(Exception):
    """An error with a `finding`: a text code and its parameters, said in German or English at the edge."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.finding = Finding.of(code, **params)
        super().__init__(str(self.finding))


class PayloadError(ServiceError):
    """A message that cannot be used, whole or in part."""


class FormatError(PayloadError):
    """Bytes that are not what the format promises."""


class ReadingError(PayloadError):
    """A value or an instant that no reading may carry."""


class StoreError(ServiceError):
    """The store cannot keep or give data."""


class ConfigError(ServiceError):
    """The configuration is wrong; `findings` lists every mistake, each with file, line and key."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("config.invalid", count=len(findings))
        self.findings = tuple(findings)


class CalculationError(ServiceError):
    """A figure that cannot be computed; the finding is the reason."""


class RequestError(ServiceError):
    """A request that cannot be carried out as asked."""


class NotFoundError(RequestError):
    """Nothing has that name."""


class ForbiddenError(RequestError):
    """The actor's role or site scope does not allow it."""


class ConflictError(RequestError):
    """It contradicts what is already there."""


class UnavailableError(RequestError):
    """A part of the service that the request needs does not run."""
