"""The frozen report: `report.json`, byte for byte the same for the same inputs.

Numbers are rounded here, once: areas and lengths to 1e-6, shares to 1e-9. No path, host,
duration or wall clock enters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from checks.classes.services import Service
from checks.classes.standing import Decided
from checks.conclusion import conclude
from checks.crossings import Crossing, crossings_json
from checks.facts import Project, fact_in_words
from checks.findings import Finding
from checks.half_width import drawn_by_edges
from checks.indicators.model import Row
from checks.inheritance.decide import Decision
from checks.land_table import LandTable
from checks.layer_view import LayerView
from checks.report.canonical import Members, canonical, list_of
from checks.report.class_json import class_json, services_json
from checks.report.decision_json import decision_written
from checks.report.finding_json import frozen, problems_json
from checks.report.indicator_json import indicators_json
from checks.report.land_json import land_json
from checks.report.site_json import Shapes, site_json
from checks.rule import FactValue, Rulebook, Scenario, Shadow
from gis.errors import Note, Text
from gis.measures import rounded
from gis.once import once
from gis.overlay import FLOOR_AREA_M2, FLOOR_EROSION_M, FLOOR_LENGTH_M
from gis.site import Site

SCHEMA = "lantu-report/1"
_MOST_NAMED = 40


@dataclass(frozen=True)
class Report:
    """A report as it will be kept: `data` is the document of `report.json`.

    `written` is its canonical text where it was written already, as at freezing.
    """

    data: Mapping[str, Any]
    written: bytes | None = None

    @once
    def _bytes(self) -> bytes:
        return canonical(self.data) if self.written is None else self.written

    def to_json(self) -> bytes:
        """The document as UTF-8, keys sorted, no spaces, no NaN."""
        return self._bytes


def freeze(
    *,
    site: Site,
    project: Project,
    scenario: Scenario,
    rulebook: Rulebook,
    findings: list[Finding],
    views: Mapping[str, LayerView],
    as_of: date,
    known_at: int,
    reason: Text | None,
    issue: bool,
    decided: Decided | None = None,
    services: Sequence[Service] = (),
    decisions: Sequence[Decision] = (),
    notes: Sequence[Note] = (),
    indicators: Sequence[Row] = (),
    crossings: tuple[Crossing, ...] | None = None,
    land: LandTable | None = None,
    context: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """Freeze all that was found into the report; `issue` gives it a number."""
    shapes = Shapes(site.geometry)
    written = [frozen(finding, shapes) for finding in findings]
    shared = [decision_written(item, rulebook.catalogue, as_of) for item in decisions]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "number": None,
        "as_of": as_of.isoformat(),
        "known_at": known_at,
        "engine": {"name": "lantu", "version": _engine_version()},
        "rulebook": _rulebook(rulebook),
        "scenario": _scenario(scenario, reason),
        "site": {
            **site_json(site),
            "crossings": crossings_json(crossings),
            "land_table": land_json(land),
            "context": list(context),
        },
        "project": _project(project, scenario),
        "class": class_json(decided, rulebook.catalogue),
        "conclusion": conclude(findings, scenario),
        "findings": [finding for finding, _ in written],
        "inheritance": [document for document, _ in shared],
        "indicators": indicators_json(indicators),
        "problems": problems_json(findings),
        "services": services_json(services),
        "data_basis": _data_basis(findings, views),
        "limits": [
            note.as_dict() for note in (*_limits(site, scenario, rulebook, findings, views), *notes)
        ],
    }
    listed = {"findings": written, "inheritance": shared}
    members = Members(
        document, {key: list_of(form for _, form in items) for key, items in listed.items()}
    )
    if issue:
        document["number"] = f"LT-{as_of.isoformat()}-{members.digest()[:10]}"
        members.put("number", document["number"])
    document["digest"], written_out = members.sealed()
    return Report(document, written_out)


@lru_cache(maxsize=1)
def _engine_version() -> str:
    """Read from the installed package's files: once a process."""
    return version("lantu")


def _rulebook(rulebook: Rulebook) -> dict[str, Any]:
    return {
        "packs": [
            {
                "name": pack.name,
                "jurisdiction": pack.jurisdiction,
                "status": pack.status,
                "digest": pack.digest,
            }
            for pack in rulebook.packs
        ],
        "digest": rulebook.digest,
    }


