"""The script that cuts the second face, tried on the first: what it keeps draws the same."""

from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from maps.second_face import cut, wanted
from maps.typefaces import FOLDER


def bounds(font, code):
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getBestCmap()[code]].draw(pen)
    return pen.bounds


def test_only_what_the_first_face_lacks_is_wanted_and_no_korean():
    held = {0x41: "A", 0x2160: "one", 0x3359: "hour", 0xAC00: "ga", 0x1100: "g"}
    assert wanted(held, {0x41: "A"}) == {0x2160: "one", 0x3359: "hour"}


def test_a_cut_draws_the_same(tmp_path):
    source = TTFont(FOLDER / "NotoSansSC-Regular.ttf")
    codes = [ord(char) for char in "墘厝A"]
    cut(source, {code: source.getBestCmap()[code] for code in codes}).save(tmp_path / "a.ttf")
    made = TTFont(tmp_path / "a.ttf")
    assert sorted(made.getBestCmap()) == sorted(codes)
    assert made["name"].getDebugName(1) == "Lantu Sans Rest"
    for code in codes:
        for a, b in zip(bounds(made, code), bounds(source, code), strict=True):
            assert abs(a - b) <= 1
        old, new = (
            source["hmtx"][source.getBestCmap()[code]],
            made["hmtx"][made.getBestCmap()[code]],
        )
        assert old[0] == new[0]
