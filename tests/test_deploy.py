"""What ships for operators: a unit, an image, manifests and a configuration that go together."""

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from mimo_runtime.cli.serve import serve
from mimo_runtime.serving.ending import GRACE_S

FOLDER = Path(__file__).resolve().parents[1] / "deploy"
CONFIG = tomllib.loads((FOLDER / "mimo.toml").read_text())
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()))


def pod() -> dict[str, Any]:
    (found,) = (each for each in MANIFESTS if each["kind"] == "StatefulSet")
    return dict(found["spec"]["template"]["spec"])


def test_the_configuration_has_options_of_the_command() -> None:
    known = {name.lstrip("-") for each in serve.params for name in each.opts}
    assert set(CONFIG) <= known
    assert not {"insecure", "unsigned"} & set(CONFIG)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: str(each["kind"]))
def test_manifests_are_what_kubernetes_takes(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_ports_and_folders_are_those_of_the_configuration() -> None:
    (container,) = pod()["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert CONFIG["listen"].endswith(f":{ports['grpc']}")
    assert CONFIG["http-listen"].endswith(f":{ports['https']}")
    mounts = [each["mountPath"] for each in container["volumeMounts"]]
    for name in (
        "tls-certificate",
        "tls-key",
        "tokens",
        "audit-log",
        "bundle",
        "state",
        "spool-dir",
    ):
        assert any(CONFIG[name].startswith(mount) for mount in mounts), name
    assert {each["name"] for each in container["volumeMounts"]} == {
        *(each["name"] for each in pod()["volumes"]), "state",
    }  # fmt: skip
    spool = next(each for each in pod()["volumes"] if each["name"] == "spool")
    assert spool["emptyDir"]["medium"] == "Memory"


def test_nobody_kills_it_while_it_drains() -> None:
    needed_s = CONFIG["drain-s"] + GRACE_S
    assert pod()["terminationGracePeriodSeconds"] >= needed_s
    unit = (FOLDER / "mimo.service").read_text().splitlines()
    stops_s = next(int(line.split("=")[1]) for line in unit if line.startswith("TimeoutStopSec="))
    assert stops_s >= needed_s
    assert "LimitCORE=0" in unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_what_systemd_takes(tmp_path: Path) -> None:
    unit = (FOLDER / "mimo.service").read_text().replace("/opt/mimo/bin/mimo", "/bin/true")
    (tmp_path / "mimo.service").write_text(unit)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "mimo.service")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "mimo.service" not in said.stderr, said.stderr


def test_the_image_runs_as_nobody_in_particular_and_starts_the_server() -> None:
    lines = (FOLDER / "Containerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert 'CMD ["serve", "--config", "/etc/mimo/mimo.toml"]' in lines
    root = FOLDER.parent
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            assert all((root / name).exists() for name in line.split()[1:-1]), line