def _scenario(scenario: Scenario, reason: Text | None) -> dict[str, Any]:
    return {
        "key": scenario.key,
        "title": scenario.title.as_dict(),
        "pack": scenario.pack,
        "reason": (reason or Text("由用户指定", "chosen by the user")).as_dict(),
        "required_layers": list(scenario.required_layers),
        "sections": None if scenario.sections is None else list(scenario.sections),
    }


def _project(project: Project, scenario: Scenario) -> dict[str, Any]:
    assumed = {
        key: _plain(value) for key, value in scenario.defaults.items() if key not in project.facts
    }
    return {
        "code": project.code,
        "name": project.name,
        "facts": {key: _plain(value) for key, value in sorted(project.facts.items())},
        "defaults": dict(sorted(assumed.items())),
    }


def _plain(value: FactValue) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _masked(findings: list[Finding], views: Mapping[str, LayerView]) -> set[str]:
    """Confidential layers of which this reader learns only whether there is a hit."""
    asked = (finding.rule.layers() for finding in findings if finding.confidential)
    return {key for layers in asked for key in layers if views[key].spec.confidential}


def _data_basis(findings: list[Finding], views: Mapping[str, LayerView]) -> list[dict[str, Any]]:
    """One row per edition; of layers that a masked finding rests on only the titles."""
    masked = _masked(findings, views)
    rows = []
    for key, view in sorted(views.items()):
        for edition in view.editions:
            secret = key in masked
            row: dict[str, Any] = {
                "edition": edition.key,
                "part": edition.part,
                "currency": edition.currency.isoformat(),
                "valid_from": edition.valid_from.isoformat(),
                "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
                "accuracy_m": edition.accuracy_m,
                "checksum": edition.checksum,
                "share_covered": rounded(view.covered_by(edition), 9),
                "incomplete": edition.incomplete,
                "freshness_days": view.spec.freshness_days,
            }
            shown = dict.fromkeys(row) if secret else row
            title, confidential = view.spec.title.text().as_dict(), view.spec.confidential
            rows.append({"layer": key, "title": title, "confidential": confidential, **shown})
    return rows


def _limits(
    site: Site,
    scenario: Scenario,
    rulebook: Rulebook,
    findings: list[Finding],
    views: Mapping[str, LayerView],
) -> list[Note]:
    """What the reader must know beside the findings, each once."""
    notes = [_floor(), *site.notes]
    if scenario.defaults:
        notes.append(_assumed(scenario, rulebook))
    if len(scenario.rules) < len(rulebook.rules):
        notes.append(_left_out(scenario, rulebook))
    notes += [
        Note(
            "draft_pack",
            Text(
                f"规则库 {pack.name} 为征求意见稿，未生效",
                f"Rule pack {pack.name} is a draft for comments, not in force",
            ),
        )
        for pack in rulebook.packs
        if pack.status == "draft"
    ]
    notes += [
        _shadowed(shadow)
        for shadow in rulebook.shadowed
        if shadow.legal and shadow.changed and shadow.what != "scenario"
    ]
    notes += [_loosened(shadow) for shadow in rulebook.shadowed if shadow.milder]
    notes += _layer_notes(findings, views)
    return list(dict.fromkeys(notes))


def _assumed(scenario: Scenario, rulebook: Rulebook) -> Note:
    """Print what the scenario assumes where the project is silent."""
    zh, en = [], []
    for key, value in scenario.defaults.items():
        spec = rulebook.facts[key]
        word = fact_in_words(spec, value)
        zh.append(f"{spec.label.zh}（{key}）={word.zh}")
        en.append(f"{spec.label.en} ({key}) = {word.en}")
    text = Text(
        f"项目未说明时按场景默认：{'，'.join(zh)}", f"Assumed where silent: {', '.join(en)}"
    )
    return Note("scenario_defaults", text)


