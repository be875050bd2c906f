"""Assessments for tests, written as an office writes them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from layers.assessment_document import ReadAssessment, read_assessment
from layers.assessments import Standing
from layers.store.assessment_table import Act
from layers.store.workspace import Workspace

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
BY = Act(AT, "园区管委会")
DAY = date(2026, 11, 20)


def square(x: float, y: float, side: float) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "crs": "EPSG:4548", "coordinates": [ring]}


def assessment(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "kind": "geological_hazard",
        "code": "PARK-A.geological_hazard",
        "version": "1",
        "issuer": "园区管委会",
        "extent": square(441_000, 2_706_000, 1000),
        "valid_from": "2025-01-01",
    }
    return base | changes


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "a.yaml"
    text = yaml.safe_dump(assessment(**changes), allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(workspace: Workspace, folder: Path, **changes: Any) -> ReadAssessment:
    return read_assessment(written(folder, **changes), store=workspace, as_of=DAY, grids={})


def published(workspace: Workspace, folder: Path, **changes: Any) -> Standing:
    held = read(workspace, folder, **changes)
    workspace.add_assessment(held.assessment, held.document, BY)
    code, version = held.assessment.code, held.assessment.version
    workspace.assessment_event(code, version, "submit", BY)
    return workspace.assessment_event(code, version, "publish", BY)
