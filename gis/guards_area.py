"""Guard on the declared area: against the plane area of the file and the ellipsoid area."""

from __future__ import annotations

from gis.errors import LantuError, Note, Text
from gis.guards_place import FEET, units

DECLARED_TOLERANCE = 0.01
"""The share by which a declared area may differ before it is said (issue 2, point 3)."""


def _off(declared: float, computed: float | None) -> float | None:
    return None if not computed else abs(declared - computed) / computed


def compare_declared(declared: float, plane: float | None, ellipsoid: float) -> Note | None:
    """Compare a declared area with the two computed ones, all in square metres.

    A difference is a note, not a refusal: stated areas are often rounded, of another survey or
    of another unit (亩), and the outline is what is checked. Only where the ratio tells a wrong
    unit the file is refused. A wrong zone does not show here: the same figures have the same
    plane and ellipsoid area in each zone; the workspace's area tells it.

    Parameters
    ----------
    declared
        As the file states it.
    plane
        Plane area in the file's CRS, None where that is geographic.
    ellipsoid
        Area on the ellipsoid of the working CRS.

    Returns
    -------
    None when one of both is within 1 %, else the note `declared_area_differs`.

    Raises
    ------
    LantuError
        `feet_as_metres` when the ratio of areas is that of square feet to square metres.
    """
    differences = [d for d in (_off(declared, plane), _off(declared, ellipsoid)) if d is not None]
    if not differences or min(differences) <= DECLARED_TOLERANCE:
        return None
    stated = f"{declared:.2f} m² ({declared / 10_000:.4f} ha)"
    computed_plane = "—" if plane is None else f"{plane:.2f} m²"
    if _is_feet(declared, plane):
        raise _feet(stated, computed_plane)
    return Note(
        "declared_area_differs",
        Text(
            f"申报面积 {stated} 与坐标计算面积相差 {min(differences):.2%}："
            f"平面 {computed_plane}，椭球面 {ellipsoid:.2f} m²；检测以坐标为准",
            f"The declared area {stated} differs by {min(differences):.2%} from the outline:"
            f" plane {computed_plane}, ellipsoid {ellipsoid:.2f} m²; the outline decides",
        ),
    )


def _is_feet(declared: float, plane: float | None) -> bool:
    """Whether the outline is in feet: its area in square feet is 10.76 times the declared."""
    if plane is None:
        return False
    converted = plane * FEET["ft"] ** 2
    return abs(declared - converted) <= DECLARED_TOLERANCE * converted


def _feet(stated: str, plane: str) -> LantuError:
    fault = units("ft", f"{stated} / {plane}")
    return LantuError(
        fault.code,
        Text(
            f"坐标单位像是英尺，却按米读取：申报面积 {stated}，按坐标计算为其 10.76 倍（{plane}）",
            f"The coordinates look like feet read as metres: declared {stated}, computed 10.76"
            f" times as much ({plane})",
        ),
        fault.hint,
    )
