"""The forms of the page: fields and files as `POST /api/v1/checks` takes them, one site of many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.services import Services
from api.uploads import Form, bad_request, private_folder, save
from checks.facts import project_of
from layers.yaml_file import read_yaml

_FACTS = ("project", "facts")


@contextmanager
def read_check_form(form: Form) -> Iterator[tuple[dict[str, Any], list[Path], int | None]]:
    """Give the fields, the files of the site, and which of its sites is meant (from 1)."""
    fields = {key: value for key, value in form.fields.items() if value != ""}
    n = _number(fields.pop("n", None))
    with private_folder() as folder:
        files = [save(upload, folder) for upload in form.files.get("site", ())]
        if any(path.suffix.lower() == ".shp" for path in files):
            files = [folder]
        yield fields, files, n


def _number(given: Any) -> int | None:
    if given is None:
        return None
    text = str(given)
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise bad_request("用地序号 n 应为正整数", "`n`, the number of the site, is no number")
    return int(text)


def read_facts_file(services: Services, form: Form) -> dict[str, Any]:
    """Return the facts of an uploaded file, each as the form writes it.

    Raises
    ------
    LantuError
        What `project_of` refuses: `unknown_fact`, `bad_fact`; `bad_request` without a file.
    """
    uploads = [upload for name in _FACTS for upload in form.files.get(name, ())]
    if len(uploads) != 1:
        raise bad_request("请上传一个项目情况文件", "Upload one file of facts")
    with private_folder() as folder:
        path = save(uploads[0], folder)
        data = read_yaml(path)
        project_of(data, services.rulebook().facts, where=path.name)
    stated = data if isinstance(data, dict) else {}
    return {"facts": {key: value for key, value in stated.items() if value is not None}}
