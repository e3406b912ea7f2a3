"""Reads a recipe (YAML) and `key=value` overrides into a mapping, and words what is wrong."""

import re
from pathlib import Path
from typing import get_args

import yaml
from pydantic import ValidationError

from keras_w2v2.errors import UserError, nearest

RECIPES = Path(__file__).parents[1] / "recipes"


class _Loader(yaml.SafeLoader):
    """YAML as in a recipe: 5e-4 is a number (PyYAML follows YAML 1.1, where it is a text)."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+0123456789."),
)


def packaged_recipes():
    """Returns the names of the recipes that come with the package (list of str)."""
    return sorted(path.stem for path in RECIPES.glob("*.yaml"))


def find(recipe):
    """Returns the path of a recipe: a file, or the bare name of a packaged one.

    Raises:
        UserError: neither exists; names the nearest packaged recipe.
    """
    path = Path(recipe)
    if path.is_file():
        return path
    packaged = RECIPES / f"{path.stem if path.suffix in ('.yaml', '.yml') else path.name}.yaml"
    if path.parent == Path(".") and packaged.is_file():
        return packaged
    if path.is_dir():
        raise UserError(f"recipe '{recipe}' is a folder: give a .yaml file")
    known = packaged_recipes()
    raise UserError(
        f"no recipe '{recipe}'{nearest(path.stem, known)} "
        f"(give a .yaml file or one of {', '.join(known)})"
    )


def read(path):
    """Returns the mapping that a YAML file holds (dict).

    Raises:
        UserError: the file cannot be read, is no YAML, or holds no mapping.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read recipe '{path}': {error}") from error
    try:
        values = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise UserError(f"recipe '{path}' is not YAML{where}: {problem}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UserError(
            f"recipe '{path}' holds a {_kind(values)}: write `key: value` lines (a mapping)"
        )
    return values


def override(values, settings):
    """Returns a copy of `values` with `a.b=value` settings put in.

    Args:
        values: dict of (nested) recipe values.
        settings: iterable of str, each "a.b=value" with the value in YAML.

    Raises:
        UserError: a setting is not of that form, or goes through something not a mapping.
    """
    values = _copy(values)
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not all(key.split(".")):
            raise UserError(f"--set '{setting}': write key=value, as in optimizer.peak_rate=5e-4")
        try:
            value = yaml.load(text, _Loader)
        except yaml.YAMLError as error:
            raise UserError(f"--set '{setting}': the value is not YAML") from error
        *parents, last = key.split(".")
        section = values
        for parent in parents:
            section = section.setdefault(parent, {})
            if not isinstance(section, dict):
                raise UserError(f"--set '{setting}': '{parent}' is a value, not a section")
        section[last] = value
    return values


def validate(kind, values, source, settings=()):
    """Returns `kind(**values)`; one line that names key, place, wish and value if it cannot be.

    Args:
        kind: pydantic model class.
        values: dict.
        source: str, where the values come from, for the message.
        settings: iterable of str, the overrides among the values.

    Raises:
        UserError: a key is unknown or has a value of the wrong type or size.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        first = problems[0]
        key = ".".join(str(part) for part in first["loc"])
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        place = source
        for setting in settings:
            if _same_branch(key, setting.partition("=")[0]):
                place = f"--set '{setting}'"
        raise UserError(f"{place}: {_complaint(kind, key, first)}{more}") from error


def _same_branch(key, other):
    """Whether one dotted key is the other, or a section in which it lies."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _complaint(kind, key, problem):
    if problem["type"] == "extra_forbidden":
        return f"unknown key '{key}'{nearest(key, _known_keys(kind, problem['loc'][:-1]))}"
    wish = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if "ctx" in problem and "error" in problem["ctx"]:  # our own validators say it all
        return f"{key}: {wish}" if key else wish
    if problem["type"] == "model_type":
        wish = "should be a section of keys"
    value = problem["input"]
    return f"'{key}' {wish}, not {value!r} ({_kind(value)})"


def _known_keys(kind, section):
    """Dotted keys of the section in which the unknown key stood, and of all others."""
    here, everywhere = [], []

    def walk(model, path):
        for name, field in model.model_fields.items():
            dotted = ".".join([*path, name])
            (here if list(path) == list(section) else everywhere).append(dotted)
            # Of a section that may be left out the annotation is a union with None.
            for inner in (field.annotation, *get_args(field.annotation)):
                if hasattr(inner, "model_fields"):
                    walk(inner, [*path, name])

    walk(kind, [])
    return here + everywhere


def _copy(values):
    return {k: _copy(v) if isinstance(v, dict) else v for k, v in values.items()}


def _kind(value):
    names = {str: "text", bool: "true/false", int: "whole number", float: "number", list: "list"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
