"""A person who signs in by a one-time link and reads pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.flows.rig import KreiswattProcess


@contextmanager
def signed_in(service: KreiswattProcess) -> Iterator[httpx.Client]:
    """Yield the browser of a new administrator who has come by the link; the link works once."""
    with service.api() as api:
        added = api.post("users/add", json={"name": "anna", "role": "admin"})
        assert added.status_code == 200, added.text
    path = httpx.URL(added.json()["link"]).path
    with httpx.Client(base_url=service.url) as browser, httpx.Client(base_url=service.url) as thief:
        assert browser.get(path).status_code == 200
        assert browser.post(path).status_code == 303
        assert thief.post(path).status_code == 401
        yield browser
