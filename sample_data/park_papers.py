"""What departments add in the invented park, and the papers that one project gets to sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.errors import Text

if TYPE_CHECKING:
    from checks.rule import Rulebook
    from layers.store.assessment_table import Act
    from layers.store.workspace import Workspace

OUTPUTS: Mapping[str, tuple[dict[str, str], ...]] = {
    "city_landscape_art": (
        {"key": "max_height_m", "value": "36", "unit": "m", "source": "景观评审意见（虚构）"},
        {"key": "facade", "value": "浅色为主", "source": "景观评审意见（虚构）"},
    ),
    "geological_hazard": (
        {"key": "max_excavation_depth_m", "value": "4", "unit": "m", "source": "第6章（虚构）"},
        {"key": "land_suitability", "value": "适宜", "source": "第7章（虚构）"},
    ),
    "seismic_safety": ({"key": "peak_acceleration_g", "value": "0.15", "unit": "g"},),
    "flood_impact": ({"key": "min_ground_elevation_m", "value": "5.20", "unit": "m"},),
    "soil_water_conservation": ({"key": "earthworks_m3", "value": "10000", "unit": "m3"},),
}
"""Figures that the park's assessments set; the height is stricter than the detailed plan's."""

SHEET = """\
# 虚构数据 synthetic
code: BJ-A-indicators
version: '1'
authority: 滨江新区发改局（虚构）
basis: 滨发改〔2026〕7号（虚构）
park: BJ-A
valid_from: 2026-01-01
indicators:
  - {key: investment_intensity, value: '4500', unit: 万元/hm2}
  - {key: energy_intensity, value: '0.35', unit: tce/万元}
  - {key: max_height_m, value: '40', unit: m, binding: guiding}
  - {key: steam, name: 集中供热, group: energy, op: eq, value: 接入园区管网, binding: guiding}
"""

SHOWS = Text("告知书与承诺书（地质灾害）", "Notice and commitment (geological hazards)")
KIND = "geological_hazard"


def sign_sheet(workspace: Workspace, folder: Path, rulebook: Rulebook, act: Act) -> None:
    """Write the department's sheet, add and sign it as an office does."""
    from checks.indicators.sheets import SUBJECT, read_sheet
    from layers.store.records import Step

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "indicators.yaml"
    path.write_text(SHEET, encoding="utf-8")
    if rulebook.indicators is None:
        raise ValueError("the town's packs hold no catalogue of indicators")
    read = read_sheet(path, rulebook.indicators)
    form, digest = read.form, workspace.put_document(read.document)
    workspace.records.act(
        SUBJECT, form.code, form.version, Step("add", (None,), "draft", digest), act
    )
    signed = replace(act, detail={"document": "滨发改〔2026〕7号（虚构）"})
    step = Step("sign", ("draft",), "signed", supersedes="signed")
    workspace.records.act(SUBJECT, form.code, form.version, step, signed)


def write_papers(report: Mapping[str, Any], folder: Path) -> Path:
    """Write notice and commitment of one kind; return the notice."""
    from checks.report.papers import commitment_papers

    (pair,) = commitment_papers(report, kinds=[KIND])
    folder.mkdir(parents=True, exist_ok=True)
    notice = folder / f"{KIND}-notice.html"
    notice.write_bytes(pair.notice)
    (folder / f"{KIND}-commitment.html").write_bytes(pair.promise)
    return notice
