"""A park as its body sees it: boundary, kinds with their results, plots with what they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Text
from layers.assessment_extent import PARK_LAYER, park_boundary
from layers.assessment_template import usual_kinds
from layers.assessments import Standing
from layers.editions import pick

if TYPE_CHECKING:
    from api.auth.roles import Principal
    from api.services import Services
    from checks.inheritance.park_view import PlotView
    from checks.rule import Rulebook
    from gis.site import Site
    from layers.store.workspace import Workspace

PLOTS = "plan.detailed"
"""The layer whose features are the plots of a park."""

SOON_DAYS = 180
"""Results that end within so many days are shown as ending soon."""

RowState = Literal[
    "valid", "coming", "suspended", "expired", "submitted", "draft", "withdrawn", "none"
]
STATE_WORDS: Mapping[RowState, Text] = {
    "draft": Text("草稿", "draft"),
    "submitted": Text("待审", "under review"),
    "valid": Text("有效", "valid"),
    "coming": Text("未生效", "not yet valid"),
    "suspended": Text("暂停", "suspended"),
    "withdrawn": Text("撤回", "withdrawn"),
    "expired": Text("过期", "expired"),
    "none": Text("未编制", "none yet"),
}
_SPEAKS: tuple[RowState, ...] = (
    "valid", "coming", "suspended", "expired", "submitted", "draft", "withdrawn"
)  # fmt: skip
"""Of several results of a kind the first in this order speaks for it."""

_URGENT: Mapping[RowState, int] = {
    "expired": 1, "suspended": 2, "submitted": 4, "draft": 5, "none": 6, "withdrawn": 6,
    "coming": 7, "valid": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParkName:
    """A park by code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class TotalLeft:
    """One total with what projects hold of it, in its own unit."""

    name: str
    unit: str
    limit: Decimal
    reserved: Decimal
    committed: Decimal

    @property
    def left(self) -> Decimal:
        """What is left."""
        return self.limit - self.reserved - self.committed

    @property
    def share_used(self) -> float:
        """Share that is taken, 0..1."""
        taken = self.reserved + self.committed
        return min(1.0, float(taken / self.limit)) if self.limit else 1.0


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind in a park: the result that speaks for it, and what is under way.

    Attributes
    ----------
    pending
        A newer version, or another result, that is a draft or submitted.
    others
        Further results of the kind with codes of their own.
    cover
        Share of the park inside the extent, 0..1; None where there is no boundary.
    """

    key: str
    name: Text
    state: RowState
    standing: Standing | None = None
    pending: Standing | None = None
    others: tuple[Standing, ...] = ()
    cover: float | None = None
    days_left: int | None = None
    totals: tuple[TotalLeft, ...] = ()

    @property
    def is_soon(self) -> bool:
        """Whether the result ends within `SOON_DAYS`."""
        left = self.days_left
        return self.state == "valid" and left is not None and left <= SOON_DAYS

    @property
    def urgency(self) -> tuple[int, int]:
        """Order of the table, most urgent first."""
        if self.is_soon:
            return 3, self.days_left or 0
        far = self.days_left if self.days_left is not None else 1_000_000
        return _URGENT[self.state], far


def state_of(standing: Standing, day: date) -> RowState:
    """Return where a version stands on a day, in the words of a park body."""
    one = standing.assessment
    match standing.state:
        case "published":
            if one.valid_to is not None and day > one.valid_to:
                return "expired"
            return "coming" if one.valid_from > day else "valid"
        case "suspended" | "submitted" | "draft":
            return standing.state
        case _:
            return "withdrawn"


def kinds_of(services: Services) -> dict[str, Text]:
    """Return the kinds that the rules in force know; without any the usual ones."""
    inheritance = services.rulebook().inheritance
    if inheritance is not None:
        return {key: kind.name for key, kind in inheritance.kinds.items()}
    return {key: Text(kind.name, key.replace("_", " ")) for key, kind in usual_kinds().items()}


def standings_of(workspace: Workspace, park: str) -> list[Standing]:
    """Return all versions of all results of a park."""
    return [item for item in workspace.standings() if _in_park(item, park)]


def _in_park(standing: Standing, park: str) -> bool:
    held = standing.assessment.park
    return held is not None and held.code == park


def kind_rows(services: Services, park: str, day: date) -> list[KindRow]:
    """Return one row for each kind, most urgent first."""
    workspace = services.workspace
    names = kinds_of(services)
    held = standings_of(workspace, park)
    for item in held:
        names.setdefault(item.assessment.kind, Text(item.assessment.kind, item.assessment.kind))
    boundary = boundary_of(workspace, park, day)
    rows = [
        _row(workspace, key, name, [s for s in held if s.assessment.kind == key], boundary, day)
        for key, name in names.items()
    ]
    return sorted(rows, key=lambda row: row.urgency)


def _row(
    workspace: Workspace,
    key: str,
    name: Text,
    held: Sequence[Standing],
    boundary: BaseGeometry | None,
    day: date,
) -> KindRow:
    alive = [item for item in held if item.state != "superseded"] or list(held)
    if not alive:
        return KindRow(key, name, "none")
    # the newest of those that stand best; versions come in the order in which they were made
    speaker = min(reversed(alive), key=lambda item: _SPEAKS.index(state_of(item, day)))
    one = speaker.assessment
    waiting = [item for item in alive if item.state in {"draft", "submitted"}]
    codes = {item.assessment.code: item for item in alive if item.assessment.code != one.code}
    return KindRow(
        key,
        name,
        state_of(speaker, day),
        speaker,
        next((item for item in reversed(waiting) if item is not speaker), None),
        tuple(codes.values()),
        cover_of(one.extent, boundary),
        (one.valid_to - day).days if one.valid_to else None,
        totals_left(workspace, speaker),
    )


def cover_of(extent: BaseGeometry, boundary: BaseGeometry | None) -> float | None:
    """Return the share of a park inside an extent, both in the working CRS."""
    if boundary is None:
        return None
    from gis.overlay import share_covered

    return share_covered(boundary, extent)


def totals_left(workspace: Workspace, standing: Standing) -> tuple[TotalLeft, ...]:
    """Return each total of a result with what is reserved and firm."""
    totals = standing.assessment.totals
    if not totals:
        return ()
    held = workspace.holdings(standing.assessment.code)

    def taken(name: str, act: str) -> Decimal:
        amounts = (item.amount for item in held if item.total == name and item.act == act)
        return sum(amounts, Decimal(0))

    return tuple(
        TotalLeft(
            total.name,
            total.unit or "",
            Decimal(total.limit),
            taken(total.name, "reserve"),
            taken(total.name, "commit"),
        )
        for total in totals
    )


# --- place --------------------------------------------------------------------------------------


def boundary_of(workspace: Workspace, park: str, day: date) -> BaseGeometry | None:
    """Return the boundary of a park in the working CRS, None where there is none on the day."""
    editions = pick(workspace.editions(PARK_LAYER), as_of=day, known_at=None)
    return park_boundary(workspace, park, editions) if editions else None


def need_boundary(workspace: Workspace, park: str, day: date) -> BaseGeometry:
    """Return the boundary of a park.

    Raises
    ------
    LantuError
        `unknown_park`.
    """
    boundary = boundary_of(workspace, park, day)
    if boundary is not None:
        return boundary
    raise LantuError(
        "unknown_park",
        Text(f"没有园区 {park} 的边界", f"There is no boundary of park {park!r}"),
        Text(
            f"请先发布图层 {PARK_LAYER}，并核对园区代码",
            f"Publish layer {PARK_LAYER} first, and check the park's code",
        ),
        where=park,
    )


def park_plots(
    workspace: Workspace, book: Rulebook, park: str, day: date, *, layer: str = PLOTS
) -> list[PlotView]:
    """Return the plots of a park, those that can share the most kinds first.

    Raises
    ------
    LantuError
        `no_inheritance`, `unknown_park`, `unknown_layer`.
    """
    from api.checking import no_inheritance
    from checks.facts import fact_specs
    from checks.inheritance.park_view import plots_in, view_plots

    if book.inheritance is None:
        raise no_inheritance([pack.name for pack in book.packs])
    boundary = need_boundary(workspace, park, day)
    if layer not in workspace.specs():
        raise _unknown_layer(layer)
    found = plots_in(workspace, boundary, layer=layer, as_of=day, known_at=None)
    views = view_plots(found, pack=book.inheritance, specs=fact_specs(), store=workspace, as_of=day)
    return sorted(views, key=lambda view: (-view.ready, view.plot.name))


def plot_site(workspace: Workspace, edition: str, number: int, day: date) -> Site:
    """Return one plot by edition and number.

    Raises
    ------
    LantuError
        `unknown_plot`.
    """
    from checks.inheritance.park_view import plot_of

    site = plot_of(workspace, edition, number, layer=PLOTS, as_of=day)
    if site is None:
        raise LantuError(
            "unknown_plot",
            Text(f"没有地块 {edition}#{number}", f"There is no plot {edition}#{number}"),
            Text("用 lantu park plots 查看地块编号", "lantu park plots lists the plots"),
            where=f"{edition}#{number}",
        )
    return site


def _unknown_layer(layer: str) -> LantuError:
    return LantuError(
        "unknown_layer",
        Text(f"没有图层“{layer}”", f"There is no layer {layer!r}"),
        Text("请用 lantu layers list 查看", "See lantu layers list"),
        where=layer,
    )


# --- names --------------------------------------------------------------------------------------


def parks_of(services: Services, principal: Principal, day: date) -> list[ParkName]:
    """Return the parks that somebody works for; an administrator's are all that are known."""
    from api.auth.roles import Role

    known = _known_parks(services.workspace, day)
    codes: Iterable[str] = known if principal.role is Role.ADMIN else principal.parks
    return [ParkName(code, known.get(code) or code) for code in sorted(codes)]


def _known_parks(workspace: Workspace, day: date) -> dict[str, str]:
    """Names by code: from the boundary layer, else from the results."""
    found: dict[str, str] = {}
    for item in workspace.standings():
        if item.assessment.park is not None:
            found[item.assessment.park.code] = item.assessment.park.name
    for edition in pick(workspace.editions(PARK_LAYER), as_of=day, known_at=None):
        for fields in workspace.read(edition, workspace.area.bounds).fields.values():
            code = fields.get("park_code")
            if code:
                name = fields.get("park_name") or fields.get("name")
                found[str(code)] = str(name or found.get(str(code)) or code)
    return found
