"""The QR code of the cover: number and digest of the report, no address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_QUIET = 2


def qr_content(report: Mapping[str, Any]) -> str:
    """Return what the code says: `LANTU <number or PRECHECK> <digest>`."""
    return f"LANTU {report['number'] or 'PRECHECK'} {report['digest'] or '-'}"


@lru_cache(maxsize=128)
def qr_svg(content: str) -> str:
    """Return the code as an SVG of one path, dark on white with a quiet margin."""
    import segno

    rows = [bytes(row) for row in segno.make(content, error="m", micro=False).matrix]
    size = len(rows) + 2 * _QUIET
    path = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 4}"'
        f' height="{size * 4}" aria-hidden="true">'
        f'<rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}" fill="#111" shape-rendering="crispEdges"/></svg>'
    )
