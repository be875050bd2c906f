"""`lantu grids`: transformation parameters of local grids; they are secret and never printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.checking import local_grids
from api.cli import output
from api.cli.audited import note_act
from api.cli.language import say
from api.cli.session import common_options, current
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from gis.local_grid import LocalGrid

_POINT_KEYS = ("name", "local_x", "local_y", "target_x", "target_y")


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
        "从 GRID.yaml 读入一个地方坐标系：name、target，以及 dx、dy、scale、rotation，"
        "或 pipeline，或 points（控制点的两套坐标，打印残差）。",
        "Take a local grid from GRID.yaml: name, target, and dx, dy, scale, rotation, or a "
        "pipeline, or points (control points in both systems; their residuals are printed).",
    )
)
@click.argument("grid", metavar="GRID.yaml", type=click.Path(path_type=Path))
@common_options
def add(grid: Path) -> None:
    """Keep a local grid in the workspace."""
    from api.clock import now

    workspace = current().open()
    read = read_grid(grid)
    workspace.set_local_grid(read.name, read.as_dict(), at=now())
    note_act("grid.add", f"grid:{read.name}")
    if current().as_json:
        output.print_json(grid_document(read))
        return
    for line in read.residual_lines():
        output.result(line)
    output.message(
        say(
            f"地方坐标系 {read.name} 已登记；读取时写 --crs local:{read.name}",
            f"Local grid {read.name} kept; use it by --crs local:{read.name}",
        )
    )


@grids.command(
    "list", help=say("列出地方坐标系（不含参数）。", "List local grids (never their parameters).")
)
@common_options
def list_grids() -> None:
    """List local grids by name, with their residuals."""
    kept = local_grids(current().open())
    if current().as_json:
        output.print_json([grid_document(grid) for grid in kept.values()])
        return
    for grid in kept.values():
        output.result(f"{grid.name} -> {grid.target}  {' '.join(grid.residual_lines()[-1:])}")


def read_grid(path: Path) -> LocalGrid:
    """Read a local grid from YAML; control points are fitted by least squares.

    Raises
    ------
    LantuError
        `bad_grid_file`, and what `LocalGrid.from_dict` and `fit_local_grid` refuse.
    """
    from gis.local_grid import LocalGrid
    from layers.yaml_file import read_yaml

    content = read_yaml(path)
    if not isinstance(content, dict):
        raise _bad_grid(path)
    if "points" not in content:
        return LocalGrid.from_dict(content)
    return _fitted(content, path)


def _fitted(content: dict[str, Any], path: Path) -> LocalGrid:
    from gis.local_grid import ControlPoint, fit_local_grid

    points = content["points"]
    if set(content) != {"name", "target", "points"} or not isinstance(points, list):
        raise _bad_grid(path)
    read = []
    for point in points:
        if not isinstance(point, dict) or set(point) != set(_POINT_KEYS):
            raise _bad_grid(path)
        try:
            numbers = [float(point[key]) for key in _POINT_KEYS[1:]]
        except (TypeError, ValueError) as error:
            raise _bad_grid(path) from error
        read.append(ControlPoint(str(point["name"]), *numbers))
    return fit_local_grid(str(content["name"]), read, target=str(content["target"]))


def grid_document(grid: LocalGrid) -> dict[str, Any]:
    """Return a grid for JSON: name, target and residuals, nothing else."""
    return {
        "name": grid.name,
        "target": grid.target,
        "rms_m": grid.rms_m,
        "max_m": grid.max_m,
        "residuals": [{"name": r.name, "dx": r.dx, "dy": r.dy} for r in grid.residuals],
    }


def _bad_grid(path: Path) -> LantuError:
    return LantuError(
        "bad_grid_file",
        Text(f"“{path.name}”不是地方坐标系文件", f"{path.name!r} is no local grid file"),
        Text(
            "需要 name、target，以及 points（每点 name、local_x、local_y、target_x、target_y）"
            "或 dx、dy、scale、rotation 或 pipeline",
            "Needed: name, target, and points (each name, local_x, local_y, target_x, target_y) "
            "or dx, dy, scale, rotation, or a pipeline",
        ),
        where=path.name,
    )
