"""What is taken away changes the sections that rest on it, and no other.

A layer, a fact or the assessments are taken from a played scene; which sections may differ
follows from the rulebook, not from the report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checks.facts import Project, read_project
from checks.report.html import render_html
from checks.rule import Rulebook, Scenario
from checks.rulebook.load import load_rulebook
from checks.screening import choose_scenario, screen
from gis.errors import LantuError
from gis.site import Site
from gis.site_formats import SiteContext, read_sites
from layers.store.embedded import Workspace

AS_OF = date(2026, 11, 20)
ALWAYS = {1, 10, 11, 12, 13}
"""Conclusion, the two lists, figures, sources and limits gather from all the others."""

FIGURE = re.compile(r"图 ?\d+|fig\d+|Figure \d+")
"""Figures are numbered through: one less moves the numbers behind it."""


class Without:
    """A workspace that lacks a layer, or the assessments."""

    def __init__(self, workspace: Workspace, layer: str = "", *, assessments: bool = True) -> None:
        self._workspace = workspace
        self._layer = layer
        self._assessments = assessments

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workspace, name)

    def editions(self, layer: str, **more: Any) -> Any:
        return () if layer == self._layer else self._workspace.editions(layer, **more)

    def standings(self, known_at: int | None = None) -> Any:
        return self._workspace.standings(known_at) if self._assessments else ()

    def holdings(self, *asked: Any, **more: Any) -> Any:
        return self._workspace.holdings(*asked, **more)


class Case:
    """A scene of the demo: its site, project and scenario, over the demo's workspace."""

    def __init__(self, demo: Path, workspace: Workspace, scene: str) -> None:
        folder = demo / "scenes" / scene
        self.workspace = workspace
        self.book: Rulebook = load_rulebook(
            workspace.packs, workspace.pack_folders(), layer_specs=workspace.specs()
        )
        self.project: Project = read_project(folder / "facts.yaml", self.book.facts)
        path = next(path for path in folder.iterdir() if path.name != "facts.yaml")
        found = read_sites(path, context=SiteContext(crs=workspace.crs, area=workspace.area))[0]
        assert not isinstance(found, LantuError)
        self.site: Site = found
        self.scenario: Scenario = choose_scenario(self.book, self.project, self.site, None)[0]

    def sections(self, store: Any = None, project: Project | None = None) -> dict[int, str]:
        """What a reader sees of each section."""
        report = screen(
            self.site,
            project=project or self.project,
            scenario=self.scenario,
            rulebook=self.book,
            store=store or self.workspace,
            as_of=AS_OF,
        )
        page = render_html(report.data).decode()
        parts = re.split(r'(?=<section[^>]* id="s\d+")', page)[1:]
        numbered = {int(re.search(r'id="s(\d+)"', part)[1]): part for part in parts}  # type: ignore[index]
        assert list(numbered) == list(range(1, 14))
        return {number: FIGURE.sub("图", part) for number, part in numbered.items()}

    def sections_of_rules(self, wanted: Any) -> set[int]:
        """Sections with a rule of the scenario that rests on something; asked findings count."""
        resting = {code for code, rule in self.book.rules.items() if wanted(rule)}
        while True:
            more = {
                code
                for code, rule in self.book.rules.items()
                if code not in resting and any(asked in repr(rule.test) for asked in resting)
            }
            if not more:
                break
            resting |= more
        from checks.screening import SECTIONS

        specs = self.workspace.specs()
        return {
            SECTIONS[specs[self.book.rules[code].layer].theme]
            for code in resting & set(self.scenario.rules)
        }


@pytest.fixture(scope="module")
def workspace(demo: Path) -> Iterator[Workspace]:
    opened = Workspace.open(demo / "workspace")
    yield opened
    opened.close()


def changed(before: dict[int, str], after: dict[int, str]) -> set[int]:
    return {number for number in before if before[number] != after[number]}


@pytest.mark.parametrize(
    ("scene", "layer", "also"),
    [
        ("warehouse", "control.permanent_farmland", {5}),  # the area table has its column
        ("warehouse", "plan.detailed", {9}),
        ("warehouse", "present.land_use", {9}),
        ("warehouse", "safety.geo_hazard_susceptibility", {9}),
        ("road", "control.river_management", {2}),
        ("sharing-eleven", "control.urban_boundary", {8}),
    ],
)
def test_a_layer(demo: Path, workspace: Workspace, scene: str, layer: str, also: set[int]) -> None:
    assert workspace.editions(layer), layer
    case = Case(demo, workspace, scene)
    resting = case.sections_of_rules(lambda rule: layer in rule.layers())
    differing = changed(case.sections(), case.sections(Without(workspace, layer)))
    assert resting & differing
    assert {1, 12} <= differing
    assert differing <= resting | also | ALWAYS


@pytest.mark.parametrize(
    ("scene", "fact"), [("warehouse", "height_m"), ("warehouse", "use"), ("road", "works")]
)
def test_a_fact(demo: Path, workspace: Workspace, scene: str, fact: str) -> None:
    case = Case(demo, workspace, scene)
    assert fact in case.project.facts
    facts = {key: value for key, value in case.project.facts.items() if key != fact}
    resting = case.sections_of_rules(lambda rule: f"'{fact}'" in repr(rule))
    differing = changed(case.sections(), case.sections(None, replace(case.project, facts=facts)))
    assert {1, 2} <= differing
    assert differing <= resting | {2, 8, 9} | ALWAYS


def test_the_assessments(demo: Path, workspace: Workspace) -> None:
    case = Case(demo, workspace, "sharing-eleven")
    without = Without(workspace, assessments=False)
    differing = changed(case.sections(), case.sections(without))
    assert {8, 10} <= differing
    assert differing <= {8, 9} | ALWAYS


def test_the_sections_hold_what_the_document_says(demo: Path, workspace: Workspace) -> None:
    """The scenes screened here are those of the demo."""
    case = Case(demo, workspace, "warehouse")
    told = json.loads((demo / "reports" / "warehouse" / "report.json").read_text(encoding="utf-8"))
    area = next(f for f in told["findings"] if f["code"] == "PF-01")["measures"]["area_m2"]
    assert f"{area:.2f} m²" in case.sections()[3]
