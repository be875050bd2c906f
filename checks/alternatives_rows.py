"""The rows of a comparison of sites: what each rule and each kind of assessment says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gis.errors import Text

Json = Mapping[str, Any]
SEVERITIES = ("prohibited", "needs_approval", "needs_assessment", "condition", "notice")


def findings_of(reports: Sequence[Json]) -> list[dict[str, Any]]:
    """Return each rule that tells the sites apart or affects one, with the answer for each."""
    tables = [{finding["code"]: finding for finding in report["findings"]} for report in reports]
    codes = dict.fromkeys(code for table in tables for code in table)
    rows = []
    for code in codes:
        found = [table.get(code) for table in tables]
        known = [finding for finding in found if finding is not None]
        if not _tells(finding["state"] for finding in known):
            continue
        rows.append(
            {
                "code": code,
                "title": known[0]["title"],
                "severity": known[0]["severity"],
                "sites": [_cell(finding) for finding in found],
            }
        )
    return sorted(rows, key=lambda row: (SEVERITIES.index(row["severity"]), row["code"]))


def _tells(states: Iterable[str]) -> bool:
    """Whether a rule says something of the choice: a hit, a question, or data for some alone."""
    found = set(states)
    return bool(found & {"affected", "needs_person"}) or {"not_assessed", "clear"} <= found


def _cell(finding: Json | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    measures = finding["measures"] or {}
    keys = ("area_m2", "length_m", "share", "distance_m")
    return {
        "state": finding["state"],
        "verdict": finding["verdict"],
        **{key: measures.get(key) for key in keys},
    }


def inheritance_of(reports: Sequence[Json]) -> list[dict[str, Any]]:
    """Return each kind of assessment with the decision for every site."""
    tables = [{item["kind"]: item for item in report["inheritance"]} for report in reports]
    kinds = dict.fromkeys(kind for table in tables for kind in table)
    return [
        {
            "kind": kind,
            "name": next(table[kind]["name"] for table in tables if kind in table),
            "sites": [
                {
                    "outcome": table[kind]["outcome"],
                    "approval_mode": table[kind]["approval_mode"],
                    "share_covered": table[kind]["share_covered"],
                }
                if kind in table
                else None
                for table in tables
            ],
        }
        for kind in kinds
    ]


def notes_on(sites: Sequence[Json], reports: Sequence[Json]) -> list[Text]:
    """Return what makes the reports less than comparable, and what was given twice."""
    notes = []
    checks: tuple[tuple[Callable[[Json], object], Text], ...] = (
        (
            lambda report: report["scenario"]["key"],
            Text("各宗用地的检测场景不同", "The sites were checked in different scenarios"),
        ),
        (
            lambda report: report["rulebook"]["digest"],
            Text("各宗用地的规则库不同", "The sites were checked by different rules"),
        ),
        (
            lambda report: (report["as_of"], report["known_at"]),
            Text("各宗用地的基准日或数据不同", "The sites were checked on different days or data"),
        ),
        (
            lambda report: report["site"]["kind"],
            Text("线性工程与面状用地不宜直接比较", "Linear works and areas compare badly"),
        ),
    )
    for key, text in checks:
        if len({str(key(report)) for report in reports}) > 1:
            notes.append(text)
    return [*notes, *_twice(sites, reports)]


def _twice(sites: Sequence[Json], reports: Sequence[Json]) -> Iterator[Text]:
    """Tell of sites that were given more than once."""
    alike: dict[str, list[str]] = {}
    for site, report in zip(sites, reports, strict=True):
        alike.setdefault(str(report["site"]["geometry"]), []).append(str(site["no"]))
    for numbers in alike.values():
        if len(numbers) > 1:
            yield Text(
                f"用地 {'、'.join(numbers)} 范围相同",
                f"Sites {', '.join(numbers)} have the same outline",
            )
