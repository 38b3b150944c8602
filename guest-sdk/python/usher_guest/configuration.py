"""A configuration is a dataclass: what it may hold is checked with every problem at once, and its JSON Schema comes out by itself."""

import dataclasses
import types
import typing
from typing import Any

from .problem import Problem, Problems, step

_PLAIN = {
    str: ("string", "a text"),
    bool: ("boolean", "true or false"),
    int: ("integer", "a whole number"),
    float: ("number", "a number"),
}


@dataclasses.dataclass
class NoConfig:
    """The configuration of a policy that has none."""


def _called(value: object) -> str:
    names = {dict: "a table", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def read(kind: type, value: Any) -> Any:
    """The configuration out of a JSON document; raises `Problems`."""
    problems: list[Problem] = []
    configuration = _read(kind, value, "", problems)
    if problems:
        raise Problems(problems)
    return configuration


def _read(kind: Any, value: Any, pointer: str, problems: list[Problem]) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        some = [argument for argument in arguments if argument is not type(None)]
        return None if value is None else _read(some[0], value, pointer, problems)
    if dataclasses.is_dataclass(kind):
        return _read_fields(kind, value, pointer, problems)
    if origin is list:
        if isinstance(value, list):
            return [_read(arguments[0], item, pointer + step(at), problems) for at, item in enumerate(value)]
        expected = "a list"
    elif origin is dict:
        if isinstance(value, dict):
            return {key: _read(arguments[1], item, pointer + step(key), problems) for key, item in value.items()}
        expected = "a table"
    else:
        # True is an int to Python, and 1 is a float to people.
        if type(value) is kind or (kind is float and type(value) is int):
            return value
        expected = _PLAIN[kind][1]
    problems.append(Problem(pointer, f"must be {expected}, not {_called(value)}"))
    return None


def _read_fields(kind: Any, value: Any, pointer: str, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        problems.append(Problem(pointer, f"must be a table, not {_called(value)}"))
        return None
    fields = {field.name: field for field in dataclasses.fields(kind)}
    known = ", ".join(f"`{name}`" for name in fields) or "none at all"
    for key in value.keys() - fields.keys():
        problems.append(Problem(pointer + step(key), f"unknown field `{key}`, expected {known}"))
    given = {}
    kinds = typing.get_type_hints(kind)
    for name, field in fields.items():
        if name in value:
            given[name] = _read(kinds[name], value[name], pointer + step(name), problems)
        elif _is_required(field):
            problems.append(Problem(pointer, f"missing field `{name}`"))
    return kind(**given) if not problems else None


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def schema(kind: type) -> dict[str, Any]:
    """The JSON Schema of a configuration."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_schema(kind)}


def _schema(kind: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _schema(next(argument for argument in arguments if argument is not type(None)))
    if dataclasses.is_dataclass(kind):
        fields, kinds = dataclasses.fields(kind), typing.get_type_hints(kind)
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {field.name: _schema(kinds[field.name]) for field in fields},
            "required": [field.name for field in fields if _is_required(field)],
        }
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    return {"type": _PLAIN[kind][0]}
