"""Editions as files: what goes in comes out, bit by bit; what is broken is named."""

import sqlite3
import struct
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis.errors import LantuError
from gis.geometry import MAX_VERTICES
from layers.store import FeatureTable
from layers.store.workspace import Workspace
from tests.layers.store_helpers import AREA, draft, make_workspace, objects, square, table
from tests.support.stores import reopened

pytestmark = pytest.mark.usefixtures("both_stores")

EVERYWHERE = AREA.bounds


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, "t.layer")


def wheel(x: float, y: float, *, vertices: int = 5_000, hole: bool = True) -> shapely.Polygon:
    """A wavy ring of many vertices with a square hole of 200 m x 200 m."""
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = 1_000 + 30 * np.sin(turn * 40)
    shell = np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)])
    holes = [shapely.box(x - 100, y - 100, x + 100, y + 100).exterior] if hole else []
    return shapely.Polygon(shell, holes)


def blobs(workspace: Workspace, file: str) -> list[bytes]:
    """Geometries as they are stored, in the order of the features."""
    if workspace.name.startswith("postgresql:"):
        rows = workspace.database.rows("SELECT ST_AsBinary(geom) FROM features ORDER BY id")
        return [row[0] for row in rows]
    connection = sqlite3.connect(workspace.path / file)
    rows = connection.execute("SELECT geom FROM features ORDER BY fid").fetchall()
    connection.close()
    return [row[0] for row in rows]


def test_geometry_is_kept_bit_by_bit(workspace: Workspace) -> None:
    geometries = [
        shapely.Polygon([(441000.1, 2706000.123456789), (441100.7, 2706000.2), (441050, 2706090)]),
        shapely.MultiPolygon([square(442000, 2706000), square(442200, 2706000)]),
        shapely.LineString([(443000, 2706000), (443000.0000001, 2706100)]),
        shapely.MultiPoint([(444000, 2706000), (444001, 2706001)]),
        shapely.Point(445000, 2706000),
        wheel(450000, 2712000),
    ]
    edition = workspace.publish(draft("t.layer"), table(geometries))
    stored = blobs(workspace, edition.file)
    for blob, geometry in zip(stored, geometries, strict=True):
        assert blob.endswith(shapely.to_wkb(geometry, byte_order=1, flavor="iso"))
    found = workspace.read(edition, EVERYWHERE)
    small = found.ids < 6
    assert found.ids[small].tolist() == [1, 2, 3, 4, 5]
    for got, geometry in zip(found.geometries[small], geometries, strict=False):
        assert shapely.equals_identical(got, geometry)
    assert edition.feature_count == 6


def test_big_polygon_comes_in_pieces_that_add_up(workspace: Workspace) -> None:
    big = wheel(450000, 2712000)
    edition = workspace.publish(
        draft("t.layer"), table([square(441000, 2706000), big], name=["小", "大"])
    )
    found = workspace.read(edition, EVERYWHERE)
    pieces = found.geometries[found.ids == 2]
    assert len(pieces) > 10
    assert (shapely.get_num_coordinates(pieces) <= MAX_VERTICES).all()
    assert shapely.is_valid(pieces).all()
    assert shapely.union_all(pieces).area == pytest.approx(big.area, abs=1e-6)
    assert sum(piece.area for piece in pieces) == pytest.approx(big.area, abs=1e-6)
    assert found.fields[2]["name"] == "大"
    assert found.ids.tolist() == sorted(found.ids.tolist())


def test_box_reads_only_near_pieces(workspace: Workspace) -> None:
    big = wheel(450000, 2712000)
    edition = workspace.publish(draft("t.layer"), table([big]))
    box = (450900.0, 2711900.0, 451100.0, 2712100.0)
    found = workspace.read(edition, box)
    assert 0 < len(found.ids) < 8
    near = shapely.intersection(shapely.box(*box), big)
    got = shapely.intersection(shapely.union_all(found.geometries), shapely.box(*box))
    assert got.area == pytest.approx(near.area, abs=1e-6)
    hole = workspace.read(edition, (449950.0, 2711950.0, 450050.0, 2712050.0))
    assert shapely.area(shapely.intersection(hole.geometries, square(449950, 2711950))).sum() == 0


