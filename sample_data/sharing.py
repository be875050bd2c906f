"""Area assessments of an invented park, and the scenes that show who may share them.

Figures are set by hand: the assessed ground has straight edges, so that what lies outside is known
to the square metre.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from gis.errors import Text
from layers.assessment_template import usual_kinds
from sample_data.park_papers import OUTPUTS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.store.assessment_table import Act
    from layers.store.workspace import Workspace

DAY = date(2026, 11, 20)
PARK = {"code": "BJ-A", "name": "云汀智造园（虚构）"}
STARTER = (604_370.0, 2_710_090.0, 605_110.0, 2_711_070.0)
"""The starter area inside the park, assessed for geological hazards, in the working CRS."""
PLOT = (605_010.0, 2_710_840.0, 605_110.0, 2_710_940.0)
"""One hectare inside the starter area, at its eastern edge, and inside one plot of the plan."""
OUTSIDE_M2 = 3820.0
"""What the larger plot has east of the starter area: 38.20 m by 100 m."""

KINDS = (
    "city_landscape_art", "municipal_facilities", "traffic_impact", "energy_conservation",
    "geological_hazard", "seismic_safety", "mineral_overlay", "environmental_impact",
    "soil_water_conservation", "flood_impact", "construction_safety",
)  # fmt: skip
"""Eleven kinds assessed; the twelfth of the pack, the greening scheme, is not."""

FACTS: Mapping[str, object] = {
    "code": "2026-359901-39-01-000201", "name": "云汀精密零件厂（虚构）", "industry": "C3484",
    "investment": "social", "land_supply": "grant", "works": "building", "major": "false",
    "state_major": "false", "construction": "new", "use": "factory", "floor_area_m2": "10000",
    "height_m": "20", "storeys": "3", "basement_storeys": "0", "excavation_depth_m": "3",
    "energy_tce_y": "1200", "waste_water_m3_d": "40", "earthworks_m3": "6000",
    "green_ratio": "0.15", "land_use_code": "100102", "floor_area_ratio": "1.25",
    "building_density": "0.42", "hazardous_chemicals": "false", "nuclear": "false",
    "secondary_disaster": "false",
}  # fmt: skip

_LIMITS: Mapping[str, tuple[str, str, str]] = {
    "traffic_impact": ("floor_area_m2", "max", "10000"),
    "geological_hazard": ("excavation_depth_m", "max", "4"),
    "environmental_impact": ("waste_water_m3_d", "max", "100"),
    "soil_water_conservation": ("earthworks_m3", "max", "10000"),
    "seismic_safety": ("height_m", "max", "80"),
    "energy_conservation": ("energy_tce_y", "max", "3000"),
}


@dataclass(frozen=True, slots=True)
class SharingScene:
    """One scene: what differs from the base project, where, and on which day."""

    key: str
    shows: Text
    facts: Mapping[str, object] = field(default_factory=dict)
    bounds: tuple[float, float, float, float] = PLOT
    as_of: date = DAY


_OVER = (PLOT[0], PLOT[1], PLOT[2] + 38.2, PLOT[3])

SCENES: tuple[SharingScene, ...] = (
    SharingScene("eleven", Text("十一项共享区域评估成果", "Eleven kinds shared")),
    SharingScene(
        "over",
        Text("同一项目建筑面积 10 000.01 m²", "The same project at 10 000.01 m²"),
        {"floor_area_m2": "10000.01"},
    ),
    SharingScene(
        "chemical",
        Text("化工项目：负面清单", "A chemical plant: the negative list"),
        {"industry": "C2614", "hazardous_chemicals": "true", "name": "云汀合成材料厂（虚构）"},
    ),
    *(
        SharingScene(
            key, Text(f"压覆矿产成果 {day} 的判定", f"The mineral result on {day}"), as_of=day
        )
        for key, day in (
            ("expiry-yesterday", DAY - timedelta(days=1)),
            ("expiry-today", DAY),
            ("expiry-tomorrow", DAY + timedelta(days=1)),
        )
    ),
    SharingScene(
        "partly",
        Text("用地有 3 820 m² 在启动区以外", "A plot with 3 820 m² outside"),
        bounds=_OVER,
    ),
    SharingScene(
        "questions",
        Text("资料不足：列出须补充的问题", "Facts are missing: the questions"),
        {"height_m": None, "energy_tce_y": None, "industry": None},
    ),
)


TOGETHER: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "sharing-10000-and-10000.01": (
        Text("10 000 与 10 000.01 m² 对照", "10 000 and 10 000.01 m² side by side"),
        ("eleven", "over"),
    ),
    "sharing-three-days": (
        Text("到期前一日、当日、次日对照", "The day before, of, and after the expiry"),
        ("expiry-yesterday", "expiry-today", "expiry-tomorrow"),
    ),
}
"""Reports that are set side by side."""


def assessments() -> Iterator[dict[str, Any]]:
    """The eleven assessments as their files say."""
    for kind in KINDS:
        document: dict[str, Any] = {
            "kind": kind,
            "code": f"BJ-A.{kind}",
            "version": "1",
            "title": f"云汀智造园{usual_kinds()[kind].name}（虚构）",
            "park": PARK,
            "issuer": "云汀智造园管委会（虚构）",
            "review": {
                "body": "评审会",
                "date": "2025-06-01",
                "conclusion": "同意",
                "public": "true",
            },
            "acknowledged": [
                {"authority": "主管部门（虚构）", "document": "采信1号", "date": "2025-06-20"}
            ],
            "approval_no": "云园评〔2025〕1号",
            "extent": _extent(kind),
            "valid_from": "2025-07-01",
            "valid_to": "2026-11-20" if kind == "mineral_overlay" else "2028-06-30",
            "validity_source": "评审意见（虚构）",
            "partial_coverage": {"rule": "supplement", "source": "评审意见（虚构）"},
            "depth": "equal_to_project_study",
            "commitments": [
                {
                    "zh": "按区域成果的要求设计和施工",
                    "en": "Design and build as the area result asks",
                }
            ],
            "duties": [{"text": "片区整体措施", "done": "true"}],
        }
        yield document | _own(kind)


def _extent(kind: str) -> object:
    if kind != "geological_hazard":
        return "park_boundary"
    return {"crs": "EPSG:4548", **shapely.geometry.mapping(shapely.box(*STARTER))}


def _own(kind: str) -> dict[str, Any]:
    """What one kind says of its own."""
    own: dict[str, Any] = {}
    if kind in _LIMITS:
        fact, side, limit = _LIMITS[kind]
        own["envelope"] = [{"fact": fact, side: limit, "source": "评估报告（虚构）"}]
    if kind == "energy_conservation":
        own["totals"] = [
            {"name": "年综合能耗", "fact": "energy_tce_y", "unit": "tce", "limit": "20000"}
        ]
    if kind in {"environmental_impact", "construction_safety"}:
        own["negative"] = {"industries": ["C25", "C26"]}
    if kind in OUTPUTS:
        own["control_outputs"] = list(OUTPUTS[kind])
    return own


def publish_assessments(workspace: Workspace, folder: Path, act: Act) -> None:
    """Write the files, read them as an office's, and publish each."""
    from layers.assessment_document import read_assessment

    folder.mkdir(parents=True)
    for document in assessments():
        path = folder / f"{document['kind']}.yaml"
        path.write_text(_yaml(document), encoding="utf-8")
        read = read_assessment(path, store=workspace, as_of=DAY, grids={})
        workspace.add_assessment(read.assessment, read.document, act)
        for event in ("submit", "publish"):
            workspace.assessment_event(document["code"], "1", event, act)


def _yaml(document: Mapping[str, Any]) -> str:
    """YAML is a superset of JSON: one key a line is readable and exact."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()]
    return "# 虚构数据 synthetic\n" + "\n".join(lines) + "\n"


def write_scene(scene: SharingScene, folder: Path) -> tuple[Path, Path]:
    """Write site and facts of a scene; return both paths."""
    folder.mkdir(parents=True)
    site, facts = folder / "site.geojson", folder / "facts.yaml"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    shape: BaseGeometry = shapely.box(*scene.bounds)
    feature = {
        "type": "Feature",
        "properties": {"name": scene.shows.zh},
        "geometry": shapely.geometry.mapping(shape),
    }
    collection = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    site.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    known = {key: value for key, value in {**FACTS, **scene.facts}.items() if value is not None}
    facts.write_text(_yaml(known), encoding="utf-8")
    return site, facts


Show = Callable[[SharingScene, Path, Path], None]


def play_scenes(folder: Path, show: Show) -> None:
    """Write every scene below `folder` and hand it to `show`."""
    for scene in SCENES:
        site, facts = write_scene(scene, folder / f"sharing-{scene.key}")
        show(scene, site, facts)
