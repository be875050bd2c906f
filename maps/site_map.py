"""One map page in one file: layers as switches, popups, legend; it asks no host for anything.

folium writes the page. It escapes nothing, so every string is made inert before it gets one;
what it would link is dropped or put into the page; a content policy of hashes lets run only the
scripts that stand there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maps.display import lonlat_box, lonlat_json
from maps.leaflet import leaflet_files
from maps.map_panel import (
    MapLayer,
    MapPage,
    MapShape,
    furniture,
    inert,
    is_line,
    line_weights,
    popup,
)
from maps.svg import FONTS
from maps.symbols import DASHES
from maps.typefaces import FAMILY, font_faces

if TYPE_CHECKING:
    import folium

_ASSETS = Path(__file__).with_name("assets")

_BLOCK = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_LINKED = re.compile(
    r"<(?:link|iframe|object|embed)\b"
    r"|<[^<>]*\s(?:src|href)\s*=\s*(?![\"']?(?:data:|#))|<[^<>]*url\((?![\"']?(?:data:|#))",
    re.IGNORECASE,
)
_IMPORTED = re.compile(r"@import|url\((?![\"']?(?:data:|#))", re.IGNORECASE)
_BELOW, _ABOVE = "backdrop", "edge"
_PANES: Mapping[str, int] = {_BELOW: 350, _ABOVE: 450, "points": 460}
"""Areas lie in Leaflet's own pane, 400: lines and points stand above those of any layer."""
_LINES = 440
"""The narrowest lines; wider ones lie below them, each width in a pane of its own."""

_EDGE: Mapping[str, Any] = {"weight": 2.5, "dashArray": "10 3 2 3", "fill": False}
"""The boundary of a site stands above all hatches, as in the figures."""

_CASING = 2.0
_MARKED = 3
"""By how much what lies under the pointer is drawn wider, px."""

_SCALE = "L.control.scale()"
_SWITCHES = '"collapsed": false'
_FOLDED_SWITCHES = '"collapsed": matchMedia("(max-width:40rem)").matches'
_METRIC_SCALE = 'L.control.scale({imperial: false, position: "bottomright"})'


def draw_site_map(page: MapPage) -> bytes:
    """Return the page as one HTML file, byte for byte the same for the same values.

    Parameters
    ----------
    page
        Shapes are in `page.crs` (metres, x east, y north); they are brought to longitude and
        latitude, edges cut into 70 m first. CGCS2000 is shown as WGS 84: half a metre at most.

    Raises
    ------
    RuntimeError
        When the page would link a file: a fault of this program.
    """
    import folium

    drawn = folium.Map(
        tiles=None,
        control_scale=True,
        attribution_control=False,
        max_zoom=22,
        zoom_snap=0.25,
    )
    drawn.options["max_zoom"] = 22
    # the page needs neither jQuery nor Bootstrap; Leaflet is put in below
    drawn.default_js, drawn.default_css = [], []
    look = _Look(page.crs, page.language, line_weights(page))
    for pane, height in {**_PANES, **look.line_panes()}.items():
        folium.map.CustomPane(pane, z_index=height).add_to(drawn)
    for layer in page.layers:
        _add_layer(drawn, layer, look)
    folium.LayerControl(collapsed=False).add_to(drawn)
    box = _bounds(page)
    if box:
        drawn.fit_bounds(box, padding=(24, 24))
    figure = drawn.get_root()
    _number(figure)
    return _finished(figure.render(), page, drawn.get_name()).encode("utf-8")


# --- layers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    """What the drawing of all layers goes by; `weights` are those of lines, by symbol."""

    crs: str
    language: str
    weights: Mapping[str, float]

    def line_panes(self) -> dict[str, int]:
        """Return the panes of lines with their heights: the narrowest on top."""
        keys = [key for key in self.weights if key != "site"]
        return {f"lines-{key}": _LINES - place for place, key in enumerate(keys)}

    def line(self, shape: MapShape) -> dict[str, Any]:
        """Return the light ground of a line, which answers clicks between the dashes too."""
        symbol = shape.symbol
        width = self.weights[symbol.key]
        if symbol.key == "site":
            return {"color": symbol.ink, "weight": width, "fill": False}
        return {"color": symbol.fill, "weight": width + _CASING, "fill": False}

    def broken(self, shape: MapShape) -> dict[str, Any]:
        """Return the dashes of a line on its ground."""
        width, dashes = self.weights[shape.symbol.key], DASHES.get(shape.symbol.hatch)
        broken = {"dashArray": dashes, "lineCap": "butt"} if dashes else {}
        return {"color": shape.symbol.ink, "weight": width, "fill": False, **broken}


