"""Files that become drafts: filled workbooks, `assessment.yaml`, exchange GeoPackages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.pages.park.drafts import texts_of
from api.parks import ParkName
from api.services import Services
from api.uploads import save
from gis.errors import LantuError, Text
from layers.assessment_extent import PARK_BOUNDARY
from layers.assessment_file import AssessmentForm
from layers.assessment_sheet import read_sheet
from layers.yaml_file import read_yaml

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

MAIN = {".xlsx", ".yaml", ".yml"}
_SEEN = [1, 2, 3, 4, 5]


def read_files(
    services: Services, park: ParkName, files: Sequence[UploadFile], folder: Path
) -> list[dict[str, Any]]:
    """Return the bodies of drafts that uploaded files make; other files may be their extents.

    What a file leaves unsaid or says wrongly is told at the steps; only a foreign park, an
    unknown key and an unreadable file are refused.

    Raises
    ------
    LantuError
        `bad_file`, `bad_exchange`, `bad_value`.
    """
    paths = [save(upload, folder) for upload in files]
    exchange = [path for path in paths if path.suffix.lower() == ".gpkg"]
    mains = [path for path in paths if path.suffix.lower() in MAIN]
    bodies = [_of_file(services, park, path, paths) for path in mains]
    if not mains:
        for path in exchange:
            bodies += _of_exchange(park, path)
    if not bodies:
        raise _bad("没有可读取的成果文件", "There is no file of a result")
    return bodies


def _of_file(
    services: Services, park: ParkName, path: Path, beside: Sequence[Path]
) -> dict[str, Any]:
    raw = read_sheet(path) if path.suffix.lower() == ".xlsx" else read_yaml(path)
    if not isinstance(raw, dict):
        raise _bad(f"{path.name} 不是成果文件", f"{path.name} is no file of a result")
    strange = sorted(set(raw) - set(AssessmentForm.model_fields))
    if strange:
        raise _bad(
            f"{path.name} 有不识别的键 {strange[0]}", f"{path.name} has an unknown key {strange[0]}"
        )
    extent = _extent(services, raw.pop("extent", None), beside)
    return _body(park, raw, extent)


def _extent(services: Services, declared: Any, beside: Sequence[Path]) -> dict[str, Any]:
    """What the file says of its extent, as a choice of step two; nothing known is left open."""
    if declared == PARK_BOUNDARY:
        return {"from": "park_boundary"}
    if isinstance(declared, dict):
        return {"from": "inline", "declared": declared}
    named = next((path for path in beside if path.name == Path(str(declared)).name), None)
    if named is None:
        return {}
    digest = services.workspace.put_document(named.read_bytes())
    return {"from": "file", "files": [{"name": named.name, "sha256": digest}]}


def _of_exchange(park: ParkName, path: Path) -> list[dict[str, Any]]:
    from layers.assessment_exchange import read_exchange

    bodies = []
    for form in read_exchange(path):
        raw = form.model_dump(mode="json", exclude={"extent"})
        bodies.append(_body(park, raw, {"from": "inline", "declared": form.extent}))
    return bodies


def _body(park: ParkName, raw: dict[str, Any], extent: dict[str, Any]) -> dict[str, Any]:
    named = raw.pop("park", None)
    code = named.get("code") if isinstance(named, dict) else None
    if code not in {None, park.code}:
        raise _bad(f"文件属于园区 {code}", f"The file belongs to park {code}")
    form = {key: texts_of(value) for key, value in raw.items() if value is not None}
    return {"form": form, "extent": extent, "seen": _SEEN}


def _bad(zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_value",
        Text(zh, en),
        Text(
            "请上传填好的模板（.xlsx）、assessment.yaml 或交换文件（.gpkg）",
            "Upload a filled template (.xlsx), assessment.yaml or an exchange file (.gpkg)",
        ),
        where="file",
    )
