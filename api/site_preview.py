"""Sites before any check: the form that brings them, and what is shown of them as read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.uploads import Form, bad_request, private_folder, save
from checks.report.site_json import crs_words, site_json
from gis.errors import LantuError
from gis.site import Site
from maps.display import lonlat_box, lonlat_json

Found = Sequence[tuple[str | None, Site | LantuError]]

REMEDIES = {
    "repair_needs_consent": "accept_repair",
    "no_crs": "crs",
    "unknown_crs": "crs",
    "outside_area": "crs",
}
"""What the reader can do at once about a refusal: a field of the form to set."""


def preview_of(found: Found, crs: str) -> dict[str, Any]:
    """Return all sites read, and the box of their shapes in longitude and latitude.

    A refused site stands in the list with its refusal.
    """
    shapes = [site.geometry for _, site in found if isinstance(site, Site)]
    return {
        "sites": [_one(n, name, item) for n, (name, item) in enumerate(found, start=1)],
        "bounds": lonlat_box(shapes, crs),
    }


def _one(n: int, name: str | None, item: Site | LantuError) -> dict[str, Any]:
    if isinstance(item, LantuError):
        return {"n": n, "name": name, "site": None, "shape": None, "error": refusal_of(item)}
    document = site_json(item)
    document["source_crs"] = {"code": item.source_crs, **_source_words(item.source_crs)}
    del document["geometry"]
    return {
        "n": n,
        "name": item.name,
        "site": document | {"notes": [note.as_dict() for note in item.notes]},
        "shape": lonlat_json(item.geometry, item.crs),
        "error": None,
    }


def _source_words(code: str) -> dict[str, str]:
    """What the file's coordinates were read as; a local grid has a name and no more."""
    name = code.partition(":")[2]
    if code.startswith("local:"):
        return {"zh": f"地方坐标系“{name}”", "en": f"local grid {name!r}"}
    if code == "EPSG:4490":
        return {
            "zh": f"2000国家大地坐标系，经纬度（{code}）",
            "en": f"CGCS2000, longitude and latitude ({code})",
        }
    return crs_words(code)


def refusal_of(error: LantuError) -> dict[str, Any]:
    """Return a refusal for the page, with the remedy at hand."""
    return {
        "code": error.code,
        "fact": error.fact.as_dict(),
        "hint": error.hint.as_dict(),
        "where": error.where,
        "remedy": REMEDIES.get(error.code),
    }


@contextmanager
def read_check_form(form: Form) -> Iterator[tuple[dict[str, Any], list[Path], int | None]]:
    """Give the fields, the files of the site, and which of its sites is meant (from 1)."""
    fields = {key: value for key, value in form.fields.items() if value != ""}
    n = _number(fields.pop("n", None))
    with private_folder() as folder:
        files = [save(upload, folder) for upload in form.files.get("site", ())]
        if any(path.suffix.lower() == ".shp" for path in files):
            files = [folder]
        yield fields, files, n


def _number(given: Any) -> int | None:
    if given is None:
        return None
    text = str(given)
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise bad_request("用地序号 n 应为正整数", "`n`, the number of the site, is no number")
    return int(text)
