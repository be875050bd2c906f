"""The control indicator list alone, as an annex to a land contract: PDF, DOCX, XLSX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from checks.report.docx import write_docx
from checks.report.numbers import NONE, fixed, hectares, mu
from checks.report.paper import Chapter, Line, Paper, Para
from checks.report.paper_findings import plain_grid
from checks.report.paper_report import KEPT_WORDS, SIGNERS
from checks.report.pdf import write_pdf
from checks.report.qr import qr_content, qr_svg
from checks.report.texts import Words
from checks.report.version import watermark
from checks.report.view_indicators import indicator_table
from gis.errors import Language, LantuError, Text

Json = Mapping[str, Any]


def annex_paper(report: Json, language: Language = "zh") -> Paper:
    """Return the list with what it belongs to, and room for those who sign.

    Raises
    ------
    LantuError
        `no_indicators`: the report has no such list.
    """
    words = Words(language)
    table = indicator_table(report, words)
    if table is None:
        raise LantuError(
            "no_indicators",
            Text("报告中没有控制指标", "The report holds no control indicators"),
            Text("请用包含第9节的场景重新检测", "Check again in a scenario that has section 9"),
        )
    note = Para((Line(words("declaration_text")),), "small")
    number = report["number"] or words("precheck")
    return Paper(
        language=language,
        title=table.title,
        subject=report["project"]["name"] or report["site"]["name"] or "",
        number=number,
        digest=report["digest"],
        as_of=report["as_of"],
        words={key: words(key) for key in KEPT_WORDS},
        cover=(*_about(report, words), (words("digest"), report["digest"])),
        lights=(),
        sign=tuple(words(key) for key in SIGNERS),
        cover_note="",
        code=qr_svg(qr_content(report)),
        chapters=(Chapter(9, table.title, (plain_grid(table, words), note)),),
        short=True,
        watermark=watermark(report, language),
    )


def _about(report: Json, words: Words) -> tuple[tuple[str, str], ...]:
    project, site = report["project"], report["site"]
    return (
        (words("project_name"), project["name"] or NONE),
        (words("project_code"), project["code"] or NONE),
        (words("site_name"), site["name"] or NONE),
        (words("area_plane"), _size(site, words)),
        (words("crs"), words.pick(site["crs"])),
        (words("number"), report["number"] or words("precheck")),
        (words("as_of"), report["as_of"]),
    )


def _size(site: Json, words: Words) -> str:
    area = site["area_m2"]
    if area is None:
        return f"{fixed(site['length_m'])} m"
    ha, in_mu = ("公顷", "亩") if words.language == "zh" else ("ha", "mu")
    sizes = (f"{fixed(area)} m²", f"{hectares(area)} {ha}", f"{mu(area)} {in_mu}")
    return words("semicolon").join(sizes)


def annex_pdf(report: Json, language: Language = "zh") -> bytes:
    """Return the list as PDF/A-2b."""
    return write_pdf(annex_paper(report, language))


def annex_docx(report: Json, language: Language = "zh") -> bytes:
    """Return the list as a Word document."""
    return write_docx(annex_paper(report, language))


def annex_xlsx(report: Json, language: Language = "zh") -> bytes:
    """Return the list as a workbook of two sheets: the list, and what it belongs to."""
    from checks.report.sheets_plain import Column, Sheet, indicator_sheet
    from checks.report.xlsx import write_sheets

    words = Words(language)
    paper = annex_paper(report, language)
    listed = indicator_sheet(report, words)
    columns = [Column(words("item")), Column(words("value"))]
    about = Sheet(words("facts"), columns, paper.cover, filtered=False)
    return write_sheets([listed, about] if listed else [about], report, words, paper.title)


ANNEXES: Mapping[str, Callable[[Json, Language], bytes]] = MappingProxyType(
    {".pdf": annex_pdf, ".docx": annex_docx, ".xlsx": annex_xlsx}
)
"""What writes a file, by its ending."""