def test_box_is_judged_by_true_bounds(workspace: Workspace) -> None:
    """SQLite's R-tree keeps float32: near y = 2.7 million a box grows by up to 0.25 m."""
    edition = workspace.publish(draft("t.layer"), table([square(450000.01, 2712000.01)]))
    touching = workspace.read(edition, (449000.0, 2711000.0, 450000.01, 2713000.0))
    assert touching.ids.tolist() == [1]
    for gap in (1e-6, 0.001, 0.1):
        apart = workspace.read(edition, (449000.0, 2711000.0, 450000.01 - gap, 2713000.0))
        assert apart.ids.tolist() == []
        above = workspace.read(edition, (449000.0, 2712100.01 + gap, 451000.0, 2713000.0))
        assert above.ids.tolist() == []


def test_every_kind_of_value_comes_back(workspace: Workspace) -> None:
    count = 3
    columns = {
        "text": objects(["<b>粗</b> & 😀", "", None]),
        "gb": objects(["𠮷野家㐂", "a\nb\tc", "'; DROP TABLE features; --"]),
        "awkward": objects(["a\0b", "\ud800", None]),
        "long": objects(["长" * 100_000, "x", "y"]),
        "number": np.array([1.5, np.nan, -0.1]),
        "whole": np.array([2**53 + 1, -5, 0]),
        "maybe": objects([7, None, 9]),
        "flag": objects([True, None, False]),
        "sure": np.array([True, False, True]),
        "listed": objects([["C39", "C40"], [], None]),
        "mixed": objects([1, "two", 3.5]),
        "Name": objects(["A", "B", "C"]),
        "name": objects(["d", "e", "f"]),
        "fid": objects(["source 1", "source 2", None]),
        "geom": objects(["g", "h", "i"]),
        'quo"te': objects(["1", "2", "3"]),
        "day": np.array(["2016-07-02", "NaT", "2026-01-31"], dtype="datetime64[D]"),
    }
    squares = objects([square(441000 + 200 * i, 2706000) for i in range(count)])
    classes = objects(["0601", None, "<script>"])
    edition = workspace.publish(draft("t.layer"), FeatureTable(squares, classes, columns))
    found = workspace.read(edition, EVERYWHERE)
    assert found.classes.tolist() == ["0601", None, "<script>"]
    assert found.ids.tolist() == [1, 2, 3]
    for name, values in columns.items():
        wanted = [None if value != value else value for value in values.tolist()]
        if name == "day":
            wanted = ["2016-07-02", None, "2026-01-31"]
        got = [found.fields[i][name] for i in (1, 2, 3)]
        assert got == wanted, name
        assert [type(item) for item in got] == [type(item) for item in wanted], name


@pytest.mark.folder_only
def test_file_opens_in_gdal(workspace: Workspace) -> None:
    geometries = [square(441000, 2706000), wheel(450000, 2712000)]
    edition = workspace.publish(
        draft("t.layer"), table(geometries, name=["甲", "乙"], deep=[1.5, None])
    )
    path = workspace.path / edition.file
    tables = dict(pyogrio.list_layers(path).tolist())
    assert tables["features"] == "Polygon"
    assert tables["pieces"] == "Polygon"
    info = pyogrio.read_info(path, layer="features")
    assert info["features"] == 2
    assert info["crs"] == "EPSG:4548"
    frame = pyogrio.read_dataframe(path, layer="features")
    assert frame["name"].tolist() == ["甲", "乙"]
    assert shapely.equals_identical(frame.geometry.to_numpy(), objects(geometries)).all()


def test_empty_edition(workspace: Workspace) -> None:
    edition = workspace.publish(draft("t.layer"), table([], name=[]))
    found = workspace.read(edition, EVERYWHERE)
    assert (len(found.ids), len(found.geometries), dict(found.fields)) == (0, 0, {})
    assert edition.feature_count == 0


@pytest.mark.parametrize(
    "bad",
    [
        table([shapely.Polygon()]),
        table([None]),  # type: ignore[list-item]
        FeatureTable(objects([square(441000, 2706000)]), objects([]), {}),
        table([square(441000, 2706000)], name=["a", "b"]),
    ],
)
def test_incomplete_table_is_refused(
    workspace: Workspace, both_stores: str, bad: FeatureTable
) -> None:
    with pytest.raises(LantuError) as fault:
        workspace.publish(draft("t.layer"), bad)
    assert fault.value.code == "bad_features"
    assert workspace.editions("t.layer") == ()
    if both_stores == "folder":
        folder = workspace.path / "layers" / "t.layer"
        assert [path.name for path in folder.iterdir()] == [".lock"]


