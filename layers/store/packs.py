"""An office's own rule packs: copied into the workspace, older states kept for replay."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from layers.store.catalogue import Catalogue
from layers.store.files import STAGING, exclusive, safe_name, sync_file, sync_folder
from layers.yaml_file import read_yaml
from layers.yaml_parser import bad_file

MAX_PACK_BYTES = 50_000_000
"""Largest pack copied; the largest of ours has half a megabyte."""


class PackShelf:
    """`packs/<name>/<digest>/` and the catalogue's rows that say which one is in force."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._catalogue = catalogue

    def active(self) -> tuple[str, ...]:
        """Names of the packs in force, in order."""
        rows = self._catalogue.rows(
            "SELECT value FROM settings WHERE name = 'packs' ORDER BY revision DESC LIMIT 1"
        )
        return tuple(json.loads(rows[0][0]))

    def choose(self, names: tuple[str, ...], *, at: datetime) -> None:
        """Choose the packs in force; the same choice changes nothing."""
        if names == self.active():
            return
        with self._catalogue.writing() as write:
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
        files = _files_of(folder)
        digest = _digest(folder, files)
        shelf = self._folder / safe_name(name)
        target = shelf / digest[:16]
        with exclusive(shelf):
            for rest in shelf.glob(f"{STAGING}*"):
                shutil.rmtree(rest)
            if not target.exists():
                _copy(folder, files, shelf / f"{STAGING}{os.getpid()}", target)
            if self.folders().get(name) != target:
                with self._catalogue.writing() as write:
                    revision = write.revise("pack", name, at)
                    place = target.relative_to(self._folder).as_posix()
                    write.execute("INSERT INTO packs VALUES (?, ?, ?)", (name, revision, place))
        return name

    def keep(self, name: str, folder: Path) -> None:
        """Keep a copy of a pack of the program's own, for replay; it is not put in force.

        Raises
        ------
        LantuError
            `bad_file`: links, too big.
        """
        files = _files_of(folder)
        shelf = self._folder / safe_name(name)
        target = shelf / _digest(folder, files)[:16]
        if target.exists():
            return
        with exclusive(shelf):
            if not target.exists():
                _copy(folder, files, shelf / f"{STAGING}{os.getpid()}", target)

    def kept(self, name: str) -> tuple[Path, ...]:
        """Folders of every state of a pack that is kept, whether it was in force or not."""
        shelf = self._folder / safe_name(name)
        found = shelf.iterdir() if shelf.is_dir() else iter(())
        return tuple(sorted(p for p in found if p.is_dir() and not p.name.startswith(STAGING)))

    def folders(self, known_at: int | None = None) -> dict[str, Path]:
        """Folder in force of each pack, newest or as of a revision."""
        rows = self._catalogue.rows(
            "SELECT name, folder FROM packs WHERE revision <= coalesce(?, revision)"
            " ORDER BY revision",
            (known_at,),
        )
        return {name: self._folder / place for name, place in rows}


def _name_of(folder: Path) -> str:
    content = read_yaml(folder / "pack.yaml")
    name = content.get("name") if isinstance(content, dict) else None
    if not isinstance(name, str):
        raise bad_file(
            Text("pack.yaml 缺少规则库名称 name", "pack.yaml has no name"),
            f"{folder.name}/pack.yaml",
        )
    return name


def _files_of(folder: Path) -> list[Path]:
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


def _digest(folder: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for place in files:
        content = (folder / place).read_bytes()
        digest.update(f"{place.as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _copy(folder: Path, files: list[Path], staging: Path, target: Path) -> None:
    for place in files:
        copy = staging / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / place, copy)
        sync_file(copy)
    staging.replace(target)
    sync_folder(target.parent)
