"""Every status that can be answered has its title in both languages."""

from __future__ import annotations

import pytest

from core.texts import LANGUAGES, Catalogue, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_that_is_answered_has_a_title(language: Language) -> None:
    known = Catalogue(language).codes()
    for status in (400, 401, 403, 404, 405, 409, 413, 421, 422, 429, 500, 503):
        assert f"error.status_{status}" in known
