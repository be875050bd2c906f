"""From a backup to a workspace: all is verified first, and nothing is overwritten."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from api.operations import backup
from api.operations.table_copies import connect, copy_in, record_tables, store_tables
from api.records.database import Records
from gis.errors import LantuError, Text
from layers.places import is_url
from layers.store import open_workspace

_BLOCK = 1 << 20
_LARGEST_MANIFEST = 256 << 20


def restore_backup(source: Path, place: str, records: str | None = None) -> Mapping[str, Any]:
    """Make a workspace and its records from a backup; return the manifest.

    Parameters
    ----------
    source
        The backup.
    place
        A folder that is new or empty, or the address of a database without a workspace: of the
        kind that was backed up.
    records
        Address of records that lie elsewhere; None: beside the workspace.

    Raises
    ------
    LantuError
        `bad_backup` (not one, cut off or altered: nothing is restored), `workspace_exists`,
        `backup_kind`, `backup_version`.
    """
    if not source.is_file():
        raise LantuError(
            "file_not_found",
            Text(f"没有文件“{source.name}”", f"There is no file {source.name!r}"),
            Text("请核对路径", "Check the path"),
            where=source.name,
        )
    near = None if is_url(place) else Path(place).resolve().parent
    if near is not None:
        near.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".lantu-restore-", dir=near) as scratch:
        folder = Path(scratch)
        manifest = _unpack(source, folder)
        _expect_kind(manifest, place)
        if is_url(place):
            _fill_database(manifest, folder, place, records)
        else:
            _fill_folder(manifest, folder, Path(place), records)
    opened = open_workspace(place)
    opened.close()
    return manifest


# --- reading and verifying ----------------------------------------------------------------------


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack into a folder, file by file under names that are checked; verify each digest."""
    found: dict[str, tuple[str, int]] = {}
    try:
        with tarfile.open(source, mode="r:gz") as tar:
            for member in tar:
                if not member.isreg() or not _harmless(member.name) or member.name in found:
                    raise _bad(source, f"“{member.name[:80]}”", f"its entry {member.name[:80]!r}")
                content = tar.extractfile(member)
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                digest, size = hashlib.sha256(), 0
                with path.open("wb") as file:
                    while content is not None and (block := content.read(_BLOCK)):
                        digest.update(block)
                        size += len(block)
                        file.write(block)
                found[member.name] = (digest.hexdigest(), size)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _bad(source, "文件不完整", "it is cut off") from error
    manifest = _manifest(source, folder, found)
    told = {name: (item["sha256"], item["bytes"]) for name, item in manifest["entries"].items()}
    found.pop(backup.MANIFEST)
    if told != found:
        differs = sorted(name for name in told.keys() | found if told.get(name) != found.get(name))
        raise _bad(source, f"“{differs[0]}”与清单不符", f"{differs[0]!r} is not as listed")
    return manifest


