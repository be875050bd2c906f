"""A band around a thing that is stored in pieces: the thing counts, not its pieces."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from checks.rule import Leaf, Number
from tests.support.memory_store import MemoryStore, findings, rule

X, Y = 600_000.0, 2_700_000.0
DISC = shapely.Point(X, Y).buffer(500, quad_segs=64)
BAND = Leaf("within_distance", "L", {"distance_m": Number(250.0), "inner": Number(3.0)})


def at(x: float) -> BaseGeometry:
    return shapely.box(X + x, Y - 5, X + x + 10, Y + 5)


@pytest.mark.parametrize("vertices", [16, 1000], ids=["in pieces", "whole"])
@pytest.mark.parametrize(
    ("x", "state", "certainty", "distance"),
    [
        (0, "clear", "certain", 0.0),  # within the disc: in no band around it
        (485, "clear", "certain", 0.0),
        (502.5, "clear", "within_accuracy", 2.5),  # nearer than the inner edge, by 0.5 m
        (503.5, "affected", "within_accuracy", 3.5),
        (520, "affected", "certain", 20.0),
        (751, "clear", "certain", 251.0),
    ],
)
def test_a_band_is_measured_from_the_whole_thing(
    vertices: int, x: float, state: str, certainty: str, distance: float
) -> None:
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    store.max_vertices = vertices
    store.layer("L", [DISC], accuracy=0.6)
    found: dict[str, Any] = findings(store, [rule("R", "L", BAND)], at(x))["R"]
    assert (found["state"], found["certainty"]) == (state, certainty)
    if state == "affected":
        assert found["measures"]["distance_m"] == pytest.approx(distance, abs=1e-6)
        assert found["measures"]["count"] == 1
