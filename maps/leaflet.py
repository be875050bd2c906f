"""Leaflet's own files, from the installed package XStatic-Leaflet: nothing is fetched, ever."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from gis.errors import LantuError, Text

_PACKAGE = "XStatic-Leaflet"
_IMAGE = re.compile(r"url\(\s*['\"]?(images/[\w.-]+)['\"]?\s*\)")


@lru_cache(maxsize=1)
def leaflet_files() -> tuple[str, str]:
    """Return script and style sheet; pictures of the sheet stand in it as data.

    Raises
    ------
    LantuError
        `map_assets_missing` where the package is not installed.
    """
    script = _file("leaflet.js")
    folder = script.parent

    def inlined(match: re.Match[str]) -> str:
        picture = base64.b64encode((folder / match[1]).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    sheet = _IMAGE.sub(inlined, (folder / "leaflet.css").read_text(encoding="utf-8"))
    source = script.read_text(encoding="utf-8")
    return re.sub(r"\n?//# sourceMappingURL=\S*", "", source), sheet


def _file(name: str) -> Path:
    try:
        files = distribution(_PACKAGE).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    raise LantuError(
        "map_assets_missing",
        Text(f"没有安装地图组件 {_PACKAGE}", f"The map's package {_PACKAGE} is not installed"),
        Text("请运行 make setup 重新安装", "Run make setup to install it"),
    )
