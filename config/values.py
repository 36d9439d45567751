"""How single values are written in the configuration: ids, days, amounts, numbers, addresses.

Every type reads the text that stands in the file and refuses with a text code that says what
was expected, so the same check serves files, managed changes and the schema for editors.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from core.secrets import is_secret_setting

MAX_ID_LENGTH = 48
"""OCPP 2.0.1 limits a station's identity to 48 characters; one limit serves all ids."""

_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_COMMA = re.compile(r"-?\d+,\d+\Z")


def matching(pattern: str, code: str) -> Callable[[str], str]:
    """Return a check that refuses text which the whole pattern does not match, with `code`."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise _refusal(code)
        return text

    return check


def _refusal(code: str, **params: object) -> PydanticCustomError:
    return PydanticCustomError(code, "see the catalogue", params)


def is_slug(text: str) -> bool:
    """Return whether `text` can be an id: small letters, digits and hyphens, a letter first, 48 at most."""
    return len(text) <= MAX_ID_LENGTH and re.fullmatch(r"[a-z][a-z0-9-]*", text) is not None


def _point_not_comma(value: Any) -> Any:
    if isinstance(value, str) and _COMMA.match(value.strip()):
        raise _refusal("config.decimal_comma", suggestion=value.strip().replace(",", "."))
    return value


def _day(value: Any) -> Any:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _refusal("config.not_a_day")


def _clock(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(_CLOCK, value):
        return time.fromisoformat(value)
    raise _refusal("config.not_a_time")


def _end_clock(value: Any) -> Any:
    return time() if value == "24:00" else _clock(value)


def _amount(value: Any) -> Any:
    value = _point_not_comma(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", value, re.ASCII):
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        raise _refusal("config.too_many_digits")
    raise _refusal("config.not_an_amount")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _refusal("config.time_zone_unknown") from None
    return name


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        sound = False
    if text and not sound:
        raise _refusal("config.url_invalid")
    return text.rstrip("/")


def _topic(text: str) -> str:
    if not text or set("+#\x00") & set(text) or text != text.strip("/ "):
        raise _refusal("config.topic_invalid")
    return text


def _topic_filter(text: str) -> str:
    levels = text.split("/")
    misplaced = any(("#" in level and level != "#") or ("+" in level and level != "+") for level in levels)
    if not text or misplaced or "#" in levels[:-1]:
        raise _refusal("config.topic_filter_invalid")
    return text


def _secret_reference(text: str) -> str:
    if re.fullmatch(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:[^\x00-\x1f]+", text):
        return text
    raise _refusal("config.secret_in_plain")


def station_url(text: str) -> str:
    """Return an address that stations connect to by WebSocket, or nothing. Refuses another."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("ws", "wss") and bool(parts.hostname) and not parts.username
    except ValueError:
        sound = False
    if text and not sound:
        raise _refusal("config.station_url_invalid")
    return text


def setting_key(text: str) -> str:
    """Return what a station calls a setting. Refuses nothing at all, and secrets, which stand in no profile."""
    if not text.strip():
        raise _refusal("config.text_empty")
    if is_secret_setting(text):
        raise _refusal("config.profile_secret")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200)]
Identity = Annotated[str, AfterValidator(matching(r"[^/\x00-\x20\x7f]{0,48}", "config.identity_invalid"))]
"""A station's name in its address, where it is none of our ids; OCPP 2.0.1 limits it to 48 characters."""
Slug = Annotated[str, AfterValidator(matching(rf"[a-z][a-z0-9-]{{0,{MAX_ID_LENGTH - 1}}}", "config.slug_invalid"))]
Day = Annotated[date, BeforeValidator(_day)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Begin = Annotated[time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK}$"})]
End = Annotated[time, BeforeValidator(_end_clock), WithJsonSchema({"type": "string", "pattern": f"^({_CLOCK}|24:00)$"})]
"""A time of day, `HH:MM`; as an end both `24:00` and `00:00` are the midnight after."""
Month = Annotated[str, AfterValidator(matching(r"20[0-9]{2}-(0[1-9]|1[0-2])", "config.not_a_month"))]
Number = Annotated[float, BeforeValidator(_point_not_comma), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Whole = Annotated[int, BeforeValidator(_point_not_comma)]
Port = Annotated[Whole, Field(ge=1, le=65535)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Host = Annotated[str, AfterValidator(matching(r"[A-Za-z0-9._:%-]+", "config.host_invalid"))]
Url = Annotated[str, AfterValidator(_url)]
Topic = Annotated[str, AfterValidator(_topic)]
TopicFilter = Annotated[str, AfterValidator(_topic_filter)]
Uid = Annotated[str, AfterValidator(matching(r"[!-~]{4,36}", "config.uid_invalid"))]
"""A card's number as the station sends it: OCPP allows 20 (1.6) or 36 (2.0.1) printable characters."""
CardGroup = Annotated[str, AfterValidator(matching(r"([A-Za-z0-9][A-Za-z0-9_-]{0,19})?", "config.card_group_invalid"))]
"""A group of cards as OCPP names it (parentIdTag, groupIdToken): 1.6 has 20 characters for it."""
Pseudonym = Annotated[str, AfterValidator(matching(r"tag:[0-9a-f]{20}", "config.pseudonym_invalid"))]
"""What stands for a card's number in everything readable, as sessions show it."""
Sealed = Annotated[str, AfterValidator(matching(r"[A-Za-z0-9_-]{40,120}={0,2}", "config.sealed_invalid"))]
"""A card's number encrypted with the service's own key; only the service writes it."""
MunicipalityKey = Annotated[str, AfterValidator(matching(r"[0-9]{8}", "config.municipality_key_invalid"))]
State = Annotated[str, AfterValidator(matching(r"[A-Z]{2}", "config.state_invalid"))]
StationNumber = Annotated[str, AfterValidator(matching(r"([0-9]{5})?", "config.station_number_invalid"))]
"""The number of a station of the Deutscher Wetterdienst, with its leading zeros; empty where there is none."""
RegisterNumber = Annotated[str, AfterValidator(matching(r"SEE[0-9]{12}", "config.register_number_invalid"))]
MailAddress = Annotated[
    str, AfterValidator(matching(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,190}", "config.mail_address_invalid"))
]
"""A mail address in ASCII, without a name."""
UrlPath = Annotated[str, AfterValidator(matching(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", "config.path_invalid"))]
FilePath = Annotated[str, AfterValidator(matching(r"[^\x00-\x1f~][^\x00-\x1f]*", "config.file_path_invalid"))]
"""A path, absolute or from the configuration folder on; no `~`, as the service may run as another user."""
Secret = Annotated[str, AfterValidator(_secret_reference)]
"""Where a secret is found, `${ENV}` or `file:path`; never the secret itself."""
