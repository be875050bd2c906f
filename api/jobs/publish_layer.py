"""Publishing an uploaded file as an edition of a layer: the work of `lantu publish`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.acts import note_act
from api.documents import edition_document
from api.jobs.context import JobContext
from api.jobs.kinds import kind
from gis.errors import LantuError, Text

PUBLISH_LAYER = "layer.publish"
FILES, COVERAGE = "files", "coverage"
"""Folders of the upload, within the job's own."""


class PublishForm(BaseModel):
    """What the publisher says of an edition; as the options of `lantu publish`."""

    model_config = ConfigDict(extra="forbid")

    edition: str = Field(min_length=1, max_length=200)
    currency: date = Field(description="数据基准日")
    coverage: Literal["workspace", "features", "file"] = Field(
        description="`file`: the polygons of the part `coverage_file`"
    )
    accuracy_m: float = Field(ge=0, lt=1e6, allow_inf_nan=False, description="plane accuracy")
    accuracy_source: str | None = Field(None, max_length=400)
    valid_from: date | None = None
    valid_to: date | None = None
    part: str | None = Field(None, max_length=200)
    table: str | None = Field(None, max_length=200)
    crs: str | None = Field(None, max_length=4000)
    class_field: str | None = Field(None, max_length=200)
    accept_repair: bool = False
    accept_loss: bool = False


@kind(PUBLISH_LAYER, Text("发布数据版本", "Publishing an edition"))
def publish_layer(context: JobContext) -> dict[str, Any]:
    """Publish the file; the same file under the same key again is done already."""
    from layers.ingest import PublishOptions, publish

    form = PublishForm.model_validate(context.order["form"])
    layer = str(context.order["layer"])
    given = form.model_dump(exclude={"coverage", "accuracy_m"})
    options = PublishOptions(
        **given,
        coverage=_one(context.folder / COVERAGE) if form.coverage == "file" else form.coverage,
        accuracy_m=form.accuracy_m,
        at=context.moment,
        progress=lambda done, total, _name: context.step(done, total),
    )
    published = publish(context.services.workspace, layer, _one(context.folder / FILES), options)
    edition = published.edition
    note_act(
        context.services,
        context.principal,
        PUBLISH_LAYER,
        f"layer:{layer}@{edition.id}",
        {"checksum": edition.checksum, "revision": edition.revision},
    )
    return {"edition": edition_document(edition), "log": dict(published.log)}


def _one(folder: Path) -> Path:
    """Return the one file of a folder, or the folder where a layer came in several files.

    Raises
    ------
    LantuError
        `job_file_gone`.
    """
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    if not files:
        raise LantuError(
            "job_file_gone",
            Text("上传的文件已不在服务器上", "The uploaded file is no longer on the server"),
            Text("请重新上传", "Upload it again"),
        )
    return files[0] if len(files) == 1 else folder
