"""Files that were made, as the browser and programs get them."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response
from fastapi.responses import FileResponse

from operations.arrivals.files import FoundFile


def file_answer(found: FoundFile) -> Response:
    """Return a file to be saved under its name."""
    ref = found.ref
    headers = {
        "content-disposition": f"attachment; filename*=utf-8''{quote(ref.name)}",
        "digest": f"sha-256={ref.digest}",
        "cache-control": "private, no-store",
    }
    if found.path is not None:
        return FileResponse(found.path, media_type=ref.media_type, headers=headers)
    return Response(found.content, media_type=ref.media_type, headers=headers)