def test_box_must_be_finite(workspace: Workspace) -> None:
    edition = workspace.publish(draft("t.layer"), table([square(441000, 2706000)]))
    with pytest.raises(ValueError, match="not finite"):
        workspace.read(edition, shapely.Polygon().bounds)


# --- broken files -----------------------------------------------------------------------------


def _overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


@pytest.mark.folder_only
@pytest.mark.parametrize("harm", ["missing", "empty", "truncated", "flipped", "other", "folder"])
def test_broken_file_is_named(tmp_path: Path, workspace: Workspace, harm: str) -> None:
    edition = workspace.publish(draft("t.layer", part="海沧"), table([wheel(450000, 2712000)]))
    assert len(workspace.read(edition, EVERYWHERE).ids) > 0
    path = workspace.path / edition.file
    data = path.read_bytes()
    match harm:
        case "missing":
            path.unlink()
        case "empty":
            _overwrite(path, b"")
        case "truncated":
            _overwrite(path, data[: len(data) // 2])
        case "flipped":
            _overwrite(path, _flip(data, len(data) // 2))
        case "other":
            _overwrite(path, b"x" * len(data))
        case "folder":
            path.unlink()
            path.mkdir()
    for opened in (workspace, reopened(tmp_path)):
        with pytest.raises(LantuError) as fault:
            opened.read(edition, EVERYWHERE)
        assert fault.value.code == "layer_unreadable"
        assert fault.value.where == "t.layer e1/海沧"
        assert str(tmp_path) not in str(fault.value.as_dict())


@pytest.mark.folder_only
def test_broken_page_of_a_big_file_is_named(tmp_path: Path) -> None:
    """Beyond 16 MB a fingerprint samples the file: what it misses shows when it is read."""
    workspace = make_workspace(tmp_path, "t.layer")
    count = 3_000
    squares = [square(441000 + i, 2706000) for i in range(count)]
    edition = workspace.publish(
        draft("t.layer"), table(squares, name=[f"{i:05}" * 1_200 for i in range(count)])
    )
    path = workspace.path / edition.file
    data = bytearray(path.read_bytes())
    assert len(data) > 16_000_000
    place = 0
    while (place := data.find(struct.pack("<ccBB", b"G", b"P", 0, 3), place)) >= 0:
        data[place] = 0  # every geometry header; samples may or may not meet one
        place += 1
    _overwrite(path, bytes(data))
    with pytest.raises(LantuError) as fault:
        reopened(tmp_path).read(edition, EVERYWHERE)
    assert fault.value.code == "layer_unreadable"


@pytest.mark.folder_only
def test_one_broken_layer_leaves_the_others(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.one", "t.two")
    one = workspace.publish(draft("t.one"), table([square(441000, 2706000)]))
    two = workspace.publish(draft("t.two"), table([square(441000, 2706000)]))
    (workspace.path / one.file).unlink()
    with pytest.raises(LantuError):
        workspace.read(one, EVERYWHERE)
    assert workspace.read(two, EVERYWHERE).ids.tolist() == [1]


def test_box_query_of_200_000_features_is_fast(tmp_path: Path) -> None:
    """2.6 ms were measured on a quiet machine; the bound leaves room for a busy one."""
    import time

    workspace = make_workspace(tmp_path, "t.layer")
    rng = np.random.default_rng(7)
    x, y = rng.uniform(440_000, 459_900, 200_000), rng.uniform(2_705_000, 2_724_900, 200_000)
    boxes = shapely.box(x, y, x + 40, y + 40)
    edition = workspace.publish(
        draft("t.layer"),
        FeatureTable(boxes, objects(["a"] * 200_000), {"number": np.arange(200_000)}),
    )
    site = (450_000.0, 2_712_000.0, 450_200.0, 2_712_200.0)
    workspace.read(edition, site)
    spent = []
    for _ in range(9):
        start = time.perf_counter()
        found = workspace.read(edition, site)
        spent.append(time.perf_counter() - start)
    inside = (x <= site[2]) & (x + 40 >= site[0]) & (y <= site[3]) & (y + 40 >= site[1])
    assert found.ids.tolist() == (np.flatnonzero(inside) + 1).tolist()
    assert sorted(spent)[4] < 0.02
