"""The area table for land approval as `report.json` shows it, below the site."""

from __future__ import annotations

from typing import Any

from checks.land_table import LandRow, LandTable
from gis.measures import rounded


def land_json(table: LandTable | None) -> dict[str, Any] | None:
    """Rows and what is left over, in m²; None where the table does not apply."""
    if table is None:
        return None
    reason = table.reason
    return {
        "rows": [_row(row) for row in table.rows],
        "unmapped_m2": None if reason else rounded(table.unmapped),
        "overlapping_m2": None if reason else rounded(table.overlapping),
        "deducted_m2": None if reason else rounded(table.deducted),
        "disputed": list(table.disputed),
        "reason": {"code": reason.code, **reason.text.as_dict()} if reason else None,
    }


def _row(row: LandRow) -> dict[str, Any]:
    return {
        "ownership": row.ownership,
        "owner": row.owner,
        "total_m2": rounded(row.total),
        "agricultural_m2": rounded(row.agricultural),
        "cultivated_m2": rounded(row.cultivated),
        "permanent_farmland_m2": rounded(row.farmland),
        "construction_m2": rounded(row.construction),
        "unused_m2": rounded(row.unused),
        "unclassified_m2": rounded(row.unclassified),
    }
