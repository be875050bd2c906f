"""Click's own words in Chinese: headings of help, and what is wrong with a command.

Click asks gettext for each of its sentences. A catalogue for a dozen of them would need files in
a place of their own; here they are answered from a table. A sentence that is not in it stays
English, and a test holds the table to the sentences that click has.
"""

from __future__ import annotations

import gettext

import click

from api.cli.language import LANGUAGE

WORDS = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show the version and exit.": "显示版本号后退出。",
    "Show this message and exit.": "显示本帮助后退出。",
    "Error: {message}": "错误：{message}",
    "Aborted!": "已中止",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "Missing command.": "缺少命令",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Did you mean {possibility}?": "是否指 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是否指以下之一：{possibilities}？）",
    "Try '{command} {option}' for help.": "运行“{command} {option}”查看帮助。",
    "Invalid value: {message}": "取值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值无效：{message}",
    "Option {name!r} requires an argument.": "选项 {name!r} 后须给出取值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不接受取值。",
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "Got unexpected extra arguments ({args})": "多余的参数（{args}）",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在以下取值之中：{choices}。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的 {number_type}。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 之内。",
    "{name} {filename!r} does not exist.": "{name}“{filename}”不存在。",
    "{name} {filename!r} is a file.": "{name}“{filename}”是文件。",
    "{name} {filename!r} is a directory.": "{name}“{filename}”是文件夹。",
    "{name} {filename!r} is not readable.": "{name}“{filename}”不可读。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
}


def _translated(message: str) -> str:
    return WORDS.get(message) or gettext.gettext(message)


def _counted(one: str, many: str, count: int) -> str:
    return WORDS.get(one if count == 1 else many) or gettext.ngettext(one, many, count)


def speak_chinese() -> None:
    """Let click say its sentences in Chinese; nothing happens where English is asked for."""
    if LANGUAGE != "zh":
        return
    for module in (
        click.core,
        click.decorators,
        click.exceptions,
        click.formatting,
        click.parser,
        click.types,
    ):
        vars(module).update(_=_translated)
        if "ngettext" in vars(module):
            vars(module).update(ngettext=_counted)
