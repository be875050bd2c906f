"""The life of area assessments as rows of the catalogue: who did what, when and why.

Every act is a row of its own with a revision; nothing is rewritten. What an assessment was at an
earlier revision is read from the rows up to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gis.errors import LantuError, Text
from layers.assessments import (
    NEXT_STATE,
    STATE_WORDS,
    AreaAssessment,
    HistoryRow,
    LifeEvent,
    LifeState,
    Standing,
)
from layers.store.database import Database, Write
from layers.store.papers import Documents

MOST_READ = 64
"""Assessments held beside those that stand, as many again of which come on top."""

_COLUMNS = "revision, code, version, event, state, document, at, who, why, detail"


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something to an assessment, when (read by the caller), and why."""

    at: datetime
    who: str
    why: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


class AssessmentTable:
    """Assessments of a workspace: documents by digest, and the rows that tell their life."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents
        self._read: dict[str, AreaAssessment] = {}
        self._held: tuple[int, tuple[Standing, ...]] | None = None

    def standings(self, known_at: int | None = None) -> tuple[Standing, ...]:
        """All versions of all assessments, by code, then in the order in which they came.

        What was known at a revision never changes: the last one asked for is kept in memory.
        """
        held = self._held
        if held is not None and held[0] == known_at:
            return held[1]
        found = self._standings(known_at)
        if known_at is not None:
            self._held = (known_at, found)
        return found

    def _standings(self, known_at: int | None) -> tuple[Standing, ...]:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM assessment_events WHERE revision <= coalesce(?, revision)"
            " ORDER BY code, revision",
            (known_at,),
        )
        lives: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for row in rows:
            lives.setdefault((row[1], row[2]), []).append(row)
        found = tuple(self._standing(life) for life in lives.values())
        if len(self._read) > MOST_READ + 2 * len(found):  # drafts that were written over
            self._read = {standing.document: standing.assessment for standing in found}
        return found

    def add(self, assessment: AreaAssessment, document: bytes, act: Act) -> Standing:
        """Add a draft, or a new text of one; the same document changes nothing.

        Raises
        ------
        LantuError
            `assessment_exists` when this version left the draft behind: it is never edited.
        """
        digest = self._documents.put(document)
        code, version = assessment.code, assessment.version
        with self._database.writing() as write:
            life = _life(write, code, version)
            if not life or _document(life) != digest:
                if life and life[-1][4] != "draft":
                    raise _exists(assessment, life[-1][4])
                _insert(write, (code, version), "add", "draft", digest, act)
        return self.one(code, version)

    def act(self, code: str, version: str | None, event: LifeEvent, act: Act) -> Standing:
        """Let an event happen; one that happened already changes nothing.

        `version` None takes the latest version that the event fits. Publishing supersedes the
        other published versions of the code in the same revision.

        Raises
        ------
        LantuError
            `unknown_assessment`, `wrong_state`.
        """
        with self._database.writing() as write:
            lives = _lives(write, code)
            chosen = _fitting(lives, event) if version is None else version
            if chosen not in lives:
                raise unknown_assessment(code, version)
            life = lives[chosen]
            state: LifeState = life[-1][4]
            allowed, leads = NEXT_STATE[event]
            if not _done_before(life, event, act):
                if state not in allowed:
                    raise _wrong_state(f"{code}@{chosen}", state, event, allowed)
                revision = _insert(
                    write, (code, chosen), event, leads or state, _document(life), act
                )
                if event == "publish":
                    _supersede(write, lives, (code, chosen), act, revision)
        return self.one(code, chosen)

    def one(self, code: str, version: str | None = None) -> Standing:
        """One version of an assessment, or the latest; raises `unknown_assessment`."""
        held = [
            item
            for item in self.standings()
            if item.assessment.code == code and version in {None, item.assessment.version}
        ]
        if not held:
            raise unknown_assessment(code, version)
        return held[-1]

    def _standing(self, life: Sequence[tuple[Any, ...]]) -> Standing:
        history = tuple(
            HistoryRow(row[0], row[3], row[4], row[6], row[7], row[8], json.loads(row[9]))
            for row in life
        )
        digest = _document(life)
        return Standing(self._assessment(digest), history[-1].state, digest, history)

    def _assessment(self, digest: str) -> AreaAssessment:
        held = self._read.get(digest)
        if held is None:
            from layers.assessment_document import assessment_of

            held = self._read[digest] = assessment_of(self._documents.get(digest))
        return held


def _lives(write: Write, code: str) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of every version of a code, oldest version first."""
    lives: dict[str, list[tuple[Any, ...]]] = {}
    for row in write.execute(
        f"SELECT {_COLUMNS} FROM assessment_events WHERE code = ? ORDER BY revision", (code,)
    ):
        lives.setdefault(row[2], []).append(row)
    return lives


