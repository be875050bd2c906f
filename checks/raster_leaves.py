"""Leaves that rest on rasters: exact shares of the site by value of the cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from checks.case import Case
from checks.evidence import Answer, ClassShare, Evidence, Reason
from checks.measured import class_name
from checks.quantities import Unknown
from checks.raster_bands import class_bands, value_bands
from gis.certainty import Certainty, overlap_certainty
from gis.errors import Text
from gis.geometry import NO_POLYGONS
from gis.measures import share
from gis.overlay import FLOOR_AREA_M2, Floats, grown, size
from gis.raster import Cells, number

Taken = Callable[[Floats], npt.NDArray[np.bool_]]

GAP = 1e-9
"""Share of a site beyond the raster that is rounding."""


def raster(case: Case) -> Answer:
    """`raster_class`: cells of these classes reach the share; `raster_over`: values exceed it."""
    limit, value = case.threshold("share"), case.threshold("value")
    if isinstance(limit, Unknown) or isinstance(value, Unknown):
        open_values = [item for item in (limit, value) if isinstance(item, Unknown)]
        return case.ask_for([name for item in open_values for name in item.missing])

    def over(values: Floats) -> npt.NDArray[np.bool_]:
        return values >= value if case.leaf.inclusive else values > value

    def in_classes(values: Floats) -> npt.NDArray[np.bool_]:
        choice = case.leaf.classes
        known, index = np.unique(values, return_inverse=True)
        taken = [choice is None or choice.takes(_code(number(value))) for value in known]
        return np.array(taken, dtype=bool)[index]

    if case.leaf.kind == "raster_class":
        return _shaded(case, raster_answer(case, in_classes, limit, reached=True), in_classes)
    answer = raster_answer(case, over, limit, reached=case.leaf.inclusive)
    return _shaded(case, answer, over, value)


def _shaded(case: Case, answer: Answer, taken: Taken, value: float | None = None) -> Answer:
    """Add what the figure of a hit shows: classes, or bands above the value."""
    if answer.truth is not True or case.view.site.is_line:
        return answer
    cells = case.view.site_cells
    bands = (
        class_bands(case.view, case.site, cells, taken)
        if value is None
        else value_bands(case.view, case.site, cells, taken, value)
    )
    return replace(answer, evidence=replace(answer.evidence, bands=bands))


def raster_answer(case: Case, taken: Taken, limit: float, *, reached: bool = False) -> Answer:
    """Answer by the share of the site on taken cells: over the limit, or `reached` at it."""
    cells = case.view.site_cells
    gap = FLOOR_AREA_M2 / size(case.site)

    def hit(part: float) -> bool:
        return part > gap and (part >= limit - gap if reached else part > limit + gap)

    evidence = _evidence(case, cells, taken)
    if hit(cells.share_where(taken)):
        certainty = _certainty(case, taken, hit, found=True)
        return Answer(truth=True, evidence=evidence, certainty=certainty)
    # cells without a value are the publisher's word: the edition's coverage decides on them
    if cells.beyond > max(GAP, gap):
        return Answer.no_data(_beyond(cells), evidence)
    answer = case.absence(evidence)
    if answer.truth is False:
        answer = replace(answer, certainty=_certainty(case, taken, hit, found=False))
    return answer


def _certainty(case: Case, taken: Taken, hit: Callable[[float], bool], *, found: bool) -> Certainty:
    """Whether the answer survives the accuracy: the ground of the taken cells is the feature."""
    site, accuracy, whole = case.site, case.accuracy_m, size(case.site)
    if accuracy <= 0:
        return "certain"
    inner = grown(site, -accuracy)
    if found and not inner.is_empty:
        # what lies on the shrunk site is told by the cells alone: no shape need be drawn
        held = case.view.cells(inner).share_where(taken) * size(inner)
        if hit(held / whole):
            return "certain"
    if not found and not case.view.any_cell(grown(site, accuracy), taken):
        return "certain"
    # farther off than twice the accuracy no cell matters, shrunk or grown
    zone = case.view.cells_shape(grown(site, 2 * accuracy), taken) or NO_POLYGONS
    features = np.asarray([zone], dtype=object)
    return overlap_certainty(
        site,
        features,
        overlap=NO_POLYGONS,
        accuracy=accuracy,
        hit=found,
        passes=lambda shape: hit(size(shape) / whole),
    )


def _evidence(case: Case, cells: Cells, taken: Taken) -> Evidence:
    whole, part = size(case.site), cells.share_where(taken)
    linear = case.view.site.is_line
    classes: tuple[ClassShare, ...] = ()
    if case.leaf.kind == "raster_class":
        classes = tuple(
            ClassShare(_code(value), class_name(case.view, _code(value)), found * whole, found)
            for value, found in cells.by_value().items()
        )
    valid = cells.valid
    weighted = float((cells.values * cells.shares).sum())
    return Evidence(
        area_m2=None if linear else part * whole,
        length_m=part * whole if linear else None,
        share=share(part, 1.0),
        classes=classes,
        pieces=case.view.cells_shape(case.site, taken) if part > 0 else None,
        share_covered=min(1 - cells.beyond, case.view.share_covered),
        statistics={
            "min": number(cells.values.min()) if len(cells.values) else None,
            "max": number(cells.values.max()) if len(cells.values) else None,
            "mean": weighted / valid if valid > 0 else None,
            "nodata_share": cells.nodata,
            "beyond_share": cells.beyond,
        },
    )


def _code(value: float) -> str:
    """A cell's value as a class code: 550, or 0.5."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _beyond(cells: Cells) -> Reason:
    return Reason(
        "beyond_raster",
        Text(
            f"用地有 {cells.beyond:.2%} 位于栅格范围之外，未检测",
            f"{cells.beyond:.2%} of the site lies beyond the raster: not assessed",
        ),
    )
