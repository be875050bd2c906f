"""`lantu indicators annex`: the control indicator list of a report, alone."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import output
from api.cli.language import LANGUAGE, say
from api.cli.session import common_options, current
from api.cli.stored_report import sealed_report
from gis.errors import Text


@click.command(
    help=say(
        "把报告第9节的控制指标清单单独写成文件，作为土地合同附件；格式由后缀决定。",
        "Write the control indicator list of a report alone, as an annex to a land contract; the "
        "ending of the file decides the format.",
    )
)
@click.argument("report", metavar="REPORT.json", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("indicators.pdf"),
    show_default=True,
    metavar="FILE",
    help=say("输出文件：.pdf、.docx 或 .xlsx", "file to write: .pdf, .docx or .xlsx"),
)
@common_options
def annex(report: Path, out: Path) -> None:
    """Write the annex; a changed report is refused."""
    from checks.report.annex import ANNEXES

    write = ANNEXES.get(out.suffix.lower())
    if write is None:
        known = ", ".join(ANNEXES)
        raise output.UsageFaultError(
            "unknown_format",
            Text(f"没有输出格式“{out.suffix}”", f"There is no format {out.suffix!r}"),
            Text(f"请从 {known} 中选择", f"Choose from {known}"),
        )
    output.write_atomically(out, write(sealed_report(report), LANGUAGE))
    if current().as_json:
        output.print_json({"path": str(out)})
    else:
        output.result(str(out))
