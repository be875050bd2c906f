"""`lantu park`: a park seen by its plots, and the one-page answer to an investor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import output
from api.cli.check_run import CheckOrder, rulebook_of, sites_of
from api.cli.language import LANGUAGE, say
from api.cli.session import DAY, common_options, current
from api.cli.workspace_commands import names_list
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.facts import Project
    from checks.inheritance.area_use import Month
    from checks.inheritance.park_view import KindOnPlot, PlotView
    from checks.rule import Rulebook
    from gis.site import Site
    from layers.store.workspace import Workspace


def _month(_: click.Context, __: click.Parameter, value: str) -> Month:
    from checks.inheritance.area_use import Month

    year, mark, month = value.partition("-")
    good = len(year) == 4 and len(month) == 2 and mark and (year + month).isdecimal()
    if not good or not 1 <= int(month) <= 12 or int(year) < 1:
        raise click.BadParameter(
            say(f"“{value}”不是月份，请写成 2026-11", f"{value!r} is no month, write 2026-11")
        )
    return Month(int(year), int(month))


@click.group(
    help=say(
        "园区视图：各地块可共享的评估事项、准入预检。",
        "A park by its plots: what each can share, and the precheck of an investor's project.",
    )
)
@common_options
def park() -> None:
    """Hold the commands on parks."""


@park.command(
    help=say(
        "列出园区各地块及可共享的评估事项数（可共享 n/总数）。",
        "List the plots of a park with how many kinds of assessment are ready to be shared.",
    )
)
@click.argument("code", metavar="PARK")
@click.option(
    "--layer",
    default="plan.detailed",
    show_default=True,
    metavar="KEY",
    help=say("地块图层", "plot layer"),
)
@click.option(
    "--as-of", type=DAY, metavar="DATE", help=say("基准日（默认今天）", "as of (default: today)")
)
@click.option(
    "--packs", metavar="LIST", help=say("只用这些检测规则库", "use only these rule packs")
)
@common_options
def plots(code: str, layer: str, as_of: date | None, packs: str | None) -> None:
    """List plots; those with the most kinds ready come first."""
    from api.parks import park_plots

    workspace = current().open()
    order = _order((), as_of, packs)
    book = rulebook_of(workspace, order)
    _show_plots(park_plots(workspace, book, code, order.as_of, layer=layer))


@park.command(
    help=say(
        "准入预检：地块加行业代码和几项项目情况，一页给出结论；不占额度、不编号。",
        "Precheck: plot, industry code and some facts give one page; nothing is reserved.",
    )
)
@click.argument("plot", metavar="PLOT")
@click.option("--industry", required=True, metavar="CODE", help=say("行业代码", "industry code"))
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="KEY=VALUE",
    help=say("项目情况（可多次）", "a fact of the project (may be repeated)"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("precheck.html"),
    show_default=True,
    metavar="FILE",
    help=say("写出的页面", "page to write"),
)
@click.option(
    "--as-of", type=DAY, metavar="DATE", help=say("基准日（默认今天）", "as of (default: today)")
)
@click.option(
    "--packs", metavar="LIST", help=say("只用这些检测规则库", "use only these rule packs")
)
@click.option("--scenario", metavar="S", help=say("检测场景", "scenario"))
@click.option(
    "--crs", metavar="CRS", help=say("坐标系（文件未写明时）", "CRS, where none is named")
)
@common_options
def precheck(
    plot: str,
    industry: str,
    facts: tuple[str, ...],
    out: Path,
    as_of: date | None,
    packs: str | None,
    scenario: str | None,
    crs: str | None,
) -> None:
    """Check a plot for an industry; PLOT is a file, WKT, or an id from `lantu park plots`."""
    from checks.inheritance.words import RESULT_WORDS
    from checks.report.precheck import admission_of, questions_of, ready_of, render_precheck
    from checks.report.texts import Words
    from checks.screening import choose_scenario, screen

    workspace = current().open()
    order = _order((plot,), as_of, packs, crs)
    book = rulebook_of(workspace, order)
    project = _project(book, industry, facts)
    site = _plot(workspace, plot, order)
    chosen, reason = choose_scenario(book, project, site, scenario)
    report = screen(
        site,
        project=project,
        scenario=chosen,
        rulebook=book,
        store=workspace,
        as_of=order.as_of,
        reason=reason,
    ).data
    output.write_atomically(out, render_precheck(report, LANGUAGE))
    ready, of = ready_of(report)
    document = {
        "site": report["site"]["name"],
        "colour": report["conclusion"]["colour"],
        "complete": report["conclusion"]["complete"],
        "admission": admission_of(report),
        "ready": ready,
        "kinds": of,
        "questions": questions_of(report, Words(LANGUAGE)),
        "page": str(out),
        "report": dict(report),
    }
    if current().as_json:
        output.print_json(document)
        return
    name, listed = document["site"], say("未规定", "no list")
    if document["admission"]:
        listed = RESULT_WORDS[document["admission"]].pick(LANGUAGE)
    output.result(
        say(
            f"{name}：可共享 {ready}/{of}，准入清单 {listed}",
            f"{name}: {ready}/{of} to share, admission {listed}",
        )
    )
    for asked in document["questions"]:
        output.result(f"  ? {asked}")
    output.message(str(out))


@park.command(
    help=say(
        "区域评估成果月度应用情况（XLSX）：按成果、按项目、台账、成果变动。",
        "A month's use of the area assessments (XLSX): by result, by project, ledger, events.",
    )
)
@click.option(
    "--month", required=True, metavar="YYYY-MM", help=say("月份", "the month"), callback=_month
)
@click.option("--park", "code", metavar="CODE", help=say("只统计这个园区", "of this park only"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx",
    help=say("写出的文件（默认 use-月份.xlsx）", "file to write (default: use-MONTH.xlsx)"),
)
@common_options
def use(month: Month, code: str | None, out: Path | None) -> None:
    """Write the month's use."""
    from calendar import monthrange

    from api.assessments import frozen_acts
    from checks.inheritance.area_use import of_park, use_tables
    from checks.report.workbook import write_workbook

    workspace = current().open()
    standings = [item for item in workspace.standings() if of_park(item, code)]
    tables = use_tables(month, standings, frozen_acts(workspace), workspace.ledger.acts(), LANGUAGE)
    last = date(month.year, month.month, monthrange(month.year, month.month)[1])
    title = say(f"区域评估成果应用情况 {month}", f"use of area assessments {month}")
    path = out or Path(f"use-{month}.xlsx")
    output.write_atomically(path, write_workbook(tables, title=title, day=last))
    if current().as_json:
        rows = {table.title: len(table.rows) for table in tables}
        output.print_json({"path": str(path), "month": str(month), "rows": rows})
        return
    output.message(str(path))


