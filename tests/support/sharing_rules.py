"""Short ways to ask for a decision on sharing in tests."""

from __future__ import annotations

from typing import Any

import shapely

from checks.inheritance.decide import Decision
from checks.inheritance.model import InheritancePack
from checks.report import decision_json as document
from tests.support.sharing import AS_OF, Park, ask, pack

WIDE = shapely.box(0, 0, 5000, 5000)
KIND = "traffic_impact"
TOTAL = {"name": "能耗", "fact": "energy_tce_y", "limit": "100"}


def rules(*criteria: str, effect: str = "decisive", extra: str = "", kind: str = "") -> Any:
    listed = "\n".join(f"- {{key: {key}, effect: {effect}, source: 某方案}}" for key in criteria)
    return pack(
        f"kinds: [{{key: {KIND}, name: {{zh: 交评, en: Traffic}}, {kind}}}]\n"
        f"criteria:\n{listed}\n{extra}\n"
        "table:\n"
        "- {if: {assessment: none}, outcome: own_assessment, mode: joint}\n"
        "- {if: {share: partial}, outcome: partial_rule, mode: approval}\n"
        "- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}\n"
        "- {if: {any_decisive: unknown}, outcome: undetermined, mode: unknown}\n"
        "- {outcome: shared, mode: commitment}\n"
    )


def decided(park: Park, book: InheritancePack, **asked: Any) -> Decision:
    return ask(park, book, **asked)[KIND]


def decision_json(decision: Decision) -> dict[str, Any]:
    return document.decision_json(decision, None, AS_OF)


def result(decision: Decision, key: str) -> str:
    return decision.findings[key].result  # type: ignore[index]
