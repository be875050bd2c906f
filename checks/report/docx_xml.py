"""WordprocessingML of the blocks: runs, paragraphs and tables as text, every value escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from checks.report.paper import Cell, Grid, GridRow, Line, split_reason
from maps.svg import safe
from maps.symbols import LIGHT, SEVERITY, STATE

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_BREAKS = re.compile(r"[\t\n\v\f\r\u2028\u2029]+")
_SOFT = "56616C"
_GROUND = "F1F3F5"
_OPEN = "F6F6F8"
_RULE = "AAB2BA"
_ROOMY = 120
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
Rules = Literal["grid", "rows", "boxes"]
_TWIPS_PER_MM = 1440 / 25.4
_LOOKS: Mapping[str, str] = MappingProxyType(
    {
        "strong": "<w:b/>",
        "small": f'<w:color w:val="{_SOFT}"/><w:sz w:val="14"/>',
        "code": f'<w:color w:val="{_SOFT}"/><w:sz w:val="16"/>',
        "link": '<w:color w:val="0B4F8A"/>',
        **{f"state-{key}": f'<w:b/><w:color w:val="{s.ink[1:]}"/>' for key, s in STATE.items()},
        **{f"state-{key}-why": f'<w:color w:val="{s.ink[1:]}"/>' for key, s in STATE.items()},
        **{
            f"lamp-{key}": f'<w:b/><w:color w:val="{s.ink[1:]}"/>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{s.fill[1:]}"/>'
            for key, s in LIGHT.items()
        },
        **{
            f"sev-{key}": f'<w:b/><w:color w:val="{s.ink[1:]}"/>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{s.fill[1:]}"/>'
            for key, s in SEVERITY.items()
        },
    }
)


def shown(text: str) -> str:
    """Return a text as content: escaped, on one line."""
    if text.isalnum():
        return text
    return safe(_BREAKS.sub(" ", text))


def run(line: Line, anchors: frozenset[str], *, base: str = "") -> str:
    """Return a run in the look of its style, a link where it leads somewhere in the document."""
    linked = line.to in anchors
    style = line.style or ("link" if linked else "")
    head, why = split_reason(line.text, style)
    text = _plain_run(head, _properties(style, base))
    if why:
        text += _plain_run(why, _properties(f"{style}-why", base))
    return f'<w:hyperlink w:anchor="{safe(line.to)}">{text}</w:hyperlink>' if linked else text


def _plain_run(text: str, properties: str) -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{shown(text)}</w:t></w:r>'


@lru_cache(maxsize=256)
def _properties(style: str, base: str) -> str:
    """Return the properties of a style over a base, in the schema's order: b, color, sz, shd."""
    look = _LOOKS.get(style, "")
    properties = (re.sub(r"<w:sz [^>]*>", "", base) if "<w:sz " in look else base) + look
    found = re.findall(r"<w:(b|color|sz|shd)\b[^>]*/>", properties)
    parts = {name: re.search(rf"<w:{name}\b[^>]*/>", properties) for name in found}
    return "".join(m[0] for name in ("b", "color", "sz", "shd") if (m := parts.get(name)))


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(code: str, held: str = "1") -> str:
    """Return a field that the reader's program fills in, such as PAGE."""
    return f"{field_start(code)}<w:r><w:t>{held}</w:t></w:r>{FIELD_END}"


def field_start(code: str) -> str:
    """Return how a field begins; what it holds until it is renewed stands before its end."""
    told = f'<w:instrText xml:space="preserve"> {code} </w:instrText>'
    return f"{_mark('begin')}<w:r>{told}</w:r>{_mark('separate')}"


def bookmarked(content: str, anchor: str, number: int) -> str:
    """Put a bookmark around runs."""
    if not anchor:
        return content
    start = f'<w:bookmarkStart w:id="{number}" w:name="{safe(anchor)}"/>'
    return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'


