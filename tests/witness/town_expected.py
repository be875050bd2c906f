"""Writes `sample_data/expected/overlaps.json`: `python -m tests.witness.town_expected`.

PostGIS computes what 20 sites hold of every vector layer of the sample town. The file is kept, so
that our engine is compared with another one where no PostGIS is at hand.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from shapely import to_wkt
from shapely.geometry.base import BaseGeometry

from layers.store.embedded import Workspace
from sample_data.sites import random_sites
from tests.postgis_server import PostgisServer, find_binaries
from tests.town import build_town_workspace
from tests.witness.second_engine import Measure, Measures, ask_postgis, load, version

ROOT = Path(__file__).parents[2]
EXPECTED = ROOT / "sample_data" / "expected" / "overlaps.json"
AS_OF = "2026-11-20"
SITES, SEED = 20, 2026


def expected_sites() -> dict[int, BaseGeometry]:
    """The 20 sites by number, in the working CRS."""
    return {n: shape for n, (_, shape) in enumerate(random_sites(SITES, seed=SEED), start=1)}


def measures_of(stored: dict[str, Any]) -> dict[int, Measures]:
    """Return the stored figures as measures by site and layer."""
    return {
        site["n"]: {layer: Measure(**figure) for layer, figure in site["layers"].items()}
        for site in stored["sites"]
    }


def compute(dsn: str, workspace: Path) -> dict[str, Any]:
    """Return the document: what PostGIS finds."""
    sites = expected_sites()
    load(dsn, Workspace.open(workspace), sites, date.fromisoformat(AS_OF))
    answers = ask_postgis(dsn)
    return {
        "made_by": "python -m tests.witness.town_expected",
        "program": version(dsn),
        "crs": "EPSG:4548",
        "as_of": AS_OF,
        "sites": [
            {
                "n": n,
                "wkt": to_wkt(shape, rounding_precision=3),
                "layers": {
                    layer: _rounded(measure) for layer, measure in sorted(answers[n].items())
                },
            }
            for n, shape in sites.items()
        ],
    }


def _rounded(measure: Measure) -> dict[str, Any]:
    return {
        key: round(value, 6) if isinstance(value, float) else value
        for key, value in asdict(measure).items()
    }


def write() -> None:
    """Build the town, ask PostGIS, write the file."""
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL with PostGIS on this machine: sh tests/services.sh")
    server = PostgisServer(binaries)
    try:
        with tempfile.TemporaryDirectory() as folder:
            document = compute(server.clone(), build_town_workspace(Path(folder)))
    finally:
        server.stop()
    EXPECTED.parent.mkdir(exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=1)
    EXPECTED.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
