"""An office's declaration of a standard layer, and the shipped rules over it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely

from checks.rulebook.load import load_rulebook
from layers.catalog import shipped_specs
from layers.store import create_workspace
from layers.store.workspace import Workspace
from tests.support.stores import place

pytestmark = pytest.mark.usefixtures("both_stores")

NOW = datetime(2026, 11, 20, tzinfo=UTC)

SPEC = """\
key: {key}
title: {{zh: 本局图层, en: our layer}}
theme: {theme}
geometry: {geometry}
class_field: {field}
authority: 本局
exhaustive: true
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(
        place(tmp_path / "ws"), crs="EPSG:4548", area=shapely.box(0, 0, 1000, 1000), at=NOW
    )


def add(workspace: Workspace, folder: Path, key: str, field: str) -> None:
    shipped = shipped_specs()[key]
    text = SPEC.format(key=key, theme=shipped.theme, geometry=shipped.geometry, field=field)
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    workspace.add_spec(path, at=NOW)


def test_what_the_office_leaves_out_is_the_shipped(workspace: Workspace, tmp_path: Path) -> None:
    add(workspace, tmp_path, "present.land_use", "{name: cls, aliases: [], codes: null}")
    spec, shipped = workspace.specs()["present.land_use"], shipped_specs()["present.land_use"]
    assert spec.title.zh == "本局图层"
    assert spec.class_field is not None
    assert spec.class_field.name == "cls"
    assert spec.attributes == shipped.attributes
    assert spec.report_fields == shipped.report_fields
    assert spec.tiles is False  # a promise of the publisher: never taken from elsewhere


@pytest.mark.parametrize(
    "field", ["{name: cls, aliases: [], codes: null}", "null", "{name: cls, codes: [mine]}"]
)
def test_the_shipped_rules_can_be_read_over_any_declaration(
    workspace: Workspace, tmp_path: Path, field: str
) -> None:
    for key in shipped_specs():
        add(workspace, tmp_path, key, field)
    book = load_rulebook(["cn-base"], {}, layer_specs=workspace.specs())
    assert "FL-02" in book.rules
