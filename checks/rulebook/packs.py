"""Find and read the folders of rule packs, and put them in the order in which they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from checks.rulebook.models import PackForm, ScenarioForm, ScenariosForm
from checks.rulebook.place import Place, near_en, near_zh, shown
from gis.errors import LantuError, Text
from layers.yaml_file import read_text_with_lines, validate
from layers.yaml_parser import LineMap

SHIPPED = Path(__file__).parents[1] / "rules"

READ_LATER = (
    "authorities.yaml", "classes.yaml", "indicators.yaml", "items.yaml", "inheritance.yaml",
    "plan_conflicts.yaml",
)  # fmt: skip
"""Tables that a pack may hold beside its rules: in `PackFiles.tables`, read by their own rooms."""

IN_PARTS = ("classes", "items")
"""Tables that may go on in a folder of their name, read in the order of the names."""

_MAX_FILES = 2000


@dataclass(frozen=True, slots=True)
class PackFiles:
    """A pack as read: declaration, raw rules by file, raw scenarios, text of its other tables.

    `lines` tell where in a file a value stands. What is read is shared by all who ask for the same
    bytes: nobody changes it.
    """

    form: PackForm
    digest: str
    rules: tuple[tuple[str, tuple[dict[str, Any], ...]], ...]
    scenarios: tuple[dict[str, Any], ...]
    inheritance: Any
    tables: Mapping[str, str]
    settings: Any = None
    lines: Mapping[str, LineMap] = field(default_factory=dict)

    def place(self, file: str) -> Place:
        """Name a file of this pack as messages do."""
        return Place(f"{self.form.name}/{file}", lines=self.lines.get(file))

    def entry(self, file: str, n: int) -> Place:
        """Name the n-th rule of a file, n from 0: the file is one rule or a list of them."""
        place = self.place(file)
        listed = place.lines is not None and (n,) in place.lines
        return place.entry(n) if listed else place


def shipped_packs() -> tuple[str, ...]:
    """Return the names of the packs that ship with the product."""
    return tuple(sorted(folder.parent.name for folder in SHIPPED.glob("*/pack.yaml")))


def packs_in_order(
    names: Sequence[str], folders: Mapping[str, Path], *, kept: Mapping[str, Path] | None = None
) -> tuple[PackFiles, ...]:
    """Read the named packs and those they lie over; a pack comes after what it lies over.

    `kept` are copies of older states, read in place of the packs of their names.

    Raises
    ------
    LantuError
        `unknown_pack`, `pack_name_taken`, `pack_cycle`, `bad_pack`, and what `read_pack` refuses.
    """
    shelf = _Shelf(folders, kept or {})
    for name in names:
        shelf.put(name, (), Place(name))
    return tuple(shelf.done.values())


class _Shelf:
    """Packs read so far, in order."""

    def __init__(self, folders: Mapping[str, Path], kept: Mapping[str, Path]) -> None:
        self.folders = folders
        self.kept = kept
        self.done: dict[str, PackFiles] = {}

    def put(self, name: str, above: tuple[str, ...], asked: Place) -> None:
        """Read a pack after those it lies over; `asked` is where its name stands."""
        if name in self.done:
            return
        if name in above:
            chain = " → ".join((*above[above.index(name) :], name))
            raise asked.refuse(
                f"规则库互相叠加成环：{chain}",
                f"Packs lie over each other in a ring: {chain}",
                hint=Text(
                    "请修改其中一个 pack.yaml 的 over",
                    "Change `over` in one of the pack.yaml files",
                ),
                code="pack_cycle",
            )
        pack = read_pack(self.find(name, asked))
        if pack.form.name != name:
            raise (
                replace(pack.place("pack.yaml"), file=f"{name}/pack.yaml")
                .at("name")
                .refuse(
                    f"规则库 {name} 的 pack.yaml 写的名称是 {pack.form.name}",
                    f"The pack.yaml of {name} says the name is {pack.form.name}",
                    hint=Text("两者须一致", "Both must be the same"),
                    code="bad_pack",
                )
            )
        for n, under in enumerate(pack.form.over or (), start=1):
            self.put(under, (*above, name), pack.place("pack.yaml").at("over", n))
        self.done[name] = pack

    def find(self, name: str, asked: Place) -> Path:
        if name in self.kept:
            return self.kept[name]
        own, shipped = self.folders.get(name), shipped_packs()
        if own is not None and name in shipped:
            raise asked.refuse(
                f"规则库名称 {name} 已被系统自带规则库占用",
                f"{name} is a shipped pack's name",
                hint=Text(
                    "请另取名称，并用 over 叠加其上",
                    "Choose another name and lie over it by `over`",
                ),
                code="pack_name_taken",
            )
        if own is not None:
            return own
        if name in shipped:
            return SHIPPED / name
        known = sorted({*shipped, *self.folders})
        listed = ", ".join(known)
        raise asked.refuse(
            f"没有规则库“{name}”{near_zh(name, known)}；现有：{listed}",
            f"No rule pack {name!r}{near_en(name, known)}; there are: {listed}",
            hint=Text("先用 lantu rules add 登记", "Register it with `lantu rules add`"),
            code="unknown_pack",
        )


def read_pack(folder: Path) -> PackFiles:
    """Read one pack's folder: `pack.yaml`, `rules/*.yaml`, `scenarios.yaml`.

    The tables `READ_LATER` may lie there; they count in the digest and are read elsewhere. Any
    other YAML file is refused: it would be lost.

    Raises
    ------
    LantuError
        `bad_pack` (no pack.yaml, a stray file), `bad_file` (content).
    """
    return _parsed(folder.name, tuple(_files(folder).items()))


@lru_cache(maxsize=32)
def _parsed(pack: str, content: tuple[tuple[str, bytes], ...]) -> PackFiles:
    """Read a pack from its bytes: the same bytes are read once in a process."""
    files = dict(content)
    if "pack.yaml" not in files:
        raise LantuError(
            "bad_pack",
            Text(f"文件夹 {pack} 中没有 pack.yaml", f"No pack.yaml in the folder {pack}"),
            Text("请指定规则库文件夹", "Name the folder of a rule pack"),
            where=pack,
        )
    raw, own_lines = _yaml(files, "pack.yaml", pack)
    form = validate(PackForm, raw, f"{pack}/pack.yaml", lines=own_lines)
    read = {
        name: _yaml(files, name, form.name)
        for name in files
        if name in ("scenarios.yaml", "settings.yaml") or name.startswith("rules/")
    }
    listed: tuple[dict[str, Any], ...] = ()
    value, lines = read.get("scenarios.yaml", (None, own_lines))
    if value is not None:
        where = f"{form.name}/scenarios.yaml"
        listed = validate(ScenariosForm, value, where, lines=lines).scenarios
    rules = tuple(
        (name, _entries(value, Place(f"{form.name}/{name}", lines=lines)))
        for name, (value, lines) in read.items()
        if name.startswith("rules/")
    )
    if "inheritance.yaml" in files:
        read["inheritance.yaml"] = _yaml(files, "inheritance.yaml", form.name)
    sharing = read["inheritance.yaml"][0] if "inheritance.yaml" in read else None
    tables = {name: _text(files, name, form.name) for name in files if _is_table(name)}
    places = {name: lines for name, (_, lines) in read.items()} | {"pack.yaml": own_lines}
    settings = read["settings.yaml"][0] if "settings.yaml" in read else None
    return PackFiles(form, _digest(files), rules, listed, sharing, tables, settings, places)


def _is_table(name: str) -> bool:
    folder, _, rest = name.partition("/")
    in_part = folder in IN_PARTS and "/" not in rest and rest.endswith(".yaml")
    return name in READ_LATER or in_part


def parts_of(tables: Mapping[str, str], table: str) -> list[tuple[str, str]]:
    """Return name and text of a table's file and of the files of its folder, in order."""
    return [
        (name, text)
        for name, text in sorted(tables.items())
        if name == f"{table}.yaml" or name.startswith(f"{table}/")
    ]


