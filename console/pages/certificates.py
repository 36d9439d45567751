"""The certificates that the service and its charge points stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import Response

from console.pages.filters import Choice, Field, Filters, choice
from console.pages.visit import Visit

LIST, AUTHORITY = "certificates.list", "certificates.authority"
NEAR_DAYS: Final = 100
"""So many days before the end they are counted."""

PEM: Final = "application/x-pem-file"


async def show_all(visit: Visit) -> Response:
    """Return certificates, those that end first at the front."""
    stations = [Choice(row.id, row.name) for row in (await visit.ask("stations.list", limit=500)).items]
    station = choice(visit.query, "station", "certificates.station", stations)
    past = Field("past", "", "true" if visit.query.get("past") == "true" else "")
    filters = Filters("/certificates", (station, past), cursor=visit.query.get("cursor", ""))
    page = await visit.ask(LIST, **filters.given(), cursor=filters.cursor)
    return visit.page(
        "service/certificates.html",
        visit.words.t("certificates.title"),
        page=page,
        filters=filters,
        form=Filters("/certificates", (station,)),
        other=Filters("/certificates", (station, replace(past, given="" if past.given else "true"))),
        near_days=NEAR_DAYS,
    )


async def authority(visit: Visit) -> Response:
    """Return our authority's certificate as a file."""
    found = await visit.ask(AUTHORITY)
    head = {"Content-Disposition": f'attachment; filename="{found.file}"'}
    return Response(found.pem, media_type=PEM, headers=head)
