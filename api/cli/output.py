"""What a command prints: results, JSON, messages, refusals, faults and their exit codes."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from api.cli.language import LANGUAGE, say, speak
from gis.errors import LantuError, Note, Text

DONE, REFUSED, WRONG_USAGE, INTERNAL_FAULT = 0, 1, 2, 3

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Item = TypeVar("Item")

_SHOW_PROGRESS_AFTER_S = 1.0
_LINE_EVERY_S = 5.0


class UsageFaultError(LantuError):
    """A refusal of the way a command was called: exit code 2 instead of 1."""


def message(text: str) -> None:
    """Tell the user something on stderr."""
    click.echo(_printable(text), err=True)


def result(text: str) -> None:
    """Print a line of the answer on stdout."""
    click.echo(_printable(text))


def _printable(text: str) -> str:
    """Names come out of files: none may move the cursor, colour the screen or turn the line."""
    return _COMMANDS.sub("\ufffd", text)


def print_json(document: Any) -> None:
    """Print the one JSON document of a command called with `--json`."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str))


def refusal_text(error: LantuError) -> str:
    """Return a refusal as two or three lines in the user's language."""
    place = f"（{error.where}）" if error.where and LANGUAGE == "zh" else ""
    if error.where and LANGUAGE == "en":
        place = f" ({error.where})"
    lines = [
        say("错误", "error") + f" [{error.code}] {speak(error.fact)}{place}",
        "  " + say("处理：", "what to do: ") + speak(error.hint),
    ]
    return "\n".join(lines)


def show_refusal(error: LantuError, *, as_json: bool) -> int:
    """Print a refusal where it belongs and return the exit code."""
    if as_json:
        print_json(error.as_dict(LANGUAGE))
    else:
        message(refusal_text(error))
    return WRONG_USAGE if isinstance(error, UsageFaultError) else REFUSED


def show_note(note: Note) -> None:
    """Print a note on stderr."""
    message(say("注意", "note") + f" [{note.code}] {speak(note.text)}")


def usage_error(error: click.UsageError) -> UsageFaultError:
    """Turn click's complaint about a call into a refusal of our form."""
    path = error.ctx.command_path if error.ctx else "lantu"
    return UsageFaultError(
        "wrong_usage",
        Text(f"命令用法有误：{error.format_message()}", f"Wrong usage: {error.format_message()}"),
        Text(f"运行 {path} --help 查看用法", f"Run {path} --help to see the usage"),
    )


def file_system_refusal(error: OSError) -> LantuError:
    """Turn a fault of the file system into a refusal that names the file."""
    reason = error.strerror or type(error).__name__
    name = str(error.filename) if error.filename is not None else "?"
    return LantuError(
        "file_not_accessible",
        Text(f"无法读写“{name}”：{reason}", f"Cannot read or write {name!r}: {reason}"),
        Text(
            "请核对路径、权限与磁盘空间后重试",
            "Check the path, the permissions and the free space, then try again",
        ),
    )


def show_fault(error: BaseException, folder: Path | None, *, as_json: bool) -> int:
    """Write the traceback of an internal fault to a log, print its id, return the exit code."""
    fault = secrets.token_hex(6)
    log = _fault_log(fault, "".join(traceback.format_exception(error)), folder)
    refusal = LantuError(
        "internal_fault",
        Text(f"程序内部故障，编号 {fault}", f"Internal fault, id {fault}"),
        Text(
            f"请把编号和日志 {log} 交给维护人员",
            f"Give the id and the log {log} to the maintainers",
        ),
    )
    show_refusal(refusal, as_json=as_json)
    return INTERNAL_FAULT


def _fault_log(fault: str, text: str, folder: Path | None) -> Path:
    if folder is not None and folder.is_dir():
        try:
            logs = folder / "logs"
            logs.mkdir(exist_ok=True)
            path = logs / f"fault-{fault}.log"
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            message(
                say("日志不能写入工作区：", "the log cannot be kept in the workspace: ")
                + f"{error}"
            )
        else:
            return path
    path = Path(tempfile.gettempdir()) / f"lantu-fault-{fault}.log"
    path.write_text(text, encoding="utf-8")
    return path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.chmod(0o644)
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


@contextmanager
def steps(label: str) -> Iterator[Callable[[int, int, str], None]]:
    """Give a function that takes (steps done, steps in all, name of the next step).

    On work over a second it shows how far the work is, on stderr: a bar on a terminal, else a
    line for each step.
    """
    start = time.monotonic()
    bars: list[Any] = []

    def _show(done: int, total: int, name: str) -> None:
        if time.monotonic() - start < _SHOW_PROGRESS_AFTER_S:
            return
        if not sys.stderr.isatty():
            message(f"{label} {done}/{total} {name}")
            return
        if not bars:
            bars.append(click.progressbar(length=total, label=label, file=sys.stderr))
        bars[0].update(done - bars[0].pos)

    try:
        yield _show
    finally:
        for bar in bars:
            bar.render_finish()


def progress(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
    """Yield the items; on work over a second show how far it is, on stderr.

    On a terminal a bar, else a line every five seconds.
    """
    start = last = time.monotonic()
    bar: Any = None
    try:
        for done, item in enumerate(items, start=1):
            yield item
            elapsed = time.monotonic()
            if elapsed - start < _SHOW_PROGRESS_AFTER_S or total <= 1:
                continue
            if sys.stderr.isatty():
                if bar is None:
                    bar = click.progressbar(length=total, label=label, file=sys.stderr)
                    bar.update(done)
                else:
                    bar.update(1)
            elif elapsed - last >= _LINE_EVERY_S:
                message(f"{label} {done}/{total}")
                last = elapsed
    finally:
        if bar is not None:
            bar.render_finish()
