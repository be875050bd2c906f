"""Make `LantuSansRest-Regular.ttf` anew: what Noto Sans CJK SC holds and Noto Sans SC does not.

Run by hand, with a file of the Noto CJK fonts (.ttc or .otf):

    python -m maps.second_face NotoSansCJK-Regular.ttc LantuSansRest-Regular.ttf

Korean is left out. Outlines become quadratic: the cuts for pages are made of `glyf` tables.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from maps.typefaces import FOLDER, SECOND_FAMILY

_SOURCE = "Noto Sans CJK SC"
_FIRST = FOLDER / "NotoSansSC-Regular.ttf"
_KOREAN = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
_ERROR = 1.0
"""How far a quadratic outline may lie from the cubic one, of 1000 units an em."""


def wanted(held: Mapping[int, str], first: Mapping[int, str]) -> dict[int, str]:
    """Return the characters of a font that the first face lacks, with their glyphs."""
    return {
        code: glyph
        for code, glyph in sorted(held.items())
        if code not in first and not any(low <= code <= high for low, high in _KOREAN)
    }


def cut(font: TTFont, glyph_of: Mapping[int, str]) -> TTFont:
    """Return a TrueType font of some characters, without kerning and alternatives."""
    order = [".notdef", *dict.fromkeys(glyph_of.values())]
    drawn = font.getGlyphSet()
    outlines, advances = {}, {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, _ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
        advances[name] = (round(drawn[name].width), 0)
    made = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    made.setupGlyphOrder(order)
    made.setupCharacterMap(dict(glyph_of))
    made.setupGlyf(outlines)
    table = made.font["glyf"]
    bearings = {name: (width, table[name].xMin) if table[name].numberOfContours else (width, 0)
                for name, (width, _) in advances.items()}  # fmt: skip
    made.setupHorizontalMetrics(bearings)
    line = font["hhea"]
    made.setupHorizontalHeader(ascent=line.ascent, descent=line.descent)
    made.font["OS/2"] = font["OS/2"]
    made.setupNameTable(_names(font), mac=False)
    made.setupPost(keepGlyphNames=False)
    made.font["head"].created = made.font["head"].modified = font["head"].modified
    made.font.recalcTimestamp = False
    return made.font


def _names(font: TTFont) -> dict[str, str]:
    """Names of its own, as the licence asks; copyright and licence stay."""
    told = {key: str(font["name"].getDebugName(number)) for key, number in
            (("copyright", 0), ("version", 5), ("licenseDescription", 13),
             ("licenseInfoURL", 14))}  # fmt: skip
    post_script = SECOND_FAMILY.replace(" ", "") + "-Regular"
    return told | {
        "familyName": SECOND_FAMILY,
        "styleName": "Regular",
        "uniqueFontIdentifier": f"lantu;{post_script}",
        "fullName": SECOND_FAMILY,
        "psName": post_script,
    }


def opened(path: Path) -> TTFont:
    """Return the Simplified Chinese font of a file or of a collection."""
    fonts = TTCollection(path).fonts if path.suffix == ".ttc" else [TTFont(path)]
    for font in fonts:
        if font["name"].getDebugName(4) == _SOURCE:
            return font
    raise SystemExit(f"{path} holds no {_SOURCE}")


def main(source: Path, target: Path) -> None:
    """Cut the second face out of `source`."""
    font = opened(source)
    with TTFont(_FIRST) as first:
        glyph_of = wanted(font.getBestCmap(), first.getBestCmap())
    cut(font, glyph_of).save(target)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
