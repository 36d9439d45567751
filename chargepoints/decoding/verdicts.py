"""Verdicts on tags in the words of each version.

What 1.6 has no word for is said as Blocked: "not allowed for charging". Nothing is answered NotAllowedTypeEVSE
or Unknown here; both are understood where a journal has them. ConcurrentTx answers what begins a transaction only
(OCPP 1.6 7.2, OCPP 2.0.1 AuthorizationStatusEnumType), which is where the registrar gives that verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from chargepoints.decoding.events import Decision
from core.facts import TagVerdict

WORDS_16: Final[Mapping[TagVerdict, str]] = {
    TagVerdict.ACCEPTED: "Accepted",
    TagVerdict.BLOCKED: "Blocked",
    TagVerdict.EXPIRED: "Expired",
    TagVerdict.INVALID: "Invalid",
    TagVerdict.NONE: "Invalid",
    TagVerdict.NOT_HERE: "Blocked",
    TagVerdict.NOT_NOW: "Blocked",
    TagVerdict.NO_CREDIT: "Blocked",
    TagVerdict.CONCURRENT: "ConcurrentTx",
    TagVerdict.NOT_THIS_OUTLET: "Blocked",
}

WORDS_2: Final[Mapping[TagVerdict, str]] = {
    TagVerdict.ACCEPTED: "Accepted",
    TagVerdict.BLOCKED: "Blocked",
    TagVerdict.EXPIRED: "Expired",
    TagVerdict.INVALID: "Invalid",
    TagVerdict.NONE: "Accepted",  # a token of type NoAuthorization asks for no verdict
    TagVerdict.NOT_HERE: "NotAtThisLocation",
    TagVerdict.NOT_NOW: "NotAtThisTime",
    TagVerdict.NO_CREDIT: "NoCredit",
    TagVerdict.CONCURRENT: "ConcurrentTx",
    TagVerdict.NOT_THIS_OUTLET: "NotAllowedTypeEVSE",
}

VERDICT_OF: Final[Mapping[str, TagVerdict]] = {
    "Accepted": TagVerdict.ACCEPTED,
    "Blocked": TagVerdict.BLOCKED,
    "ConcurrentTx": TagVerdict.CONCURRENT,
    "Expired": TagVerdict.EXPIRED,
    "Invalid": TagVerdict.INVALID,
    "NoCredit": TagVerdict.NO_CREDIT,
    "NotAllowedTypeEVSE": TagVerdict.NOT_THIS_OUTLET,
    "NotAtThisLocation": TagVerdict.NOT_HERE,
    "NotAtThisTime": TagVerdict.NOT_NOW,
    "Unknown": TagVerdict.INVALID,
}
"""What a word of any version says: how a replay learns what was answered."""


def id_tag_info(decision: Decision) -> dict[str, Any]:
    """Return the verdict as 1.6 says it, with the card's group and until when a station may remember it."""
    return {"status": WORDS_16[decision.verdict]} | _more(decision, "expiryDate", "parentIdTag", decision.card_group)


def id_token_info(decision: Decision) -> dict[str, Any]:
    """Return the verdict as 2.x says it."""
    group = {"idToken": decision.card_group, "type": "Central"}
    return {"status": WORDS_2[decision.verdict]} | _more(decision, "cacheExpiryDateTime", "groupIdToken", group)


def _more(decision: Decision, until_name: str, group_name: str, group: object) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if decision.until_utc is not None:
        until_utc = decision.until_utc.astimezone(UTC).replace(tzinfo=None)
        said[until_name] = until_utc.isoformat(timespec="milliseconds") + "Z"
    if decision.card_group:
        said[group_name] = group
    return said
