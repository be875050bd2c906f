"""The two lights: the worst conflict found, and how complete the check was."""

from __future__ import annotations

from typing import Any

from checks.findings import Finding
from checks.rule import SEVERITIES, Scenario

OPEN = ("not_assessed", "needs_person")


def conclude(findings: list[Finding], scenario: Scenario) -> dict[str, Any]:
    """Colour, completeness, worst severity, counts by state and open codes (CONTRACTS 5).

    Red: any affected rule that prohibits. Else grey: any required rule is open. Else amber: any
    affected rule of severity condition or worse. Else green. Red stays red beside missing data,
    and `complete` says so.
    """
    required = set(scenario.required_layers)
    affected = [finding for finding in findings if finding.state == "affected"]
    still_open = [finding for finding in findings if finding.state in OPEN]
    gaps = [
        finding
        for finding in still_open
        if not required or required.intersection(_opened_by(finding))
    ]
    ranks = [SEVERITIES.index(finding.rule.severity) for finding in affected]
    worst = SEVERITIES[min(ranks)] if ranks else None
    states = [finding.state for finding in findings]
    return {
        "colour": _colour(worst, gaps=bool(gaps)),
        "complete": not gaps,
        "worst": worst,
        "counts": {
            state: states.count(state)
            for state in ("affected", "clear", "not_assessed", "needs_person", "not_applicable")
        },
        "open": [finding.rule.code for finding in still_open],
    }


def _colour(worst: str | None, *, gaps: bool) -> str:
    if worst == "prohibited":
        return "red"
    if gaps:
        return "grey"
    return "amber" if worst not in {None, "notice"} else "green"


def _opened_by(finding: Finding) -> frozenset[str]:
    """Layers that left a finding open: those whose data are missing, else all that it reads.

    A rule over many layers is not open through a required one when another one is missing.
    """
    if finding.state == "not_assessed" and finding.missing:
        return finding.missing
    return frozenset((finding.rule.layer, *finding.rule.layers()))
