"""The operator's page tells every setting, figure and address that there is."""

import re

from api.operations.bundle import ROOT
from api.settings import PREFIX, Settings

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")]


def test_every_setting_is_told_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        assert f"`{PREFIX}{name.upper()}`" in PAGE, name
        if isinstance(field.default, bool | int | float):
            row = next(line for line in ROWS if line.startswith(f"| `{PREFIX}{name.upper()}`"))
            assert f"`{str(field.default).lower()}`" in row, name


def test_no_setting_is_told_that_is_not_there() -> None:
    told = set(re.findall(rf"`{PREFIX}([A-Z_]+)`", PAGE))
    assert {name.lower() for name in told} - {"lang"} <= set(Settings.model_fields)


def test_every_figure_is_told() -> None:
    source = (ROOT / "api" / "operations" / "metrics.py").read_text(encoding="utf-8")
    for name in set(re.findall(r'"(lantu_[a-z_]+)"', source)):
        assert name in PAGE, name
