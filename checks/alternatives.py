"""Comparison of several sites (方案比选): their reports side by side, ranked with reasons.

Pure functions over report documents. The rank is a comparison in a fixed order of criteria; there
is no score, and each place names the criterion that decided it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from checks.alternatives_rows import SEVERITIES, findings_of, inheritance_of, notes_on
from checks.report.numbers import percent
from gis.errors import LantuError, Text
from gis.measures import rounded, share

Json = Mapping[str, Any]
SCHEMA = "lantu-compare/1"
__all__ = ["CRITERIA", "SCHEMA", "SEVERITIES", "compare"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: less is better. `told` says a value in both languages."""

    key: str
    title: Text
    of: Callable[[Json], float]
    told: Callable[[float], Text]


def _number(value: float) -> Text:
    return Text(f"{value:.0f} 项", f"{value:.0f}")


def _percent(value: float) -> Text:
    if value == inf:
        return Text("不明（涉密）", "unknown (confidential)")
    return Text(percent(value), percent(value))


def _share_of(site: Json, severity: str) -> float:
    """Share of the site under a severity; what nobody may see counts as worse than any share."""
    return inf if site["affected_hidden"][severity] else site["affected_share"][severity] or 0.0


def _whole(value: float) -> Text:
    return Text("不完整", "incomplete") if value else Text("完整", "complete")


def _fewer(value: float) -> Text:
    return _number(-value)


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "prohibited",
        Text("刚性约束命中项数", "prohibitions affected"),
        lambda site: site["affected"]["prohibited"],
        _number,
    ),
    Criterion(
        "prohibited_share",
        Text("刚性约束占用地比例", "share of the site under prohibitions"),
        lambda site: _share_of(site, "prohibited"),
        _percent,
    ),
    Criterion(
        "complete",
        Text("检测完整性", "completeness of the check"),
        lambda site: 0.0 if site["complete"] else 1.0,
        _whole,
    ),
    Criterion(
        "open",
        Text("未检测和待核实项数", "checks not assessed or to be verified"),
        lambda site: site["open"],
        _number,
    ),
    Criterion(
        "needs_approval",
        Text("须经批准项数", "approvals needed"),
        lambda site: site["affected"]["needs_approval"],
        _number,
    ),
    Criterion(
        "needs_approval_share",
        Text("须经批准占用地比例", "share of the site that needs approval"),
        lambda site: _share_of(site, "needs_approval"),
        _percent,
    ),
    Criterion(
        "needs_assessment",
        Text("须评估论证项数", "assessments needed"),
        lambda site: site["affected"]["needs_assessment"],
        _number,
    ),
    Criterion(
        "condition",
        Text("附条件项数", "conditions"),
        lambda site: site["affected"]["condition"],
        _number,
    ),
    Criterion(
        "shared",
        Text("可共享的区域评估成果（多者优先）", "area assessments shared (more is better)"),
        lambda site: -float(site["outcomes"].get("shared", 0)),
        _fewer,
    ),
)
"""Read from the top: the first criterion in which two sites differ decides between them."""


def compare(
    reports: Sequence[Json],
    *,
    numbers: Sequence[int] | None = None,
    refused: Sequence[tuple[int, str | None, Text]] = (),
) -> dict[str, Any]:
    """Compare the reports of several sites.

    Parameters
    ----------
    reports
        Two documents of `report.json` or more, in the order in which the sites were given.
    numbers
        The numbers of these sites where others stand between them; 1, 2, 3 … without.
    refused
        Number, name and reason of sites that could not be checked: told, not compared.

    Returns
    -------
    The document of `compare.json`. Sites that no criterion tells apart share a rank.

    Raises
    ------
    LantuError
        `compare_too_few` for fewer than two reports.
    """
    if len(reports) < 2:
        raise LantuError(
            "compare_too_few",
            Text(
                f"方案比选需要至少两宗用地，现有 {len(reports)} 宗",
                f"A comparison needs two sites or more, there are {len(reports)}",
            ),
            Text("请再给出用地，或改正被拒绝的用地", "Give more sites, or mend those refused"),
        )
    given = numbers or range(1, len(reports) + 1)
    sites = [_site(no, report) for no, report in zip(given, reports, strict=True)]
    return {
        "schema": SCHEMA,
        "sites": sites,
        "refused": [
            {"no": no, "name": name, "reason": reason.as_dict()} for no, name, reason in refused
        ],
        "criteria": [{"key": one.key, **one.title.as_dict()} for one in CRITERIA],
        "ranking": _ranking(sites),
        "findings": findings_of(reports),
        "inheritance": inheritance_of(reports),
        "notes": [note.as_dict() for note in notes_on(sites, reports)],
    }


