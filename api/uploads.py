"""What people upload: read within limits, kept in a private folder, removed with the request."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.auth.csrf import FIELD
from gis.errors import LantuError, Text

MOST_FILES = 20
MOST_FIELDS = 40
MOST_FIELD_BYTES = 16 * 1024 * 1024
_MOST_NAME, _MOST_SUFFIX = 180, 20
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]')


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it came: `fields` are texts (or JSON values), `files` stand open."""

    fields: Mapping[str, Any]
    files: Mapping[str, tuple[UploadFile, ...]]


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[Form]:
    """Read multipart or JSON; the files of the form are closed at the end.

    Raises
    ------
    LantuError
        `unsupported_media` for any other type of content, `bad_request` for broken content.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        yield Form(await _json(request), {})
        return
    if kind != "multipart/form-data":
        raise _unsupported(kind)
    async with request.form(
        max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES
    ) as data:
        fields: dict[str, Any] = {}
        files: dict[str, tuple[UploadFile, ...]] = {}
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                files[name] = (*files.get(name, ()), value)
            elif name in fields:
                raise bad_request(f"字段 {name} 出现两次", f"The field {name} stands twice")
            elif name != FIELD:  # a page's check value, asked at the door
                fields[name] = value
        yield Form(fields, files)


async def _json(request: Request) -> dict[str, Any]:
    try:
        data = await run_sync(json.loads, await request.body())
    except (ValueError, RecursionError) as error:
        raise bad_request("请求正文不是 JSON", "The body is no JSON") from error
    if not isinstance(data, dict):
        raise bad_request("请求正文不是 JSON 对象", "The body is no JSON object")
    return data


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only the service can read; all in it is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lantu-upload-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def saved_sites(form: Form) -> Iterator[list[Path]]:
    """Save the uploaded `site` files; the parts of a Shapefile are one source, their folder."""
    with private_folder() as folder:
        files = [save(upload, folder) for upload in form.files.get("site", ())]
        yield [folder] if any(path.suffix.lower() == ".shp" for path in files) else files


def with_text(form: Form, name: str) -> dict[str, Any]:
    """Return the fields; a file uploaded as `name` is read as text, `site` files stay files."""
    fields = dict(form.fields)
    for part, uploads in form.files.items():
        if part == "site":
            continue
        if part != name or len(uploads) != 1 or name in fields:
            raise bad_request(f"多余的文件 {part}", f"The file {part} is not expected")
        try:
            fields[name] = uploads[0].file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise bad_request(
                f"文件 {part} 不是 UTF-8 编码", f"The file {part} is not UTF-8"
            ) from error
    return fields


def save(upload: UploadFile, folder: Path) -> Path:
    """Write an uploaded file into a folder under a safe form of its own name."""
    path = folder / safe_file_name(upload.filename or "")
    if path.exists():
        raise bad_request(f"文件 {path.name} 出现两次", f"The file {path.name} stands twice")
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)
    return path


def safe_file_name(name: str) -> str:
    """Return the last part of a name without what could lead out of a folder or start a driver."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    clean = unicodedata.normalize("NFC", _UNFIT.sub("_", last)).strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    if not dot:
        return _short(clean, _MOST_NAME) or "upload"
    return f"{_short(stem, _MOST_NAME)}.{_short(suffix, _MOST_SUFFIX)}"


def _short(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def bad_request(zh: str, en: str) -> LantuError:
    """Return the refusal of a request that cannot be read (400)."""
    return LantuError(
        "bad_request", Text(zh, en), Text("请核对接口文档", "See the interface's document")
    )


def bad_value(error: ValidationError) -> LantuError:
    """Return the refusal of the first field that does not fit its form (422)."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:1])
    return LantuError(
        "bad_value",
        Text(
            f"请求的 {place} 不可用：{first['msg']}",
            f"The request's {place} cannot be used: {first['msg']}",
        ),
        Text("请按接口文档修改后重试", "Mend it as the interface's document says"),
        where=place,
    )


def _unsupported(kind: str) -> LantuError:
    shown = kind[:80] or "-"
    return LantuError(
        "unsupported_media",
        Text(f"不支持内容类型 {shown}", f"The content type {shown} is not taken"),
        Text(
            "请用 multipart/form-data 或 application/json",
            "Send multipart/form-data or application/json",
        ),
    )
