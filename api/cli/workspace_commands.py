"""`lantu init`: a workspace with its working CRS, area and rule packs; `lantu upgrade`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import output
from api.cli.language import say
from api.cli.session import NATIONAL_PACK, WORKPLACE, common_options, current
from gis.errors import LantuError, Text
from layers.places import is_url, shown

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def names_list(text: str | None) -> tuple[str, ...]:
    """Split a list written with commas; blanks and empty entries fall away."""
    return tuple(
        name.strip() for name in (text or "").replace("，", ",").split(",") if name.strip()
    )


@click.command(
    help=say(
        "新建工作区（文件夹，或 postgresql:// 数据库）：一个工作坐标系、一个范围、若干检测规则库。",
        "Make a workspace (a folder, or a postgresql:// database): one working CRS, one area,"
        " some rule packs.",
    )
)
@click.argument("place", metavar="WORKSPACE", type=WORKPLACE)
@click.option(
    "--crs",
    required=True,
    metavar="EPSG:n",
    help=say("工作坐标系（投影，米）", "working CRS (projected, metres)"),
)
@click.option(
    "--area",
    required=True,
    metavar="FILE|minx,miny,maxx,maxy",
    help=say(
        "工作区范围：矢量文件，或工作坐标系下的四个数",
        "the workspace's area: a vector file, or four numbers in the working CRS",
    ),
)
@click.option(
    "--packs",
    default=NATIONAL_PACK,
    show_default=True,
    metavar="LIST",
    help=say("检测规则库，用逗号分隔", "rule packs, separated by commas"),
)
@common_options
def init(place: str, crs: str, area: str, packs: str) -> None:
    """Make the workspace and print its CRS, area and packs."""
    from api.clock import now
    from gis.crs import crs_code, working_crs
    from layers.store import create_workspace

    name = crs_code(working_crs(crs)) or crs  # a system in no register is known by its own text
    shape = read_area(area, name)
    workspace = create_workspace(place, crs=name, area=shape, at=now(), packs=names_list(packs))
    if current().as_json:
        output.print_json(
            {
                "workspace": shown(place),
                "crs": name,
                "area_m2": shape.area,
                "bounds": list(shape.bounds),
                "packs": list(workspace.packs),
            }
        )
        return
    output.message(
        say(
            f"工作区 {shown(place)} 已建立：{name}，范围 {shape.area / 1e6:.2f} km²，"
            f"规则库 {'、'.join(workspace.packs)}",
            f"Workspace {shown(place)} made: {name}, area {shape.area / 1e6:.2f} km², "
            f"packs {', '.join(workspace.packs)}",
        )
    )


@click.command(
    help=say(
        "升级工作区的数据表，供新版程序使用（请先备份）。",
        "Bring the workspace's tables to what this program needs (make a backup first).",
    )
)
@common_options
def upgrade() -> None:
    """Upgrade and print the versions before and after."""
    from layers.store import upgrade_workspace

    place = current().place
    before, after = upgrade_workspace(place)
    _upgrade_records(place)
    if current().as_json:
        output.print_json({"workspace": shown(place), "before": before, "after": after})
        return
    name = shown(place)
    if before == after:
        output.message(
            say(f"工作区 {name} 已是版本 {after}", f"Workspace {name} has version {after} already")
        )
        return
    output.message(
        say(
            f"工作区 {name} 已由版本 {before} 升级到 {after}",
            f"Workspace {name} brought from version {before} to {after}",
        )
    )


def _upgrade_records(place: str) -> None:
    """Bring the records of the service up too, where there are some."""
    from api.records.database import Records, records_address
    from api.settings import read_settings

    settings = read_settings({**os.environ, "LANTU_WORKSPACE": place})
    in_folder = settings.records is None and not is_url(place)
    if in_folder and not (Path(place) / "records.sqlite").is_file():
        return
    records = Records(records_address(settings))
    records.create()
    records.close()


def read_area(text: str, crs: str) -> BaseGeometry:
    """Read the area of a workspace into the working CRS.

    Parameters
    ----------
    text
        `minx,miny,maxx,maxy` in the working CRS (metres, x east), or the path of a vector file
        in any CRS; of a file the union of all polygons counts.
    crs
        Working CRS as `EPSG:n`.

    Raises
    ------
    LantuError
        `bad_area` when there is no polygon, or the four numbers span nothing.
    """
    import shapely

    parts = text.replace("，", ",").split(",")
    if len(parts) == 4 and not Path(text).exists():
        try:
            minx, miny, maxx, maxy = (float(part) for part in parts)
        except ValueError as error:
            raise _bad_area(text) from error
        if not (minx < maxx and miny < maxy):
            raise _bad_area(text)
        return shapely.box(minx, miny, maxx, maxy)
    return _area_of_file(Path(text), crs)


def _area_of_file(path: Path, crs: str) -> BaseGeometry:
    import numpy as np
    import pyogrio
    import shapely

    from gis.crs import parse_crs, transform
    from gis.geometry import multi_polygon, polygons_of, repair

    if not path.exists():
        raise _bad_area(str(path))
    try:
        meta, _, wkb, _ = pyogrio.raw.read(path, columns=[], force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _bad_area(path.name) from error
    if meta["crs"] is None:
        raise LantuError(
            "no_crs",
            Text(f"范围文件“{path.name}”没有坐标系", f"The area file {path.name!r} has no CRS"),
            Text("请补写坐标系，或改用四个数", "Give it a CRS, or write four numbers instead"),
            where=path.name,
        )
    moved = transform(
        np.asarray(shapely.from_wkb(wkb), dtype=object), parse_crs(meta["crs"]), parse_crs(crs)
    )
    polygons = [part for item in moved if item is not None for part in polygons_of(repair(item)[0])]
    area = multi_polygon(polygons_of(shapely.union_all(polygons)))
    if area.is_empty:
        raise _bad_area(path.name)
    return area


def _bad_area(text: str) -> LantuError:
    return LantuError(
        "bad_area",
        Text(f"“{text[:80]}”不是可用的范围", f"{text[:80]!r} is no usable area"),
        Text(
            "请写 minx,miny,maxx,maxy（工作坐标系，米），或给出含面要素的文件",
            "Write minx,miny,maxx,maxy (working CRS, metres), or give a file with polygons",
        ),
    )
