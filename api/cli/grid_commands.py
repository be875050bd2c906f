"""`lantu grids`: transformation parameters of local grids; they are secret and never printed."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import output
from api.cli.language import say
from api.cli.session import common_options, current


@click.group(
    help=say(
        "地方坐标系的转换参数（保密：只打印残差，不打印参数）。",
        "Transformation parameters of local grids (secret: residuals are printed, never they).",
    )
)
@common_options
def grids() -> None:
    """Hold the commands on local grids."""


@grids.command(
    help=say(
        "从 GRID.yaml 读入一个地方坐标系的转换参数，打印控制点残差。",
        "Take the parameters of a local grid from GRID.yaml; print the residuals.",
    )
)
@click.argument("grid", metavar="GRID.yaml", type=click.Path(path_type=Path))
@common_options
def add(grid: Path) -> None:
    """Keep a local grid in the workspace."""
    workspace = current().open()
    kept = workspace.set_local_grid(grid)
    if current().as_json:
        output.print_json({"grid": str(kept)})
        return
    output.message(say(f"地方坐标系 {kept} 已登记", f"Local grid {kept} kept"))


@grids.command(
    "list", help=say("列出地方坐标系（不含参数）。", "List local grids (never their parameters).")
)
@common_options
def list_grids() -> None:
    """List local grids by name."""
    names = sorted(current().open().local_grids())
    if current().as_json:
        output.print_json(names)
        return
    for name in names:
        output.result(name)
