"""The OpenAPI 3.1 document, written from the routes' own declarations."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bienvenue.web import media_type, schemas
from bienvenue.web.api import Api, Operation
from bienvenue.web.cookies import SESSION
from bienvenue.web.problems import PROBLEM

# Of the interface. Which release of the program answers is no business of
# whoever asks (OWASP ASVS 13.4.6).
VERSION = "1"

_REF = "#/components/schemas/{model}"
_OF_PARAMETER = {"description"}
_SESSION: list[dict[str, list[str]]] = [{"session": []}]


def document(
    api: Api, *, server: str, cookie: str = SESSION
) -> dict[str, Any]:
    """Describe all operations of an API, reachable under ``server``."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in api.operations:
        path = paths.setdefault(operation.template, {})
        path[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bienvenue",
            "version": VERSION,
            "summary": "User accounts: register, sign in, sign out, reset.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": _schemas(api),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": cookie}
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    summary, _, description = (operation.view.__doc__ or "").partition("\n")
    found: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": summary.rstrip("."),
        "responses": {
            str(status): _response(status, schema)
            for status, schema in sorted(operation.answers.items())
        },
    }
    if description.strip():
        found["description"] = " ".join(description.split())
    if operation.session:
        found["security"] = _SESSION
    parameters = [_parameter(name) for name in operation.numbers]
    if operation.query is not None:
        parameters += _queried(operation.query)
    if parameters:
        found["parameters"] = parameters
    if operation.takes is not None:
        found["requestBody"] = {
            "required": True,
            "content": _content(
                operation.takes, media_type.JSON, media_type.FORM
            ),
        }
    return found


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _queried(schema: type[BaseModel]) -> list[dict[str, Any]]:
    found = []
    for name, member in schema.model_json_schema()["properties"].items():
        told = {key: member[key] for key in member.keys() - _OF_PARAMETER}
        told.pop("title", None)
        parameter = {"name": name, "in": "query", "required": False}
        parameter |= {key: member[key] for key in _OF_PARAMETER}
        found.append(parameter | {"schema": dict(sorted(told.items()))})
    return found


def _response(status: int, schema: type[BaseModel] | None) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if schema is schemas.Taken:
        found["content"] = {
            **_content(schemas.Message, media_type.JSON),
            **_content(schemas.Problem, PROBLEM),
        }
    elif schema is schemas.Csv:
        found["content"] = {media_type.CSV: {"schema": {"type": "string"}}}
    elif schema is schemas.Problem:
        found["content"] = _content(schema, PROBLEM)
    elif schema is not None:
        found["content"] = _content(schema, media_type.JSON)
    return found


def _content(schema: type[BaseModel], *types: str) -> dict[str, Any]:
    reference = {"$ref": _REF.format(model=schema.__name__)}
    return {type_: {"schema": reference} for type_ in types}


def _schemas(api: Api) -> dict[str, Any]:
    models: set[type[BaseModel]] = {schemas.Problem, schemas.Message}
    for operation in api.operations:
        models.update(each for each in operation.answers.values() if each)
        if operation.takes is not None:
            models.add(operation.takes)
    models -= {schemas.Taken, schemas.Csv}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_REF
    )
    found: dict[str, Any] = definitions["$defs"]
    return found
