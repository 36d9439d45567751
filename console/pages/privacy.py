"""What is kept of people, where and how long; and what there is of a card."""

from __future__ import annotations

import re

from fastapi import Response

from console.pages.visit import Visit
from console.pages.words import Words
from core.errors import NotFoundError

_KEEP = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")
_UNITS = ("console.privacy.keep_years", "console.privacy.keep_months", "console.privacy.keep_days")


async def show(visit: Visit) -> Response:
    """Return the record of processing, with what there is of the card that is asked for."""
    asked, problem = visit.query.get("tag", "").strip(), ""
    try:
        report = await visit.ask("privacy.report", tag=asked or None)
    except NotFoundError as error:
        report, problem = await visit.ask("privacy.report"), visit.words.say(error.finding)
    return visit.page(
        "people/privacy.html",
        visit.words.t("console.privacy.title"),
        report=report,
        asked=asked,
        problem=problem,
        keep_text=_keep_text,
    )


def _keep_text(words: Words, keep: str | None) -> str:
    """Return how long in words, `P1Y6M` as 1 year 6 months."""
    if keep is None:
        return words.t("console.privacy.for_good")
    found = _KEEP.fullmatch(keep)
    parts = zip(_UNITS, found.groups() if found else (), strict=False)
    said = [words.t(code, count=int(number)) for code, number in parts if number and number != "0"]
    return " ".join(said) or words.t("console.privacy.keep_days", count=0)
