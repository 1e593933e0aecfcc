"""Schemathesis: the service keeps what its OpenAPI document says."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    SimpleCheckConfig,
)
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema

from bienvenue.route_table import api
from bienvenue.web import openapi
from tests.http.client import Client
from tests.service import Service

DOCUMENT = openapi.document(api(), server="/")

# Every check is on but two: pages stand at some of the paths and are not in
# the document, so test_paths sees to the methods. One is told of the contract,
# which answers 400 to a taken address, and to one that a pattern cannot tell
# from a good one.
OFF = SimpleCheckConfig(enabled=False)
CHECKS = ChecksConfig(
    allow_header_conformance=OFF,
    unsupported_method=OFF,
    positive_data_acceptance=PositiveDataAcceptanceConfig(
        expected_statuses=["2xx", "302", "303", "400", "401", "403"]
    ),
)


def load(*modes: GenerationMode) -> OpenApiSchema:
    """Read the document, to send what fits it, what does not, or both."""
    project = ProjectConfig(
        checks=CHECKS, generation=GenerationConfig(modes=list(modes))
    )
    config = SchemathesisConfig(
        seed=1, projects=ProjectsConfig(default=project)
    )
    return schemathesis.openapi.from_dict(DOCUMENT, config=config)


SCHEMA = load(GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
FITTING = load(GenerationMode.POSITIVE)
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@SCHEMA.parametrize()
@BOUNDED
def test_a_stranger(case: schemathesis.Case[Any], service: Service) -> None:
    case.call_and_validate(base_url=service.url)


@FITTING.include(path="/profile").parametrize()
@BOUNDED
def test_somebody_signed_in(
    case: schemathesis.Case[Any], service: Service, client: Client
) -> None:
    cookie = {"session_id": client.log_in(client.register())}
    case.call_and_validate(base_url=service.url, cookies=cookie)


def test_the_service_has_this_document(client: Client) -> None:
    served = client.ask("GET", "/openapi.json").json()
    assert served == DOCUMENT


def test_it_is_openapi_3_1() -> None:
    SCHEMA.validate()
    assert SCHEMA.specification.version == "3.1.0"
