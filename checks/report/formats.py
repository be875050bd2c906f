"""The formats of a report: name, file and writer of each; all write from the document alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from checks.report.model import canonical
from gis.errors import Language

Json = Mapping[str, Any]
Writer = Callable[[Json, Language], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `writer` names the function as `module:function`: it is imported when the format is first
    asked for, so that a check without it does not pay for it.
    """

    key: str
    file: str
    writer: str

    def render(self, report: Json, language: Language) -> bytes:
        """Return the file's bytes."""
        module, _, function = self.writer.partition(":")
        write: Writer = getattr(import_module(module), function)
        return write(report, language)


def render_json(report: Json, language: Language = "zh") -> bytes:  # noqa: ARG001 - one signature
    """Return the report itself; it holds both languages."""
    return canonical(report)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.key: form
        for form in (
            Format("json", "report.json", "checks.report.formats:render_json"),
            Format("html", "report.html", "checks.report.html:render_html"),
            Format("pdf", "report.pdf", "checks.report.pdf:render_pdf"),
            Format("docx", "report.docx", "checks.report.docx:render_docx"),
            Format("xlsx", "report.xlsx", "checks.report.xlsx:render_xlsx"),
            Format("geojson", "report.geojson", "checks.report.gis_files:render_geojson"),
            Format("gpkg", "report.gpkg", "checks.report.gis_files:render_gpkg"),
            Format("txt", "report.txt", "checks.report.gis_files:render_txt"),
            Format("map", "map.html", "checks.report.map:render_map"),
        )
    }
)
"""What can be written, in the order of `--format all`."""


def writable(report: Json, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats that can hold this report: 界址点 TXT knows CGCS2000 zones alone."""
    if "txt" not in keys:
        return keys
    from checks.report.gis_files import in_cgcs2000_zone

    return keys if in_cgcs2000_zone(report) else tuple(key for key in keys if key != "txt")