def _site(no: int, report: Json) -> dict[str, Any]:
    site, conclusion = report["site"], report["conclusion"]
    hits = [finding for finding in report["findings"] if finding["state"] == "affected"]
    footprints = {key: _footprint(report, hits, key) for key in SEVERITIES}
    whole = site["area_m2"] if site["kind"] == "polygon" else site["length_m"]
    outcomes = [decision["outcome"] for decision in report["inheritance"]]
    return {
        "no": no,
        "name": site["name"],
        "report": report["number"],
        "digest": report["digest"],
        "kind": site["kind"],
        "area_m2": site["area_m2"],
        "area_mu": site["area_mu"],
        "length_m": site["length_m"],
        "colour": conclusion["colour"],
        "complete": conclusion["complete"],
        "open": len(conclusion["open"]),
        "affected": {key: sum(hit["severity"] == key for hit in hits) for key in SEVERITIES},
        "affected_hidden": {
            key: sum(hit["severity"] == key and hit["measures"] is None for hit in hits)
            for key in SEVERITIES
        },
        "affected_size": footprints,
        "affected_share": {
            key: None if size is None else rounded(share(size, whole), 9)
            for key, size in footprints.items()
        },
        "outcomes": {key: outcomes.count(key) for key in sorted(set(outcomes))},
    }


def _footprint(report: Json, hits: Sequence[Json], severity: str) -> float | None:
    """Return what hits of a severity hold of the site together, m² or m; None where nothing does.

    Shapes count their common ground once. Of hits without a shape (rasters, outside versions) the
    largest counts: they may lie upon each other.
    """
    area = report["site"]["kind"] == "polygon"
    wanted = "MultiPolygon" if area else "MultiLineString"
    own = [hit for hit in hits if hit["severity"] == severity]
    pieces = [
        shape(hit["pieces"]) for hit in own if hit["pieces"] and hit["pieces"]["type"] == wanted
    ]
    sizes = [
        (hit["measures"] or {}).get("area_m2" if area else "length_m") or 0.0
        for hit in own
        if not hit["pieces"]
    ]
    if pieces:
        union = shapely.union_all(np.asarray(pieces, dtype=object))
        sizes.append(float(union.area if area else union.length))
    largest = max(sizes, default=0.0)
    return rounded(largest) if largest > 0 else None


# --- ranking ----------------------------------------------------------------------------------


def _ranking(sites: Sequence[Json]) -> list[dict[str, Any]]:
    """Return the sites best first, each with what decided against the one before it."""
    order = sorted(sites, key=lambda site: (*_values(site), site["no"]))
    ranking: list[dict[str, Any]] = []
    for place, site in enumerate(order):
        before = order[place - 1] if place else None
        decided = None if before is None else _decisive(before, site)
        tied = before is not None and decided is None
        ranking.append(
            {
                "rank": ranking[-1]["rank"] if tied else place + 1,
                "site": site["no"],
                "criterion": decided.key if decided else None,
                "because": _because(before, site, decided).as_dict(),
            }
        )
    return ranking


def _values(site: Json) -> tuple[float, ...]:
    return tuple(criterion.of(site) for criterion in CRITERIA)


def _decisive(better: Json, worse: Json) -> Criterion | None:
    return next((one for one in CRITERIA if one.of(better) != one.of(worse)), None)


def _because(before: Json | None, site: Json, decided: Criterion | None) -> Text:
    if before is None:
        return Text("按比选规则没有更优的用地", "No site comes before it")
    if decided is None:
        return Text(
            f"各项与用地 {before['no']} 相同，并列",
            f"Equal to site {before['no']} in every criterion",
        )
    mine, other = decided.told(decided.of(site)), decided.told(decided.of(before))
    return Text(
        f"{decided.title.zh}：{mine.zh}（用地 {before['no']}：{other.zh}）",
        f"{decided.title.en}: {mine.en} (site {before['no']}: {other.en})",
    )
