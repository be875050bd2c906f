"""Layers that may lie under the site on the map: vector tiles of the editions in force today."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.auth.roles import Principal
from api.routes.tiles import edition_name
from api.services import Services
from gis.errors import Language, Text
from layers.editions import pick
from maps.symbols import THEME

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

_HEAD = 12


def contexts(
    services: Services, principal: Principal, language: Language, day: date
) -> list[dict[str, Any]]:
    """Return the layers with data that this person may see, by group, each with its tiles."""
    workspace = services.workspace
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    for key, spec in sorted(workspace.specs().items()):
        if spec.geometry == "raster" or (spec.confidential and not principal.confidential):
            continue
        held = pick(workspace.editions(key), as_of=day, known_at=None)
        if held:
            symbol = THEME[spec.theme]
            groups[spec.theme].append(
                {
                    "key": key,
                    "title": spec.title.text().pick(language),
                    "geometry": spec.geometry,
                    "ink": symbol.ink,
                    "fill": symbol.fill,
                    "ground": key == GROUND,
                    "tiles": [
                        f"/tiles/{key}/{edition_name(one)}/{{z}}/{{x}}/{{y}}.mvt"
                        f"?v={one.checksum[:_HEAD]}"
                        for one in held
                    ],
                }
            )
    return [
        {"key": key, "title": GROUPS[key].pick(language), "layers": layers}
        for key, layers in groups.items()
        if layers
    ]
