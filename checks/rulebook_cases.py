"""Cases in planners' words: what a rule must say when this or that lies on the site.

A file holds `cases`, each with a rule, a day, facts, what the layers hold, and the state expected.
The site is an imaginary square; what lies on it is given as a share of the site or a distance.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import shapely
from pydantic import Field, model_validator
from shapely.geometry.base import BaseGeometry

from checks.facts import project_of
from checks.rule import Rulebook, Scenario, State
from checks.rulebook_models import Code, Day, Filled, NotNegative
from checks.rulebook_tools import find_rule
from gis.errors import LantuError, Text
from gis.site import Site
from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.store import Box, Features
from layers.strict import Strict
from layers.yaml_file import load

_CRS = "EPSG:4548"
_WEST, _SOUTH = 600_000.0, 2_700_000.0
_REACH = 20_000.0
_FIRST_DAY = date(1949, 10, 1)


class ThingForm(Strict):
    """One feature: the share of the site that it covers, or how far east of the site it lies.

    `value` is what a raster holds on that share. Things with shares lie side by side.
    """

    share: Annotated[float, Field(ge=0, le=1)] | None = None
    distance_m: NotNegative | None = None
    class_: str | None = Field(default=None, alias="class")
    attributes: dict[str, str] | None = None
    value: float | None = None

    @model_validator(mode="after")
    def _one_place(self) -> ThingForm:
        if (self.share is None) == (self.distance_m is None):
            raise ValueError(
                Text("share 与 distance_m 须且只能写一个", "either share or distance_m, not both")
            )
        return self


class CaseForm(Strict):
    """One case. A layer that is not named, or null, has no data; `[]`: data, and nothing there."""

    case: Filled
    rule: Code
    as_of: Day
    expect: State
    site_ha: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    facts: dict[str, Any] | None = None
    layers: dict[str, tuple[ThingForm, ...] | None] | None = None


class CasesForm(Strict):
    """A file of cases."""

    cases: Annotated[tuple[CaseForm, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case."""

    file: str
    case: str
    rule: str
    expected: State
    state: State

    @property
    def passed(self) -> bool:
        """Whether the rule said what was expected."""
        return self.state == self.expected


