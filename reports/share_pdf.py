"""A paper on shares as PDF/A-2a and PDF/UA-1."""

from __future__ import annotations

from dataclasses import asdict

from reports.pdf import set_pdf
from reports.share_document import ShareDocument


def share_pdf_of(document: ShareDocument) -> bytes:
    """Return the paper; the same document gives the same bytes. Raises `CalculationError` if it cannot be set."""
    return set_pdf(
        "shares.typ", asdict(document) | {"made_at_utc": document.made_at_utc.isoformat()}, document.made_at_utc
    )
