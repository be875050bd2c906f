"""Linear works are checked on the ground they take, once their width is known.

The file gives a line; the fact `corridor_width_m` says how wide the land is. Judging the line alone
would find nothing on land that only the edge of a road takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from checks.facts import Project
from gis.corridor import corridor
from gis.errors import Note, Text
from gis.site import Site

WIDTH: Final = "corridor_width_m"


def on_its_ground(site: Site, project: Project) -> Site:
    """Return a linear site of known width as the corridor along its line, any other as it is.

    Parameters
    ----------
    site
        In its working CRS, in metres. A corridor comes back as it is.
    project
        Whose fact `corridor_width_m` is the whole width in metres.

    Returns
    -------
    A polygon site that keeps the line as its `axis`, for lengths and stations, and tells in a note
    that its outline is worked out.
    """
    width = project.facts.get(WIDTH)
    if not site.is_line or not isinstance(width, (int, float)) or width <= 0:
        return site
    note = Note(
        "corridor",
        Text(
            f"线性用地按中心线两侧各 {width / 2:g} m（全宽 {width:g} m，端部平截）"
            "推算用地范围并据此检测；推算范围不代替用地红线，变宽路段请提供用地红线（面）",
            f"The linear site was checked as the ground {width / 2:g} m to both sides of its line "
            f"({width:g} m wide, square at the ends); this does not replace the outline of the "
            "land: where the width varies, hand in the outline",
        ),
    )
    return replace(
        site,
        geometry=corridor(site.geometry, float(width)),
        axis=site.geometry,
        width_m=float(width),
        notes=(*site.notes, note),
    )
