"""The shipped faces: what they hold, how they are cut, what stands for a missing character."""

import io
import struct

import pytest
from fontTools.ttLib import TTFont

from maps.typefaces import FOLDER, covered, font_faces, printable

RARE = "墘埭厝岙㙍ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ①⑳㎡℃±×·—…“”〇𠮷"


def faces(text):
    return [(TTFont(io.BytesIO(cut)), ranges) for cut, ranges in font_faces(text)]


def test_every_character_of_gbk_and_of_place_names_is_held():
    pairs = (bytes((a, b)) for a in range(0x81, 0xFE) for b in range(0x40, 0xFF) if b != 0x7F)
    told = "".join(pair.decode("gbk", errors="ignore") for pair in pairs)
    assert len(told) > 20_000
    missing = {char for char in told + RARE if ord(char) not in covered()}
    assert missing == {"≒"}  # no free face has it; its code stands for it


def test_licence_names_the_holders_of_the_fonts():
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.ttf"):
        assert path.name in licence
        held = TTFont(path)["name"].getDebugName(0)
        assert held.replace("©", "(c)").rstrip(".") in licence.replace("Copyright (c)", "(c)")


def test_what_no_face_holds_is_written_as_its_code():
    assert printable("甲\t乙\r\n丙") == "甲 乙 丙"
    assert printable("房😀\u200f") == "房[U+1F600][U+200F]"
    assert printable(RARE) == RARE


def test_a_cut_draws_the_same_outlines_as_the_whole():
    (cut, ranges), (second, more) = faces("用地 215.30 m²" + "ⅫⅠ㙍")
    assert (ranges, more) == ("", "U+2160,U+216B,U+364D")
    for name, font, text in (
        ("NotoSansSC-Regular.ttf", cut, "用地 215.30 m²"),
        ("LantuSansRest-Regular.ttf", second, "ⅫⅠ㙍"),
    ):
        whole = TTFont(FOLDER / name)
        assert set(font.getBestCmap()) == set(map(ord, text))
        for code in map(ord, text):
            one, other = (f["glyf"][f.getBestCmap()[code]] for f in (font, whole))
            assert one.getCoordinates(font["glyf"]) == other.getCoordinates(whole["glyf"])
            widths = [f["hmtx"][f.getBestCmap()[code]] for f in (font, whole)]
            assert widths[0] == widths[1]


def test_a_cut_is_small_and_the_same_twice():
    once, again = font_faces("检测报告" * 5), font_faces("告报测检")
    assert once == again
    assert struct.unpack(">4s", once[0][0][:4])[0] == b"wOFF"
    assert len(once) == 1
    assert len(once[0][0]) < 5_000


@pytest.mark.parametrize("text", ["", "\u0627"])
def test_text_that_no_face_draws_gives_no_font(text):
    assert font_faces(text) == []