def _add_layer(drawn: folium.Map, layer: MapLayer, look: _Look) -> None:
    import folium

    group = folium.FeatureGroup(name=inert(layer.title), show=layer.shown).add_to(drawn)
    if not layer.shapes:
        return
    if layer.backdrop:
        quiet = [shape for shape in layer.shapes if not shape.geometry.is_empty]
        _quiet(quiet, look.crs, _BELOW, _backdrop_style).add_to(group)
        return
    edges = [shape for shape in layer.shapes if shape.symbol.key == "site" and not is_line(shape)]
    if edges:
        edge = _quiet(edges, look.crs, _ABOVE, lambda shape: {**_EDGE, "color": shape.symbol.ink})
        edge.add_to(group)
    for pane in dict.fromkeys(map(_pane, layer.shapes)):
        members = [shape for shape in layer.shapes if _pane(shape) == pane]
        _speaking(members, look, pane).add_to(group)
        if pane.startswith("lines"):
            _quiet(members, look.crs, pane, look.broken).add_to(group)


def _speaking(shapes: Sequence[MapShape], look: _Look, pane: str) -> folium.GeoJson:
    """Shapes that answer a click with their popup."""
    import folium

    # a marker takes its pane from its style alone
    options: dict[str, Any] = {"pane": pane} if pane else {}
    styles = {_style_key(shape): {**_style(shape, look), **options} for shape in shapes}
    return folium.GeoJson(
        _collection(shapes, look.crs, lambda shape: {"popup": popup(shape, look.language)}),
        control=False,
        style_function=lambda feature: styles[feature["properties"]["style"]],
        highlight_function=lambda feature: {
            "weight": styles[feature["properties"]["style"]]["weight"] + _MARKED
        },
        marker=folium.CircleMarker(radius=7),
        on_each_feature=folium.JsCode(_click()),
        **options,
    )


def _pane(shape: MapShape) -> str:
    """Name the pane of a shape; '' is Leaflet's own. A site lies below what affects it."""
    kind = shape.geometry.geom_type
    if "Polygon" in kind or shape.symbol.key == "site":
        return ""
    return f"lines-{shape.symbol.key}" if is_line(shape) else "points"


def _quiet(
    shapes: Sequence[MapShape],
    crs: str,
    pane: str,
    style: Callable[[MapShape], dict[str, Any]],
) -> folium.GeoJson:
    """Shapes that say nothing of themselves, in a pane that lets clicks through."""
    import folium

    styles = {_style_key(shape): style(shape) for shape in shapes}
    return folium.GeoJson(
        _collection(shapes, crs, lambda _: {}),
        control=False,
        style_function=lambda feature: styles[feature["properties"]["style"]],
        interactive=False,
        pane=pane,
    )


def _collection(
    shapes: Sequence[MapShape], crs: str, told: Callable[[MapShape], dict[str, str]]
) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "id": str(number),
            "properties": {**told(shape), "style": _style_key(shape)},
            "geometry": lonlat_json(shape.geometry, crs),
        }
        for number, shape in enumerate(shapes)
    ]
    return {"type": "FeatureCollection", "features": features}


def _backdrop_style(shape: MapShape) -> dict[str, Any]:
    symbol = shape.symbol
    filled = symbol.hatch == "solid" and not is_line(shape)
    return {
        "color": symbol.ink,
        "weight": 0 if filled else 1,
        "fill": filled,
        "fillColor": symbol.fill,
        "fillOpacity": 1,
    }


def _style_key(shape: MapShape) -> str:
    return f"{shape.symbol.key}-{'line' if is_line(shape) else 'area'}"


def _style(shape: MapShape, look: _Look) -> dict[str, Any]:
    symbol = shape.symbol
    bare = symbol.key == "site"
    if is_line(shape):
        return look.line(shape)
    return {
        "color": symbol.ink,
        "weight": 3 if bare else 2,
        "fill": True,
        "fillColor": symbol.fill if bare else f"url(#h-{symbol.key})",
        "fillOpacity": 0.35 if bare else 1,
    }


def _bounds(page: MapPage) -> list[list[float]]:
    shown = [layer for layer in page.layers if not layer.backdrop]
    box = lonlat_box((shape.geometry for layer in shown for shape in layer.shapes), page.crs)
    if box is None:
        return []
    west, south, east, north = box
    return [[south, west], [north, east]]


# --- the page ---------------------------------------------------------------------------------


