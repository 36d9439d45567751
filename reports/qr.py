"""QR codes as drawings."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """Return a QR code as SVG, dark on light whatever is around it; of the text itself nothing is written in it."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, border=4, dark="#000", light="#fff", omitsize=True
    )
    return drawn.getvalue().decode()
