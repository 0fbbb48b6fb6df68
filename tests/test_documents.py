import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from apiflask import APIFlask

from aednet.cli import cli
from aednet.config import PREFIX, Settings

ROOT = Path(__file__).parents[1]
OPERATING = (ROOT / "docs" / "operating.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()


def commands(group: click.Group, name: str = "aednet") -> Iterator[str]:
    for part, command in group.commands.items():
        path = f"{name} {part}"
        if isinstance(command, click.Group):
            yield from commands(command, path)
        else:
            yield path


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in OPERATING


@pytest.mark.parametrize("command", list(commands(cli)))
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}" in OPERATING


def test_every_public_call_of_the_api_is_documented(app: APIFlask) -> None:
    for path in app.spec["paths"]:  # type: ignore[index]
        documented = path.replace("{", "<").replace("}", ">")
        assert documented in API, path


def test_what_a_reader_is_sent_to_exists() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
