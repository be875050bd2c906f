"""Drafts of assessments: kept between steps and sessions, read from the steps' fields."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.auth.roles import Principal
from api.clock import now
from api.pages.park.field_types import Field, Step
from api.pages.park.fields import STEPS, fields_of, step_of
from api.parks import ParkName, standings_of
from api.records.tables import Draft
from api.services import Services
from gis.errors import LantuError, Text
from layers.assessment_file import AssessmentForm
from layers.assessments import Standing
from layers.yaml_file import fault_text

MOST_ROWS, MOST_TEXT = 2_000, 20_000
Form = dict[str, Any]
_KEY = re.compile(r"[0-9a-f]{32}")
ASSESSMENT = "assessment"
"""Kind of the drafts that become results."""


# --- rows ---------------------------------------------------------------------------------------


def begin(
    services: Services,
    principal: Principal,
    park: ParkName,
    body: Mapping[str, Any],
    *,
    kind: str = ASSESSMENT,
) -> Draft:
    """Keep a new draft."""
    at = now().isoformat()
    draft = Draft(
        id=uuid.uuid4().hex,
        kind=kind,
        park=park.code,
        title=str(body["form"].get("title") or ""),
        body=dict(body),
        version=1,
        user_id=principal.user_id,
        who=principal.name or principal.login,
        created_at=at,
        changed_at=at,
    )
    with services.records.writing() as session:
        session.add(draft)
    return draft


def draft_of(session: Session, park: ParkName, key: str) -> Draft:
    """Return a draft of a park; raises `unknown_draft`."""
    row = session.get(Draft, key) if _KEY.fullmatch(key) else None
    if row is None or row.park != park.code:
        raise LantuError(
            "unknown_draft",
            Text("没有这份草稿，可能已提交或删除", "There is no such draft: sent or removed"),
            Text("请从“我的片区”的待办进入", "Open it from the to-do list of your park"),
        )
    return row


def change(
    services: Services, park: ParkName, key: str, parts: Mapping[str, Any], version: int | None
) -> Draft:
    """Change parts of a draft's body; another's change meanwhile is not overwritten.

    Raises
    ------
    LantuError
        `unknown_draft`, `changed_meanwhile`.
    """
    with services.records.writing() as session:
        draft = draft_of(session, park, key)
        if version is not None and version != draft.version:
            raise LantuError(
                "changed_meanwhile",
                Text("草稿已在别处修改", "The draft was changed elsewhere"),
                Text("请刷新页面后再填写", "Load the page again, then go on"),
            )
        draft.body = {**draft.body, **parts}
        draft.title = str(draft.body["form"].get("title") or "")
        draft.version += 1
        draft.changed_at = now().isoformat()
        return draft


def remove(services: Services, park: ParkName, key: str) -> None:
    """Remove a draft."""
    with services.records.writing() as session:
        session.delete(draft_of(session, park, key))


# --- reading the steps --------------------------------------------------------------------------


def read_step(step: Step, values: Mapping[str, Any]) -> Form:
    """Read what the page of a step sent: text by key path, unknown paths refused."""
    known = {field.path: field for field in fields_of(step)}
    strange = [path for path in values if path not in known]
    if strange:
        raise _bad(strange[0], "没有这个字段", "there is no such field")
    return {path: _read(known[path], value) for path, value in values.items()}


def _read(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == "words":
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise _bad(field.path, "应为清单", "should be a list")
        return list(dict.fromkeys(word for item in value if (word := _text(field, item))))
    if field.kind == "rows":
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise _bad(field.path, "应为表格", "should be a table")
        rows = [_row(field, row) for row in value]
        return [row for row in rows if row]
    return _text(field, value)


def _row(field: Field, row: Any) -> dict[str, Any]:
    columns = {column.path: column for column in field.columns}
    if not isinstance(row, dict) or not set(row) <= set(columns):
        raise _bad(field.path, "表格的列不对", "has a wrong column")
    read = {
        key: _when(value) if columns[key].kind == "when" else _text(columns[key], value)
        for key, value in row.items()
    }
    return {key: value for key, value in read.items() if value is not None}


def _text(field: Field, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MOST_TEXT or "\x00" in value:
        raise _bad(field.path, "应为文字", "should be text")
    return value.strip() or None


def _when(value: Any) -> Any:
    """One comparison from the page, or a condition kept as it stands in a file."""
    if not isinstance(value, dict) or len(text := json.dumps(value)) > MOST_TEXT:
        return None
    if "\\u0000" in text:
        return None
    if "keep" in value:
        return value["keep"] if isinstance(value["keep"], dict) else None
    fact, op, given = (str(value.get(key) or "").strip() for key in ("fact", "op", "value"))
    if not fact or not op or not given:
        return None
    words = [word for word in re.split(r"[、,，;；\s]+", given) if word]
    return {"fact": fact, op: words if op == "in" else given}


def merged(form: Mapping[str, Any], values: Mapping[str, Any]) -> Form:
    """Return the form with values put at their key paths; what is empty is left out."""
    found: Form = {key: dict(v) if isinstance(v, dict) else v for key, v in form.items()}
    for path, value in values.items():
        parts = path.split(".")
        place = found
        for part in parts[:-1]:
            held = place.get(part)
            place[part] = dict(held) if isinstance(held, dict) else {}
            place = place[part]
        if value is None:
            place.pop(parts[-1], None)
        else:
            place[parts[-1]] = value
    return {key: value for key, value in found.items() if value != {}}


def value_at(form: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a key path, None where nothing does."""
    held: Any = form
    for part in path.split("."):
        if not isinstance(held, dict):
            return None
        held = held.get(part)
    return held


