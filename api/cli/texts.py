"""Words that several commands print."""

from __future__ import annotations

from gis.errors import Text

FORMATS = (
    "json",
    "html",
    "pdf",
    "docx",
    "xlsx",
    "geojson",
    "gpkg",
    "txt",
    "map",
)
"""Formats this version writes: those of `checks.report.formats`, named here without its imports."""

USUAL_FORMATS = ("json", "html")
"""Formats written when none are asked for."""

COLOUR_WORDS = {
    "red": Text("红：压到刚性约束", "red: a prohibition is touched"),
    "amber": Text("黄：有须办理或须满足的条件", "amber: conditions or approvals are due"),
    "green": Text("绿：所检测的图层未发现冲突", "green: no conflict in what was checked"),
    "grey": Text("灰：尚不能下结论", "grey: no conclusion yet"),
}
"""The first light (冲突等级) in words."""

COMPLETE_WORDS = {
    True: Text("检测完整", "check complete"),
    False: Text("检测不完整", "check incomplete"),
}
"""The second light (检测完整性) in words."""
