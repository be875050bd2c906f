"""The demo's first page: the invented town drawn from its survey, its scenes, links to reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import Text
from maps.svg import FONTS, element, label, path_data
from sample_data.town import Town
from sample_data.town.frame import HEIGHT, PARKS, VILLAGES, WIDTH, Floats
from sample_data.town.values import array, merged

_METRES_PER_PX = 10.0
_SIMPLIFY_M = 4.0
_GROUPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    # name in Chinese and English, colour, survey codes
    ("耕地", "Fields", "#f6f0b6", ("0101", "0102", "0103")),
    ("园地", "Orchards", "#f1cdd8", ("0201", "0202")),
    ("林地", "Forest", "#8dbf86", ("0301", "0302", "0305", "0307")),
    ("草地、空闲地", "Grass and idle land", "#dfe0b8", ("0404", "1201", "1202", "1203")),
    ("住宅", "Housing", "#fbc98a", ("0701",)),
    ("村庄", "Villages", "#ef9f68", ("0702",)),
    ("商业服务", "Commerce", "#ee7f76", ("05H1",)),
    ("公共服务", "Public services", "#ec9fce", ("08H1", "08H2", "09", "0809", "1005")),
    ("工业、仓储、采矿", "Industry, storage, mining", "#bd9a80", ("0601", "0508", "0602")),
    ("公园与广场", "Parks and squares", "#7ccf7a", ("0810", "0810A")),
    ("道路", "Roads", "#ffffff", ("1003", "1004", "1006")),
    ("铁路", "Railway", "#666666", ("1001",)),
    ("水面", "Water", "#8fc1ea", ("1101", "1103", "1104", "1107")),
    ("水工建筑", "Dykes", "#a3a3a3", ("1109",)),
)
_COLOURS = {"green": "#2e8b57", "amber": "#d08a00", "red": "#c0392b", "grey": "#7f8c8d"}


@dataclass(frozen=True, slots=True)
class SceneLink:
    """A scene on the page: key, what it shows, the report's light and relative address."""

    key: str
    shows: Text
    colour: str
    complete: bool
    href: str


def draw_page(town: Town, scenes: Sequence[SceneLink]) -> bytes:
    """Return the page as UTF-8 HTML, self-contained; the same town gives the same bytes."""
    rows = "".join(
        f'<li><span style="background:{_COLOURS[scene.colour]}">{number}</span>'
        f'<a href="{escape(scene.href)}">{escape(scene.shows.zh)}</a>'
        f"<small>{escape(scene.shows.en)}</small></li>"
        for number, scene in enumerate(scenes, 1)
    )
    legend = "".join(
        f'<li><i style="background:{colour}"></i>{zh} <small>{en}</small></li>'
        for zh, en, colour, _ in _GROUPS
    )
    title = "滨江新区（虚构）"
    page = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
body{{font-family:{FONTS};margin:1.5rem auto;max-width:1380px;padding:0 1rem;color:#222}}
svg{{width:100%;height:auto;border:1px solid #999}}
main{{display:grid;grid-template-columns:minmax(0,1fr) 18rem;gap:1.5rem}}
@media(max-width:900px){{main{{grid-template-columns:1fr}}}}
ul{{list-style:none;padding:0}}li{{margin:.4rem 0}}small{{color:#666;display:block}}
li span{{color:#fff;border-radius:1rem;padding:0 .6rem;margin-right:.5rem}}
.legend small{{display:inline}}
i{{display:inline-block;width:1.4rem;height:.8rem;border:1px solid #888;margin-right:.4rem}}
</style></head><body><h1>{title}</h1>
<p>合成数据：地名、单位、项目与数字均为虚构。Synthetic: every name and figure is made up.</p>
<main>{_map(town, scenes)}<div><h2>示例检测 Scenes</h2><ul>{rows}</ul>
<h2>图例 Legend</h2><ul class="legend">{legend}</ul></div></main></body></html>
"""
    return page.encode()


def _page(geometry: BaseGeometry) -> BaseGeometry:
    """Local metres to page pixels, north up."""

    def place(xy: Floats) -> Floats:
        return np.column_stack([xy[:, 0], HEIGHT - xy[:, 1]]) / _METRES_PER_PX

    return shapely.transform(geometry, place)


def _map(town: Town, scenes: Sequence[SceneLink]) -> str:
    survey = town.source("present.land_use")
    codes = {code: str(n) for n, (_, _, _, group) in enumerate(_GROUPS) for code in group}
    labels = np.array([codes[code] for code in survey.columns["DLBM"]])
    shapes, names = merged(survey.geometries, labels)
    drawn = array(list(shapely.coverage_simplify(shapes, _SIMPLIFY_M)))
    parts = [
        element("path", d=path_data(_page(shape)), fill=_GROUPS[int(name)][2], fill_rule="evenodd")
        for shape, name in zip(drawn, names, strict=True)
    ]
    for code, shape in zip(PARKS, town.source("park.boundary").geometries, strict=True):
        x, y = _page(shape.centroid).coords[0]
        parts.append(element("path", d=path_data(_page(shape)), fill="none", stroke="#1f5fbf"))
        parts.append(label(f"{PARKS[code][0]}", x - 40, y, size=16, fill="#12376f"))
    for name, x, y, _ in VILLAGES:
        spot = _page(shapely.Point(x, y)).coords[0]
        parts.append(label(name, spot[0] - 18, spot[1] - 16, size=12))
    for number, scene in enumerate(scenes, 1):
        parts.append(_scene_mark(number, scene, _page(town.scene_sites[scene.key])))
    width, height = WIDTH / _METRES_PER_PX, HEIGHT / _METRES_PER_PX
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="滨江新区（虚构）">{"".join(parts)}</svg>'
    )


def _scene_mark(number: int, scene: SceneLink, site: BaseGeometry) -> str:
    """The site's outline and a numbered disc that leads to its report."""
    colour = _COLOURS[scene.colour]
    x, y = site.representative_point().coords[0]
    outline = element("path", d=path_data(site), fill="none", stroke=colour, stroke_width=3)
    disc = element("circle", cx=x, cy=y - 18, r=11, fill=colour, stroke="#fff")
    text = label(str(number), x - 4, y - 13, size=14, fill="#fff", stroke=colour)
    return f'<a href="{escape(scene.href)}">{outline}{disc}{text}</a>'
