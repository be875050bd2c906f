"""The CRS of a 界址点 parcel: its digits, then the header, then what the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gis.cgcs2000 import ALL_ZONES, PREFIX_M, Zone, zone_of_number, zone_of_prefix
from gis.errors import LantuError, Note, Text
from gis.guards_crs import Bounds, swapped, values_of
from gis.guards_place import SMALL_NORTH_M
from gis.local_grid import local_grid_needed, local_name

_LEGACY_EPSG = {"xian80": "EPSG:4610", "beijing54": "EPSG:4214"}


@dataclass(frozen=True, slots=True)
class Header:
    """The block `[属性描述]` as key and value."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def system(self) -> str:
        """`cgcs2000`, `wgs84`, `xian80`, `beijing54`, `local:NAME`, or empty when not stated."""
        text = self.values.get("坐标系", "").strip()
        plain = text.upper()
        if not text:
            return ""
        if "2000" in plain:
            return "cgcs2000"
        if "84" in plain:
            return "wgs84"
        if "西安" in plain or "80" in plain:
            return "xian80"
        return "beijing54" if "北京" in plain or "54" in plain else f"local:{text}"

    @property
    def degrees(self) -> bool:
        """Whether the header says that coordinates are degrees."""
        return "度" in self.values.get("计量单位", "")

    @property
    def zone(self) -> Zone | None:
        """The zone that the header names by number or meridian."""
        number = _number(self.values.get("带号", ""))
        if number is not None:
            return zone_of_number(number)
        meridian = _number(self.values.get("中央子午线", "") or self.values.get("中央经线", ""))
        if meridian is None or meridian % 3:
            return None
        return zone_of_number(meridian // 3)


def _number(text: str) -> int | None:
    match = re.search(r"\d+", text)
    return int(match.group()) if match else None


def parcel_crs(
    bounds: Bounds, header: Header, option: str | None
) -> tuple[str | None, bool, list[Note]]:
    """Return the CRS of a parcel, whether its digits prove it, and notes.

    Parameters
    ----------
    bounds
        Of the parcel, x east and y north as written.
    header
        What the file says.
    option
        What the user says.

    Raises
    ------
    LantuError
        `swapped_axes`, `mixed_zones`, `local_grid`, `unit_unknown`.
    """
    system = header.system
    if local_name(option or "") is not None or (local_name(system) is not None and not option):
        return (None if option else system), False, []
    if header.degrees:
        return "EPSG:4490", False, []
    _check_unit(header)
    _check_order(bounds)
    if system in _LEGACY_EPSG:
        return _LEGACY_EPSG[system], False, []
    minx, _, maxx, maxy = bounds
    if minx >= 10 * PREFIX_M:
        zone, notes = _prefix_zone(minx, maxx, header)
        said = [*notes, *_assumed(system, option)]
        return _code(zone.epsg_with_prefix, system), system != "wgs84", said
    stated = header.zone
    if stated is not None:
        notes = _contradiction(header, stated)
        return _code(stated.epsg_plain, system), False, [*notes, *_assumed(system, option)]
    if option is None and maxx < SMALL_NORTH_M and maxy < SMALL_NORTH_M:
        raise local_grid_needed("?", values_of(bounds), [])
    return None, False, []


def _code(epsg: int, system: str) -> str:
    """Return the CRS of a zone: CGCS2000, or the same projection on WGS 84."""
    if system != "wgs84":
        return f"EPSG:{epsg}"
    zone = next(z for z in ALL_ZONES if epsg in {z.epsg_plain, z.epsg_with_prefix})
    east = 500_000.0 + (zone.prefix_m if epsg == zone.epsg_with_prefix else 0.0)
    return (
        f"+proj=tmerc +lat_0=0 +lon_0={zone.meridian} +k=1 +x_0={east:.0f} +y_0=0"
        " +datum=WGS84 +units=m +no_defs +type=crs"
    )


def _assumed(system: str, option: str | None) -> list[Note]:
    if system or option:
        return []
    return [
        Note(
            "datum_assumed",
            Text(
                "文件没有写明坐标系，按 CGCS2000 读取（2018年7月1日起的法定坐标系）",
                "The file names no coordinate system; read as CGCS2000 (the law since 2018-07-01)",
            ),
        )
    ]


def _prefix_zone(minx: float, maxx: float, header: Header) -> tuple[Zone, list[Note]]:
    zone = zone_of_prefix(minx)
    if zone is None or zone_of_prefix(maxx) != zone:
        raise LantuError(
            "mixed_zones",
            Text(
                f"东坐标 {minx:.3f}…{maxx:.3f} 的带号不是同一个 13-23（6度）或 25-45（3度）带",
                f"East coordinates {minx:.3f}…{maxx:.3f} bear no single zone number of 13-23"
                " (6 degrees) or 25-45 (3 degrees)",
            ),
            Text(
                "请核对 Y（东）坐标的前两位；跨带的用地请换算到同一带",
                "Check the first two digits of Y (east); bring a site across zones into one zone",
            ),
        )
    return zone, _contradiction(header, zone)


def _contradiction(header: Header, zone: Zone) -> list[Note]:
    """Return a note when the header's width or number is not that of the zone."""
    stated = _number(header.values.get("带号", ""))
    width = _number(header.values.get("几度分带", ""))
    if (stated is None or stated == zone.number) and (width is None or width == zone.width):
        return []
    said = f"{width or '?'}°/{stated or '?'}"
    note = Note(
        "zone_header_contradicts",
        Text(
            f"文件头写明分带与带号 {said}，自相矛盾或与坐标不符；"
            f"按 {zone.number} 带（{zone.width}度带，"
            f"中央经线 {zone.meridian}°）读取",
            f"The header says zone {said}, against itself or the coordinates; read in zone"
            f" {zone.number} ({zone.width} degrees, meridian {zone.meridian})",
        ),
    )
    return [note]


def _check_order(bounds: Bounds) -> None:
    """Refuse X and Y exchanged: an eight-digit number is east, a seven-digit one north."""
    minx, miny, maxx, maxy = bounds
    prefix_in_north = miny >= 10 * PREFIX_M and maxx < 10 * PREFIX_M
    digits = maxy < SMALL_NORTH_M <= minx < 10 * PREFIX_M
    if prefix_in_north or digits:
        raise swapped(values_of(bounds), "X(北), Y(东)")


def _check_unit(header: Header) -> None:
    unit = header.values.get("计量单位", "").strip().lower()
    if unit and unit not in {"米", "m", "meter", "metre", "公尺"}:
        feet = "英尺" in unit or "ft" in unit or "feet" in unit
        raise LantuError(
            "feet_as_metres" if feet else "unit_unknown",
            Text(f"计量单位为“{unit}”，不是米", f"The unit is {unit!r}, not metres"),
            Text("请换算成米后重新导出", "Convert to metres and export again"),
        )
