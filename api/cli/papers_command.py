"""`lantu papers`: the notices and commitments that a report leads to."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import output
from api.cli.check_run import write_comparison
from api.cli.language import LANGUAGE, say
from api.cli.session import common_options, current
from api.cli.stored_report import sealed_report
from gis.errors import LantuError, Text

_SIDE_BY_SIDE = Path("side-by-side.html")


@click.command(
    help=say(
        "由检测报告生成告知承诺制的告知书和承诺书，每个评估事项各一份。",
        "Write the notice and the commitment of every kind that a report handles on commitment.",
    )
)
@click.argument("report", metavar="REPORT.json", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("lantu-papers"),
    show_default=True,
    metavar="DIR",
    help=say("写出的文件夹", "folder to write to"),
)
@click.option(
    "--kind", "kinds", multiple=True, metavar="K", help=say("只出这个评估事项", "this kind only")
)
@common_options
def papers(report: Path, out: Path, kinds: tuple[str, ...]) -> None:
    """Write `<kind>-notice.html` and `<kind>-commitment.html`; a changed report is refused."""
    from checks.report.papers import commitment_papers

    document = sealed_report(report)
    known = [item["kind"] for item in document["inheritance"]]
    strange = [kind for kind in kinds if kind not in known]
    if strange:
        raise _unknown_kind(strange[0], known)
    rows = []
    for paper in commitment_papers(document, LANGUAGE, kinds=kinds or None):
        for name, page in (("notice", paper.notice), ("commitment", paper.promise)):
            path = out / f"{_file_name(paper.kind)}-{name}.html"
            output.write_atomically(path, page)
            rows.append({"kind": paper.kind, "paper": name, "path": str(path)})
    if current().as_json:
        output.print_json(rows)
        return
    for row in rows:
        output.result(row["path"])
    output.message(
        say(
            f"{len(rows) // 2} 个事项按告知承诺办理" if rows else "没有按告知承诺办理的评估事项",
            f"{len(rows) // 2} kinds on commitment" if rows else "no kind is on commitment",
        )
    )


@click.command(
    "compare-reports",
    help=say(
        "把几份检测报告并排对照，逐行列出不同之处；--rank 改作方案比选，给出排序和理由。",
        "Set reports side by side: every row that differs, with the criteria behind it. --rank "
        "compares them as sites to choose from, ranked with reasons, as check --compare does.",
    ),
)
@click.argument(
    "reports", metavar="REPORT.json...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=_SIDE_BY_SIDE,
    show_default=True,
    metavar="FILE",
    help=say(
        "写出的页面；用 --rank 时为写出的文件夹",
        "page to write; with --rank the folder to write to",
    ),
)
@click.option(
    "--rank",
    is_flag=True,
    help=say(
        "方案比选：写出 compare.html 和 compare.json", "write compare.html and compare.json instead"
    ),
)
@common_options
def compare_reports(reports: tuple[Path, ...], out: Path, rank: bool) -> None:
    """Write the page; a changed report is refused."""
    from checks.alternatives import compare
    from checks.report.side_by_side import render_side_by_side

    if len(reports) < 2:
        raise click.UsageError(say("请给出两份以上的报告", "Give two reports or more"))
    documents = [sealed_report(path) for path in reports]
    if rank:
        folder = Path() if out == _SIDE_BY_SIDE else out
        write_comparison(compare(documents), folder)
        out = folder / "compare.html"
    else:
        output.write_atomically(out, render_side_by_side(documents, LANGUAGE))
    if current().as_json:
        output.print_json({"path": str(out), "reports": [item["digest"] for item in documents]})
        return
    output.result(str(out))


def _file_name(kind: str) -> str:
    return "".join(mark if mark.isalnum() or mark in "_-." else "_" for mark in kind)


def _unknown_kind(kind: str, known: list[str]) -> LantuError:
    listed = ", ".join(known) or "-"
    return LantuError(
        "unknown_kind",
        Text(f"报告中没有评估事项“{kind}”", f"The report decides no kind {kind!r}"),
        Text(f"可选：{listed}", f"One of: {listed}"),
    )
