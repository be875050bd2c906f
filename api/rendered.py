"""Reports in their formats: rendered when first asked for, the last ones kept in memory."""

from __future__ import annotations

import html
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable

from checks.report.formats import FORMATS
from checks.report.version import Version
from gis.errors import Language

Key = tuple[str, Version, str, Language]

MOST_BYTES = 96 * 1024 * 1024
MEDIA_TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "map": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "txt": "text/plain; charset=utf-8",
}
_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', re.IGNORECASE)
_NOTHING = "default-src 'none'"


class Rendered:
    """The files rendered last, up to a number of bytes; safe to use from many threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Key, document: Callable[[], bytes]) -> bytes:
        """Return a file of a report; `document` gives its `report.json` in that version."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = render(document(), key[2], key[3])
        self._keep(key, made)
        return made

    def _keep(self, key: Key, made: bytes) -> None:
        if len(made) > self._most // 4:
            return
        with self._lock:
            before = self._held.pop(key, b"")
            self._held[key] = made
            self._size += len(made) - len(before)
            while self._size > self._most:
                _, dropped = self._held.popitem(last=False)
                self._size -= len(dropped)


def render(document: bytes, form: str, language: Language) -> bytes:
    """Write a report in a format; the JSON goes through as it is."""
    if form == "json":
        return document
    return FORMATS[form].render(json.loads(document), language)


def policy_of(form: str, made: bytes) -> str:
    """Return the Content-Security-Policy header of a file: a page's own, and never framed."""
    if form not in {"html", "map"}:
        return f"{_NOTHING}; sandbox"
    found = _META.search(made[:200_000].decode("utf-8", errors="replace"))
    own = html.unescape(found[1]) if found else _NOTHING
    return f"{own}; frame-ancestors 'self'"
