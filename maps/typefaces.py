"""The shipped typefaces: which characters they hold, and cuts of them small enough for a page.

Two faces: Noto Sans SC (regular and bold), and one with the rest of the Chinese characters and
signs (Ⅰ to Ⅻ, ①, 㙍 and the like). What neither holds is written as its code, such as
`[U+1F600]`: a reader sees what stands there, never an empty box.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from maps.svg import clean

FOLDER = Path(__file__).with_name("fonts")
FAMILY = "Noto Sans SC"
SECOND_FAMILY = "Lantu Sans Rest"
_FILES = ("NotoSansSC-Regular.ttf", "LantuSansRest-Regular.ttf")
_COPIED = ("OS/2", "head", "hhea", "maxp", "name", "post")
_HEADER = struct.Struct(">HHL")
_NO_TEXT = re.compile(r"[\t\n\v\f\r\u2028\u2029]+")


@dataclass(frozen=True)
class _Face:
    """A TrueType file taken apart once: characters, outlines and widths by glyph."""

    glyph_of: Mapping[int, int]
    outlines: bytes
    starts: Sequence[int]
    widths: bytes
    tables: Mapping[str, bytes]


@lru_cache(maxsize=2)
def _face(name: str) -> _Face:
    from fontTools.ttLib import TTFont

    with TTFont(FOLDER / name, lazy=True) as font:
        order = font.getReverseGlyphMap()
        glyph_of = {code: order[glyph] for code, glyph in font.getBestCmap().items()}
        reader = font.reader
        tables = {tag: reader[tag] for tag in _COPIED}
        long_places = struct.unpack(">h", tables["head"][50:52])[0] == 1
        places = reader["loca"]
        size = 4 if long_places else 2
        starts = struct.unpack(f">{len(places) // size}{'L' if long_places else 'H'}", places)
        starts = starts if long_places else tuple(start * 2 for start in starts)
        widths = _full_widths(reader["hmtx"], tables["hhea"], len(starts) - 1)
        return _Face(glyph_of, reader["glyf"], starts, widths, tables)


def _full_widths(metrics: bytes, head: bytes, glyphs: int) -> bytes:
    """Give every glyph its own advance; a font may write the last one once for all."""
    full = struct.unpack(">H", head[34:36])[0]
    advance = metrics[(full - 1) * 4 : (full - 1) * 4 + 2]
    bearings = metrics[full * 4 :]
    rest = (advance + bearings[i * 2 : i * 2 + 2] for i in range(glyphs - full))
    return metrics[: full * 4] + b"".join(rest)


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Return the code points that the shipped faces can draw."""
    return frozenset(code for name in _FILES for code in _face(name).glyph_of)


def printable(text: str) -> str:
    """Return text that the shipped faces can draw, on one line.

    Breaks and tabs become a space, what no face holds becomes its code in brackets.
    """
    line = _NO_TEXT.sub(" ", clean(text))
    known = covered()
    if line.isascii() or known.issuperset(map(ord, line)):
        return line
    return "".join(char if ord(char) in known else f"[U+{ord(char):04X}]" for char in line)


# --- cuts for pages ---------------------------------------------------------------------------


def font_faces(text: str) -> list[tuple[bytes, str]]:
    """Return the fonts that draw the characters of `text`: WOFF bytes and CSS `unicode-range`.

    The range is empty for the first, which is asked for every character. The same characters
    give the same bytes.
    """
    codes = frozenset(map(ord, set(text)))
    rest = codes.difference(_face(_FILES[0]).glyph_of)
    faces = [(_cut(_FILES[0], codes), ""), (_cut(_FILES[1], rest), _ranges(_FILES[1], rest))]
    return [(cut, ranges) for cut, ranges in faces if cut]


def _ranges(name: str, codes: Iterable[int]) -> str:
    known = _face(name).glyph_of
    return ",".join(f"U+{code:X}" for code in sorted(codes) if code in known)


@lru_cache(maxsize=64)
def _cut(name: str, codes: frozenset[int]) -> bytes:
    """Cut a face down to some characters; empty bytes where it holds none of them."""
    face = _face(name)
    wanted = sorted(code for code in codes if code in face.glyph_of)
    if not wanted:
        return b""
    glyphs = [0, *dict.fromkeys(face.glyph_of[code] for code in wanted)]
    number = {glyph: new for new, glyph in enumerate(glyphs)}
    outlines, places = _outlines(face, glyphs)
    tables = dict(face.tables)
    head = bytearray(tables["head"])
    head[50:52] = struct.pack(">h", 1)
    tables["head"] = bytes(head)
    tables["hhea"] = tables["hhea"][:34] + struct.pack(">H", len(glyphs))
    tables["maxp"] = tables["maxp"][:4] + struct.pack(">H", len(glyphs)) + tables["maxp"][6:]
    tables["post"] = struct.pack(">L", 0x00030000) + tables["post"][4:32]
    tables["hmtx"] = b"".join(face.widths[glyph * 4 : glyph * 4 + 4] for glyph in glyphs)
    tables["glyf"], tables["loca"] = outlines, places
    tables["cmap"] = _cmap({code: number[face.glyph_of[code]] for code in wanted})
    return _woff(tables)


def _outlines(face: _Face, glyphs: Sequence[int]) -> tuple[bytes, bytes]:
    drawn, places, size = [], [0], 0
    for glyph in glyphs:
        outline = face.outlines[face.starts[glyph] : face.starts[glyph + 1]]
        outline += b"\0" * (-len(outline) % 4)
        drawn.append(outline)
        size += len(outline)
        places.append(size)
    return b"".join(drawn), struct.pack(f">{len(places)}L", *places)


def _cmap(glyph_of: Mapping[int, int]) -> bytes:
    """Write a character map of format 12: groups of consecutive characters and glyphs."""
    groups: list[list[int]] = []
    for code, glyph in sorted(glyph_of.items()):
        last = groups[-1] if groups else None
        if last and code == last[1] + 1 and glyph == last[2] + code - last[0]:
            last[1] = code
        else:
            groups.append([code, code, glyph])
    body = b"".join(struct.pack(">LLL", *group) for group in groups)
    table = struct.pack(">HHLLL", 12, 0, 16 + len(body), 0, len(groups)) + body
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + table


def _woff(tables: Mapping[str, bytes]) -> bytes:
    from fontTools.ttLib.sfnt import SFNTWriter

    file = io.BytesIO()
    writer = SFNTWriter(file, len(tables), sfntVersion="\0\1\0\0", flavor="woff")
    for tag in sorted(tables):
        writer[tag] = tables[tag]
    writer.close()
    return file.getvalue()
