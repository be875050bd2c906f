"""Figures as PNG: painted in full, the same twice, rare characters included."""

import struct
import subprocess
import sys

import pytest

from maps.typeset import TypesetError, png_of

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 48" width="96" height="48"'
    " font-family=\"'Noto Sans SC'\">"
    '<rect width="96" height="48" fill="#fff"/>{body}</svg>'
)


def size_of(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def text(words):
    return SVG.format(body=f'<text x="4" y="30" font-size="20">{words}</text>')


def test_an_inch_has_the_pixels_asked_for():
    """96 px are one inch: 96 x 48 px at 130 pixels an inch."""
    assert size_of(png_of(SVG.format(body=""))) == (130, 65)
    assert size_of(png_of(SVG.format(body=""), ppi=96)) == (96, 48)


def test_the_same_drawing_gives_the_same_picture():
    assert png_of(text("用地")) == png_of(text("用地"))
    assert png_of(text("用地")) != png_of(text("用池"))


@pytest.mark.parametrize("words", ["㙍", "Ⅻ"])
def test_the_second_face_draws_what_the_first_lacks(words):
    assert png_of(text(words)) not in (png_of(text("")), png_of(text("\ue000")))


def test_a_character_that_nobody_has_is_painted_as_its_code():
    assert png_of(text("😀")) == png_of(text("[U+1F600]"))


def test_a_broken_drawing_is_an_error():
    with pytest.raises(TypesetError):
        png_of("<svg")


def test_many_documents_take_no_more_memory_than_a_few() -> None:
    """The typesetter would keep what it worked out for ten."""
    few, many = (_most_memory(count) for count in (6, 12))
    assert many - few < 40


def _most_memory(documents: int) -> int:
    command = [sys.executable, "-m", "tests.support.typeset_many", str(documents)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)