def paragraph(content: str, style: str = "", *, more: str = "") -> str:
    """Return a paragraph; `more` are further paragraph properties in the order of the schema."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}{more}</w:pPr>" if named or more else ""
    return f"<w:p>{properties}{content}</w:p>"


def watermark(text: str) -> str:
    """Return a run with words across the sheet, behind the text; it stands in the header."""
    kind = (
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        "</v:shapetype>"
    )
    place = (
        "position:absolute;margin-left:0;margin-top:0;width:400pt;height:56pt;rotation:330;"
        "z-index:-251657216;mso-position-horizontal:center;mso-position-vertical:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical-relative:margin"
    )
    shape = (
        f'<v:shape id="LantuWatermark" type="#_x0000_t136" style="{place}" fillcolor="#c0c0c0" '
        f'stroked="f"><v:fill opacity=".4"/><v:textpath string="{shown(text)}"/></v:shape>'
    )
    return f"<w:r><w:pict>{kind}{shape}</w:pict></w:r>"


# --- tables -----------------------------------------------------------------------------------


def table(
    grid: Grid,
    anchors: frozenset[str],
    *,
    width_mm: float,
    marks: Iterable[str],
    rules: Rules = "grid",
) -> str:
    """Return a table with a repeated head. `marks` are the bookmarks of its rows, in order.

    `rules` are the lines drawn: a grid, lines between rows, or boxes apart from each other.
    """
    total = sum(grid.widths)
    widths = [round(width_mm * _TWIPS_PER_MM * width / total) for width in grid.widths]
    size = f'<w:sz w:val="{15 if grid.small else 18}"/>'
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = GridRow(tuple(Cell((Line(name, "strong"),)) for name in grid.head), "head")
    rows = [_row(head, widths, anchors, size, "")] if grid.head else []
    rows += [
        _row(row, widths, anchors, size, mark) for row, mark in zip(grid.rows, marks, strict=True)
    ]
    columns = f"<w:tblGrid>{columns}</w:tblGrid>"
    return f"<w:tbl {NAMESPACES}>{_frame(sum(widths), rules)}{columns}{''.join(rows)}</w:tbl>"


def _frame(width: int, rules: Rules) -> str:
    drawn = {"grid": _SIDES, "rows": ("bottom", "insideH"), "boxes": ()}[rules]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_RULE}"/>'
        if side in drawn
        else f'<w:{side} w:val="nil"/>'
        for side in _SIDES
    )
    high, wide = (60, 60) if rules == "grid" else (_ROOMY, _ROOMY)
    apart = f'<w:tblCellSpacing w:w="{_ROOMY}" w:type="dxa"/>' if rules == "boxes" else ""
    return (
        f'<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{width}" w:type="dxa"/>{apart}'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:top w:w="{high - 60}" w:type="dxa"/><w:left w:w="{wide}" w:type="dxa"/>'
        f'<w:bottom w:w="{high - 60}" w:type="dxa"/><w:right w:w="{wide}" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr>"
    )


def _row(row: GridRow, widths: Sequence[int], anchors: frozenset[str], size: str, mark: str) -> str:
    cells, column = [], 0
    for one in row.cells:
        width = sum(widths[column : column + one.span])
        column += one.span
        cells.append(_cell(one, row.tone, width, anchors, size, mark))
        mark = ""
    whole = sum(len(line.text) for one in row.cells for line in one.lines) < 1500
    properties = "<w:cantSplit/>" if whole else ""
    properties += "<w:tblHeader/>" if row.tone == "head" else ""
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def _cell(one: Cell, tone: str, width: int, anchors: frozenset[str], size: str, mark: str) -> str:
    fill = {"head": _GROUND, "total": _GROUND, "open": _OPEN}.get(tone)
    for line in one.lines:  # a lamp fills its cell
        if line.style.startswith("lamp-"):
            fill = LIGHT[line.style.removeprefix("lamp-")].fill[1:]
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    span = f'<w:gridSpan w:val="{one.span}"/>' if one.span > 1 else ""
    side = '<w:jc w:val="right"/>' if one.right else ""
    more = f'<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>{side}'
    lines = one.lines or (Line(""),)
    body = "".join(
        paragraph((mark if index == 0 else "") + run(line, anchors, base=size), more=more)
        for index, line in enumerate(lines)
    )
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shade}</w:tcPr>{body}</w:tc>'
