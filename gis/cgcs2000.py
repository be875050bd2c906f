"""Gauss-Krueger zones of CGCS2000: zone number, meridian and EPSG code."""

from __future__ import annotations

from dataclasses import dataclass

FALSE_EASTING_M = 500_000.0
PREFIX_M = 1_000_000.0
"""A zone prefix stands before the six digits of the east coordinate."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: its width in degrees (3 or 6) and its number in China's numbering."""

    width: int
    number: int

    @property
    def meridian(self) -> int:
        """Central meridian in degrees east."""
        return 3 * self.number if self.width == 3 else 6 * self.number - 3

    @property
    def epsg_with_prefix(self) -> int:
        """EPSG code of the system whose east coordinates begin with the zone number."""
        return 4513 + self.number - 25 if self.width == 3 else 4491 + self.number - 13

    @property
    def epsg_plain(self) -> int:
        """EPSG code of the system without the prefix, named by its meridian."""
        return 4534 + self.number - 25 if self.width == 3 else 4502 + self.number - 13

    @property
    def prefix_m(self) -> float:
        """Metres that the prefix adds to the east coordinate."""
        return self.number * PREFIX_M


def zones(width: int) -> list[Zone]:
    """Return all zones of China of a width of 3 (numbers 25-45) or 6 degrees (13-23)."""
    numbers = range(25, 46) if width == 3 else range(13, 24)
    return [Zone(width, number) for number in numbers]


ALL_ZONES = (*zones(3), *zones(6))


def zone_of_prefix(east: float) -> Zone | None:
    """Return the zone that an east coordinate with prefix names; None where there is none."""
    number = int(east // PREFIX_M)
    if 25 <= number <= 45:
        return Zone(3, number)
    return Zone(6, number) if 13 <= number <= 23 else None


def zone_of_number(number: int) -> Zone | None:
    """Return the zone of a number, which tells the width, too; None where there is none."""
    return zone_of_prefix(number * PREFIX_M)


def zone_of_epsg(code: int | None) -> tuple[Zone, bool] | None:
    """Return the zone of an EPSG code and whether its coordinates carry the prefix."""
    for zone in ALL_ZONES:
        if code == zone.epsg_with_prefix:
            return zone, True
        if code == zone.epsg_plain:
            return zone, False
    return None
