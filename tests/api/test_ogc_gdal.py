"""GDAL, a program of others, reads `/ogc` of a running server: counts, areas, systems."""

from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest
import shapely

from layers.store.embedded import Workspace
from tests.support.live_server import LiveServer, live_server

LAYERS = ("present.land_use", "control.eco_redline", "safety.railway", "survey.ancient_tree")


@pytest.fixture(scope="module")
def server(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("gdal")
    records = f"sqlite:///{folder / 'records.sqlite'}"
    with live_server(town_workspace, folder / "log", LANTU_RECORDS=records) as server:
        yield server


@pytest.fixture(autouse=True)
def _gdal_may_ask() -> Iterator[None]:
    """Readers of uploads send GDAL's requests nowhere; here it may ask our server."""
    names = ("GDAL_HTTP_PROXY", "GDAL_HTTP_CONNECTTIMEOUT")
    before = {name: pyogrio.get_gdal_config_option(name) for name in names}
    pyogrio.set_gdal_config_options(dict.fromkeys(names))
    yield
    pyogrio.set_gdal_config_options(before)


def test_gdal_lists_what_is_public(server: LiveServer, town_workspace: Path) -> None:
    listed = {name for name, _ in pyogrio.list_layers(f"OAPIF:{server.address}/ogc")}
    workspace = Workspace.open(town_workspace)
    specs = {key: spec for key, spec in workspace.specs().items() if workspace.editions(key)}
    workspace.close()
    secret = {key for key, spec in specs.items() if spec.confidential}
    assert secret
    assert not listed & secret
    assert set(LAYERS) <= listed <= set(specs) | {"assessments"}


@pytest.mark.parametrize("layer", LAYERS)
def test_gdal_reads_all_features_as_they_were_published(
    server: LiveServer, town_workspace: Path, layer: str
) -> None:
    found = pyogrio.read_dataframe(f"OAPIF:{server.address}/ogc", layer=layer)
    workspace = Workspace.open(town_workspace)
    (edition,) = workspace.editions(layer)
    published = workspace.whole(edition).geometries
    workspace.close()
    assert found.crs.to_epsg() == 4548
    assert len(found) == len(published) > 0
    assert found.geometry.area.sum() == pytest.approx(shapely.area(published).sum(), rel=1e-12)
    assert found.geometry.length.sum() == pytest.approx(shapely.length(published).sum(), rel=1e-12)
    assert tuple(found.total_bounds) == pytest.approx(tuple(shapely.total_bounds(published)))


def test_gdal_asks_for_a_box(server: LiveServer) -> None:
    box = (598_000.0, 2_708_000.0, 599_000.0, 2_709_000.0)
    whole = pyogrio.read_dataframe(f"OAPIF:{server.address}/ogc", layer="present.land_use")
    found = pyogrio.read_dataframe(
        f"OAPIF:{server.address}/ogc", layer="present.land_use", bbox=box
    )
    expected = whole[whole.intersects(shapely.box(*box))]
    assert 0 < len(found) < len(whole)
    assert sorted(found["id"]) == sorted(expected["id"])


def test_gdal_lets_the_server_look_for_a_class(server: LiveServer) -> None:
    """The whole layer has 17 pages and more: one that is filtered here costs only its own."""

    def asked() -> int:
        return server.log.count("route=/ogc/collections/{name}/items ")

    source = f"OAPIF:{server.address}/ogc"
    whole = pyogrio.read_dataframe(source, layer="present.land_use")
    before = asked()
    found = pyogrio.read_dataframe(
        source, layer="present.land_use", where="class = '0101' AND ownership = '30'"
    )
    expected = whole[(whole["class"] == "0101") & (whole["ownership"] == "30")]
    assert 0 < len(expected) < len(whole) / 5
    assert sorted(found["id"]) == sorted(expected["id"])
    assert asked() - before < 5
