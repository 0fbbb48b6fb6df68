"""What the rooms' commands share: they run inside the application that the command line opens."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from flask import Flask

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def with_app(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run a command inside the context of the application; click's object is what creates it."""

    @functools.wraps(command)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        create: Callable[[], Flask] = click.get_current_context().obj
        with create().app_context():
            return command(*args, **kwargs)

    return run