# --- shared -------------------------------------------------------------------------------------


def _order(
    sources: Sequence[str], as_of: date | None, packs: str | None, crs: str | None = None
) -> CheckOrder:
    from api.cli.site_commands import source_of
    from api.clock import today

    return CheckOrder(
        sources=tuple(source_of(item) for item in sources),
        project=None,
        scenario=None,
        as_of=as_of or today(),
        out=Path(),
        formats=(),
        crs=crs,
        packs=names_list(packs) if packs is not None else None,
    )


def _project(book: Rulebook, industry: str, facts: Sequence[str]) -> Project:
    from checks.facts import project_of

    given: dict[str, str] = {"industry": industry}
    for text in facts:
        key, mark, value = text.partition("=")
        if not mark:
            raise LantuError(
                "bad_fact",
                Text(f"“{text}”不是 键=值", f"{text!r} is no KEY=VALUE"),
                Text("例如 --fact height_m=24", "Such as --fact height_m=24"),
                where="--fact",
            )
        given[key.strip()] = value.strip()
    return project_of(given, book.facts, where="--fact")


def _plot(workspace: Workspace, plot: str, order: CheckOrder) -> Site:
    """The site of a file or of coordinates, else the plot of that id."""
    from api.parks import plot_site

    edition, mark, number = plot.rpartition("#")
    if mark and number.isdigit() and not Path(plot).exists():
        return plot_site(workspace, edition, int(number), order.as_of)
    found: list[Site] = []
    for _, item in sites_of(workspace, order):
        if isinstance(item, LantuError):
            raise item
        found.append(item)
    if len(found) != 1:
        raise LantuError(
            "one_site_needed",
            Text(f"“{plot}”含 {len(found)} 宗用地", f"{plot!r} holds {len(found)} sites"),
            Text("准入预检一次一宗", "A precheck takes one site"),
            where=plot,
        )
    return found[0]


def _show_plots(views: Sequence[PlotView]) -> None:
    if current().as_json:
        output.print_json([_plot_document(view) for view in views])
        return
    for view in views:
        missing = "、".join(item.kind.name.pick(LANGUAGE) for item in view.kinds if not item.ready)
        label = say("可共享", "ready")
        area = f"{view.plot.geometry.area:.2f} m²"
        output.result(
            f"{view.plot.name:<24}{area:>16}  {label} {view.ready}/{len(view.kinds)}  {missing}"
        )
    output.message(say(f"{len(views)} 个地块", f"{len(views)} plots"))


def _plot_document(view: PlotView) -> dict[str, Any]:
    return {
        "plot": view.plot.name,
        "area_m2": round(float(view.plot.geometry.area), 6),
        "ready": view.ready,
        "of": len(view.kinds),
        "attributes": dict(view.plot.attributes),
        "kinds": [_kind_document(item) for item in view.kinds],
    }


def _kind_document(item: KindOnPlot) -> dict[str, Any]:
    one = item.standing.assessment if item.standing else None
    return {
        "kind": item.kind.key,
        "name": item.kind.name.as_dict(),
        "ready": item.ready,
        "assessment": {"code": one.code, "version": one.version} if one else None,
        "share_covered": round(item.share, 9),
        "against": list(item.against),
        "warns": list(item.warns),
    }
