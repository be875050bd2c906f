"""GDAL's options and warnings beside other threads: to each its own, and no trace left."""

import ast
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis.gdal import reading
from gis.geometry import are_valid, is_valid, total_bounds
from gis.site_formats import SiteContext, read_sites
from layers.readers import read_vector

ROOT = Path(__file__).parents[2]
PACKAGES = ("gis", "layers", "maps", "checks", "api")
OF_THE_PROCESS = {
    "catch_warnings",
    "filterwarnings",
    "simplefilter",
    "set_gdal_config_options",
    "total_bounds",
}
WAIT_S = 20


def test_each_thread_hears_its_own_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: others.append(str(message)))
    before = list(warnings.filters), warnings.showwarning
    step = threading.Barrier(3)

    def first() -> list[str]:
        with reading() as heard:
            step.wait(WAIT_S)  # the second begins
            step.wait(WAIT_S)  # both, and a third, warn
            warnings.warn("of the first", RuntimeWarning, stacklevel=1)
            step.wait(WAIT_S)
        step.wait(WAIT_S)  # the second still reads
        return heard

    def second() -> list[str]:
        step.wait(WAIT_S)
        with reading() as heard:
            step.wait(WAIT_S)
            warnings.warn("of the second", RuntimeWarning, stacklevel=1)
            step.wait(WAIT_S)
            step.wait(WAIT_S)
            warnings.warn("of the second again", UserWarning, stacklevel=1)
        return heard

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(first), pool.submit(second)
        step.wait(WAIT_S)
        step.wait(WAIT_S)
        warnings.warn("of the third", RuntimeWarning, stacklevel=1)
        step.wait(WAIT_S)
        step.wait(WAIT_S)
        assert one.result(WAIT_S) == ["of the first"]
        assert two.result(WAIT_S) == ["of the second", "of the second again"]
    assert others == ["of the third"]
    assert (list(warnings.filters), warnings.showwarning) == before


def test_a_site_that_is_read_changes_nothing_for_a_layer(tmp_path: Path) -> None:
    """Before, a layer read at the same time had arcs of other chords and lines made polygons."""
    drawing = tmp_path / "a.dxf"
    square = shapely.box(450_000, 2_705_000, 450_100, 2_705_100)
    line = shapely.LineString(square.exterior.coords)
    pyogrio.raw.write(
        drawing,
        geometry=np.array([shapely.to_wkb(line)], dtype=object),
        field_data=[np.array(["0"], dtype=object)],
        fields=["Layer"],
        geometry_type="LineString",
        crs="EPSG:4548",
        driver="DXF",
    )
    context = SiteContext(crs="EPSG:4548", area=shapely.box(440_000, 2.7e6, 460_000, 2.72e6))
    (site,) = read_sites(drawing, context=context, crs="EPSG:4548")
    assert site.geometry.area == pytest.approx(10_000)  # type: ignore[union-attr]
    assert pyogrio.get_gdal_config_option("OGR_ARC_STEPSIZE") == "0.1"
    assert pyogrio.get_gdal_config_option("DXF_CLOSED_LINE_AS_POLYGON") is None
    assert read_vector(drawing).geometries[0].geom_type == "LineString"


def test_nothing_else_alters_what_belongs_to_the_process() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if path != ROOT / "gis" / "gdal.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _is_of_the_process(node)
    ]
    assert found == []


def _is_of_the_process(node: ast.AST) -> bool:
    """`is_valid` of shapely, a function or a property, catches warnings as well."""
    if not isinstance(node, ast.Attribute):
        return False
    if node.attr == "is_valid":
        return True
    return node.attr in OF_THE_PROCESS


BOW = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
FIELD = shapely.box(2, 3, 5, 7)


def test_validity_and_bounds_are_those_of_shapely() -> None:
    shapes = np.array(
        [BOW, FIELD, None, shapely.Polygon(), shapely.LineString([(0, 0), (0, 0)])], dtype=object
    )
    assert are_valid(shapes).tolist() == shapely.is_valid(shapes).tolist()
    assert [is_valid(BOW), is_valid(FIELD)] == [False, True]
    assert total_bounds([BOW, FIELD, shapely.Point()]) == (0.0, 0.0, 5.0, 7.0)
    assert np.isnan(total_bounds([])).all()
    assert np.isnan(total_bounds([shapely.Point()])).all()
