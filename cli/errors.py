"""Errors on the command line: what is wrong and what to do, in the user's language, and the exit code."""

from __future__ import annotations

import sys

from core.errors import ConfigError, RequestError, ServiceError
from core.texts import Language, catalogue

FAILED = 1
WRONG = 2


class WrongUsageError(RequestError):
    """A command line that means nothing."""


def say_error(error: ServiceError, language: Language) -> int:
    """Print an error to stderr and return the exit code: 2 for wrong usage or configuration, else 1."""
    texts = catalogue(language)
    detail = getattr(error, "detail", "") or texts.tell(error.finding)
    print(detail, file=sys.stderr)
    lines = getattr(error, "lines", None) or [texts.tell(each) for each in getattr(error, "findings", ())]
    for line in lines:
        print(f"  {line}", file=sys.stderr)
    return WRONG if lines or isinstance(error, (ConfigError, WrongUsageError)) else FAILED
