"""The pages cannot drift from the code: commands, options, codes, links and words."""

import ast
import re
from pathlib import Path

import pytest

from tests.doc_pages import ROOMS, ROOT, commands, error_page, refusals

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_and_option_is_documented(language: str) -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    missing = []
    for command in commands(language):
        title = " ".join(command["path"])
        if f"## {title}" not in page:
            missing.append(title)
        for parameter in command["params"]:
            if parameter["kind"] == "option":
                missing += [n for n in parameter["names"] if n not in page and n != "--version"]
        if " ".join(command["help"].split()) not in page:
            missing.append(f"{title}: help")
    assert missing == [], "run make docs"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_and_option_has_help(language: str) -> None:
    silent = [
        (*command["path"], *parameter["names"])
        for command in commands(language)
        for parameter in command["params"]
        if parameter["kind"] == "option" and not parameter["help"]
    ]
    assert silent == []
    assert all(command["help"] for command in commands(language))


def test_help_of_both_languages_differs() -> None:
    pairs = zip(commands("zh"), commands("en"), strict=True)
    assert [zh["path"] for zh, en in pairs if zh["help"] == en["help"]] == []


def test_every_error_code_is_documented() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z0-9_]+)` \|", page, flags=re.MULTILINE))
    used = {refusal.code for refusal in refusals()}
    assert used - documented == set(), "run make docs"
    assert documented - used == set(), "run make docs"


def test_error_codes_by_another_scan() -> None:
    """Every string that stands first in a `LantuError(...)` is on the page."""
    page = error_page()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            found = re.findall(r"LantuError\(\s*\"([a-z0-9_]+)\"", path.read_text(encoding="utf-8"))
            assert [code for code in found if f"`{code}`" not in page] == [], path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_public_functions_of_the_command_line_are_described() -> None:
    silent = []
    for path in (ROOT / "api").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for node in (*tree.body, *(child for one in classes for child in one.body)):
            kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            public = isinstance(node, kinds) and node.name[0] != "_"
            if public and ast.get_docstring(node) is None:
                silent.append(f"{path.name}: {node.name}")
    assert silent == []


def test_folders_of_the_map_exist() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = re.findall(r"^\| `([a-z_]+)/` \|", page, flags=re.MULTILINE)
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
    assert set(ROOMS) <= set(folders)
