"""The area table for land approval: main classes of land, by ownership and owner; parts add up.

地类面积表: 农用地（其中耕地、永久基本农田）、建设用地、未利用地 x 国有 / 集体 x 权属单位.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from checks.evidence import Reason
from checks.layer_view import LayerView
from checks.measured import measurer_of
from gis.errors import Text
from gis.overlay import FLOOR_AREA_M2, clip, dissolve, subtract
from gis.prepared import prepared
from layers.codes import code_table

LAND_USE = "present.land_use"
FARMLAND = "control.permanent_farmland"

Ownership = Literal["state", "collective", "unknown"]
Group = Literal["agricultural", "construction", "unused", "unclassified"]

_RIDGE = "1203"
"""田坎: what the deduction share (扣除系数) takes out of a patch of cultivated land."""

_STATE, _COLLECTIVE = ("1", "2", "国"), ("3", "4", "集")
"""How values of QSXZ begin: 10-21 are land of the state, 30-41 of collectives; or the words."""

_ORDER: Mapping[str, int] = {"state": 0, "collective": 1, "unknown": 2}


@dataclass(frozen=True, slots=True)
class LandRow:
    """Areas in m² of one owner; `cultivated` and `farmland` are parts of `agricultural`.

    `farmland` (permanent basic farmland) is None where that layer tells nothing.
    """

    ownership: Ownership
    owner: str | None
    agricultural: float = 0.0
    cultivated: float = 0.0
    farmland: float | None = None
    construction: float = 0.0
    unused: float = 0.0
    unclassified: float = 0.0

    @property
    def total(self) -> float:
        """All land of the owner."""
        return math.fsum((self.agricultural, self.construction, self.unused, self.unclassified))


@dataclass(frozen=True, slots=True)
class LandTable:
    """The table of one site, or the reason why there is none.

    Attributes
    ----------
    rows
        By ownership (state, collective, unknown), then owner.
    unmapped
        What no patch covers, m²; rows and this make up the site.
    overlapping
        What several patches claim, m²; it is counted for the first of them.
    deducted
        田坎 taken out of cultivated land by the deduction share, m²; it stays agricultural.
    disputed
        Codes on the site whose main class the published sources do not agree on.
    """

    rows: tuple[LandRow, ...] = ()
    unmapped: float = 0.0
    overlapping: float = 0.0
    deducted: float = 0.0
    disputed: tuple[str, ...] = ()
    reason: Reason | None = None


@dataclass(slots=True)
class _Sums:
    """Parts of a row as they are met, summed once at the end."""

    parts: dict[str, list[float]] = field(default_factory=dict)

    def add(self, key: str, value: float) -> None:
        self.parts.setdefault(key, []).append(value)

    def total(self, key: str) -> float:
        return math.fsum(sorted(self.parts.get(key, ())))


@dataclass(frozen=True, slots=True)
class _Patch:
    """A patch on the site: its shape there, class and fields."""

    shape: BaseGeometry
    code: str | None
    fields: Mapping[str, object]


def land_of(views: Mapping[str, LayerView], *, confidential: bool) -> LandTable | None:
    """Return the table where the check has opened the land-use survey, else None.

    A confidential layer tells those without the role nothing but hits: no table, no column.
    """
    open_to_reader = {
        key: view for key, view in views.items() if confidential or not view.spec.confidential
    }
    land_use = open_to_reader.get(LAND_USE)
    return None if land_use is None else land_table(land_use, open_to_reader.get(FARMLAND))


def land_table(land_use: LayerView, farmland: LayerView | None) -> LandTable | None:
    """Return the area table of the site of the views; None for linear works.

    Parameters
    ----------
    land_use
        The land-use survey around the site, classes by the survey's code table.
    farmland
        Permanent basic farmland around the same site; None: nothing is known of it.

    Notes
    -----
    Areas are plane areas of the working CRS. A patch with a deduction share between 0 and 1 gives
    that share of its area to 田坎: agricultural, but not cultivated. Farmland is measured net of
    the same share. Overlapping patches count once, for the one of the lower number.
    """
    site = land_use.site
    if site.is_line:
        return None
    if land_use.problem is not None:
        return LandTable(reason=land_use.problem)
    if land_use.spec.class_field is None or land_use.spec.class_field.system != _SYSTEM:
        return LandTable(reason=_OTHER_CODES)
    kept = _kept(farmland)
    sums: dict[tuple[Ownership, str | None], _Sums] = {}
    patches = list(_patches(land_use))
    shapes = _each_once([patch.shape for patch in patches])
    deducted: list[float] = []
    for patch, own, inside in zip(patches, shapes, _inside(shapes, kept), strict=True):
        row = sums.setdefault((_ownership(patch.fields), _owner(patch.fields)), _Sums())
        deducted.append(_count(row, patch, own, inside))
    claimed = [patch.shape.area - own.area for patch, own in zip(patches, shapes, strict=True)]
    unsure = code_table(_TABLE).disputed
    disputed = {patch.code for patch in patches if patch.code is not None and patch.code in unsure}
    mapped = math.fsum(sorted(shape.area for shape in shapes))
    rows = [_row(key, found, known=kept is not None) for key, found in sums.items()]
    return LandTable(
        rows=tuple(sorted(rows, key=lambda row: (_ORDER[row.ownership], row.owner or ""))),
        unmapped=_clear_noise(float(site.geometry.area) - mapped),
        overlapping=_clear_noise(math.fsum(sorted(claimed))),
        deducted=math.fsum(sorted(deducted)),
        disputed=tuple(sorted(disputed)),
    )


_TABLE, _SYSTEM = "survey_main_class", "DLBM"
_OTHER_CODES = Reason(
    "no_survey_codes",
    Text("现状图层未按国土调查地类编码", "The layer does not hold survey codes"),
)


def _kept(farmland: LayerView | None) -> BaseGeometry | None:
    """Permanent basic farmland on the site; None where the layer tells nothing."""
    if farmland is None or farmland.problem is not None:
        return None
    if farmland.unproved(farmland.site.geometry) is not None:
        return None
    measurer = measurer_of(farmland)
    return dissolve(measurer.clipped[measurer.meets])


def _patches(view: LayerView) -> Iterator[_Patch]:
    """Patches that hold more of the site than the floor, by feature number; pieces put together."""
    features = view.features
    measurer = measurer_of(view)
    clipped = measurer.clipped
    for number in np.unique(features.ids[measurer.meets]):
        rows = features.ids == number
        shape = dissolve(clipped[rows])
        if shape.area > FLOOR_AREA_M2:
            code = features.classes[rows][0]
            yield _Patch(shape, None if code is None else str(code), features.fields[int(number)])


def _each_once(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Take from each shape what an earlier one holds; a tiling is given back as it is."""
    if not shapes:
        return []
    union = dissolve(np.asarray(shapes, dtype=object))
    if math.fsum(shape.area for shape in shapes) - union.area <= FLOOR_AREA_M2:
        return shapes
    left: list[BaseGeometry] = []
    taken: BaseGeometry = shapely.MultiPolygon()
    for shape in shapes:
        left.append(subtract(shape, taken))
        taken = dissolve(np.asarray([taken, shape], dtype=object))
    return left


