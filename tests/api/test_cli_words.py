"""Click's own sentences in Chinese."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from api.cli.click_words import WORDS

SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(click.__file__).parent.glob("*.py")
)


@pytest.mark.parametrize("sentence", sorted(WORDS))
def test_click_has_each_sentence(sentence: str) -> None:
    assert f'"{sentence}"' in SOURCES or f"'{sentence}'" in SOURCES


def test_braces_are_those_of_the_sentence() -> None:
    for sentence, chinese in WORDS.items():
        names = {part.split("}")[0].split("!")[0] for part in sentence.split("{")[1:]}
        said = {part.split("}")[0].split("!")[0] for part in chinese.split("{")[1:]}
        assert names == said, sentence


def lantu(*arguments: str, language: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "LANTU_LANG": language},
        check=False,
    )
    return done.stdout + done.stderr


def test_help_and_complaints_in_either_language() -> None:
    chinese = lantu("check", "--help", language="zh")
    assert "用法：" in chinese
    assert "选项" in chinese
    assert "Usage" not in chinese
    assert "缺少参数" in lantu("check", language="zh")
    english = lantu("check", "--help", language="en")
    assert "Usage:" in english
    assert "用法" not in english
    assert "Missing argument" in lantu("check", language="en")


def test_shipped_rules_are_read_without_a_workspace(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "rules", "explain", "PF-01"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **{k: v for k, v in os.environ.items() if k != "LANTU_WORKSPACE"},
            "LANTU_LANG": "zh",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "土地管理法" in done.stdout
    assert not list(tmp_path.iterdir())