def _number(figure: Any) -> None:
    """Give every element a number: folium draws names from chance."""
    for number, element in enumerate(_walk(figure)):
        element._id = f"{number:06d}"  # noqa: SLF001 - folium has no other door to its names


def _walk(element: Any) -> Iterator[Any]:
    yield element
    for child in element._children.values():  # noqa: SLF001
        yield from _walk(child)


def _finished(rendered: str, page: MapPage, name: str) -> str:
    """Put Leaflet, panel, patterns and policy into the page that folium wrote."""
    script, sheet = leaflet_files()
    for english, chinese in _SPOKEN if page.language.startswith("zh") else ():
        script = script.replace(english, chinese, 1)
    head = (
        '<meta name="referrer" content="no-referrer"/>'
        f"<title>{inert(page.title)}</title>"
        f"<style>{sheet}\n{_own_sheet()}</style><style>{_typeface(page)}</style>"
        f"<script>{script}</script>"
    )
    own = furniture(page)
    html = rendered.replace("<head>", f"<head>{_PLACE}{head}", 1)
    html = html.replace("<html>", f'<html lang="{inert(page.language)}">', 1)
    html = html.replace("</body>", own + "</body>", 1)
    html = html.replace(_SCALE, _METRIC_SCALE, 1)
    html = html.replace(_SWITCHES, _FOLDED_SWITCHES, 1)
    html = html.replace(", maximum-scale=1.0, user-scalable=no", "", 1)
    html = html.replace(_MAP, f'{_MAP} role="main"', 1)
    # at the very end, where the map is there
    fit = f"<script>{_printing().replace('MAP', name, 1)}</script></html>"
    html = html.rstrip().removesuffix("</html>") + fit
    _assert_closed(html)
    return html.replace(_PLACE, _policy(html), 1)


_PLACE = "<!--policy-->"
_MAP = '<div class="folium-map"'
_SPOKEN = (
    ('zoomInTitle:"Zoom in"', 'zoomInTitle:"放大"'),
    ('zoomOutTitle:"Zoom out"', 'zoomOutTitle:"缩小"'),
    ('title="Layers"', 'title="图层"'),
    ('"Close popup"', '"关闭"'),
)
"""What Leaflet's own controls are called, where the page is Chinese."""


@lru_cache(maxsize=1)
def _own_sheet() -> str:
    return f"body{{font-family:{FONTS}}}\n{(_ASSETS / 'site_map.css').read_text(encoding='utf-8')}"


@lru_cache(maxsize=1)
def _click() -> str:
    """A click tells of all that lies there: shapes cover each other. The texts are inert."""
    return (_ASSETS / "site_map.js").read_text(encoding="utf-8").rstrip()


@lru_cache(maxsize=1)
def _printing() -> str:
    return (_ASSETS / "site_map_print.js").read_text(encoding="utf-8")


def _typeface(page: MapPage) -> str:
    """Return the cuts of the shipped typefaces that draw the page's own characters."""
    shapes = [shape for layer in page.layers for shape in layer.shapes]
    texts = [page.title, page.legend_title, page.watermark, *page.notes]
    texts += [text for _, *told in page.lights for text in told]
    texts += [word for _, word in page.legend] + [layer.title for layer in page.layers]
    for one in shapes:
        texts += [one.title, *(text for line in one.lines for text in line)]
    return "".join(
        f"@font-face{{font-family:'{FAMILY}';font-weight:400;"
        + (f"unicode-range:{ranges};" if ranges else "")
        + f"src:url(data:font/woff;base64,{base64.b64encode(cut).decode('ascii')})format('woff')}}"
        for cut, ranges in font_faces("".join(texts))
    )


def _assert_closed(html: str) -> None:
    sheets = "".join(body for kind, body in _BLOCK.findall(html) if kind == "style")
    found = _LINKED.search(_BLOCK.sub("", html)) or _IMPORTED.search(sheets)
    if found:
        raise RuntimeError(f"the map page would load a file: {found[0]!r}")


def _policy(html: str) -> str:
    hashes: Mapping[str, list[str]] = {"script": [], "style": []}
    for kind, body in _BLOCK.findall(html):
        digest = base64.b64encode(hashlib.sha256(body.encode("utf-8")).digest()).decode("ascii")
        hashes[kind].append(f"'sha256-{digest}'")
    rules = (
        "default-src 'none'",
        "script-src " + " ".join(dict.fromkeys(hashes["script"])),
        "style-src " + " ".join(dict.fromkeys(hashes["style"])),
        "img-src data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}"/>'