def _inside(shapes: list[BaseGeometry], kept: BaseGeometry | None) -> list[float]:
    """Area of permanent basic farmland in each shape; most hold none."""
    if kept is None:
        return [0.0] * len(shapes)
    meets = shapely.intersects(prepared(kept), shapes)
    held = np.asarray([kept], dtype=object)
    return [
        float(clip(shape, held)[0].area) if met else 0.0
        for shape, met in zip(shapes, meets, strict=True)
    ]


def _count(row: _Sums, patch: _Patch, own: BaseGeometry, inside: float) -> float:
    """Add a patch to its row; return what was deducted from it."""
    area = float(own.area)
    share = _deduction(patch.fields) if _group_of(patch.code) == "agricultural" else 0.0
    row.add(_group_of(patch.code), area)
    row.add("farmland", inside * (1.0 - share))
    if patch.code not in _codes("cultivated"):
        return 0.0
    row.add("cultivated", area * (1.0 - share))
    return area * share


def _codes(group: str) -> tuple[str, ...]:
    return code_table(_TABLE).groups[group]


def _group_of(code: str | None) -> Group:
    groups: Iterable[Group] = ("agricultural", "construction", "unused")
    return next((group for group in groups if code in _codes(group)), "unclassified")


def _deduction(fields: Mapping[str, object]) -> float:
    """Return the deduction share of a patch; what is no share between 0 and 1 deducts nothing."""
    code = str(fields.get("deduction_code") or _RIDGE).strip()
    value = fields.get("deduction_share", fields.get("KCXS"))
    try:
        share = float(str(value)) if value is not None else 0.0
    except ValueError:
        return 0.0
    return share if 0.0 < share < 1.0 and code == _RIDGE else 0.0


def _ownership(fields: Mapping[str, object]) -> Ownership:
    value = str(fields.get("ownership") or fields.get("QSXZ") or "").strip()
    if value.startswith(_STATE):
        return "state"
    return "collective" if value.startswith(_COLLECTIVE) else "unknown"


def _owner(fields: Mapping[str, object]) -> str | None:
    return str(fields.get("QSDWMC") or "").strip() or None


def _row(key: tuple[Ownership, str | None], found: _Sums, *, known: bool) -> LandRow:
    row = LandRow(
        *key,
        agricultural=found.total("agricultural"),
        cultivated=found.total("cultivated"),
        construction=found.total("construction"),
        unused=found.total("unused"),
        unclassified=found.total("unclassified"),
    )
    return replace(row, farmland=found.total("farmland")) if known else row


def _clear_noise(area: float) -> float:
    """Return an area, or 0 where only the noise of coordinates is left."""
    return area if area > FLOOR_AREA_M2 else 0.0
