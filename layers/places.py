"""Where a workspace is: a folder, or a database named by its address. Light: no heavy import."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

Place = str | Path

_SCHEMES = ("postgresql://", "postgres://", "postgresql+psycopg://")
HIDDEN = "postgresql://…"
"""What is shown of an address that cannot be read, or that a password makes ambiguous."""


def is_url(place: Place) -> bool:
    """Whether a place names a database and not a folder."""
    return isinstance(place, str) and place.startswith(_SCHEMES)


def shown(place: Place) -> str:
    """Return a place for messages: of an address the host and the database, nothing secret."""
    if not is_url(place):
        return str(place)
    try:
        parts = urlsplit(str(place))
        port = f":{parts.port}" if parts.port else ""
        if "@" in f"{parts.path}{parts.query}{parts.fragment}":  # of a password written as it is
            return HIDDEN
    except ValueError:
        return HIDDEN
    return f"postgresql://{parts.hostname or ''}{port}{parts.path}"
