"""Plots of a park: what each is, what it may hold, what it can share; its list of indicators."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from api.auth.roles import Action
from api.checking import Question, check_site
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park.doors import XLSX, ParkDep, download, own_parks, table_file, unknown_format
from api.pages.render import page
from api.parks import PLOTS, boundary_of, park_plots, plot_site
from api.services import Services
from checks.inheritance.area_use import UseTable
from checks.inheritance.park_view import PlotView
from checks.inheritance.words import CRITERION_WORDS
from gis.errors import Language, LantuError, Text
from gis.site import Site

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": XLSX,
}


@router.get("/park/{park}/plots")
def plots(
    request: Request,
    park: ParkDep,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    plot: str = "",
) -> HTMLResponse:
    """List the plots, those that can share most first."""
    views, refusal = views_of(services, park.code)
    return page(
        request,
        "park/plots.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="plots",
        views=views,
        rows=[plot_row(services, view, language) for view in views],
        criteria=CRITERION_WORDS,
        refusal=refusal,
        chosen=plot,
        has_boundary=boundary_of(services.workspace, park.code, today()) is not None,
        day=today(),
        layer=services.workspace.specs()[PLOTS].title.text().pick(language),
    )


def views_of(services: Services, park: str) -> tuple[list[PlotView], LantuError | None]:
    """Return the plots, or the refusal that the page shows in their place."""
    try:
        return park_plots(services.workspace, services.rulebook(), park, today()), None
    except LantuError as error:
        if error.passes:
            raise
        return [], error


def plot_row(services: Services, view: PlotView, language: Language) -> dict[str, Any]:
    """Return a plot as the table shows it."""
    fields = view.plot.attributes
    return {
        "plot": view.plot.name,
        "name": fields.get("name") or view.plot.name,
        "area_m2": float(view.plot.geometry.area),
        "use": use_of(services, fields.get("land_use_code"), language),
        "far": _span(fields.get("min_floor_area_ratio"), fields.get("max_floor_area_ratio")),
        "height": fields.get("max_height_m"),
        "state": status_of(services, fields.get("plan_status"), language),
        "ready": view.ready,
        "of": len(view.kinds),
        "missing": [
            (
                item.kind.name.pick(language),
                [CRITERION_WORDS[key].pick(language) for key in item.against],
            )
            for item in view.kinds
            if not item.ready
        ],
    }


def use_of(services: Services, code: str | None, language: Language) -> str:
    """Return a planned use in words with its code."""
    if not code:
        return "—"
    field = services.workspace.specs()[PLOTS].class_field
    name = (field.codes or {}).get(code) if field else None
    return f"{name.text().pick(language)} {code}" if name else code


def status_of(services: Services, key: str | None, language: Language) -> str:
    """Return the state of the plan on a plot in words."""
    spec = services.workspace.specs()[PLOTS]
    known = next((item for item in spec.attributes if item.key == "plan_status"), None)
    name = (known.codes or {}).get(key or "") if known else None
    return name.text().pick(language) if name else key or "—"


def _span(low: str | None, high: str | None) -> str:
    if low and high and float(low) > 0:
        return f"{low} – {high}"
    return f"≤ {high}" if high else f"≥ {low}" if low else "—"


@router.get("/park/{park}/plots.{suffix}")
def plots_file(
    park: ParkDep, suffix: str, services: ServicesDep, language: LanguageDep
) -> Response:
    """Hand out the plots as a table."""
    views = park_plots(services.workspace, services.rulebook(), park.code, today())
    rows = [plot_row(services, view, language) for view in views]
    heads = (
        Text("地块", "Plot"),
        Text("编号", "Id"),
        Text("面积（m²）", "Area (m²)"),
        Text("规划用途", "Planned use"),
        Text("容积率", "Floor area ratio"),
        Text("高度上限（m）", "Highest building (m)"),
        Text("规划状态", "State"),
        Text("可共享事项", "Kinds to share"),
        Text("事项总数", "Kinds"),
        Text("尚不能共享", "Not yet"),
    )
    listed = tuple(
        (
            row["name"],
            row["plot"],
            round(row["area_m2"], 2),
            row["use"],
            row["far"],
            row["height"],
            row["state"],
            row["ready"],
            row["of"],
            "、".join(name for name, _ in row["missing"]),
        )
        for row in rows
    )
    title = Text("地块", "Plots").pick(language)
    table = UseTable(title, tuple(head.pick(language) for head in heads), listed)
    return table_file([table], f"{park.code}-{title}", suffix)


def site_of(services: Services, plot: str) -> Site:
    """Return the plot of an id such as `2026#12`; raises `unknown_plot`."""
    edition, mark, number = plot.rpartition("#")
    if not mark or not number.isdecimal():
        return plot_site(services.workspace, plot, -1, today())
    return plot_site(services.workspace, edition, int(number), today())


@router.get("/park/{park}/indicators.{suffix}")
def indicators(
    park: ParkDep, suffix: str, plot: str, services: ServicesDep, language: LanguageDep
) -> Response:
    """Hand out the list of control indicators of a plot, as an annex to a land contract."""
    from checks.facts import Project
    from checks.report.annex import ANNEXES

    write = ANNEXES.get(f".{suffix}")
    if write is None:
        raise unknown_format(suffix, "pdf, docx, xlsx")
    site = site_of(services, plot)
    report = check_site(
        site,
        Question(as_of=today()),
        project=Project(None, None, {}),
        rulebook=services.rulebook(),
        workspace=services.workspace,
    )
    name = Text("控制指标清单", "control indicators").pick(language)
    file_name = f"{site.attributes.get('name') or plot.replace('#', '-')}-{name}.{suffix}"
    return download(write(report.data, language), f"{park.code}-{file_name}", _TYPES[suffix])
