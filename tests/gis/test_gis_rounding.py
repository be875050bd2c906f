"""The one rounding gives plain numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gis.measures import rounded


def test_a_number_of_numpy_becomes_a_plain_float() -> None:
    found = rounded(float(np.float64(215.3000004)))
    assert type(found) is float
    assert type(rounded(np.float64(215.3000004))) is float  # repr would say np.float64(...)
    assert found == 215.3


def test_rounding_keeps_nothing_and_refuses_what_is_no_measure() -> None:
    assert rounded(None) is None
    assert str(rounded(-1e-9)) == "0.0"
    with pytest.raises(ValueError, match="no finite measure"):
        rounded(float("nan"))
