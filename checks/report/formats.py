"""The formats of a report: name, file and writer of each; all write from the document alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from checks.report.canonical import canonical
from gis.errors import Language

if TYPE_CHECKING:
    from checks.report.reading import Reading

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `writer` names the function as `module:function`: it is imported when the format is first
    asked for, so that a check without it does not pay for it. `apart` says that most of the
    work is done outside Python, so that it may go on beside another writer.
    """

    key: str
    file: str
    writer: str
    apart: bool = False

    def render(self, report: Json, language: Language) -> bytes:
        """Return the file's bytes."""
        return render_all(report, (self.key,), language)[self.key]

    def write(self, reading: Reading) -> bytes:
        """Return the file's bytes from a report that is read already."""
        module, _, function = self.writer.partition(":")
        write: Callable[[Reading], bytes] = getattr(import_module(module), function)
        return write(reading)


def json_of(reading: Reading) -> bytes:
    """Return the report itself; it holds both languages."""
    return canonical(reading.report)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.key: form
        for form in (
            Format("json", "report.json", "checks.report.formats:json_of"),
            Format("html", "report.html", "checks.report.html:html_of"),
            Format("pdf", "report.pdf", "checks.report.pdf:pdf_of", apart=True),
            Format("docx", "report.docx", "checks.report.docx:docx_of"),
            Format("xlsx", "report.xlsx", "checks.report.xlsx:xlsx_of"),
            Format("geojson", "report.geojson", "checks.report.gis_files:geojson_of"),
            Format("gpkg", "report.gpkg", "checks.report.gis_files:gpkg_of"),
            Format("txt", "report.txt", "checks.report.gis_files:txt_of"),
            Format("map", "map.html", "checks.report.map:map_of"),
        )
    }
)
"""What can be written, in the order of `--format all`."""


def render_all(report: Json, keys: Sequence[str], language: Language) -> dict[str, bytes]:
    """Return the files of several formats of one report, by format, in the order asked for.

    What they share (values of the pages, figures) is worked out once. The bytes are those of
    `Format.render`.

    Raises
    ------
    LantuError
        `txt_crs`, where 界址点 TXT cannot hold the report; see `writable`.
    """
    if tuple(keys) == ("json",):
        return {"json": canonical(report)}
    from checks.report.reading import Reading

    reading = Reading(report, language)
    forms = [FORMATS[key] for key in keys]
    apart = [form for form in forms if form.apart] if len(forms) > 1 else []
    if not apart:
        return {form.key: form.write(reading) for form in forms}
    _ = reading.paper  # before two writers read it
    with ThreadPoolExecutor(len(apart)) as pool:
        begun = {form.key: pool.submit(form.write, reading) for form in apart}
        done = {form.key: form.write(reading) for form in forms if form not in apart}
        done |= {key: task.result() for key, task in begun.items()}
    return {key: done[key] for key in keys}


def writable(report: Json, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats that can hold this report: 界址点 TXT knows CGCS2000 zones alone."""
    if "txt" not in keys:
        return keys
    from checks.report.gis_files import in_cgcs2000_zone

    return keys if in_cgcs2000_zone(report) else tuple(key for key in keys if key != "txt")