def scenario_form(raw: dict[str, Any], place: Place) -> ScenarioForm:
    """Validate one scenario, naming its key in a refusal."""
    key = str(raw.get("key") or "?")
    return validate(ScenarioForm, raw, place.file, lines=place.lines, inside=key)


def _files(folder: Path) -> dict[str, bytes]:
    """Bytes of the pack's YAML files by their name in the pack, sorted."""
    found: dict[str, bytes] = {}
    paths = [*folder.glob("*.y*ml")]
    for part in ("rules", *IN_PARTS):
        paths += (folder / part).rglob("*.y*ml")
    if len(paths) > _MAX_FILES:
        raise LantuError(
            "bad_pack",
            Text(f"规则库含 {len(paths)} 个文件", f"The pack holds {len(paths)} files"),
            Text(f"上限为 {_MAX_FILES} 个", f"At most {_MAX_FILES} are read"),
            where=folder.name,
        )
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        top = name in ("pack.yaml", "scenarios.yaml", "settings.yaml") or _is_table(name)
        rule = name.startswith("rules/") and name.count("/") == 1 and name.endswith(".yaml")
        if not (top or rule):
            raise LantuError(
                "bad_pack",
                Text(f"规则库中有不识别的文件 {name}", f"The pack holds an unknown file {name}"),
                Text(
                    "规则放在 rules/*.yaml，场景放在 scenarios.yaml，本单位取值放在 settings.yaml；"
                    "其他文件请移走",
                    "Rules lie in rules/*.yaml, scenarios in scenarios.yaml, values of the office "
                    "in settings.yaml; remove other files",
                ),
                where=f"{folder.name}/{name}",
            )
        found[name] = path.read_bytes()
    return found


def _yaml(files: Mapping[str, bytes], name: str, pack: str) -> tuple[Any, LineMap]:
    return read_text_with_lines(_text(files, name, pack), f"{pack}/{name}")


def _text(files: Mapping[str, bytes], name: str, pack: str) -> str:
    where = f"{pack}/{name}"
    try:
        return files[name].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = files[name].count(b"\n", 0, error.start) + 1
        raise LantuError(
            "bad_file",
            Text(
                f"不是 UTF-8 编码（第 {error.start + 1} 个字节）",
                f"Not UTF-8 (byte {error.start + 1})",
            ),
            Text("请另存为 UTF-8 编码", "Save the file as UTF-8"),
            where=f"{where}:{line}",
        ) from error


def _entries(raw: object, place: Place) -> tuple[dict[str, Any], ...]:
    """One rule or a list of them; an empty file holds none."""
    entries = raw if isinstance(raw, list) else [] if raw is None else [raw]
    for n, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise place.at(n).refuse(
                f"第 {n} 项不是规则（键值表），却是 {shown(entry)}",
                f"Entry {n} is no rule (a mapping) but {shown(entry)}",
                hint=Text(
                    "一个文件写一条规则或规则列表", "A file holds one rule or a list of rules"
                ),
            )
    return tuple(entries)


def _digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and bytes; line ends as LF, so that a checkout elsewhere is the same."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        plain = content.replace(b"\r\n", b"\n")
        total.update(f"{name}\n{len(plain)}\n".encode())
        total.update(plain)
    return total.hexdigest()
