"""The data source as Grafana keeps it: what of it is ours, whether somebody changed that, and whether its secret is.

Its mark stands among its `jsonData`, which Grafana keeps as it is given. Of the secret, which Grafana never shows,
the mark has a digest by a key of ours, so that a new one is noticed and nobody can try passwords against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from dashboards.pushing.marks import digest

MARK: Final = "kreiswattMark"
_OURS: Final = ("type", "access", "url", "user")
_OURS_IN_JSON: Final = ("version", "dbName", "httpMode", "timeInterval", "httpHeaderName1")
_THEIRS: Final = ("isDefault", "basicAuth", "basicAuthUser", "withCredentials", "version")
"""What Grafana would forget where a change does not send it along; by `version` it notices another's change."""


def public_part(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a data source is ours and no secret; not its name, which anybody may change."""
    more = source.get("jsonData") or {}
    found = {name: source.get(name) or "" for name in _OURS}
    return {**found, "jsonData": {name: more.get(name) or "" for name in _OURS_IN_JSON}}


def marked(source: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a data source with its mark; `key` is known to us alone."""
    return {**source, "jsonData": {**source["jsonData"], MARK: f"{digest(public_part(source))}:{_secret(source, key)}"}}


def is_marked(source: Mapping[str, Any]) -> bool:
    """Return whether a data source in Grafana was pushed from here."""
    return bool(_mark(source))


def is_edited(source: Mapping[str, Any]) -> bool:
    """Return whether somebody changed what is ours of a data source since it was pushed."""
    return _mark(source).partition(":")[0] != digest(public_part(source))


def is_secret_same(there: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Return whether Grafana has our secret, as far as can be known: of one that was set by hand, that there is one."""
    kept = {name for name, is_set in (there.get("secureJsonFields") or {}).items() if is_set}
    if not set(ours.get("secureJsonData") or {}) <= kept:
        return False
    return not is_marked(there) or _mark(there).partition(":")[2] == _mark(ours).partition(":")[2]


def merged(there: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Return ours as it replaces the one that is there: with its name and what somebody else set beside ours."""
    theirs = {name: there[name] for name in _THEIRS if name in there}
    beside = {name: each for name, each in (there.get("jsonData") or {}).items() if name not in _OURS_IN_JSON}
    return {
        "user": "",
        **theirs,
        **ours,
        "name": there.get("name") or ours["name"],
        "jsonData": {**beside, **ours["jsonData"]},
    }


def _mark(source: Mapping[str, Any]) -> str:
    return str((source.get("jsonData") or {}).get(MARK) or "")


def _secret(source: Mapping[str, Any], key: str) -> str:
    text = json.dumps(source.get("secureJsonData") or {}, sort_keys=True)
    return blake2b(text.encode(), key=blake2b(key.encode()).digest(), digest_size=12).hexdigest()
