"""Findings and problems as `report.json` shows them; confidential ones masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.evidence import Evidence, FeatureHit, PartShare
from checks.findings import Finding
from checks.report.canonical import object_text, text_of
from checks.report.site_json import Shapes
from checks.rule import Basis, Rule
from checks.rulebook.rule_form import form_of_test, form_of_when
from gis.errors import Text
from gis.measures import ellipsoid_area, rounded

_SHOWN_WHEN_SECRET = ("code", "title", "state", "severity", "authority")

_ASK = Text("命中，请征询主管部门", "hit: ask the authority")


def finding_json(finding: Finding, shapes: Shapes) -> dict[str, Any]:
    """One finding with all keys of CONTRACTS section 6; measures that do not apply are None."""
    rule, evidence = finding.rule, finding.evidence
    document = {
        "code": rule.code,
        "title": rule.title.as_dict(),
        "theme": finding.theme,
        "section": finding.section,
        "layer": rule.layer,
        "editions": list(finding.editions),
        "state": finding.state,
        "severity": rule.severity,
        "verdict_family": rule.verdict_family,
        "verdict": finding.verdict.as_dict(),
        "certainty": finding.certainty,
        "measures": _measures(evidence, finding.crs),
        "share_covered": rounded(finding.share_covered, 9),
        "classes": [
            {
                "code": item.code,
                "name": item.name.as_dict() if item.name else None,
                "area_m2": None if evidence.area_m2 is None else rounded(item.size),
                "length_m": None if evidence.length_m is None else rounded(item.size),
                "share": rounded(item.share, 9),
            }
            for item in evidence.classes
        ],
        "features": [_feature(no, hit) for no, hit in enumerate(evidence.features, 1)],
        "edge": {"below_tolerance_m2": rounded(evidence.edge_m2), "count": evidence.edge_count},
        "borderline": [_feature(no, hit) for no, hit in enumerate(evidence.borderline, 1)],
        "parts": [_part(part) for part in evidence.parts] or None,
        "statistics": {key: rounded(value, 9) for key, value in evidence.statistics.items()}
        or None,
        "pieces": shapes.json(evidence.pieces),
        "remainder": shapes.json(evidence.remainder),
        "basis": [basis_json(basis) for basis in finding.basis],
        "values": dict(finding.values),
        "limit": rounded(evidence.limit, 9),
        "rule": _form_of(rule),
        "authority": rule.authority,
        "say": finding.say.as_dict(),
        "action": {"item": rule.action.item, "papers": list(rule.action.papers)}
        if rule.action
        else None,
        "question": finding.question.as_dict() if finding.question else None,
        "reason": {"code": finding.reason.code, **finding.reason.text.as_dict()}
        if finding.reason
        else None,
    }
    if not finding.confidential:
        return document
    return {key: value if key in _SHOWN_WHEN_SECRET else None for key, value in document.items()}


def finding_text(finding: Finding, document: Mapping[str, Any], shapes: Shapes) -> str:
    """The canonical text of a finding's document; geometries are written once a report."""
    if finding.confidential:
        return text_of(document)
    evidence = finding.evidence
    drawn = {"pieces": shapes.text(evidence.pieces), "remainder": shapes.text(evidence.remainder)}
    return object_text(document, drawn)


_FORMS: dict[int, tuple[Rule, dict[str, Any]]] = {}
_MOST_FORMS = 4096


def _form_of(rule: Rule) -> dict[str, Any]:
    """The rule as its file writes it; written once for a rule of a rulebook in memory.

    Kept by identity beside the rule itself, so that the number is never another rule's.
    """
    held = _FORMS.get(id(rule))
    if held is None or held[0] is not rule:
        if len(_FORMS) >= _MOST_FORMS:
            _FORMS.clear()
        form = {
            "pack": rule.pack,
            "test": form_of_test(rule.test, rule.layer),
            "when": form_of_when(rule.when),
        }
        held = _FORMS[id(rule)] = (rule, form)
    return held[1]


def _measures(evidence: Evidence, crs: str) -> dict[str, Any]:
    ellipsoid = None
    if evidence.area_m2 is not None:
        shape = evidence.pieces
        # rasters measure shares of cells: they have no shape to put on the ellipsoid
        ellipsoid = ellipsoid_area(shape, crs) if shape is not None else evidence.area_m2 or 0.0
        if shape is None and evidence.area_m2 > 0:
            ellipsoid = None
    return {
        "area_m2": rounded(evidence.area_m2),
        "area_ellipsoid_m2": rounded(ellipsoid),
        "share": rounded(evidence.share, 9),
        "length_m": rounded(evidence.length_m),
        "count": evidence.count,
        "distance_m": rounded(evidence.distance_m),
    }


def _feature(no: int, hit: FeatureHit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "no": no,
        "name": hit.name,
        "class": hit.code,
        "area_m2": rounded(hit.area_m2),
        "length_m": rounded(hit.length_m),
        "distance_m": rounded(hit.distance_m),
        "fields": {key: _plain(value) for key, value in hit.fields.items()},
        "stations": [
            {"part": one.part, "from_m": rounded(one.from_m), "to_m": rounded(one.to_m)}
            for one in hit.stations
        ]
        or None,
    }


def _plain(value: object) -> object:
    """A field as JSON holds it; what JSON has no word for becomes text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value)


def _part(part: PartShare) -> dict[str, Any]:
    return {
        "no": part.no,
        "area_m2": rounded(part.area_m2),
        "length_m": rounded(part.length_m),
        "share": rounded(part.share, 9),
        "distance_m": rounded(part.distance_m),
    }


def basis_json(basis: Basis) -> dict[str, Any]:
    """One legal basis with its days."""
    return {
        "title": basis.title,
        "article": basis.article,
        "valid_from": basis.valid_from.isoformat() if basis.valid_from else None,
        "valid_to": basis.valid_to.isoformat() if basis.valid_to else None,
        "force": basis.force,
        "role": basis.role,
    }


def problems_json(findings: list[Finding]) -> list[dict[str, Any]]:
    """The problem list: every affected finding that binds, and every question, in order."""
    listed = [
        finding
        for finding in findings
        if (finding.state == "affected" and finding.rule.severity != "notice")
        or finding.state == "needs_person"
    ]
    return [
        {
            "no": no,
            "finding": finding.rule.code,
            "severity": finding.rule.severity,
            "what": (_ASK if finding.confidential else finding.say).as_dict(),
            "authority": finding.rule.authority,
            "todo": None
            if finding.confidential or finding.rule.action is None
            else finding.rule.action.item,
        }
        for no, finding in enumerate(listed, 1)
    ]