def _life(write: Write, code: str, version: str) -> list[tuple[Any, ...]]:
    return _lives(write, code).get(version, [])


def _document(life: Sequence[tuple[Any, ...]]) -> str:
    """Digest of the document in force: that of the last `add`, carried along by later rows."""
    return str(life[-1][5])


def _fitting(lives: Mapping[str, list[tuple[Any, ...]]], event: LifeEvent) -> str:
    """The latest version that the event fits, else the latest of all."""
    allowed, leads = NEXT_STATE[event]
    versions = list(lives)
    fitting = [name for name in versions if lives[name][-1][4] in (*allowed, leads)]
    return (fitting or versions or [""])[-1]


def _done_before(life: Sequence[tuple[Any, ...]], event: LifeEvent, act: Act) -> bool:
    if event == "record":
        return any(row[3] == event and json.loads(row[9]) == dict(act.detail) for row in life)
    if event in {"acknowledge", "retract"}:
        pair = [row[3] for row in life if row[3] in {"acknowledge", "retract"}
                and json.loads(row[9]) == dict(act.detail)]  # fmt: skip
        return pair[-1] == event if pair else event == "retract"
    return bool(life[-1][4] == NEXT_STATE[event][1])


def _supersede(
    write: Write,
    lives: Mapping[str, list[tuple[Any, ...]]],
    published: tuple[str, str],
    act: Act,
    revision: int,
) -> None:
    code, chosen = published
    why = Act(act.at, act.who, f"{code}@{chosen}")
    for version, life in lives.items():
        if version != chosen and life[-1][4] in NEXT_STATE["supersede"][0]:
            row = (code, version), "supersede", "superseded", _document(life), why
            _insert(write, *row, revision=revision)


def _insert(
    write: Write,
    key: tuple[str, str],
    event: str,
    state: str,
    document: str,
    act: Act,
    *,
    revision: int | None = None,
) -> int:
    code, version = key
    number = revision or write.revise("assessment", f"{event} {code}@{version}", act.at)
    write.execute(
        f"INSERT INTO assessment_events ({_COLUMNS}) VALUES ({', '.join('?' * 10)})",
        (
            number,
            code,
            version,
            event,
            state,
            document,
            act.at.isoformat(),
            act.who,
            act.why,
            json.dumps(dict(act.detail), ensure_ascii=False, sort_keys=True),
        ),
    )
    return number


# --- refusals -----------------------------------------------------------------------------------


def unknown_assessment(code: str, version: str | None = None) -> LantuError:
    """Return the refusal of a code, or a version of it, that is not there."""
    name = f"{code}@{version}" if version else code
    return LantuError(
        "unknown_assessment",
        Text(f"没有区域评估成果“{name}”", f"There is no area assessment {name!r}"),
        Text("用 lantu assessments list 查看", "See lantu assessments list"),
        where=name,
    )


def _exists(assessment: AreaAssessment, state: LifeState) -> LantuError:
    word = STATE_WORDS[state]
    return LantuError(
        "assessment_exists",
        Text(
            f"成果 {assessment.id} {word.zh}，不得再改",
            f"Assessment {assessment.id} is {word.en}: it is not edited any more",
        ),
        Text("更正请另用新的 version 登记", "A correction is a new version"),
        where=assessment.id,
    )


_EVENT_WORDS: Mapping[str, Text] = {
    "submit": Text("提交", "be submitted"),
    "publish": Text("公布", "be published"),
    "suspend": Text("暂停", "be suspended"),
    "withdraw": Text("撤回", "be withdrawn"),
    "acknowledge": Text("采信", "be acknowledged"),
    "retract": Text("撤回采信", "have an acknowledgement retracted"),
    "record": Text("登记情况变化", "take an event"),
}


def _wrong_state(
    name: str, state: LifeState, event: LifeEvent, allowed: Sequence[LifeState]
) -> LantuError:
    word, act = STATE_WORDS[state], _EVENT_WORDS[event]
    zh = "、".join(STATE_WORDS[item].zh for item in allowed)
    en = ", ".join(STATE_WORDS[item].en for item in allowed)
    return LantuError(
        "wrong_state",
        Text(f"成果 {name} {word.zh}，不能{act.zh}", f"{name} is {word.en} and cannot {act.en}"),
        Text(
            f"只有{zh}的成果可以{act.zh}；更正请登记新版本",
            f"Only one that is {en} can; a correction is a new version",
        ),
        where=name,
    )