def _left_out(scenario: Scenario, rulebook: Rulebook) -> Note:
    """Say which rules of the packs the scenario does not ask: nothing is left out silently."""
    taken = set(scenario.rules)
    codes = [code for code in rulebook.rules if code not in taken]
    shown = ", ".join(codes[:_MOST_NAMED]) + (" …" if len(codes) > _MOST_NAMED else "")
    return Note(
        "rules_left_out",
        Text(
            f"本场景不使用规则库中的 {len(codes)} 条规则：{shown}",
            f"This scenario asks {len(codes)} rules of the packs not at all: {shown}",
        ),
    )


def _shadowed(shadow: Shadow) -> Note:
    changed = ", ".join(shadow.changed)
    return Note(
        "rule_shadowed",
        Text(
            f"规则 {shadow.code}：{shadow.pack} 覆盖了 {shadow.over} 的 {changed}",
            f"Rule {shadow.code}: {shadow.pack} shadows {changed} of {shadow.over}",
        ),
    )


_SHADOWED: Mapping[str, Text] = {
    "rule": Text("规则", "Rule"),
    "scenario": Text("场景", "Scenario"),
    "entry": Text("条目", "Entry"),
}


def _loosened(shadow: Shadow) -> Note:
    """What a pack loosens is said in every report, whichever rule the pack lies over."""
    milder = ", ".join(shadow.milder)
    kind = _SHADOWED[shadow.what]
    return Note(
        f"{shadow.what}_loosened",
        Text(
            f"{kind.zh} {shadow.code}：{shadow.pack} 放宽了 {shadow.over} 的 {milder}",
            f"{kind.en} {shadow.code}: {shadow.pack} loosens {milder} of {shadow.over}",
        ),
    )


def _layer_notes(findings: list[Finding], views: Mapping[str, LayerView]) -> list[Note]:
    notes = []
    masked = _masked(findings, views)
    views = {key: view for key, view in sorted(views.items()) if key not in masked}
    for view in views.values():
        title = view.spec.title
        if view.stale_days is not None:
            text = Text(
                f"“{title.zh}”数据已过时效 {view.stale_days} 天：命中有效，无命中不作结论",
                f"'{title.en}' is {view.stale_days} days past its freshness: hits stand, "
                "absence is not concluded",
            )
            notes.append(Note("stale", text))
        if any(edition.incomplete for edition in view.editions):
            text = Text(
                f"“{title.zh}”入库时有要素丢失，丢失处不作无冲突结论",
                f"'{title.en}' lost features when published: nothing is clear where they were",
            )
            notes.append(Note("incomplete_edition", text))
    notes += _edge_notes(findings, views)
    if any(finding.confidential for finding in findings):
        text = Text(
            "涉密图层只给出是否命中，详情请征询主管部门",
            "Confidential layers say only whether there is a hit; ask the authority",
        )
        notes.append(Note("confidential", text))
    return notes


def _edge_notes(findings: list[Finding], views: Mapping[str, LayerView]) -> list[Note]:
    """Say where a clear by distance takes lines without half-width for the edge itself."""
    measured = {
        leaf.layer
        for finding in findings
        if finding.state == "clear"
        for leaf in finding.rule.leaves()
        if leaf.kind == "within_distance" and leaf.layer in views
        if views[leaf.layer].spec.offset_field
    }
    return [
        Note(
            "drawn_by_edge",
            Text(
                f"“{view.spec.title.zh}”各要素均未给出半宽（{view.spec.offset_field}），"
                "所绘线按外边线测距",
                f"No feature of '{view.spec.title.en}' gives a half-width "
                f"({view.spec.offset_field}): its lines are measured as outer edges",
            ),
        )
        for key, view in sorted(views.items())
        if key in measured and drawn_by_edges(view.spec, view.features)
    ]


def _floor() -> Note:
    area, gap, line = FLOOR_AREA_M2, FLOOR_EROSION_M * 1000, FLOOR_LENGTH_M * 1000
    return Note(
        "floor",
        Text(
            f"计算下限：面积不超过 {area:g} m²、内缩 {gap:g} mm 后消失、长度不超过 {line:g} mm 的"
            "相交不作命中；容差只影响判定，不改变量算结果",
            f"Floor: overlaps of at most {area:g} m², gone after erosion by {gap:g} mm, or at "
            f"most {line:g} mm long are no hits; tolerance decides states, never measures",
        ),
    )
