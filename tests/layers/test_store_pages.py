"""Features by number and by bounds: both stores answer alike, and read no more than asked."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis.errors import LantuError
from layers.editions import Edition
from layers.store import create_workspace
from layers.store.feature_pages import Wanted
from layers.store.workspace import Workspace
from tests.layers.store_helpers import AREA, AT, draft, square, table, write_spec
from tests.support.records import postgres_address

STORES = ["folder", pytest.param("database", marks=pytest.mark.postgis)]


@pytest.fixture(params=STORES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    place = (
        tmp_path / "ws"
        if request.param == "folder"
        else postgres_address(request.getfixturevalue("postgis"))
    )
    workspace = create_workspace(place, crs="EPSG:4548", area=AREA, at=AT)
    workspace.add_spec(write_spec(tmp_path, "t.layer"), at=AT)
    yield workspace
    workspace.close()


@pytest.fixture
def edition(workspace: Workspace) -> Edition:
    """Squares of 10, 20 ... 100 m, 1 km apart, and one polygon that the store cuts."""
    turn = np.linspace(0, 2 * np.pi, 5_000, endpoint=False)
    ring = np.column_stack([450_000 + 900 * np.cos(turn), 2_720_000 + 900 * np.sin(turn)])
    squares = [square(441_000 + 1000 * n, 2_706_000, 10.0 * (n + 1)) for n in range(10)]
    return workspace.publish(
        draft("t.layer"),
        table(
            [*squares, shapely.Polygon(ring)],
            classes=["a", "b"] * 5 + [None],
            name=[f"n{n}" for n in range(11)],
            height=[0.5 * n for n in range(11)],
            floors=list(range(11)),
            listed=[n % 2 == 0 for n in range(11)],
            uses=[["住", "商"] if n < 3 else ["工"] for n in range(11)],
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), range(1, 12)),
        (Wanted(box=(441_000, 2_706_000, 443_000, 2_706_100)), [1, 2, 3]),
        (Wanted(box=(449_500, 2_719_500, 449_600, 2_719_600)), [11]),
        (Wanted(min_size=80.0), [8, 9, 10, 11]),
        (Wanted(min_size=80.0, box=(441_000, 2_706_000, 449_000, 2_706_100)), [8, 9]),
        (Wanted(where={"class": "b"}), [2, 4, 6, 8, 10]),
        (Wanted(where={"name": "n4"}), [5]),
        (Wanted(where={"height": "1.5"}), [4]),
        (Wanted(where={"floors": "7.0"}), [8]),
        (Wanted(where={"floors": "seven"}), []),
        (Wanted(where={"listed": "false", "class": "b"}), [2, 4, 6, 8, 10]),
        (Wanted(where={"listed": "no"}), []),
        (Wanted(where={"uses": "商"}), [1, 2, 3]),
        (Wanted(where={"name": "' OR 1=1 --"}), []),
    ],
)
def test_outlines_are_those_wanted(
    workspace: Workspace, edition: Edition, wanted: Wanted, ids: list[int]
) -> None:
    found = workspace.outlines(edition, wanted)
    assert found.ids.tolist() == list(ids)
    assert found.bounds.shape == (len(found.ids), 4)


def test_outline_holds_the_feature(workspace: Workspace, edition: Edition) -> None:
    found = workspace.outlines(edition, Wanted())
    for bounds, feature in zip(found.bounds, workspace.whole(edition).geometries, strict=True):
        minx, miny, maxx, maxy = feature.bounds
        assert bounds[0] <= minx <= bounds[0] + 0.5
        assert bounds[1] <= miny <= bounds[1] + 0.5
        assert bounds[2] - 0.5 <= maxx <= bounds[2]
        assert bounds[3] - 0.5 <= maxy <= bounds[3]


def test_numbered_features_are_whole_and_in_order(workspace: Workspace, edition: Edition) -> None:
    found = workspace.numbered(edition, [11, 3, 99, 1])
    assert found.ids.tolist() == [1, 3, 11]
    assert found.classes.tolist() == ["a", "a", None]
    assert shapely.get_num_coordinates(found.geometries[2]) == 5_001
    assert found.fields[3] == {
        "name": "n2", "height": 1.0, "floors": 2, "listed": True, "uses": ["住", "商"],
    }  # fmt: skip
    assert workspace.numbered(edition, []).ids.tolist() == []


def test_field_that_is_not_there_is_refused(workspace: Workspace, edition: Edition) -> None:
    with pytest.raises(LantuError) as caught:
        workspace.outlines(edition, Wanted(where={"colour": "red"}))
    assert caught.value.code == "unknown_field"


def test_layer_without_features_has_no_outlines(workspace: Workspace) -> None:
    empty = workspace.publish(draft("t.layer", "none"), table([]))
    assert workspace.outlines(empty, Wanted()).ids.tolist() == []
    assert workspace.outlines(empty, Wanted(box=AREA.bounds, min_size=1.0)).bounds.shape == (0, 4)
