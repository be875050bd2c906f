"""A draft of an assessment as it comes over HTTP: a file or JSON, its extent, its papers."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from api.auth.roles import Principal, not_allowed
from api.check_work import as_texts
from api.checking import local_grids
from api.uploads import Form, bad_request, private_folder, save
from gis.errors import LantuError, Text
from layers.assessment_document import ReadAssessment, of_form
from layers.assessment_extent import PARK_BOUNDARY
from layers.assessment_file import AssessmentForm
from layers.store.workspace import Workspace
from layers.yaml_file import load, validate

_PARTS = frozenset({"file", "extent", "documents"})


def read_draft(
    workspace: Workspace, principal: Principal, form: Form, as_of: date
) -> ReadAssessment:
    """Read a draft, and keep the papers that came with it.

    Raises
    ------
    LantuError
        `bad_file` with its place, `extent_not_uploaded`, `paper_not_named`, `not_allowed` for a
        park that is not one's own; what `of_form` refuses.
    """
    strange = set(form.files) - _PARTS
    if strange:
        raise bad_request(f"多余的文件 {min(strange)}", f"The file {min(strange)} is not expected")
    with private_folder() as folder:
        declared, accept_repair = _declared(form, folder)
        park = declared.park.code if declared.park else None
        if not principal.may_park(park):
            raise not_allowed(principal, f"write_assessment {park or '-'}")
        _require_uploaded(declared.extent, folder)
        read = of_form(
            declared,
            folder=folder,
            store=workspace,
            as_of=as_of,
            grids=local_grids(workspace),
            accept_repair=accept_repair,
        )
    _keep_papers(workspace, form, read)
    return read


def _declared(form: Form, folder: Path) -> tuple[AssessmentForm, bool]:
    """Read what was declared; the files of the extent are put into the folder."""
    if not form.files:
        return validate(AssessmentForm, as_texts(dict(form.fields)), "assessment"), False
    uploads = form.files.get("file", ())
    if len(uploads) != 1:
        raise bad_request("请上传一个成果文件 file", "Upload one `file` of the assessment")
    for upload in form.files.get("extent", ()):
        save(upload, folder)
    with private_folder() as apart:
        path = save(uploads[0], apart)
        if path.suffix.lower() == ".xlsx":
            from layers.assessment_sheet import read_sheet

            declared = validate(AssessmentForm, read_sheet(path), path.name)
        else:
            declared = load(AssessmentForm, path)
    return declared, str(form.fields.get("accept_repair", "")).lower() in {"true", "1", "on"}


def _require_uploaded(extent: Any, folder: Path) -> None:
    """Refuse an extent that names any file but one that was uploaded: no path of the server."""
    if not isinstance(extent, str) or extent == PARK_BOUNDARY:
        return
    if Path(extent).name != extent or not (folder / extent).is_file():
        raise LantuError(
            "extent_not_uploaded",
            Text(f"评估范围文件“{extent}”未一并上传", f"The extent's file {extent!r} is missing"),
            Text(
                "请用 extent 一并上传该文件，或写成 GeoJSON 或 park_boundary",
                "Upload it as a part `extent`, or write GeoJSON or park_boundary",
            ),
            where="extent",
        )


def _keep_papers(workspace: Workspace, form: Form, read: ReadAssessment) -> None:
    named = {item.sha256: item.name for item in read.assessment.documents or ()}
    for upload in form.files.get("documents", ()):
        content = upload.file.read()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in named:
            raise LantuError(
                "paper_not_named",
                Text(
                    f"附件 {upload.filename} 的 SHA-256 {digest} 不在成果的 documents 中",
                    f"No document of the assessment has the SHA-256 {digest} of {upload.filename}",
                ),
                Text("请在 documents 中写明该值", "Write it into `documents`"),
                where="documents",
            )
        workspace.put_document(content)
