"""Layers that may lie under the site on the map: vector tiles of the editions in force today."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.auth.roles import Principal
from api.map_layers import map_layers
from api.services import Services
from gis.errors import Language, Text

GROUPS: dict[str, Text] = {
    "control_line": Text("控制线", "Control lines"),
    "plan": Text("规划", "Plans"),
    "present_state": Text("现状", "Present state"),
    "approval": Text("用地审批", "Land approvals"),
    "safety": Text("安全", "Safety"),
    "survey_object": Text("普查对象", "Surveyed objects"),
    "utility": Text("市政管线", "Utilities"),
    "context": Text("背景", "Context"),
}
GROUND = "present.land_use"
"""The layer that lies below all, in quiet tints, so that the map shows a place."""


def contexts(
    services: Services, principal: Principal, language: Language, day: date
) -> list[dict[str, Any]]:
    """Return the layers with data that this person may see, by group, each with its tiles."""
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    for one in map_layers(services.workspace, principal, day):
        groups[one.spec.theme].append(
            {
                "key": one.spec.key,
                "title": one.spec.title.text().pick(language),
                "geometry": one.spec.geometry,
                "ink": one.symbol.ink,
                "fill": one.symbol.fill,
                "ground": one.spec.key == GROUND,
                "tiles": list(one.tiles),
            }
        )
    return [
        {"key": key, "title": GROUPS[key].pick(language), "layers": layers}
        for key, layers in groups.items()
        if layers
    ]
