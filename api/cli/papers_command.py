"""`lantu papers`: the notices and commitments that a report leads to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from api.cli import output
from api.cli.language import LANGUAGE, say
from api.cli.session import common_options, current
from gis.errors import LantuError, Text


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

    document = read_report(report)
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
        "把几份检测报告并排对照，逐行列出不同之处。",
        "Set reports side by side: every row that differs, with the criteria behind it.",
    ),
)
@click.argument(
    "reports", metavar="REPORT.json...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("side-by-side.html"),
    show_default=True,
    metavar="FILE",
    help=say("写出的页面", "page to write"),
)
@common_options
def compare_reports(reports: tuple[Path, ...], out: Path) -> None:
    """Write the page; a changed report is refused."""
    from checks.report.side_by_side import render_side_by_side

    if len(reports) < 2:
        raise click.UsageError(say("请给出两份以上的报告", "Give two reports or more"))
    documents = [read_report(path) for path in reports]
    output.write_atomically(out, render_side_by_side(documents, LANGUAGE))
    if current().as_json:
        output.print_json({"path": str(out), "reports": [item["digest"] for item in documents]})
        return
    output.result(str(out))


def read_report(path: Path) -> Mapping[str, Any]:
    """Read a report and make sure that it is as it was written.

    Raises
    ------
    LantuError
        `file_not_found`, `bad_report`, `report_altered`.
    """
    from checks.report.canonical import digest_of
    from checks.report.model import SCHEMA

    if not path.is_file():
        raise LantuError(
            "file_not_found",
            Text(f"没有文件“{path}”", f"There is no file {str(path)!r}"),
            Text("请核对路径", "Check the path"),
            where=path.name,
        )
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _bad_report(path) from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _bad_report(path)
    if not _has_all_keys(document):
        raise _bad_report(path)
    try:
        same = digest_of(document) == document.get("digest")
    except ValueError as error:
        raise _bad_report(path) from error
    if not same:
        raise LantuError(
            "report_altered",
            Text("报告内容与校验码不符，已被改动", "The report does not match its digest"),
            Text("请用原报告，或重新检测", "Use the report as written, or check again"),
            where=path.name,
        )
    return document


_LISTS = {
    "inheritance": "decision",
    "services": "service",
    "findings": "finding",
    "indicators": "indicator",
}


def _has_all_keys(document: Mapping[str, Any]) -> bool:
    """Whether the report and the rows of its lists have the keys that the schema requires."""
    from checks.report.schema import report_schema

    schema = report_schema()
    if not set(schema["required"]) <= document.keys():
        return False
    return all(
        isinstance(document[name], list)
        and all(
            isinstance(row, dict) and set(schema["$defs"][part]["required"]) <= row.keys()
            for row in document[name]
        )
        for name, part in _LISTS.items()
    )


def _file_name(kind: str) -> str:
    return "".join(mark if mark.isalnum() or mark in "_-." else "_" for mark in kind)


def _bad_report(path: Path) -> LantuError:
    return LantuError(
        "bad_report",
        Text("不是本系统的检测报告", "This is no report of this product"),
        Text("请给出 lantu check 写出的 report.json", "Give a report.json of lantu check"),
        where=path.name,
    )


def _unknown_kind(kind: str, known: list[str]) -> LantuError:
    listed = ", ".join(known) or "-"
    return LantuError(
        "unknown_kind",
        Text(f"报告中没有评估事项“{kind}”", f"The report decides no kind {kind!r}"),
        Text(f"可选：{listed}", f"One of: {listed}"),
    )
