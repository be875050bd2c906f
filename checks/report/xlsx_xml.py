"""The parts of a workbook as text: styles, sheets, names of ranges; every value escaped.

Written by hand because a report has some ten thousand cells, and a library that holds an object
for each takes five times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from maps.svg import clean, safe
from maps.symbols import SEVERITY

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_INK, _GROUND, _RULE = "FF1A1A1A", "FFE8ECE4", "FFB5B5B5"
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MOST_CHARACTERS = 32_000
"""A cell of a spreadsheet holds 32767; the rest stands in `report.json`."""

Value = str | float | int | None
_FORMATS: Mapping[str, int] = MappingProxyType(
    {"m2": 4, "mu": 4, "ha": 164, "m": 4, "share": 10, "count": 1, "number": 0}
    | {"tiny": 165, "tiny_share": 166, "nearly_all": 167}
)
"""Number formats by kind of value: of the standard `#,##0.00`, `0.00%`, `0`; from 164 on ours."""
_OUR_FORMATS = {
    164: "#,##0.0000",
    165: "&quot;&lt;0.01&quot;",
    166: "&quot;&lt;0.01%&quot;",
    167: "&quot;&gt;99.99%&quot;",
}


class Styles:
    """The looks of cells, each once; a cell names its look by a number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, bool], int] = {}

    def number(self, kind: str, mark: str = "", *, quoted: bool = False) -> int:
        """Return the number of a look: of a kind of value, with the colour of a severity."""
        return self._numbers.setdefault((kind, mark, quoted), len(self._numbers) + 1)

    def xml(self) -> str:
        """Return `styles.xml` with the looks asked for."""
        fills = [f"FF{symbol.fill[1:].upper()}" for symbol in SEVERITY.values()]
        solid = "".join(
            f'<fill><patternFill patternType="solid"><fgColor rgb="{fill}"/></patternFill></fill>'
            for fill in (_GROUND, *fills)
        )
        edges = "".join(
            f'<{side} style="thin"><color rgb="{_RULE}"/></{side}>'
            for side in ("left", "right", "top", "bottom")
        )
        looks = [_look(*key) for key in self._numbers]
        ours = "".join(
            f'<numFmt numFmtId="{number}" formatCode="{code}"/>'
            for number, code in _OUR_FORMATS.items()
        )
        bare = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        font = f'<sz val="11"/><color rgb="{_INK}"/><name val="Calibri"/><family val="2"/>'
        return (
            f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
            f'<numFmts count="{len(_OUR_FORMATS)}">{ours}</numFmts>'
            f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
            f'<fills count="{len(fills) + 3}"><fill><patternFill patternType="none"/></fill>'
            f'<fill><patternFill patternType="gray125"/></fill>{solid}</fills>'
            '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
            f"<border>{edges}<diagonal/></border></borders>"
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
            f'</cellStyleXfs><cellXfs count="{len(looks) + 1}">{bare}{"".join(looks)}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            "</styleSheet>"
        )


def _look(kind: str, mark: str, quoted: bool) -> str:
    font, fill, form = 0, 0, 0
    if kind == "head":
        font, fill = 1, 2
        place = '<alignment horizontal="center" vertical="center" wrapText="1"/>'
    elif kind == "text":
        place = '<alignment vertical="top" wrapText="1"/>'
    else:
        form = _FORMATS[kind]
        place = '<alignment horizontal="right" vertical="top"/>'
    if mark in SEVERITY:
        fill = 3 + list(SEVERITY).index(mark)
    return (
        f'<xf numFmtId="{form}" fontId="{font}" fillId="{fill}" borderId="1" xfId="0" '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'
        f"{' quotePrefix=' + chr(34) + '1' + chr(34) if quoted else ''}>{place}</xf>"
    )


