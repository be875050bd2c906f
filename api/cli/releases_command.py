"""`lantu releases`: the log of what left the office."""

from __future__ import annotations

import click

from api.cli import output
from api.cli.language import say
from api.cli.session import common_options, current


@click.command(
    help=say(
        "列出已发出的报告：时间、经办人、版别、编号、校验码、格式。",
        "List the reports given out: when, by whom, version, number, digest, formats.",
    )
)
@common_options
def releases() -> int:
    """Print the log, oldest first."""
    rows = current().open().releases.all()
    if current().as_json:
        output.print_json([row.as_dict() for row in rows])
        return output.DONE
    words = {"inside": say("内部版", "inside"), "outside": say("对外版", "outside")}
    for row in rows:
        number = row.number or say("预检", "precheck")
        output.result(
            f"{row.at.isoformat()}  {row.who}  {words[row.version]}  {number}  "
            f"{row.digest[:16]}  {row.site}  {','.join(row.formats)}"
        )
    return output.DONE
