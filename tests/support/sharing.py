"""A world for decisions on sharing: a park in memory, a pack in YAML text, a site."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from checks.facts import fact_specs, project_of
from checks.inheritance.decide import Decision, decide
from checks.inheritance.model import InheritancePack
from checks.inheritance.pack import read_inheritance
from checks.rulebook.models import PackForm
from checks.rulebook.packs import PackFiles
from gis.site import Site
from layers.assessment_document import built
from layers.assessment_extent import Extent
from layers.assessment_file import AssessmentForm
from layers.assessments import HistoryRow, LifeState, Standing
from layers.store.ledger import Holding
from layers.yaml_file import read_yaml_text
from tests.support.memory_store import MemoryStore

AS_OF = date(2026, 11, 20)
SITE = shapely.box(1000, 1000, 1100, 1100)
"""100 m x 100 m: one hectare."""


@dataclass
class Park(MemoryStore):
    """A memory store that also holds assessments and what projects took of their totals."""

    lives: list[Standing] = field(default_factory=list)
    held: list[Holding] = field(default_factory=list)

    def standings(self, known_at: int | None = None) -> tuple[Standing, ...]:
        return tuple(self.lives)

    def holdings(self, code: str, known_at: int | None = None) -> tuple[Holding, ...]:
        return tuple(item for item in self.held if item.code == code)

    def take(self, code: str, project: str, total: str, amount: str) -> None:
        number = len(self.held) + 1
        self.held.append(
            Holding(
                number, number, code, "1", project, "reserve", total, Decimal(amount), "", "x", None
            )
        )

    def assess(
        self,
        kind: str,
        extent: BaseGeometry,
        *,
        state: LifeState = "published",
        revision: int = 1,
        **content: Any,
    ) -> None:
        """Add an assessment; `content` as in `assessment.yaml`, after null checks as in a file."""
        given = {
            "kind": kind,
            "code": f"P.{kind}",
            "version": "1",
            "issuer": "管委会",
            "extent": "inline",
            "valid_from": "2025-01-01",
        } | content
        form = AssessmentForm.model_validate(given)
        one = built(form, Extent(extent, "inline"), self.crs)
        events = [("publish", "published")] + ([(state, state)] if state != "published" else [])
        history = tuple(
            HistoryRow(revision + n, event, held, "", "x", None)  # type: ignore[arg-type]
            for n, (event, held) in enumerate(events)
        )
        self.lives.append(Standing(one, state, "", history))


def pack(*texts: str, status: str = "in_force") -> InheritancePack:
    """Packs out of YAML texts, each over the one before."""
    files = [
        PackFiles(
            PackForm(name=f"p{n}", status=status), "", (), (), read_yaml_text(text, f"p{n}"), {}
        )
        for n, text in enumerate(texts)
    ]
    read = read_inheritance(files, fact_specs())
    assert read is not None
    return read


def polygon(geometry: BaseGeometry) -> Site:
    return Site("site", geometry, "EPSG:4548", "EPSG:4548")


def ask(
    park: Park,
    rules: InheritancePack,
    *,
    site: BaseGeometry = SITE,
    as_of: date = AS_OF,
    accepted: frozenset[str] = frozenset(),
    classes: dict[str, bool | None] | None = None,
    **facts: Any,
) -> dict[str, Decision]:
    """Decide; facts as text, as in a file."""
    project = project_of({"works": "building"} | facts, fact_specs(), where="facts")
    found = decide(
        polygon(site),
        project=project,
        pack=rules,
        specs=fact_specs(),
        store=park,
        as_of=as_of,
        accepted=accepted,
        classes=classes,
    )
    return {item.kind.key: item for item in found}