# --- cells ------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def letter(column: int) -> str:
    """Return the name of a column, counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def cell(place: str, value: Value, style: int) -> str:
    """Return one cell. A text is written as a text, whatever it begins with: never a formula."""
    if value is None or value == "":
        return f'<c r="{place}" s="{style}"/>'
    if not isinstance(value, str):
        return f'<c r="{place}" s="{style}"><v>{value}</v></c>'
    return (
        f'<c r="{place}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_text(value)}</t></is></c>'
    )


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    text = clean(value)
    cut = len(text) - _MOST_CHARACTERS
    text = text if cut <= 0 else text[:_MOST_CHARACTERS] + f"…（+{cut}）"
    # spreadsheets read `_x0041_` as a character of that code
    return safe(_CODED.sub("_x005F_", text) if "_x" in text else text)


# --- sheets -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet in the making: rows are XML already; `filtered` is the range of the filter."""

    name: str
    widths: Sequence[float]
    rows: Sequence[str]
    frozen: int = 0
    filtered: str = ""
    landscape: bool = False
    large: bool = False
    head: tuple[str, str, str] = ("", "", "")
    foot: tuple[str, str] = ("", "")

    def xml(self) -> str:
        """Return `sheetN.xml`: the head stays and is repeated in print."""
        corner = f"{letter(self.frozen + 1)}2"
        pane = "bottomRight" if self.frozen else "bottomLeft"
        split = f' xSplit="{self.frozen}"' if self.frozen else ""
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{round(width, 2)}" customWidth="1"/>'
            for n, width in enumerate(self.widths, 1)
        )
        area = f"A1:{letter(len(self.widths))}{len(self.rows)}"
        turned = "landscape" if self.landscape else "portrait"
        left, middle, right = self.head
        header = f"&amp;L{_of_page(left)}&amp;C{_of_page(middle)}&amp;R{_of_page(right)}"
        footer = f"&amp;L{_of_page(self.foot[0])}&amp;R{self.foot[1]}"
        filtered = f'<autoFilter ref="{self.filtered}"/>' if self.filtered else ""
        return (
            f'{_HEAD}<worksheet xmlns="{_MAIN}">'
            '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<dimension ref="{area}"/><sheetViews><sheetView workbookViewId="0">'
            f'<pane{split} ySplit="1" topLeftCell="{corner}" activePane="{pane}" state="frozen"/>'
            f'<selection pane="{pane}" activeCell="{corner}" sqref="{corner}"/>'
            '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
            f"<cols>{columns}</cols><sheetData>{''.join(self.rows)}</sheetData>{filtered}"
            '<pageMargins left="0.6" right="0.6" top="0.8" bottom="0.7" header="0.4" footer="0.4"/>'
            f'<pageSetup paperSize="{8 if self.large else 9}" orientation="{turned}" '
            'fitToWidth="1" fitToHeight="0"/>'
            f"<headerFooter><oddHeader>{header}</oddHeader><oddFooter>{footer}</oddFooter>"
            "</headerFooter></worksheet>"
        )


def _of_page(text: str) -> str:
    """Return a text for a page's head or foot: `&` starts a command there, 255 is the limit."""
    return safe(clean(text)[:80].replace("&", "&&"))


# --- the file ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: its sheets, its looks, and what its properties say; `day` is an ISO date."""

    sheets: Sequence[SheetPart]
    styles: Styles
    title: str
    day: str
    identifier: str = field(default="")

    def zipped(self) -> bytes:
        """Return the file: the same values give the same bytes."""
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as target:
            for name, text in self._parts():
                entry = ZipInfo(name, _ZIP_DAY)
                entry.compress_type = ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                entry.create_system = 3
                target.writestr(entry, text.encode("utf-8"))
        return out.getvalue()

    def _parts(self) -> Iterable[tuple[str, str]]:
        yield "[Content_Types].xml", self._types()
        yield (
            "_rels/.rels",
            _relations(
                (f"{_REL}/officeDocument", "xl/workbook.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ),
        )
        yield "docProps/core.xml", self._core()
        yield "xl/workbook.xml", self._workbook()
        targets = [(f"{_REL}/worksheet", f"worksheets/sheet{n}.xml") for n in self._numbers()]
        yield "xl/_rels/workbook.xml.rels", _relations(*targets, (f"{_REL}/styles", "styles.xml"))
        yield "xl/styles.xml", self.styles.xml()
        for number, sheet in enumerate(self.sheets, 1):
            yield f"xl/worksheets/sheet{number}.xml", sheet.xml()

    def _numbers(self) -> range:
        return range(1, len(self.sheets) + 1)

    def _types(self) -> str:
        told = {
            "/xl/workbook.xml": f"{_TYPE}.sheet.main+xml",
            "/xl/styles.xml": f"{_TYPE}.styles+xml",
            "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
            **{f"/xl/worksheets/sheet{n}.xml": f"{_TYPE}.worksheet+xml" for n in self._numbers()},
        }
        parts = "".join(
            f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in told.items()
        )
        return (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
        )

    def _core(self) -> str:
        moment = f'xsi:type="dcterms:W3CDTF">{self.day}T00:00:00Z<'
        return (
            f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:creator>Lantu</dc:creator><dc:title>{safe(self.title)}</dc:title>"
            f"<dc:identifier>{safe(self.identifier)}</dc:identifier>"
            f"<dcterms:created {moment}/dcterms:created>"
            f"<dcterms:modified {moment}/dcterms:modified></cp:coreProperties>"
        )

    def _workbook(self) -> str:
        sheets = "".join(
            f'<sheet name="{safe(sheet.name)}" sheetId="{n}" r:id="rId{n}"/>'
            for n, sheet in enumerate(self.sheets, 1)
        )
        names = "".join(self._filters()) + "".join(
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">'
            f"{_quoted(sheet.name)}!$1:$1</definedName>"
            for n, sheet in enumerate(self.sheets)
        )
        return (
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><bookViews>'
            '<workbookView activeTab="0" tabRatio="800"/></bookViews>'
            f"<sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>"
        )

    def _filters(self) -> Iterable[str]:
        for n, sheet in enumerate(self.sheets):
            if sheet.filtered:
                area = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", sheet.filtered)
                name = f'<definedName name="_xlnm._FilterDatabase" localSheetId="{n}" hidden="1">'
                yield f"{name}{_quoted(sheet.name)}!{area}</definedName>"


def _quoted(name: str) -> str:
    return safe("'" + name.replace("'", "''") + "'")


def _relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'
