"""A park seen by its plots: which kinds of assessment each plot can already share.

No project is known here. A kind is ready on a plot when an assessment of it holds the whole plot
and none of the criteria that ask the assessment, not the project, stands against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.inheritance import criteria, criteria_layers
from checks.inheritance.criteria import Case, Finding
from checks.inheritance.model import Criterion, InheritancePack, Kind
from checks.inheritance.site_share import share_in
from checks.rule import FactSpec
from gis.overlay import FLOOR_AREA_M2, clip, dissolve
from gis.prepared import prepared
from gis.site import Site
from layers.assessments import Standing, in_question
from layers.editions import pick
from layers.store.protocol import InheritanceStore, LayerStore

_OF_THE_ASSESSMENT: Mapping[Criterion, Callable[[Case], Finding]] = {
    "item_assessed": criteria.item_assessed,
    "published": criteria.published,
    "coverage": criteria.coverage,
    "validity": criteria.validity,
    "site_peculiarity": criteria_layers.site_peculiarity,
    "changed_circumstances": criteria_layers.changed_circumstances,
    "area_obligations": criteria.area_obligations,
}
"""Criteria that are settled without a project."""

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class KindOnPlot:
    """One kind on one plot. `against` and `warns`: criteria not met, decisive and advisory."""

    kind: Kind
    ready: bool
    standing: Standing | None
    share: float
    against: tuple[Criterion, ...] = ()
    warns: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class PlotView:
    """One plot with all kinds of the packs in force."""

    plot: Site
    kinds: tuple[KindOnPlot, ...]

    @property
    def ready(self) -> int:
        """How many kinds are ready to be shared."""
        return sum(item.ready for item in self.kinds)


def plots_in(
    store: LayerStore, boundary: BaseGeometry, *, layer: str, as_of: date, known_at: int | None
) -> list[Site]:
    """Plots of a layer that lie in a park by more than half of their area, by their id.

    Parameters
    ----------
    boundary
        The park in the working CRS, in metres.

    Returns
    -------
    Whole plots, not cut at the boundary, named by the feature's id (`edition#number`); its
    attributes travel along. Empty where the layer has no edition on the day.
    """
    found: list[Site] = []
    for edition in pick(store.editions(layer), as_of=as_of, known_at=known_at):
        held = store.read(edition, store.area.bounds)
        meets = shapely.intersects(prepared(boundary), held.geometries)
        for number in dict.fromkeys(held.ids[meets].tolist()):
            shape = dissolve(held.geometries[held.ids == number])
            inside = float(shapely.area(clip(boundary, _row(shape))).sum())
            if inside <= max(FLOOR_AREA_M2, _HALF * float(shape.area)):
                continue
            fields = {key: str(value) for key, value in held.fields.get(number, {}).items()}
            name = f"{edition.id}#{number}"
            found.append(
                Site(name, shape, store.crs, store.crs, edition.accuracy_m, attributes=fields)
            )
    return found


def plot_of(
    store: LayerStore, edition: str, number: int, *, layer: str, as_of: date
) -> Site | None:
    """Return one plot by edition and number, whole; None where the day's data hold none."""
    held = plots_in(store, store.area, layer=layer, as_of=as_of, known_at=None)
    return next((plot for plot in held if plot.name == f"{edition}#{number}"), None)


def _row(shape: BaseGeometry) -> npt.NDArray[np.object_]:
    row = np.empty(1, dtype=object)
    row[0] = shape
    return row


def view_plots(
    plots: Sequence[Site],
    *,
    pack: InheritancePack,
    specs: Mapping[str, FactSpec],
    store: InheritanceStore,
    as_of: date,
    known_at: int | None = None,
) -> list[PlotView]:
    """Look at every plot; nothing is written.

    Of several assessments of a kind a ready one counts, else the one that holds most.
    """
    revision = store.revision if known_at is None else known_at
    pack = pack.on(as_of)
    standings = in_question(store.standings(revision), as_of)

    def look(kind: Kind, plot: Site) -> KindOnPlot:
        asked = [
            _by_one(kind, plot, item, pack, specs, store, as_of, revision)
            for item in standings
            if item.assessment.kind == kind.key
        ]
        held = [item for item in asked if item.share > 0]
        nothing = KindOnPlot(kind, ready=False, standing=None, share=0.0)
        return max(held, key=lambda item: (item.ready, item.share), default=nothing)

    return [
        PlotView(plot, tuple(look(kind, plot) for kind in pack.kinds.values())) for plot in plots
    ]


def _by_one(
    kind: Kind,
    plot: Site,
    standing: Standing,
    pack: InheritancePack,
    specs: Mapping[str, FactSpec],
    store: InheritanceStore,
    as_of: date,
    known_at: int,
) -> KindOnPlot:
    share = share_in(plot, standing.assessment.extent)
    if share.word == "none":
        return KindOnPlot(kind, ready=False, standing=standing, share=0.0)
    case = Case(
        site=plot,
        project=None,
        facts={},
        specs=specs,
        classes=None,
        accepted=frozenset(),
        store=store,
        as_of=as_of,
        known_at=known_at,
        pack=pack,
        kind=kind,
        standing=standing,
        share=share,
        holdings=(),
    )
    against: list[Criterion] = []
    warns: list[Criterion] = []
    for key, ask in _OF_THE_ASSESSMENT.items():
        if ask(case).result in {"failed", "unknown"}:
            decides = pack.weight(kind, key).effect == "decisive"
            (against if decides or key in _ALWAYS else warns).append(key)
    return KindOnPlot(
        kind,
        ready=not against,
        standing=standing,
        share=share.share,
        against=tuple(against),
        warns=tuple(warns),
    )


_ALWAYS: tuple[Criterion, ...] = ("published", "coverage")
"""Whatever a pack says: what is not published, or does not hold the plot, is not ready."""
