"""A store in memory and short ways to write rules: for tests of the checks alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from checks.facts import Project, fact_specs
from checks.rule import Basis, Rule, Rulebook, Say, Scenario, Test, ValueSeries
from checks.screening import screen
from gis.errors import LantuError, Text
from gis.geometry import subdivide
from gis.site import Site
from layers.catalog import ClassField, LayerSpec, Title
from layers.editions import Edition
from layers.store import Box, Features

AS_OF = date(2026, 11, 20)


@dataclass
class MemoryStore:
    """Layers held as lists of (geometry, class, fields)."""

    crs: str = "EPSG:4548"
    area: BaseGeometry = field(default_factory=lambda: shapely.box(0, 0, 1e4, 1e4))
    revision: int = 1
    max_vertices: int = 256
    _specs: dict[str, LayerSpec] = field(default_factory=dict)
    _editions: dict[str, list[Edition]] = field(default_factory=dict)
    _rows: dict[tuple[str, str], list[tuple[BaseGeometry, str | None, dict[str, object]]]] = field(
        default_factory=dict
    )
    rasters: dict[tuple[str, str], Path] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def specs(self, *, known_at: int | None = None) -> Mapping[str, LayerSpec]:
        return self._specs

    def editions(self, layer: str, *, known_at: int | None = None) -> Sequence[Edition]:
        return self._editions.get(layer, [])

    def read(self, edition: Edition, box: Box) -> Features:
        if edition.layer in self.broken:
            text = Text("文件损坏", "file broken")
            raise LantuError("layer_unreadable", text, text)
        ids, shapes, classes, fields = [], [], [], {}
        for number, (geometry, code, row) in enumerate(self._rows[edition.layer, edition.id], 1):
            for piece in subdivide(geometry, self.max_vertices):
                if shapely.intersects(piece.envelope, shapely.box(*box)):
                    ids.append(number)
                    shapes.append(piece)
                    classes.append(code)
                    fields[number] = row
        return Features(np.array(ids, dtype=np.int64), _objects(shapes), _objects(classes), fields)

    def raster(self, edition: Edition) -> Path:
        return self.rasters[edition.layer, edition.id]

    def layer(
        self,
        key: str,
        rows: Sequence[object] = (),
        *,
        coverage: BaseGeometry | None = None,
        accuracy: float = 0.0,
        geometry: str = "polygon",
        edition: str = "e1",
        part: str | None = None,
        currency: date = date(2026, 1, 1),
        lost: BaseGeometry | None = None,
        incomplete: bool = False,
        raster: Path | None = None,
        **spec: object,
    ) -> None:
        """Add a layer with one edition; a row is a geometry or (geometry, class, fields)."""
        defaults = {"theme": "control_line", "authority": "检查"}
        declared = {"class_field": ClassField(name="class")} | defaults | spec
        self._specs[key] = LayerSpec(
            key=key,
            title=Title(zh=key, en=key),
            geometry=geometry,  # type: ignore[arg-type]
            **declared,  # type: ignore[arg-type]
        )
        one = Edition(
            layer=key,
            key=edition,
            part=part,
            revision=1,
            currency=currency,
            valid_from=currency,
            valid_to=None,
            accuracy_m=accuracy,
            accuracy_source="given",
            coverage=self.area if coverage is None else coverage,
            checksum="0" * 64,
            feature_count=len(rows),
            file="",
            lost=lost,
            incomplete=incomplete,
        )
        self._editions.setdefault(key, []).append(one)
        self._rows[key, one.id] = [
            (row, None, {})
            if isinstance(row, BaseGeometry)
            else (*row, *(None, {})[len(row) - 1 :])  # type: ignore[misc,arg-type]
            for row in rows
        ]
        if raster is not None:
            self.rasters[key, one.id] = raster


def _objects(items: Sequence[object]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def rule(code: str, layer: str, test: Test, **more: object) -> Rule:
    """A rule of an office, occupied family, prohibited unless told otherwise."""
    words = Text("命中", "hit"), Text("未命中", "clear"), Text("未检测", "not assessed")
    given = {
        "severity": "prohibited",
        "verdict_family": "occupy",
        "basis": (Basis("检查规则", "1", date(2000, 1, 1), None, "internal", "prohibition"),),
    } | more
    return Rule(
        code=code,
        title=Text(code, code),
        layer=layer,
        test=test,
        say=Say(*words),
        authority="检查",
        pack="test",
        **given,  # type: ignore[arg-type]
    )


def series(name: str, value: object, unit: str = "m") -> dict[str, ValueSeries]:
    """One value, in force since 2000: a quantity, or a tuple of rows."""
    from checks.rule import DatedValue

    table = value if isinstance(value, tuple) else ()
    entry = DatedValue(date(2000, 1, 1), None if table else value, table)  # type: ignore[arg-type]
    return {name: ValueSeries(name, unit, (entry,))}


def site_of(geometry: BaseGeometry, crs: str = "EPSG:4548", accuracy: float = 0.0) -> Site:
    """A site as the readers would give it."""
    return Site(name="s", geometry=geometry, crs=crs, source_crs=crs, accuracy_m=accuracy)


def findings(
    store: MemoryStore,
    rules: Sequence[Rule],
    site: Site | BaseGeometry,
    *,
    facts: Mapping[str, object] | None = None,
    as_of: date = AS_OF,
    **more: object,
) -> dict[str, dict[str, object]]:
    """Screen and return the findings of the report by code."""
    report = run(store, rules, site, facts=facts, as_of=as_of, **more)
    return {finding["code"]: finding for finding in report["findings"]}


def run(
    store: MemoryStore,
    rules: Sequence[Rule],
    site: Site | BaseGeometry,
    *,
    facts: Mapping[str, object] | None = None,
    as_of: date = AS_OF,
    required: tuple[str, ...] = (),
    **more: object,
) -> dict[str, object]:
    """Screen and return the whole report document."""
    book = Rulebook((), {r.code: r for r in rules}, {}, fact_specs(), "0" * 64)
    scenario = Scenario(
        "all", Text("全部", "all"), "test", tuple(book.rules), required_layers=required
    )
    place = site if isinstance(site, Site) else site_of(site, store.crs)
    report = screen(
        place,
        project=Project(None, None, dict(facts or {})),  # type: ignore[arg-type]
        scenario=scenario,
        rulebook=book,
        store=store,
        as_of=as_of,
        **more,  # type: ignore[arg-type]
    )
    return dict(report.data)
