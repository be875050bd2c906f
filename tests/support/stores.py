"""Tests that run on both stores: a place for each workspace, a folder or a database.

A module asks by `pytestmark = pytest.mark.usefixtures("both_stores")`; what concerns the files of
a folder is marked `folder_only`.
"""

from collections.abc import Callable
from pathlib import Path

from layers.store import Place, open_workspace
from layers.store.workspace import Workspace

_databases: dict[Path, str] = {}
_new_database: Callable[[], str] | None = None


def use_databases(make: Callable[[], str]) -> None:
    """From now on places are databases."""
    global _new_database
    _new_database = make


def use_folders() -> list[str]:
    """From now on places are folders; return the databases that were made."""
    global _new_database
    made = list(_databases.values())
    _databases.clear()
    _new_database = None
    return made


def place(folder: Path) -> Place:
    """The folder itself, or the database that stands for it."""
    if _new_database is None:
        return folder
    if folder not in _databases:
        _databases[folder] = _new_database()
    return _databases[folder]


def reopened(folder: Path) -> Workspace:
    """The workspace that `make_workspace` or `workspace_of` made in a test's folder, once more."""
    return open_workspace(place(folder / "ws"))
