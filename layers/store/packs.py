"""An office's own rule packs: copied into the workspace, older states kept for replay."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from abc import ABC, abstractmethod
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from layers.store.database import Database
from layers.store.files import STAGING, exclusive, safe_name, sync_file, sync_folder
from layers.yaml_file import read_yaml
from layers.yaml_parser import bad_file

MAX_PACK_BYTES = 50_000_000
"""Largest pack copied; the largest of ours has half a megabyte."""


class PackShelf(ABC):
    """Which packs are in force, and the copies of their states.

    A state is called by its place, `<pack>/<digest>`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @abstractmethod
    def folder(self, place: str) -> Path:
        """Folder of a state that is kept."""

    @abstractmethod
    def places(self, pack: str | None = None) -> tuple[str, ...]:
        """Places of all states that are kept, of one pack (its safe name) or of all; sorted."""

    @abstractmethod
    def _keep(self, place: str, folder: Path, files: list[Path]) -> None:
        """Copy a state unless it is kept already; whole or not at all."""

    def active(self) -> tuple[str, ...]:
        """Names of the packs in force, in order."""
        rows = self._database.rows(
            "SELECT value FROM settings WHERE name = 'packs' ORDER BY revision DESC LIMIT 1"
        )
        return tuple(json.loads(rows[0][0]))

    def choose(self, names: tuple[str, ...], *, at: datetime) -> None:
        """Choose the packs in force; the same choice changes nothing."""
        if names == self.active():
            return
        with self._database.writing() as write:
            revision = write.revise("setting", "packs", at)
            value = json.dumps(list(names)).encode()
            write.execute("INSERT INTO settings VALUES ('packs', ?, ?)", (revision, value))

    def add(self, folder: Path, *, at: datetime) -> str:
        """Copy a pack folder; return its name. The same content changes nothing.

        Raises
        ------
        LantuError
            `file_not_found`, `bad_file`: no `pack.yaml` with a name, links, too big.
        """
        name = _name_of(folder)
        place = self._copy_of(name, folder)
        with self._database.writing() as write:
            rows = write.execute(
                "SELECT folder FROM packs WHERE name = ? ORDER BY revision DESC LIMIT 1", (name,)
            )
            if rows != [(place,)]:
                revision = write.revise("pack", name, at)
                write.execute("INSERT INTO packs VALUES (?, ?, ?)", (name, revision, place))
        return name

    def keep(self, name: str, folder: Path) -> None:
        """Keep a copy of a pack of the program's own, for replay; it is not put in force.

        Raises
        ------
        LantuError
            `bad_file`: links, too big.
        """
        self._copy_of(name, folder)

    def _copy_of(self, name: str, folder: Path) -> str:
        files = files_of(folder)
        place = f"{safe_name(name)}/{digest_of(folder, files)[:16]}"
        self._keep(place, folder, files)
        return place

    def kept(self, name: str) -> tuple[Path, ...]:
        """Folders of every state of a pack that is kept, whether it was in force or not."""
        return tuple(self.folder(place) for place in self.places(safe_name(name)))

    def folders(self, known_at: int | None = None) -> dict[str, Path]:
        """Folder in force of each pack, newest or as of a revision."""
        rows = self._database.rows(
            "SELECT name, folder FROM packs WHERE revision <= coalesce(?, revision)"
            " ORDER BY revision",
            (known_at,),
        )
        in_force = {row[0]: row for row in rows}
        return {row[0]: self.folder(row[1]) for row in in_force.values()}


class FolderShelf(PackShelf):
    """`packs/<name>/<digest>/` in a workspace's folder."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(database)
        self._folder = folder

    def folder(self, place: str) -> Path:
        """Folder of a state that is kept."""
        return self._folder / place

    def keep_at(self, place: str, folder: Path) -> None:
        """Keep a state whose place is known."""
        self._keep(place, folder, files_of(folder))

    def places(self, pack: str | None = None) -> tuple[str, ...]:
        """Places of all states that are kept."""
        found = self._folder.glob(f"{pack or '*'}/*")
        return tuple(
            sorted(
                path.relative_to(self._folder).as_posix()
                for path in found
                if path.is_dir() and not path.name.startswith(STAGING)
            )
        )

    def _keep(self, place: str, folder: Path, files: list[Path]) -> None:
        target = self._folder / place
        if target.exists():
            return
        with exclusive(target.parent):
            for rest in target.parent.glob(f"{STAGING}*"):
                shutil.rmtree(rest)
            if not target.exists():
                copy_files(folder, files, target.with_name(f"{STAGING}{os.getpid()}"), target)


def _name_of(folder: Path) -> str:
    content = read_yaml(folder / "pack.yaml")
    name = content.get("name") if isinstance(content, dict) else None
    if not isinstance(name, str):
        raise bad_file(
            Text("pack.yaml 缺少规则库名称 name", "pack.yaml has no name"),
            f"{folder.name}/pack.yaml",
        )
    return name


def files_of(folder: Path) -> list[Path]:
    """Files of a pack, relative and sorted; links and oversize are refused, hidden files left."""
    found, size = [], 0
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if any(part.startswith(".") or part == "__pycache__" for part in place.parts):
            continue
        if path.is_symlink():
            raise bad_file(
                Text("规则库中含有链接", "A rule pack must not contain links"),
                f"{folder.name}/{place.as_posix()}",
            )
        if path.is_file():
            found.append(place)
            size += path.stat().st_size
    if size > MAX_PACK_BYTES:
        raise LantuError(
            "bad_file",
            Text(
                f"规则库有 {size} 字节，超过上限 {MAX_PACK_BYTES}",
                f"The pack has {size} bytes, more than {MAX_PACK_BYTES}",
            ),
            Text("请移除与规则无关的文件", "Remove files that are no rules"),
            where=folder.name,
        )
    return found


def digest_of(folder: Path, files: list[Path]) -> str:
    """SHA-256 over names and contents of a pack's files."""
    digest = hashlib.sha256()
    for place in files:
        content = (folder / place).read_bytes()
        digest.update(f"{place.as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def copy_files(folder: Path, files: list[Path], staging: Path, target: Path) -> None:
    """Copy files under a staging name, bring them to the disk, then give the folder its name."""
    for place in files:
        copy = staging / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / place, copy)
        sync_file(copy)
    staging.replace(target)
    sync_folder(target.parent)
