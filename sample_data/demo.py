"""The demo: build the invented town, publish it, run four scenes, say what to open.

The day of the demo is fixed: the same release plays the same reports, byte for byte.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from gis.errors import LantuError, Text
from sample_data.overview import SceneLink, draw_page
from sample_data.projects import write_project_list
from sample_data.site_text import parcel_txt
from sample_data.sites import write_sample_sites
from sample_data.town import Town, build_town

if TYPE_CHECKING:
    from checks.report.model import Report
    from checks.rule import Rulebook
    from gis.site import Site
    from layers.store.workspace import Workspace

AS_OF = date(2026, 11, 20)
_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
_MARK = "lantu-demo.json"
_PARTS = (
    "town",
    "workspace",
    "sites",
    "assessments",
    "scenes",
    "reports",
    "indicators",
    "projects",
)
_HERE = Path(__file__).parent
PACK = _HERE / "town_pack" / "binjiang"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of the demo: its site's file, and what it shows."""

    key: str
    file: str
    shows: Text


SCENES: tuple[Scene, ...] = (
    Scene("plant", "plant.geojson", Text("电子元件厂：无压占，检测完整", "Plant: clear, complete")),
    Scene(
        "warehouse",
        "warehouse.txt",
        Text("仓库：压占永久基本农田 215.30 m²", "Warehouse: clips 215.30 m² of farmland"),
    ),
    Scene("road", "road.geojson", Text("道路：线性工程 3.2 km", "Road: linear works of 3.2 km")),
    Scene(
        "school",
        "school.geojson",
        Text("小学：缺一个图层，检测不完整", "School: one layer is missing, incomplete"),
    ),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """Something to open after the demo."""

    path: Path
    title: Text
    colour: str | None = None
    complete: bool | None = None

    def __str__(self) -> str:
        return f"{self.path}  {self.title.zh} / {self.title.en}"


def play(folder: Path, progress: Progress = lambda _: None) -> list[Opened]:
    """Play the demo in a folder and return what to open.

    Parameters
    ----------
    folder
        A new or empty folder, or one that an earlier demo made: that one is made anew.
    progress
        Called with one line before each step.

    Raises
    ------
    LantuError
        `demo_folder_not_empty`, and whatever refuses a layer of the town.
    """
    _clear(folder)
    progress("生成虚构城区 / drawing the invented town")
    town = build_town(folder / "town")
    write_sample_sites(folder / "sites")
    (folder / "projects").mkdir()
    listed = folder / "projects" / "projects.csv"
    write_project_list(listed, AS_OF)
    progress("发布图层 / publishing its layers")
    workspace = _publish(folder / "workspace", town)
    try:
        _publish_assessments(workspace, folder)
        opened = [_play_scene(scene, folder, town, workspace, progress) for scene in SCENES]
        progress("判定区域评估成果共享 / deciding who shares the park's assessments")
        opened += _play_sharing(folder, workspace)
    finally:
        workspace.close()
    opened.append(_play_comparison(folder))
    readme = folder / "sites" / "README.txt"
    opened.append(Opened(readme, Text("各种格式的示例用地", "Sample sites in every format")))
    opened.append(
        Opened(listed, Text("虚构的项目清单，可在“项目调度”页导入", "A list of projects to import"))
    )
    return [_front_page(folder, town, opened), *opened]


def _play_comparison(folder: Path) -> Opened:
    """Compare the three plots of the scenes; the road is no alternative to them."""
    from checks.alternatives import compare
    from checks.report.compare import render_compare, render_compare_json

    out = folder / "reports"
    keys = ("plant", "warehouse", "school")
    reports = [json.loads((out / key / "report.json").read_bytes()) for key in keys]
    document = compare(reports)
    (out / "compare.json").write_bytes(render_compare_json(document))
    (out / "compare.html").write_bytes(render_compare(document))
    return Opened(out / "compare.html", Text("三宗用地方案比选", "Three sites compared"))


def _publish_assessments(workspace: Workspace, folder: Path) -> None:
    from layers.store.assessment_table import Act
    from sample_data.park_papers import sign_sheet
    from sample_data.sharing import publish_assessments

    act = Act(_AT, "云汀智造园管委会（虚构）")
    publish_assessments(workspace, folder / "assessments", act)
    sign_sheet(workspace, folder / "indicators", _rulebook(workspace), act)


def _play_sharing(folder: Path, workspace: Workspace) -> list[Opened]:
    """Play the scenes on sharing; each is a report of its own."""
    from sample_data.park_papers import SHOWS, write_papers
    from sample_data.sharing import SharingScene, play_scenes

    opened: list[Opened] = []
    reports: dict[str, Report] = {}

    def show(scene: SharingScene, site: Path, facts: Path) -> None:
        report = reports[scene.key] = _screened(site, facts, workspace, scene.as_of)
        opened.append(_written(folder / "reports" / site.parent.name, report, scene.shows))

    play_scenes(folder / "scenes", show)
    notice = write_papers(reports["eleven"].data, folder / "reports" / "papers")
    return [*opened, *_side_by_side(folder / "reports", reports), Opened(notice, SHOWS)]


def _side_by_side(folder: Path, reports: Mapping[str, Report]) -> list[Opened]:
    """Set scenes that belong together side by side."""
    from checks.report.side_by_side import render_side_by_side
    from sample_data.sharing import TOGETHER

    opened = []
    for name, (shows, keys) in TOGETHER.items():
        page = folder / f"{name}.html"
        page.write_bytes(render_side_by_side([reports[key].data for key in keys]))
        opened.append(Opened(page, shows))
    return opened


def _front_page(folder: Path, town: Town, opened: list[Opened]) -> Opened:
    """Draw the town with the scenes on it; the page leads to the reports."""
    links = [
        SceneLink(
            scene.key,
            scene.shows,
            item.colour or "grey",
            bool(item.complete),
            f"reports/{scene.key}/report.html",
        )
        for scene, item in zip(SCENES, opened, strict=False)
    ]
    page = folder / "index.html"
    page.write_bytes(draw_page(town, links))
    return Opened(page, Text("全区总图与各份报告", "The town and all reports"))


def _clear(folder: Path) -> None:
    """Make the folder, or empty what an earlier demo left; nothing else is touched."""
    if folder.exists() and not folder.is_dir():
        raise _occupied(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise _occupied(folder)
    for part in _PARTS:
        if (folder / part).exists():
            shutil.rmtree(folder / part)
    (folder / _MARK).write_text(json.dumps({"synthetic": True, "day": str(AS_OF)}) + "\n")


def _occupied(folder: Path) -> LantuError:
    return LantuError(
        "demo_folder_not_empty",
        Text(f"{folder.name} 不是空文件夹", f"{folder.name} is no empty folder"),
        Text("请另选一个文件夹", "Choose another folder"),
        where=folder.name,
    )


def _publish(path: Path, town: Town) -> Workspace:
    from layers.package import publish_package
    from layers.store.embedded import Workspace

    workspace = Workspace.create(path, crs=town.crs, area=town.area, at=_AT)
    if town.mapping is None:
        raise ValueError("the town was not written")
    refused = [r for r in publish_package(workspace, town.mapping, at=_AT) if _is_refusal(r)]
    if refused:
        workspace.close()
        raise next(error for error in refused if isinstance(error, LantuError))
    name = workspace.add_pack(PACK, at=_AT)
    workspace.set_packs([name], at=_AT)
    return workspace


def _is_refusal(result: object) -> bool:
    return isinstance(result, LantuError)


def _play_scene(
    scene: Scene, folder: Path, town: Town, workspace: Workspace, progress: Progress
) -> Opened:
    progress(f"{scene.shows.zh} / {scene.shows.en}")
    place = folder / "scenes" / scene.key
    place.mkdir(parents=True)
    shutil.copy(_HERE / "scenes" / scene.key / "facts.yaml", place / "facts.yaml")
    _write_site(place / scene.file, scene, town)
    report = _screened(place / scene.file, place / "facts.yaml", workspace, AS_OF)
    return _written(folder / "reports" / scene.key, report, scene.shows)


def _written(out: Path, report: Report, shows: Text) -> Opened:
    from checks.report.formats import FORMATS, render_all, writable

    out.mkdir(parents=True)
    keys = writable(report.data, tuple(FORMATS))
    for key, content in render_all(report.data, keys, "zh").items():
        (out / FORMATS[key].file).write_bytes(content)
    conclusion = report.data["conclusion"]
    return Opened(out / "report.html", shows, conclusion["colour"], bool(conclusion["complete"]))


def _write_site(path: Path, scene: Scene, town: Town) -> None:
    shape = town.scene_site(scene.key)
    if path.suffix == ".txt":
        text = parcel_txt({"DK001": (scene.shows.zh, shape, None)}, offset=39_000_000.0)
        path.write_bytes(text.encode("gb18030"))
        return
    document = {
        "type": "FeatureCollection",
        "description": "虚构数据 synthetic",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"name": scene.shows.zh},
                "geometry": shapely.geometry.mapping(shape),
            }
        ],
    }
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _rulebook(workspace: Workspace) -> Rulebook:
    from checks.rulebook.load import load_rulebook

    return load_rulebook(workspace.packs, workspace.pack_folders(), layer_specs=workspace.specs())


def _site(path: Path, workspace: Workspace) -> Site:
    from gis.site_formats import SiteContext, read_sites

    context = SiteContext(crs=workspace.crs, area=workspace.area)
    site = read_sites(path, context=context)[0]
    if isinstance(site, LantuError):
        raise site
    return site


def _screened(path: Path, facts: Path, workspace: Workspace, as_of: date) -> Report:
    from checks.facts import read_project
    from checks.screening import choose_scenario, screen

    rulebook = _rulebook(workspace)
    project = read_project(facts, rulebook.facts)
    site = _site(path, workspace)
    scenario, reason = choose_scenario(rulebook, project, site, None)
    return screen(
        site,
        project=project,
        scenario=scenario,
        rulebook=rulebook,
        store=workspace,
        as_of=as_of,
        reason=reason,
    )
