"""Local grids (厦门92 and its like): four parameters in the plane, or a PROJ pipeline.

The parameters are secret in most cities: a workspace stores them, no report prints them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from pyproj.exceptions import ProjError

from gis.crs import working_crs
from gis.errors import LantuError, Text

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A point known in both systems: x east and y north, in metres."""

    name: str
    local_x: float
    local_y: float
    target_x: float
    target_y: float


@dataclass(frozen=True, slots=True)
class Residual:
    """What a control point keeps after fitting: given minus computed, in metres."""

    name: str
    dx: float
    dy: float

    @property
    def distance(self) -> float:
        """Length of the residual in metres."""
        return math.hypot(self.dx, self.dy)


@dataclass(frozen=True, slots=True)
class LocalGrid:
    """How a local plane grid is brought to a known projected CRS.

    With four parameters `X = dx + a x - b y`, `Y = dy + b x + a y`, where `a = scale cos(r)`,
    `b = scale sin(r)` and r turns counter-clockwise, in radians. A `pipeline` replaces them: a
    PROJ pipeline from local x, y to x, y of `target`.
    """

    name: str
    target: str
    dx: float = field(default=0.0, repr=False)
    dy: float = field(default=0.0, repr=False)
    scale: float = field(default=1.0, repr=False)
    rotation: float = field(default=0.0, repr=False)
    pipeline: str | None = field(default=None, repr=False)
    residuals: tuple[Residual, ...] = field(default=(), repr=False)

    @property
    def rms_m(self) -> float | None:
        """Root of the mean squared residual distance; None where nothing was fitted."""
        if not self.residuals:
            return None
        squares = [r.dx**2 + r.dy**2 for r in self.residuals]
        return math.sqrt(math.fsum(squares) / len(squares))

    @property
    def max_m(self) -> float | None:
        """Largest residual distance; None where nothing was fitted."""
        return max((r.distance for r in self.residuals), default=None)

    def to_target(self, xy: Floats) -> Floats:
        """Bring an (n, 2) array of local x, y to x east, y north of `target`.

        Raises
        ------
        LantuError
            `local_grid_bad` when the pipeline gives no finite coordinate.
        """
        if len(xy) == 0:
            return xy
        if self.pipeline is not None:
            x, y = _pipeline(self.pipeline).transform(xy[:, 0], xy[:, 1])
            moved = np.column_stack([x, y])
            if not np.isfinite(moved).all():
                raise _bad(self.name, "PROJ pipeline -> inf")
            return moved
        a, b = self.scale * math.cos(self.rotation), self.scale * math.sin(self.rotation)
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack([self.dx + a * x - b * y, self.dy + b * x + a * y])

    def as_dict(self) -> dict[str, object]:
        """Return plain values for storing; `from_dict` reads them back."""
        return {
            "name": self.name,
            "target": self.target,
            "dx": self.dx,
            "dy": self.dy,
            "scale": self.scale,
            "rotation": self.rotation,
            "pipeline": self.pipeline,
            "residuals": [[r.name, r.dx, r.dy] for r in self.residuals],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> LocalGrid:
        """Read stored values; text numbers (YAML) are converted.

        Raises
        ------
        LantuError
            `local_grid_bad` for unknown keys, values that are no numbers, a scale that is not
            positive; `unknown_crs` or `working_crs_not_metric` for the target.
        """
        known = {"name", "target", "dx", "dy", "scale", "rotation", "pipeline", "residuals"}
        name = str(values.get("name") or "")
        unknown = sorted(set(values) - known)
        if unknown or not name or not values.get("target"):
            raise _bad(name, f"{', '.join(unknown)}" if unknown else "name, target")
        defaults = {"dx": 0.0, "dy": 0.0, "scale": 1.0, "rotation": 0.0}
        numbers = {key: _number(name, key, values.get(key), d) for key, d in defaults.items()}
        pipeline = values.get("pipeline")
        grid = cls(
            name,
            str(values["target"]),
            pipeline=str(pipeline) if pipeline else None,
            residuals=_residuals(name, values.get("residuals")),
            **numbers,
        )
        return grid.checked()

    def checked(self) -> LocalGrid:
        """Return the grid itself when its target, scale and pipeline can be used."""
        working_crs(self.target)
        if not self.scale > 0 or not math.isfinite(self.scale):
            raise _bad(self.name, f"scale = {self.scale}")
        if self.pipeline is not None:
            _pipeline(self.pipeline)
        return self

    def residual_lines(self) -> list[str]:
        """Return the residuals as lines for printing: one for each point, then rms and largest."""
        if self.rms_m is None or self.max_m is None:
            return []
        lines = [f"{r.name}  dx {r.dx:+.4f} m  dy {r.dy:+.4f} m" for r in self.residuals]
        return [*lines, f"rms {self.rms_m:.4f} m  max {self.max_m:.4f} m"]


def fit_local_grid(name: str, points: Sequence[ControlPoint], *, target: str) -> LocalGrid:
    """Fit four parameters to control points by least squares.

    Parameters
    ----------
    name
        Name of the grid, as `--crs local:NAME` calls it.
    points
        At least two; three or more show their errors in the residuals.
    target
        Projected CRS in metres of the points' target coordinates.

    Raises
    ------
    LantuError
        `local_grid_points` for fewer than two different points or numbers that are not finite.
    """
    working_crs(target)
    local = np.array([[p.local_x, p.local_y] for p in points], dtype=np.float64).reshape(-1, 2)
    wanted = np.array([[p.target_x, p.target_y] for p in points], dtype=np.float64).reshape(-1, 2)
    spread = np.ptp(local, axis=0).max() if len(local) else 0.0
    finite = np.isfinite(local).all() and np.isfinite(wanted).all()
    if len(points) < 2 or not finite or not spread > 0:
        raise LantuError(
            "local_grid_points",
            Text(
                f"控制点 {len(points)} 个，四参数至少需要两个互不重合的控制点",
                f"{len(points)} control points; four parameters need two that differ",
            ),
            Text(
                "请提供三个以上控制点的两套坐标，以便检查残差",
                "Give three or more control points in both systems, so that residuals show",
            ),
        )
    centre_l, centre_w = local.mean(axis=0), wanted.mean(axis=0)
    u, v = (local - centre_l).T
    p, q = (wanted - centre_w).T
    norm = math.fsum(u * u + v * v)
    a, b = math.fsum(u * p + v * q) / norm, math.fsum(u * q - v * p) / norm
    grid = LocalGrid(
        name,
        target,
        dx=float(centre_w[0] - a * centre_l[0] + b * centre_l[1]),
        dy=float(centre_w[1] - b * centre_l[0] - a * centre_l[1]),
        scale=math.hypot(a, b),
        rotation=math.atan2(b, a),
    ).checked()
    rest = wanted - grid.to_target(local)
    residuals = tuple(
        Residual(point.name, float(dx), float(dy))
        for point, (dx, dy) in zip(points, rest, strict=True)
    )
    return LocalGrid(
        grid.name,
        grid.target,
        dx=grid.dx,
        dy=grid.dy,
        scale=grid.scale,
        rotation=grid.rotation,
        residuals=residuals,
    )


@lru_cache(maxsize=16)
def _pipeline(text: str) -> Transformer:
    try:
        return Transformer.from_pipeline(text)
    except ProjError as error:
        raise _bad("", "PROJ pipeline") from error


def _number(name: str, key: str, value: object, default: float) -> float:
    if value is None:
        return default
    try:
        number = float(str(value))
    except ValueError as error:
        raise _bad(name, f"{key} = {str(value)[:40]!r}") from error
    if not math.isfinite(number):
        raise _bad(name, f"{key} = {number}")
    return number


def _residuals(name: str, value: object) -> tuple[Residual, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or any(
        not isinstance(row, list | tuple) or len(row) != 3 for row in value
    ):
        raise _bad(name, "residuals")
    return tuple(
        Residual(str(r[0]), _number(name, "dx", r[1], 0.0), _number(name, "dy", r[2], 0.0))
        for r in value
    )


def _bad(name: str, value: str) -> LantuError:
    return LantuError(
        "local_grid_bad",
        Text(
            f"地方坐标系“{name}”的转换参数无效：{value}",
            f"The parameters of the local grid {name!r} cannot be used: {value}",
        ),
        Text(
            "需要 name、target（如 EPSG:4548），以及 dx、dy（米）、scale、rotation（弧度）"
            "或一条 PROJ pipeline",
            "Needed: name, target (such as EPSG:4548), and dx, dy (metres), scale, rotation"
            " (radians), or one PROJ pipeline",
        ),
    )


def local_name(crs: str) -> str | None:
    """Return NAME of `local:NAME`, None for every other CRS text."""
    kind, _, name = crs.partition(":")
    return name.strip() if kind.strip().lower() == "local" else None


def local_grid_needed(name: str, values: str, known: Sequence[str]) -> LantuError:
    """Return the refusal of coordinates in a local grid without parameters."""
    have_zh = f"工作区已有：{'、'.join(known)}" if known else "工作区没有任何地方坐标系参数"
    have_en = f"the workspace knows: {', '.join(known)}" if known else "the workspace knows none"
    return LantuError(
        "local_grid",
        Text(
            f"坐标属于地方坐标系“{name}”（{values}），缺少转换参数；{have_zh}",
            f"Coordinates of the local grid {name!r} ({values}) without its parameters; {have_en}",
        ),
        Text(
            "请向当地自然资源主管部门或测绘单位索取：（1）该成果的 CGCS2000 版本；或（2）四参数"
            "（平移、尺度、旋转）或三个以上控制点的两套坐标，由管理员存入工作区后"
            "用 --crs local:名称 读取",
            "Ask the natural resources bureau or the surveyor for (1) the same data in CGCS2000, or"
            " (2) the four parameters (shift, scale, rotation) or three or more control points in"
            " both systems; stored in the workspace they are used by --crs local:NAME",
        ),
    )
