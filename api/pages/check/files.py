"""A project's facts from a file, for the form of the page."""

from __future__ import annotations

from typing import Any

from api.services import Services
from api.uploads import Form, bad_request, private_folder, save
from checks.facts import project_of
from layers.yaml_file import read_yaml

_FACTS = ("project", "facts")


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
