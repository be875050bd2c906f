"""Documents with a life, kept by the workspace: sheets of indicators, frozen conditions.

Every act is a row of its own with a revision: who, when, why, and which document. Nothing is
rewritten; what held at an earlier revision is read from the rows up to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.errors import LantuError, Text
from layers.store.assessment_table import Act
from layers.store.database import Database

_COLUMNS = "revision, subject, code, version, event, state, document, at, who, why, detail"

RECORD_WORDS: Mapping[str, Text] = {
    "draft": Text("草稿", "a draft"),
    "signed": Text("已签发", "signed"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "superseded": Text("已被新版本取代", "superseded"),
    "frozen": Text("已固化", "frozen"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One act on one version of a record."""

    revision: int
    subject: str
    code: str
    version: str
    event: str
    state: str
    document: str
    at: str
    who: str
    why: str | None
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """An act to be done: from which states (None: from nothing), and where it leads.

    `document` None keeps the document of the version's last act. `supersedes`: other versions of
    the code in this state become `superseded` in the same revision.
    """

    event: str
    allowed: tuple[str | None, ...]
    leads: str
    document: str | None = None
    supersedes: str | None = None


class Records:
    """Rows of all subjects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self, subject: str, code: str | None = None, known_at: int | None = None
    ) -> tuple[Record, ...]:
        """Acts of a subject, or of one code of it, in the order in which they were done."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM records WHERE subject = ? AND code = coalesce(?, code)"
            " AND revision <= coalesce(?, revision) ORDER BY revision, code, version",
            (subject, code, known_at),
        )
        return tuple(_record(row) for row in rows)

    def act(self, subject: str, code: str, version: str, step: Step, act: Act) -> Record:
        """Do a step; one that was the last act, with the same document and detail, changes nothing.

        Raises
        ------
        LantuError
            `unknown_record` where the step needs a version that is not there, `wrong_state`.
        """
        with self._database.writing() as write:
            rows = write.execute(
                f"SELECT {_COLUMNS} FROM records WHERE subject = ? AND code = ?"
                " ORDER BY revision, version",
                (subject, code),
            )
            lives = latest([_record(row) for row in rows])
            last = lives.get((code, version))
            if last is not None and _same(last, step, act):
                return last
            state = last.state if last is not None else None
            if state not in step.allowed:
                raise _refused(f"{code}@{version}", state, step)
            document = step.document or (last.document if last is not None else "")
            revision = write.revise(subject, f"{step.event} {code}@{version}", act.at)
            changed = [(version, step.event, step.leads, document, act.why)]
            changed += [
                (other, "supersede", "superseded", life.document, f"{code}@{version}")
                for (_, other), life in lives.items()
                if other != version and life.state == step.supersedes
            ]
            for name, event, leads, digest, why in changed:
                detail = dict(act.detail) if name == version else {}
                write.execute(
                    f"INSERT INTO records ({_COLUMNS}) VALUES ({', '.join('?' * 11)})",
                    (revision, subject, code, name, event, leads, digest, act.at.isoformat(),
                     act.who, why, json.dumps(detail, ensure_ascii=False, sort_keys=True)),
                )  # fmt: skip
        return latest(self.of(subject, code))[code, version]


def latest(records: Sequence[Record]) -> dict[tuple[str, str], Record]:
    """Return the last act on each version, in the order in which the versions came."""
    found: dict[tuple[str, str], Record] = {}
    for record in records:
        found[record.code, record.version] = record
    return found


def _record(row: Sequence[Any]) -> Record:
    return Record(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9],
        json.loads(row[10]),
    )  # fmt: skip


def _same(last: Record, step: Step, act: Act) -> bool:
    unchanged = step.document is None or last.document == step.document
    return last.event == step.event and unchanged and dict(last.detail) == dict(act.detail)


def _refused(name: str, state: str | None, step: Step) -> LantuError:
    if state is None:
        return unknown_record(name)
    word = RECORD_WORDS.get(state, Text(state, state))
    wanted = [RECORD_WORDS[item] for item in step.allowed if item is not None]
    zh = "、".join(text.zh for text in wanted)
    en = ", ".join(text.en for text in wanted)
    return LantuError(
        "wrong_state",
        Text(f"{name} {word.zh}，不能 {step.event}", f"{name} is {word.en}: no {step.event}"),
        Text(
            f"只有{zh}的可以；更正请用新的 version" if wanted else "更正请用新的 version",
            f"Only one that is {en} can; a correction is a new version"
            if wanted
            else "A correction is a new version",
        ),
        where=name,
    )


def unknown_record(name: str) -> LantuError:
    """Return the refusal of a record, or a version of it, that is not there."""
    return LantuError(
        "unknown_record",
        Text(f"没有“{name}”", f"There is no {name!r}"),
        Text("请用 list 查看已登记的内容", "See what there is with list"),
        where=name,
    )
