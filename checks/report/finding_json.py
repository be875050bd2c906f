"""Findings and problems as `report.json` shows them; confidential ones masked."""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_not
from typing import Any, NamedTuple

from checks.evidence import Band, ClassShare, Evidence, FeatureHit, PartShare
from checks.findings import Finding
from checks.report.canonical import around, canonical, object_of
from checks.report.site_json import Shapes
from checks.rule import Basis, Rule
from checks.rulebook.rule_form import form_of_test, form_of_when
from gis.errors import Text
from gis.measures import rounded

_SHOWN_WHEN_SECRET = ("code", "title", "state", "severity", "authority")

_ASK = Text("命中，请征询主管部门", "hit: ask the authority")


def frozen(finding: Finding, shapes: Shapes) -> tuple[dict[str, Any], bytes]:
    """A finding with all keys of CONTRACTS section 6, and its canonical form.

    Measures that do not apply are None. Geometries are made and written once a report.
    """
    if finding.kept:
        return _of_kept(finding, shapes)
    document = _shown(finding, shapes)
    if finding.confidential:
        return document, canonical(document)
    drawn = {key: shapes.written(getattr(finding.evidence, key)) for key in _DRAWN}
    return document, object_of(document, _lasting(finding).written | drawn)


_DRAWN = ("pieces", "remainder")


def _shown(finding: Finding, shapes: Shapes) -> dict[str, Any]:
    """What the reader may see of a finding."""
    document = _document(finding, shapes)
    if not finding.confidential:
        return document
    return {key: value if key in _SHOWN_WHEN_SECRET else None for key, value in document.items()}


def _document(finding: Finding, shapes: Shapes) -> dict[str, Any]:
    evidence = finding.evidence
    return {
        **_lasting(finding).document,
        "theme": finding.theme,
        "section": finding.section,
        "editions": list(finding.editions),
        "state": finding.state,
        "verdict": finding.verdict.as_dict(),
        "certainty": finding.certainty,
        "measures": _measures(evidence, finding.crs, shapes),
        "share_covered": rounded(finding.share_covered, 9),
        "classes": [
            {
                "code": item.code,
                "name": item.name.as_dict() if item.name else None,
                "area_m2": None if evidence.area_m2 is None else rounded(item.size),
                "length_m": rounded(_length(item, evidence)),
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
        "bands": [_band(band, shapes) for band in evidence.bands] or None,
        "pieces": shapes.json(evidence.pieces),
        "remainder": shapes.json(evidence.remainder),
        "limit": rounded(evidence.limit, 9),
        "say": finding.say.as_dict(),
        "question": finding.question.as_dict() if finding.question else None,
        "reason": {"code": finding.reason.code, **finding.reason.text.as_dict()}
        if finding.reason
        else None,
    }


# --- what is the same on many sites -------------------------------------------------------------


class _Source(NamedTuple):
    """What the lasting part is written from."""

    rule: Rule
    basis: tuple[Basis, ...]
    values: Mapping[str, object]


class _Lasting(NamedTuple):
    """What a rule says of itself on a day: members of a finding, and the same in canonical form."""

    source: _Source
    document: dict[str, Any]
    written: dict[str, bytes]


_LASTING: dict[int, _Lasting] = {}
_MOST_LASTING = 4096


def _lasting(finding: Finding) -> _Lasting:
    """What a rule says of itself on a day, the same on every site; not to be changed.

    Kept by identity of the values of the day, which `rule_day` makes once, beside all that it
    is written from: the number is never that of other values.
    """
    held = _LASTING.get(id(finding.values))
    source = _Source(finding.rule, finding.basis, finding.values)
    if held is None or any(map(is_not, held.source, source)):
        if len(_LASTING) >= _MOST_LASTING:
            _LASTING.clear()
        document = _written(finding)
        written = {key: canonical(value) for key, value in document.items()}
        held = _LASTING[id(finding.values)] = _Lasting(source, document, written)
    return held


class _Kept(NamedTuple):
    """A finding that is kept for many sites: document, and form around the rest of the site.

    `after` None: the rest is not told, and `before` is all.
    """

    finding: Finding
    document: dict[str, Any]
    before: bytes
    after: bytes | None


_KEPT: dict[int, _Kept] = {}
_MOST_KEPT = 4096


def _of_kept(finding: Finding, shapes: Shapes) -> tuple[dict[str, Any], bytes]:
    """Document and form of a finding that `checks.silent` keeps; made once, by its identity."""
    kept = _KEPT.get(id(finding))
    if kept is None or kept.finding is not finding:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[id(finding)] = _kept(finding, shapes)
    if kept.after is None:
        return kept.document, kept.before
    rest = finding.evidence.remainder
    document = {**kept.document, "remainder": shapes.json(rest)}
    return document, b"".join((kept.before, shapes.written(rest), kept.after))


def _kept(finding: Finding, shapes: Shapes) -> _Kept:
    document = _shown(finding, shapes)
    if document["remainder"] is None:
        return _Kept(finding, document, canonical(document), None)
    document["remainder"] = None
    return _Kept(finding, document, *around(document, "remainder"))


def _written(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "code": rule.code,
        "title": rule.title.as_dict(),
        "layer": rule.layer,
        "severity": rule.severity,
        "verdict_family": rule.verdict_family,
        "basis": [basis_json(basis) for basis in finding.basis],
        "values": dict(finding.values),
        "rule": {
            "pack": rule.pack,
            "test": form_of_test(rule.test, rule.layer),
            "when": form_of_when(rule.when),
        },
        "authority": rule.authority,
        "action": {"item": rule.action.item, "papers": list(rule.action.papers)}
        if rule.action
        else None,
    }


def _measures(evidence: Evidence, crs: str, shapes: Shapes) -> dict[str, Any]:
    ellipsoid = None
    if evidence.area_m2 is not None:
        shape = evidence.pieces
        # rasters measure shares of cells: they have no shape to put on the ellipsoid
        ellipsoid = (
            shapes.ellipsoid_area(shape, crs) if shape is not None else evidence.area_m2 or 0.0
        )
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


def _length(item: ClassShare, evidence: Evidence) -> float | None:
    if evidence.length_m is None:
        return None
    return item.size if evidence.area_m2 is None else item.along


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


def _band(band: Band, shapes: Shapes) -> dict[str, Any]:
    return {
        "code": band.code,
        "name": band.name.as_dict() if band.name else None,
        "from": rounded(band.low, 9),
        "to": rounded(band.high, 9),
        "share": rounded(band.share, 9),
        "taken": band.taken,
        "geometry": shapes.json(band.geometry),
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