def case_files(paths: Iterable[Path]) -> list[Path]:
    """Return files of cases: a folder stands for its `*.yaml`."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return found


def run_cases(path: Path, book: Rulebook, specs: Mapping[str, LayerSpec]) -> list[CaseResult]:
    """Run the cases of one file.

    Raises
    ------
    LantuError
        `bad_file`, `unknown_rule`, `unknown_fact`, `bad_fact`, `unknown_layer`.
    """
    form = load(CasesForm, path)
    return [
        CaseResult(path.name, case.case, case.rule, case.expect, _state(case, path, book, specs))
        for case in form.cases
    ]


def _state(case: CaseForm, path: Path, book: Rulebook, specs: Mapping[str, LayerSpec]) -> State:
    from checks.screening import screen

    where = f"{path.name}: {case.case}"
    project = project_of(case.facts, book.facts, where=where)
    scenario = Scenario("case", Text("案例", "case"), "", _with_asked(book, case.rule))
    side = (case.site_ha * 10_000.0) ** 0.5
    square = shapely.box(_WEST, _SOUTH, _WEST + side, _SOUTH + side)
    site = Site(name="1", geometry=square, crs=_CRS, source_crs=_CRS)
    with tempfile.TemporaryDirectory(prefix="lantu-case-") as folder:
        store = _Imagined(specs, side, Path(folder))
        for layer, things in (case.layers or {}).items():
            if layer not in specs:
                raise _unknown_layer(layer, where)
            if things is not None:
                store.put(layer, things)
        report = screen(
            site,
            project=project,
            scenario=scenario,
            rulebook=book,
            store=store,
            as_of=case.as_of,
            confidential=True,
        )
    states = {finding["code"]: finding["state"] for finding in report.data["findings"]}
    state: State = states[case.rule]
    return state


def _unknown_layer(layer: str, where: str) -> LantuError:
    return LantuError(
        "unknown_layer",
        Text(f"没有图层“{layer}”", f"No layer {layer!r}"),
        Text("请核对图层键", "Check the key of the layer"),
        where=where,
    )


def _with_asked(book: Rulebook, code: str) -> tuple[str, ...]:
    """Return the rule and those that its `finding` tests ask, in the order of the rulebook."""
    wanted, open_codes = set[str](), [code]
    while open_codes:
        rule = find_rule(book, open_codes.pop())
        if rule.code not in wanted:
            wanted.add(rule.code)
            open_codes += [leaf.code for leaf in rule.leaves() if leaf.code]
    return tuple(key for key in book.rules if key in wanted)


@dataclass
class _Imagined:
    """A store that holds what one case says, over a coverage without holes."""

    layer_specs: Mapping[str, LayerSpec]
    side: float
    folder: Path
    crs: str = _CRS
    revision: int = 1
    rows: dict[str, list[tuple[BaseGeometry, ThingForm]]] = field(default_factory=dict)
    rasters: dict[str, Path] = field(default_factory=dict)

    @property
    def area(self) -> BaseGeometry:
        """All ground around the site."""
        return shapely.box(_WEST, _SOUTH, _WEST, _SOUTH).buffer(_REACH).envelope

    def put(self, layer: str, things: Sequence[ThingForm]) -> None:
        """Lay the things of a layer out from the west side of the site."""
        spec, west, rows = self.layer_specs[layer], _WEST, []
        if spec.geometry == "raster":
            self.rasters[layer] = self._raster(layer, things)
        for thing in things:
            shape = self._shape(spec.geometry, thing, west)
            west += (thing.share or 0.0) * self.side
            rows.append((shape, thing))
        self.rows[layer] = rows

    def _shape(self, geometry: str, thing: ThingForm, west: float) -> BaseGeometry:
        if thing.distance_m is None:
            x = west if geometry != "line" else _WEST + self.side / 2
            width = (thing.share or 0.0) * self.side
        else:
            x, width = _WEST + self.side + thing.distance_m, 10.0
        middle = _SOUTH + self.side / 2
        if geometry == "point":
            return shapely.Point(x, middle)
        if geometry == "line":
            return shapely.LineString([(x, _SOUTH - 50), (x, _SOUTH + self.side + 50)])
        return shapely.box(x, _SOUTH - 50, x + width, _SOUTH + self.side + 50)

    def _raster(self, layer: str, things: Sequence[ThingForm]) -> Path:
        """Write a GeoTIFF of 100 columns over the site and some ground around it."""
        import rasterio
        from rasterio.transform import from_origin

        cell, edge = self.side / 100, 20
        cells = np.zeros((100 + 2 * edge, 100 + 2 * edge), dtype="float64")
        column = edge
        for thing in things:
            end = column + round((thing.share or 0.0) * 100)
            cells[:, column:end] = thing.value or 0.0
            column = end
        path = self.folder / f"{layer}.tif"
        corner = from_origin(_WEST - edge * cell, _SOUTH + self.side + edge * cell, cell, cell)
        with rasterio.open(
            path, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1,
            dtype="float64", crs=_CRS, transform=corner,
        ) as target:  # fmt: skip
            target.write(cells, 1)
        return path

    def specs(self) -> Mapping[str, LayerSpec]:
        """All layers known."""
        return self.layer_specs

    def editions(self, layer: str) -> Sequence[Edition]:
        """One exact edition of each layer that the case names, current on any day."""
        if layer not in self.rows:
            return ()
        return (
            Edition(
                layer=layer,
                key="case",
                part=None,
                revision=1,
                currency=_FIRST_DAY,
                valid_from=_FIRST_DAY,
                valid_to=None,
                accuracy_m=0.0,
                accuracy_source=None,
                coverage=self.area,
                checksum="0" * 64,
                feature_count=len(self.rows[layer]),
                file="",
            ),
        )

    def read(self, edition: Edition, box: Box) -> Features:
        """Features of a layer near a box."""
        near = [
            (number, shape, thing)
            for number, (shape, thing) in enumerate(self.rows[edition.layer], start=1)
            if shapely.intersects(shape, shapely.box(*box))
        ]
        shapes, classes = np.empty(len(near), dtype=object), np.empty(len(near), dtype=object)
        shapes[:] = [shape for _, shape, _ in near]
        classes[:] = [thing.class_ for _, _, thing in near]
        numbers = np.array([number for number, _, _ in near], dtype=np.int64)
        fields = {number: dict(thing.attributes or {}) for number, _, thing in near}
        return Features(numbers, shapes, classes, fields)

    def raster(self, edition: Edition) -> Path:
        """Path of the layer's raster."""
        return self.rasters[edition.layer]
