"""Working systems of other countries, end to end: Switzerland, Massachusetts, Taiwan.

Boxes are laid out in the plane by hand; the scale of the projection, which links plane and
ellipsoid area, comes from PROJ's own derivatives.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyproj import CRS, Proj, Transformer

from api.cli.main import main

CENTRES = {
    "EPSG:2056": (2_600_000, 1_200_000),
    "EPSG:26986": (235_000, 900_000),
    "EPSG:3826": (250_000, 2_700_000),
}

SPEC = """\
key: o.zone
title: {zh: 区, en: zone}
theme: control_line
geometry: polygon
class_field: null
authority: 局
"""

PACK = "name: o\njurisdiction: o\nover: []\nstatus: internal\n"
SCENARIOS = "scenarios:\n- {key: o, title: {zh: 检, en: o}, when: null, rules: [all]}\n"
RULES = """\
- code: O-1
  title: {zh: 压占, en: overlaps}
  layer: o.zone
  test: {overlaps: {}}
  severity: prohibited
  verdict_family: occupy
  basis: [{title: 办法, article: '1', valid_from: '2000-01-01', force: internal, role: prohibition}]
  say: {affected: {zh: 压占, en: hit}, clear: {zh: 否, en: no}, not_assessed: {zh: 未, en: open}}
  authority: 局
- code: O-2
  title: {zh: 距离, en: distance}
  layer: o.zone
  test: {within_distance: {distance_m: d}}
  severity: condition
  verdict_family: distance
  values: {d: {unit: m, '2000-01-01': {value: 120, reference: 办法}}}
  basis: [{title: 办法, article: '2', valid_from: '2000-01-01', force: internal, role: prohibition}]
  say: {affected: {zh: 近, en: near}, clear: {zh: 远, en: far}, not_assessed: {zh: 未, en: open}}
  authority: 局
"""


def run(*args: object) -> Any:
    result = CliRunner().invoke(main, [str(arg) for arg in args] + ["--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def collection(path: Path, ring: list[tuple[float, float]], crs: str | None) -> Path:
    shape = {"type": "Polygon", "coordinates": [[list(point) for point in ring]]}
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"name": "s"}, "geometry": shape}],
    }
    if crs:
        name = "urn:ogc:def:crs:" + crs.replace(":", "::")
        document["crs"] = {"type": "name", "properties": {"name": name}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def ring(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]


def office(folder: Path, crs: str) -> Path:
    x, y = CENTRES[crs]
    area = f"{x - 3000},{y - 3000},{x + 3000},{y + 3000}"
    workspace = folder / "ws"
    run("init", workspace, "--crs", crs, "--area", area)
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    pack = folder / "o"
    (pack / "rules").mkdir(parents=True)
    (pack / "pack.yaml").write_text(PACK, encoding="utf-8")
    (pack / "scenarios.yaml").write_text(SCENARIOS, encoding="utf-8")
    (pack / "rules" / "r.yaml").write_text(RULES, encoding="utf-8")
    run("-w", workspace, "layers", "add", folder / "spec.yaml")
    zone = collection(folder / "zone.geojson", ring(x + 50, y, 100, 100), crs)
    published = ("--edition", "e1", "--currency", "2026-01-01", "--coverage", "workspace")
    run("-w", workspace, "publish", "o.zone", zone, *published, "--accuracy", "0")
    run("-w", workspace, "rules", "add", pack)
    return workspace


def report(workspace: Path, site: Path, out: Path) -> dict[str, Any]:
    run(
        "-w", workspace, "check", site, "--packs", "o", "--scenario", "o",
        "--as-of", "2026-11-20", "--format", "json", "--out", out,
    )  # fmt: skip
    return json.loads((out / "1" / "report.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("crs", sorted(CENTRES))
def test_a_check_in_the_working_system_is_exact(tmp_path: Path, crs: str) -> None:
    x, y = CENTRES[crs]
    workspace = office(tmp_path, crs)
    site = collection(tmp_path / "s.geojson", ring(x, y, 100, 100), crs)
    found = report(workspace, site, tmp_path / "out")
    overlap = found["findings"][0]
    assert (overlap["code"], overlap["state"]) == ("O-1", "affected")
    assert overlap["measures"]["area_m2"] == pytest.approx(5000, abs=1e-6)
    lonlat = Transformer.from_crs(crs, CRS(crs).geodetic_crs, always_xy=True).transform(x, y)
    scale = Proj(crs).get_factors(*lonlat).areal_scale
    assert overlap["measures"]["area_ellipsoid_m2"] == pytest.approx(5000 / scale, rel=1e-6)
    assert found["site"]["area_ellipsoid_m2"] == pytest.approx(10_000 / scale, rel=1e-6)


@pytest.mark.parametrize("crs", sorted(CENTRES))
def test_a_site_in_longitude_and_latitude_comes_to_the_same(tmp_path: Path, crs: str) -> None:
    x, y = CENTRES[crs]
    workspace = office(tmp_path, crs)
    to_lonlat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    corners = [to_lonlat.transform(*point) for point in ring(x, y, 100, 100)]
    site = collection(tmp_path / "s.geojson", corners, "EPSG:4326")
    found = report(workspace, site, tmp_path / "out")
    overlap = found["findings"][0]
    assert overlap["measures"]["area_m2"] == pytest.approx(5000, abs=0.05)
    west = collection(
        tmp_path / "w.geojson",
        [to_lonlat.transform(*point) for point in ring(x - 100, y, 50, 100)],
        "EPSG:4326",
    )
    near = report(workspace, west, tmp_path / "out2")["findings"]
    assert [finding["state"] for finding in near] == ["clear", "affected"]
    assert near[1]["measures"]["distance_m"] == pytest.approx(100, abs=0.01)
