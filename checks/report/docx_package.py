"""The zip file of a Word document: its parts in order of name, without the hour of packing.

The library's own writer stamps every part with the clock; to pack its file anew would deflate all
of it twice.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from maps.svg import safe

if TYPE_CHECKING:
    from docx.document import Document

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TYPES = "[Content_Types].xml"
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
}


def zipped(document: Document) -> bytes:
    """Return the file of a document; the same document gives the same bytes."""
    package = document.part.package
    if package is None:
        raise ValueError("a document without a package")
    parts: list[Any] = list(package.parts)
    held = {_TYPES: _types(parts), "_rels/.rels": _bytes(package.rels.xml)}
    for part in parts:
        part.before_marshal()
        held[part.partname.membername] = _bytes(part.blob)
        if len(part.rels):
            held[part.partname.rels_uri.membername] = _bytes(part.rels.xml)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(held, key=lambda name: (name != _TYPES, name)):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            # a picture is deflated already
            stored = name.endswith(".png")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            file.writestr(info, held[name])
    return out.getvalue()


def _types(parts: Iterable[Any]) -> bytes:
    """Name the type of every part."""
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{kind}"/>'
        for ending, kind in _DEFAULTS.items()
    )
    named = "".join(
        f'<Override PartName="{safe(str(part.partname))}" ContentType="{safe(part.content_type)}"/>'
        for part in sorted(parts, key=lambda part: str(part.partname))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f"{defaults}{named}</Types>"
    ).encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
