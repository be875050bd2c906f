"""The typesetter (typst) with our faces and nothing else: PDF/A-2b pages, and figures as PNG."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from maps.typefaces import FOLDER, printable

if TYPE_CHECKING:
    import typst

_FIGURE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")
"""
_ONE_AT_A_TIME = {"pdf": threading.Lock(), "png": threading.Lock()}
"""A compiler serves one caller at a time; pictures need not wait for pages."""


_AGES = 3
"""The typesetter remembers what it worked out for the last ten documents, up to 90 MB for a report
each, and has no setting for fewer: so many empty ones after each leave it two or three."""


class TypesetError(RuntimeError):
    """The typesetter warned or failed: a fault of ours, never of what was to be set."""


def typeset(
    source: bytes,
    inputs: Mapping[str, str],
    *,
    form: Literal["pdf", "png"] = "pdf",
    ppi: float = 144.0,
) -> bytes:
    """Set a template of ours with texts as its data; they are shown, never evaluated.

    Parameters
    ----------
    source
        The template; it may use no packages and no files.
    inputs
        What it finds in `sys.inputs`.
    form
        `pdf` gives PDF/A-2b, `png` one picture of the only page.
    ppi
        Pixels an inch of a picture.

    Raises
    ------
    TypesetError
        On any error or warning, a missing glyph of a PDF among them.
    """
    import typst

    standards: Any = ["a-2b"] if form == "pdf" else []
    with _ONE_AT_A_TIME[form]:
        try:
            made, warnings = _compiler(form).compile_with_warnings(
                source, format=form, ppi=ppi, sys_inputs=dict(inputs), pdf_standards=standards
            )
            for _ in range(_AGES if form == "pdf" else 0):
                _compiler(form).compile(b"", format=form)
        except typst.TypstError as error:
            raise TypesetError(error.message) from error
    if warnings:
        raise TypesetError(warnings[0].message)
    if not isinstance(made, bytes):
        raise TypesetError(f"{len(made or [])} pages instead of one")
    return made


@lru_cache(maxsize=2)
def _compiler(form: str) -> typst.Compiler:  # noqa: ARG001 - one for each kind of output
    """Only our faces; no packages; the one folder it may read holds nothing but them."""
    import typst

    return typst.Compiler(b"", root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)]
    )


def png_of(svg: str, *, ppi: float = 130.0) -> bytes:
    """Return a figure as PNG; 96 px of the SVG are one inch. The same SVG gives the same bytes."""
    return typeset(_FIGURE, {"svg": printable(svg)}, form="png", ppi=ppi)
