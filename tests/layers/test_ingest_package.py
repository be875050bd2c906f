"""Many layers by one mapping file; a refused one stops no other."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis.errors import LantuError
from layers.ingest import PublishResult
from layers.issue_text import log_texts
from layers.package import publish_package
from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import AT, X, Y, geojson, square, workspace_of

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(
        tmp_path,
        "key: p.farm\ntables: [YJJBNT, YJJBNTTB]",
        "key: p.blue\ntables: [ZXCQCSLX]",
        "key: p.red",
    )


def geodatabase(path: Path) -> Path:
    for number, table in enumerate(("yjjbnttb", "ZXCQCSLX", "other")):
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array([square(300 * number)], dtype=object)),
            field_data=[np.array([1.0])],
            fields=["MJ"],
            geometry_type="Polygon",
            crs="EPSG:4548",
            layer=table,
            driver="OpenFileGDB",
            append=path.exists(),
        )
    return path


DEFAULTS = "defaults: {edition: 2026a, currency: 2026-06-30, coverage: workspace, accuracy: 0.5}\n"


def test_a_geodatabase_by_standard_tables_and_by_name(ws: Workspace, tmp_path: Path) -> None:
    geodatabase(tmp_path / "disk.gdb")
    cover = geojson(tmp_path / "cover.geojson", [(square(-1000, -1000, 3000), {})])
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "source: disk.gdb\n" + DEFAULTS + "layers:\n"
        "- {layer: p.farm}\n"
        f"- {{layer: p.blue, coverage: {cover.name}, part: 东片, accuracy: 2}}\n"
        "- {layer: p.red, table: nowhere}\n"
        "- {layer: p.red, table: other}\n"
        "- {layer: p.none, table: other}\n",
        encoding="utf-8",
    )
    seen: list[str] = []
    results = publish_package(ws, mapping, at=AT, progress=lambda _, __, label: seen.append(label))
    assert seen == ["p.farm", "p.blue", "p.red", "p.red", "p.none", "完成 done"]
    farm, blue, lost, red, unknown = results
    assert isinstance(farm, PublishResult)
    assert farm.log["source"]["table"] == "yjjbnttb"
    assert isinstance(blue, PublishResult)
    assert blue.edition.id == "2026a/东片"
    assert blue.edition.accuracy_m == 2
    assert blue.edition.coverage.bounds == (X - 1000, Y - 1000, X + 2000, Y + 2000)
    assert isinstance(lost, LantuError)
    assert (lost.code, lost.where) == ("table_not_found", "p.red")
    assert isinstance(red, PublishResult)
    assert isinstance(unknown, LantuError)
    assert unknown.code == "unknown_layer"


def test_a_folder_of_files(ws: Workspace, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    geojson(disk / "YJJBNT.geojson", [(square(), {})])
    geojson(disk / "b.geojson", [(square(200), {}), (square(400), {})])
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "source: disk\n" + DEFAULTS + "layers: [{layer: p.farm}, {layer: p.red, file: b.geojson}]\n"
    )
    farm, red = publish_package(ws, mapping, at=AT)
    assert isinstance(farm, PublishResult)
    assert isinstance(red, PublishResult)
    assert (farm.edition.feature_count, red.edition.feature_count) == (1, 2)


def test_what_is_missing_is_named(ws: Workspace, tmp_path: Path) -> None:
    geojson(tmp_path / "a.geojson", [(square(), {})])
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("layers: [{layer: p.red, file: a.geojson, edition: e}]\n")
    (error,) = publish_package(ws, mapping, at=AT)
    assert isinstance(error, LantuError)
    assert "currency, coverage, accuracy" in error.fact.en


@pytest.mark.parametrize(
    "text",
    [
        "layers: []\n",
        "layers: [{layer: p.red}]\n",
        "layers: [{layer: p.red, file: a, colour: red}]\n",
        "layers: [{layer: p.red, file: a, accuracy: -1}]\n",
        "layers: [{layer: p.red, file: a, currency: 30 June}]\n",
        "layers: {}\n",
    ],
)
def test_a_bad_mapping_is_refused(ws: Workspace, tmp_path: Path, text: str) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text)
    with pytest.raises(LantuError) as caught:
        publish_package(ws, mapping, at=AT)
    assert caught.value.code == "bad_file"


def test_log_in_sentences(ws: Workspace, tmp_path: Path) -> None:
    geojson(
        tmp_path / "a.geojson",
        [(square(), {"MJ": 1e4}), (square(), {"MJ": 5e3}), (shapely.force_3d(square(300)), {})],
    )
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(DEFAULTS + "layers: [{layer: p.red, file: a.geojson}]\n")
    (result,) = publish_package(ws, mapping, at=AT)
    assert isinstance(result, PublishResult)
    english = [text.en for text in log_texts(result.log)]
    assert english[0] == "3 in, 3 published, 0 rejected, 0 repaired"
    assert "1 pairs overlap within the layer, 10000.0 m2 covered twice" in english
    assert "1 repeat another's geometry, such as [1, 2]" in english
    assert "Z dropped from 1" in english
    assert log_texts(result.log)[0].zh == "读入 3，发布 3，剔除 0，修复 0"
