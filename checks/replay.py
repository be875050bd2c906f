"""Compute a stored report again: site, project and rules as it names them, data as it pins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from checks.facts import Project
from checks.report.model import Report
from checks.report.version import OUTSIDE
from checks.rule import FactValue, Rulebook, Scenario
from checks.rulebook import packs as rulebook_packs
from checks.rulebook.load import load_rulebook
from checks.scenario_choice import BY_HAND, choose_scenario
from checks.screening import screen
from gis.errors import LantuError, Note, Text
from gis.geometry import Repair
from gis.site import Site
from layers.store.packs import PackShelf
from layers.store.protocol import InheritanceStore
from layers.store.releases import Releases

Json = Mapping[str, Any]
_MASKED = "confidential"
_FARTHEST_M = 1e8
"""Beyond any plane coordinate on earth."""


class Archive(InheritanceStore, Protocol):
    """A workspace that keeps older states: what a replay asks of it."""

    @property
    def packs(self) -> tuple[str, ...]:
        """Names of the packs in force."""
        ...

    @property
    def releases(self) -> Releases:
        """The log of what was given out."""
        ...

    def document(self, sha256: str) -> bytes:
        """A kept document; raises `no_document`."""
        ...

    @property
    def shelf(self) -> PackShelf:
        """Copies of packs, older states among them."""
        ...

    def pack_folders(self, *, known_at: int | None = None) -> Mapping[str, Path]:
        """Folders of the office's own packs, now or at a revision."""
        ...


def rules_of(report: Json, store: Archive) -> Rulebook:
    """Read the packs that a report names, as the workspace knew them at its revision.

    Where a pack's content is not what the report names by digest, a kept copy of that digest is
    taken; where there is none, the pack as it is.

    Raises
    ------
    LantuError
        What `load_rulebook` refuses: `unknown_pack` for a pack that is gone.
    """
    known_at = _revision(report, store)
    wanted = {pack["name"]: pack["digest"] for pack in report["rulebook"]["packs"]}
    folders = store.pack_folders(known_at=known_at)
    kept: dict[str, Path] = {}
    for name, digest in wanted.items():
        if _digest(folders.get(name, rulebook_packs.SHIPPED / name)) != digest:
            copy = next((one for one in store.shelf.kept(name) if _digest(one) == digest), None)
            if copy is not None:
                kept[name] = copy
    return load_rulebook(
        list(wanted), folders, layer_specs=store.specs(known_at=known_at), kept=kept
    )


def _revision(report: Json, store: Archive) -> int:
    known_at = report["known_at"]
    if isinstance(known_at, bool) or not isinstance(known_at, int) or known_at < 0:
        raise ValueError(known_at)
    return min(known_at, store.revision)


def _digest(folder: Path) -> str | None:
    """Digest of a pack's folder; None for one that is gone or that this program cannot read."""
    try:
        return rulebook_packs.read_pack(folder).digest
    except LantuError:
        return None


def keep_rules(rulebook: Rulebook, shelf: PackShelf) -> None:
    """Keep copies of the program's own packs that an issued report rests on."""
    for pack in rulebook.packs:
        if pack.name in rulebook_packs.shipped_packs():
            shelf.keep(pack.name, rulebook_packs.SHIPPED / pack.name)


def is_masked(report: Json) -> bool:
    """Whether a report was made for a reader without the right to confidential layers.

    One without a note on them was made for a reader who may see them, or met none: both give the
    same again.
    """
    return any(limit["code"] == _MASKED for limit in report["limits"])


def recompute(
    report: Json, store: Archive, rulebook: Rulebook, *, masked: bool | None = None
) -> Report:
    """Check the site of a report again, by the same rules and the data of its revision.

    Nothing is written. `masked` tells whether for a reader without the right to confidential
    layers; as the report was made, where it is None.

    Raises
    ------
    LantuError
        `scenario_gone`; `bad_report` where the document cannot be read back.
    """
    key = report["scenario"]["key"]
    scenario = rulebook.scenarios.get(key)
    if scenario is None:
        raise LantuError(
            "scenario_gone",
            Text(f"检测规则库中没有场景 {key}", f"The rule packs have no scenario {key}"),
            Text("请恢复原规则库后再核验", "Bring the rule packs back, then verify again"),
        )
    site, project, as_of = site_of(report["site"]), _project(report["project"]), _day(report)
    before = is_masked(report)
    reason = _reason(report["scenario"]["reason"], rulebook, scenario, project, site)

    def check(one: Site, *, masked: bool) -> Report:
        return screen(
            one,
            project=project,
            scenario=scenario,
            rulebook=rulebook,
            store=store,
            as_of=as_of,
            known_at=_revision(report, store),
            confidential=not masked,
            reason=reason,
            issue=report["number"] is not None,
        )

    first = check(site, masked=before)
    notes = _notes_of_site(report["limits"], first.data["limits"])
    after = before if masked is None else masked
    if not notes and after == before:
        return first
    return check(replace(site, notes=notes), masked=after)


def _reason(
    stored: Json, rulebook: Rulebook, scenario: Scenario, project: Project, site: Site
) -> Text:
    """Why the scenario was taken: by hand, or by the rule of choice; nothing else is believed."""
    if stored == BY_HAND.as_dict():
        return BY_HAND
    chosen, reason = choose_scenario(rulebook, project, site, None)
    return reason if chosen.key == scenario.key else BY_HAND


def _notes_of_site(stored: Sequence[Json], found: Sequence[Json]) -> tuple[Note, ...]:
    """What the reading of the site's file noted: it cannot be found again without the file."""
    return tuple(
        Note(limit["code"], Text(limit["zh"], limit["en"]))
        for limit in stored
        if limit not in found and limit["code"] != OUTSIDE
    )


def _day(report: Json) -> date:
    return date.fromisoformat(report["as_of"])


# --- reading back -----------------------------------------------------------------------------


def site_of(document: Json) -> Site:
    """Return the site of a report as it was read: same parts, same vertices, in their order.

    Raises
    ------
    ValueError
        For a shape that no check takes.
    """
    corridor = document.get("corridor")  # is worked out again from its line and the project
    geometry = _single(shape(corridor["axis"] if corridor else document["geometry"]))
    if geometry.geom_type.removeprefix("Multi") not in {"Polygon", "LineString"}:
        raise ValueError(geometry.geom_type)
    if geometry.is_empty or max(map(abs, geometry.bounds)) > _FARTHEST_M:
        raise ValueError(geometry.bounds)
    if not 0 <= document["accuracy_m"] <= _FARTHEST_M:
        raise ValueError(document["accuracy_m"])
    return Site(
        name=document["name"],
        geometry=geometry,
        crs=document["crs"]["code"],
        source_crs=document["source_crs"],
        accuracy_m=document["accuracy_m"],
        declared_area_m2=document["declared_area_m2"],
        source_area_m2=document["source_area_m2"],
        repairs=tuple(
            Repair(
                method=repair["method"],
                reason=repair["reason"],
                area_before_m2=repair["area_before_m2"],
                area_after_m2=repair["area_after_m2"],
            )
            for repair in document["repairs"]
        ),
        attributes=dict(document["attributes"]),
    )


def _single(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(geometry)
    return parts[0] if len(parts) == 1 else geometry


def _project(document: Json) -> Project:
    facts: dict[str, FactValue] = {
        key: frozenset(value) if isinstance(value, list) else value
        for key, value in document["facts"].items()
    }
    return Project(code=document["code"], name=document["name"], facts=facts)