# --- the form of the file -----------------------------------------------------------------------


def file_form(form: Mapping[str, Any], park: ParkName) -> Form:
    """Return what `assessment.yaml` would hold: the park added, unfinished rows left out."""
    made = {key: value for key, value in form.items() if not _is_empty(value)}
    made["park"] = {"code": park.code, "name": park.name}
    if isinstance(made.get("review"), dict):
        held = {k: v for k, v in made["review"].items() if not _is_empty(v)}
        made["review"] = held
    if made.get("envelope"):
        made["envelope"] = [r for r in made["envelope"] if "min" in r or "max" in r] or None
    return made


def _is_empty(value: Any) -> bool:
    return value is None or value == {}


def problems_of(
    form: Mapping[str, Any], park: ParkName, *, has_extent: bool = True
) -> dict[str, Text]:
    """Return what the form does wrong by itself, by key path such as `envelope.0.max`."""
    given = file_form(form, park)
    if has_extent:
        given["extent"] = "-"
    found: dict[str, Text] = {}
    try:
        AssessmentForm.model_validate(given)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            path = ".".join(str(part) for part in fault["loc"])
            if fault["type"] == "missing":
                text = Text("请填写", "Fill this in")
            else:
                text = fault_text(fault)
            found.setdefault(path or "valid_to", text)
    return found


def by_step(paths: Iterable[str]) -> dict[int, int]:
    """Count faults by the step that asks for their field."""
    counts = dict.fromkeys((step.number for step in STEPS), 0)
    for path in paths:
        counts[step_of(path.partition(".")[0])] += 1
    return counts


# --- beginnings ---------------------------------------------------------------------------------


def form_of(standing: Standing, document: Mapping[str, Any]) -> Form:
    """Return the form of a version that is kept, to be revised; empty parts left out."""
    kept = dict(document["assessment"])
    for part in ("park", "acknowledged", "documents"):
        kept.pop(part, None)
    known = {key: texts_of(value) for key, value in kept.items() if value is not None}
    documents = [
        {"name": item.name, "sha256": item.sha256} for item in standing.assessment.documents or ()
    ]
    return known | ({"documents": documents} if documents else {})


def texts_of(value: Any) -> Any:
    """Return scalars as the text that a file would hold; nothing else is changed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict):
        return {key: texts_of(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [texts_of(item) for item in value]
    return value if value is None else str(value)


def next_version(services: Services, park: ParkName, code: str) -> str:
    """Return a version that the code does not have yet."""
    taken = {
        item.assessment.version
        for item in standings_of(services.workspace, park.code)
        if item.assessment.code == code
    }
    numbers = [int(name) for name in taken if name.isdecimal()]
    return str(max(numbers, default=0) + 1)


def _bad(path: str, zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_value",
        Text(f"字段 {path} {zh}", f"The field {path} {en}"),
        Text("请刷新页面后重新填写", "Load the page again and fill it in anew"),
        where=path,
    )
