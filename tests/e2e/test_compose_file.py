"""docker-compose.yml, resolved by Docker's own library, held against the code and against an operator's wishes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from deploy.compose.model import COMPOSE_FILE, resolve
from deploy.compose.secrets_file import demanded, make
from deploy.stack.install import KAFKA_VERSION, POSTGRES_MAJOR
from deploy.stack.kafka import SETTINGS as KAFKA_SETTINGS
from deploy.stack.postgres import ROLES_SQL
from deploy.stack.state import SERVICES
from shared.errors import BadRequest
from shared.settings import Settings
from tests.stack import obtained

STORES = ("kafka", "postgres", "minio")
SECRETS = {name: f"secret-{name}".lower() for name in demanded(COMPOSE_FILE.read_text())}
Model = dict[str, Any]


@pytest.fixture(scope="module")
def model() -> Model:
    with obtained():
        return resolve(SECRETS)


def own_settings(service: str) -> list[type[BaseSettings]]:
    module = importlib.import_module(f"services.{service}.settings")
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, BaseSettings)]
    return [one for one in found if one.__module__ == module.__name__]


def variables(settings: type[BaseSettings]) -> set[str]:
    prefix = str(settings.model_config.get("env_prefix", ""))
    names = {f"{prefix}{field}".upper() for field in settings.model_fields}
    for field in settings.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            names |= {str(choice) for choice in field.validation_alias.choices}
    return names


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_of_a_service_is_a_setting_and_its_value_is_valid(
    model: Model, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment: dict[str, str] = model["services"][service]["environment"]
    kinds = [Settings, *own_settings(service)]
    assert set(environment) <= set().union(*map(variables, kinds))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for kind in kinds:
        kind()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_its_own_module_from_our_image(model: Model, service: str) -> None:
    one = model["services"][service]
    assert one["command"] == ["python", "-m", f"services.{service}"]
    assert one["entrypoint"] is None
    assert Path(one["build"]["context"], one["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("service", SERVICES)
def test_the_addresses_a_service_gets_are_those_where_the_stores_listen(model: Model, service: str) -> None:
    environment, stores = model["services"][service]["environment"], model["services"]
    assert stores["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"] == (
        f"PLAINTEXT://{environment['CUTROOM_KAFKA_BOOTSTRAP']}"
    )
    database = urlsplit(environment["CUTROOM_DATABASE_URL"])
    assert (database.hostname, database.port) == ("postgres", 5432)
    assert database.username == service == database.path.strip("/")
    assert database.password == stores["postgres"]["environment"][f"CUTROOM_{service.upper()}_DB_PASSWORD"]
    objects = urlsplit(environment["CUTROOM_S3_ENDPOINT"])
    assert objects.hostname == "minio"
    assert f":{objects.port}" in stores["minio"]["command"]
    assert environment["CUTROOM_S3_ACCESS_KEY"] == stores["minio"]["environment"]["MINIO_ROOT_USER"]
    assert environment["CUTROOM_S3_SECRET_KEY"] == stores["minio"]["environment"]["MINIO_ROOT_PASSWORD"]


@pytest.mark.parametrize("service", SERVICES)
def test_scratch_lies_on_a_volume_of_its_own(model: Model, service: str) -> None:
    one = model["services"][service]
    targets = {volume["target"]: volume for volume in one["volumes"]}
    assert "source" not in targets[one["environment"]["CUTROOM_SCRATCH_DIR"]]


def test_only_the_gateway_is_published_and_on_loopback(model: Model) -> None:
    published = {name: one["ports"] for name, one in model["services"].items() if one.get("ports")}
    (port,) = published.pop("gateway")
    assert not published
    environment = model["services"]["gateway"]["environment"]
    assert str(port["target"]) == environment["CUTROOM_GATEWAY_PORT"]
    assert (port["host_ip"], port["published"]) == ("127.0.0.1", "8000")
    assert environment["CUTROOM_AUTH"] != "none"


def test_the_stores_are_on_a_network_without_a_way_out(model: Model) -> None:
    for name in STORES:
        assert set(model["services"][name]["networks"]) == {"inside"}
    assert model["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("service", [*SERVICES, *STORES])
def test_every_container_is_limited_watched_and_stripped_of_rights(model: Model, service: str) -> None:
    one = model["services"][service]
    assert set(one["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert one["healthcheck"]["test"][0] == "CMD"
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["restart"] == "unless-stopped"
    assert "privileged" not in one
    if service in SERVICES:
        assert one["init"] is True
        assert one["depends_on"] == {name: {"condition": "service_healthy", "required": True} for name in STORES}
    # Kafka's image writes its configuration into itself.
    assert one.get("read_only", False) is (service != "kafka")


def test_the_stores_have_the_versions_that_the_tests_run(model: Model) -> None:
    assert model["services"]["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"
    assert model["services"]["postgres"]["image"] == f"postgres:{POSTGRES_MAJOR}"
    minio = model["services"]["minio"]["build"]
    assert Path(minio["context"], minio["dockerfile"]).is_file()


def test_the_broker_has_the_settings_that_the_tests_run(model: Model) -> None:
    environment = model["services"]["kafka"]["environment"]
    for key, value in KAFKA_SETTINGS.items():
        assert environment["KAFKA_" + key.upper().replace(".", "_")] == value


def test_postgres_makes_the_roles_by_the_script_that_the_tests_run(model: Model) -> None:
    one = model["services"]["postgres"]
    mounted = {volume["target"]: Path(volume["source"]) for volume in one["volumes"] if volume["type"] == "bind"}
    assert [path.resolve() for path in mounted.values()] == [ROLES_SQL]
    (target,) = mounted
    assert target.startswith("/docker-entrypoint-initdb.d/")
    asked = {line.split()[-1] for line in ROLES_SQL.read_text().splitlines() if line.startswith("\\getenv")}
    assert asked == {name for name in one["environment"] if name.startswith("CUTROOM_")}


def test_every_named_volume_is_used_and_outlives_its_container(model: Model) -> None:
    used = {volume["source"] for one in model["services"].values() for volume in one["volumes"] if volume.get("source")}
    assert set(model["volumes"]) == {name for name in used if "/" not in name}


@pytest.mark.parametrize("missing", SECRETS)
def test_without_one_of_its_secrets_the_file_does_not_resolve(model: Model, missing: str) -> None:
    with pytest.raises(BadRequest) as refused:
        resolve({name: value for name, value in SECRETS.items() if name != missing})
    assert missing in refused.value.message


def test_no_secret_stands_in_the_file(model: Model) -> None:
    for one in model["services"].values():
        for name, value in one["environment"].items():
            if any(word in name for word in ("PASSWORD", "SECRET_KEY", "LINK_SECRET")):
                assert value in SECRETS.values(), name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("restart: unless-stopped", "restrat: unless-stopped", "restrat"),
        ("cache:/var", "cahce:/var", "undefined volume cahce"),
        ("postgres: {condition", "postgers: {condition", "undefined service"),
        ("memory: 4g", "memory: 4gig", "invalid suffix"),
    ],
)
def test_what_docker_would_refuse_is_refused_here(model: Model, tmp_path: Path, old: str, new: str, says: str) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE_FILE.read_text().replace(old, new))
    with pytest.raises(BadRequest) as refused:
        resolve(SECRETS, compose=broken)
    assert says in refused.value.message


def test_the_env_file_gets_what_is_missing_and_keeps_what_is_there(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    first, *rest = SECRETS
    env.write_text(f"{first}=chosen by hand")
    assert make(COMPOSE_FILE, env) == rest
    made = dict(line.split("=", 1) for line in env.read_text().splitlines())
    assert made.pop(first) == "chosen by hand"
    assert set(made) == set(rest)
    assert len(set(made.values())) == len(rest)
    assert all(len(value) >= 32 for value in made.values())
    assert env.stat().st_mode & 0o777 == 0o600
    assert make(COMPOSE_FILE, env) == []