def _manifest(source: Path, folder: Path, found: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    if backup.MANIFEST not in found or found[backup.MANIFEST][1] > _LARGEST_MANIFEST:
        raise _bad(source, "没有清单", "it has no list of its files")
    try:
        manifest = json.loads((folder / backup.MANIFEST).read_bytes())
        if manifest["format"] != backup.FORMAT:
            raise _other_version(str(manifest["program"]))
        for key in ("workspace", "records", "revision", "entries"):
            manifest[key]
    except (ValueError, KeyError, TypeError) as error:
        raise _bad(source, "清单不可读", "its list cannot be read") from error
    return dict(manifest)


def _harmless(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not path.is_absolute()
        and "\\" not in name
        and ":" not in name
        and all(part not in {"", ".", ".."} for part in name.split("/"))
    )


def _bad(source: Path, zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_backup",
        Text(f"备份“{source.name}”不可用：{zh}", f"The backup {source.name!r} is not good: {en}"),
        Text("请换用另一份备份；没有恢复任何内容", "Use another backup; nothing was restored"),
        where=source.name,
    )


def _expect_kind(manifest: Mapping[str, Any], place: str) -> None:
    kind = manifest["workspace"]["kind"]
    if (kind == "database") == is_url(place):
        return
    zh, en = ("数据库", "a database") if kind == "database" else ("文件夹", "a folder")
    raise LantuError(
        "backup_kind",
        Text(f"这份备份来自{zh}工作区", f"This backup is of a workspace in {en}"),
        Text(f"请恢复到{zh}", f"Restore it into {en}"),
    )


def _other_version(made_by: str) -> LantuError:
    own = version("lantu")
    return LantuError(
        "backup_version",
        Text(
            f"备份由程序版本 {made_by} 生成，本程序为 {own}，数据表不同",
            f"The backup was made by version {made_by}; this is {own}, with other tables",
        ),
        Text(
            f"请用版本 {made_by} 恢复，再用本程序 lantu upgrade",
            f"Restore it with version {made_by}, then run lantu upgrade with this one",
        ),
    )


# --- filling ------------------------------------------------------------------------------------


def _fill_folder(
    manifest: Mapping[str, Any], folder: Path, target: Path, records: str | None
) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise LantuError(
            "workspace_exists",
            Text(f"{target.name} 已存在且不为空", f"{target.name} exists and is not empty"),
            Text("请恢复到新的文件夹", "Restore into a new folder"),
            where=target.name,
        )
    made = folder / backup.FOLDER.rstrip("/")
    for name in ("layers", "packs", "documents"):
        (made / name).mkdir(exist_ok=True)
    for path in made.rglob("*"):
        if path.is_file() and path.relative_to(made).parts[0] == "layers":
            path.chmod(0o444)
    if (made / "secrets").is_dir():
        (made / "secrets").chmod(0o700)
    has_records = manifest["records"] is not None
    if has_records and manifest["records"]["kind"] == "file" and records is None:
        shutil.move(folder / backup.RECORDS_FILE, made / "records.sqlite")
    elif has_records:
        _fill_records(manifest, folder, _told(records))
    if target.exists():
        target.rmdir()
    made.rename(target)


def _fill_database(
    manifest: Mapping[str, Any], folder: Path, place: str, records: str | None
) -> None:
    from layers.store.database import HEAD
    from layers.store.postgis import new_tables
    from layers.store.postgres import Postgres

    version_file = folder / f"{backup.STORE_TABLES}store_version.copy"
    if version_file.read_text(encoding="utf-8").strip() != HEAD:
        raise _other_version(str(manifest["program"]))
    database = Postgres(place)
    try:
        with new_tables(database) as write:
            write.execute("SET LOCAL statement_timeout = 0")
            copy_in(
                write.connection.connection.driver_connection,  # type: ignore[arg-type]
                folder / backup.STORE_TABLES,
                store_tables(),
                manifest["workspace"]["tables"],
            )
    finally:
        database.close()
    if manifest["records"] is not None:
        _fill_records(manifest, folder, records or place)


def _fill_records(manifest: Mapping[str, Any], folder: Path, address: str) -> None:
    if manifest["records"]["kind"] == "file":
        path = Path(address.removeprefix("sqlite:///"))
        if not address.startswith("sqlite:///") or path.exists():
            raise _records_taken(path.name)
        shutil.move(folder / backup.RECORDS_FILE, path)
        return
    import psycopg

    made = Records(address)
    made.create()
    made.close()
    tables = record_tables()
    with connect(address) as connection:
        for table in tables:
            if connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1'.encode()).fetchone():
                raise _records_taken(table.name)
        try:
            kept = manifest["records"]["tables"]
            copy_in(connection, folder / backup.RECORD_TABLES, tables, kept)
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
            raise _other_version(str(manifest["program"])) from error


def _told(records: str | None) -> str:
    if records is None:
        raise LantuError(
            "backup_kind",
            Text("备份中的业务数据来自数据库", "The records of this backup are of a database"),
            Text("请用 --records 给出数据库地址", "Give its address with --records"),
        )
    return records


def _records_taken(name: str) -> LantuError:
    return LantuError(
        "records_exist",
        Text(f"业务数据已存在（{name}）", f"There are records already ({name})"),
        Text("请恢复到空的数据库或新的文件", "Restore into an empty database or a new file"),
        where=name,
    )
