"""`lantu demo`: the sample town and its scenes."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import output
from api.cli.language import say
from api.cli.session import common_options, current


@click.command(
    help=say(
        "在 DIR（默认 ./lantu-demo）中建立虚构的示例城区，跑完示例检测，并说明打开哪些文件。",
        "Build the invented sample town in DIR (default ./lantu-demo), run its scenes, "
        "and say what to open.",
    )
)
@click.argument("folder", metavar="[DIR]", default="lantu-demo", type=click.Path(path_type=Path))
@common_options
def demo(folder: Path) -> None:
    """Play the demo and print what to open."""
    from sample_data.demo import play

    opened = [str(item) for item in play(folder, output.message)]
    if current().as_json:
        output.print_json({"open": opened})
        return
    output.result(say("请打开：", "Open:"))
    for item in opened:
        output.result(f"  {item}")
    output.result(say("在浏览器中使用：", "Work in the browser:"))
    output.result(f"  lantu -w {folder / 'workspace'} serve")
