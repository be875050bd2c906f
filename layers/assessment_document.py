"""An assessment as the workspace keeps it: one canonical document, found by its digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import shapely

from gis.errors import Note, Text
from gis.geometry import Repair
from gis.local_grid import LocalGrid
from layers.assessment_extent import Extent, read_extent
from layers.assessment_file import AssessmentForm, ChoiceForm, ReviewForm
from layers.assessments import (
    Acknowledgement,
    ApprovalItem,
    AreaAssessment,
    AreaEvent,
    Block,
    Choice,
    ControlOutput,
    Document,
    Duty,
    JointReview,
    Limit,
    Park,
    PartialCoverage,
    Review,
    Total,
)
from layers.store.protocol import LayerStore
from layers.yaml_file import load, validate

FORMAT = "lantu-assessment/1"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ReadAssessment:
    """An assessment read from a file, and the document to keep."""

    assessment: AreaAssessment
    document: bytes


def read_assessment(
    path: Path,
    *,
    store: LayerStore,
    as_of: date,
    grids: Mapping[str, LocalGrid],
    accept_repair: bool = False,
) -> ReadAssessment:
    """Read an `assessment.yaml`, or a filled workbook, with its extent in the working CRS.

    `as_of` is the day whose boundary of the park counts for `park_boundary`.

    Raises
    ------
    LantuError
        `bad_file` with line and key path, and what `read_extent` refuses.
    """
    if path.suffix.lower() == ".xlsx":
        from layers.assessment_sheet import read_sheet

        form = validate(AssessmentForm, read_sheet(path), path.name)
    else:
        form = load(AssessmentForm, path)
    return of_form(
        form,
        folder=path.parent,
        store=store,
        as_of=as_of,
        grids=grids,
        accept_repair=accept_repair,
    )


def of_form(
    form: AssessmentForm,
    *,
    folder: Path,
    store: LayerStore,
    as_of: date,
    grids: Mapping[str, LocalGrid],
    accept_repair: bool = False,
) -> ReadAssessment:
    """Read what a form declares, its extent in the working CRS; faults as `read_assessment`.

    A file that the form names as its extent lies in `folder`.
    """
    extent = read_extent(
        form.extent,
        folder=folder,
        store=store,
        park=form.park.code if form.park else None,
        as_of=as_of,
        grids=grids,
        accept_repair=accept_repair,
    )
    return of_extent(form, extent, store.crs)


def of_extent(form: AssessmentForm, extent: Extent, crs: str) -> ReadAssessment:
    """Return what a form declares on an extent that was read before, in the working CRS `crs`."""
    kept = {
        "format": FORMAT,
        "assessment": form.model_dump(mode="json", exclude={"extent"}),
        "extent": {
            "crs": crs,
            "wkb": shapely.to_wkb(extent.geometry, hex=True, byte_order=1),
            "source": extent.source,
            "repairs": [
                [item.method, item.reason, item.area_before_m2, item.area_after_m2]
                for item in extent.repairs
            ],
            "notes": [note.as_dict() for note in extent.notes],
        },
    }
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return ReadAssessment(built(form, extent, crs), text.encode())


def assessment_of(document: bytes) -> AreaAssessment:
    """Read a kept document back; what it holds is what was read from the file, bit by bit."""
    kept = json.loads(document)
    place = kept["extent"]
    form = validate(AssessmentForm, kept["assessment"] | {"extent": place["source"]}, FORMAT)
    extent = Extent(
        shapely.from_wkb(bytes.fromhex(place["wkb"])),
        place["source"],
        tuple(Repair(*row) for row in place["repairs"]),
        tuple(Note(row["code"], Text(row["zh"], row["en"])) for row in place["notes"]),
    )
    return built(form, extent, place["crs"])


def built(form: AssessmentForm, extent: Extent, crs: str) -> AreaAssessment:
    """Return the frozen assessment of a form and its extent in the working CRS `crs`."""
    partial = form.partial_coverage
    return AreaAssessment(
        kind=form.kind,
        code=form.code,
        version=form.version,
        title=form.title or form.code,
        issuer=form.issuer,
        extent=extent.geometry,
        crs=crs,
        extent_source=extent.source,
        repairs=extent.repairs,
        notes=extent.notes,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        validity_source=form.validity_source,
        park=Park(form.park.code, form.park.name) if form.park else None,
        unit_code=form.unit_code,
        review=_review(form.review),
        approval_no=form.approval_no,
        partial_coverage=PartialCoverage(partial.rule, partial.source) if partial else None,
        depth=form.depth,
        treats=form.treats,
        relevant_layers=form.relevant_layers,
        admission=_choice(form.admission),
        negative=_choice(form.negative),
        excluded_classes=form.excluded_classes,
        **_lists(form),
    )


def _lists(form: AssessmentForm) -> dict[str, Any]:
    return {
        "acknowledged": _rows(
            form.acknowledged, lambda row: Acknowledgement(row.authority, row.document, row.date)
        ),
        "blocks": _rows(form.blocks, lambda row: Block(row.id, row.state)),
        "envelope": _rows(
            form.envelope, lambda row: Limit(row.fact, row.min, row.max, row.when, row.source)
        ),
        "totals": _rows(form.totals, lambda row: Total(row.name, row.fact, row.unit, row.limit)),
        "commitments": _rows(form.commitments, lambda row: row.text()),
        "duties": _rows(form.duties, lambda row: Duty(row.text, row.done)),
        "events": _rows(form.events, lambda row: AreaEvent(row.date, row.type, row.place)),
        "control_outputs": _rows(
            form.control_outputs,
            lambda row: ControlOutput(row.key, row.value, row.unit, row.where, row.source),
        ),
        "approval_items": _rows(
            form.approval_items, lambda row: ApprovalItem(row.code, row.effect)
        ),
        "documents": _rows(form.documents, lambda row: Document(row.name, row.sha256)),
    }


def _rows(forms: tuple[Any, ...] | None, make: Callable[[Any], Row]) -> tuple[Row, ...] | None:
    return None if forms is None else tuple(make(form) for form in forms)


def _choice(form: ChoiceForm | None) -> Choice | None:
    return Choice(form.industries, form.uses) if form else None


def _review(form: ReviewForm | None) -> Review | None:
    if form is None:
        return None
    joint = form.joint
    return Review(
        form.body,
        form.date,
        form.conclusion,
        form.public,
        JointReview(joint.name, joint.lead, joint.kinds) if joint else None,
    )
