"""Print the table; figures depend on the machine, the ratios of one run much less."""

from __future__ import annotations

import platform
import tempfile
from pathlib import Path

from benchmarks import engines, formats, http, publishing, screening, stores
from tests.town import build_town_workspace


def main() -> None:
    """Build the town once and run every benchmark."""
    print(f"Python {platform.python_version()}, {platform.machine()}; ratio = peer time / our time")
    with tempfile.TemporaryDirectory() as name:
        workspace = build_town_workspace(Path(name))
        runs = (
            screening.run(workspace),
            formats.run(workspace),
            engines.run(workspace),
            publishing.run(),
            stores.run(),
            http.run(workspace),
        )
        for lines in runs:
            for line in lines:
                print(line.text(), flush=True)


if __name__ == "__main__":
    main()
