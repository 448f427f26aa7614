"""Jobs for Open Job Description, run for real by its own command."""

import json
import subprocess
import sys
import time
from pathlib import Path

import kubernetes_validate
import pytest

from tests.runtime.cli.commands import COMMAND, PATIENCE_S, check_result, run, started

OPENJD = Path(sys.executable).parent / "openjd"
NODE = f"""\
#!{sys.executable}
# The command of a node; its first try at frames 4-6 is killed at work.
import subprocess, sys, time
from pathlib import Path
here = Path(__file__).parent
process = subprocess.Popen([sys.executable, "-c", "{COMMAND}", *sys.argv[1:]])
if "4-6" in sys.argv and not (here / "killed").exists():
    while not any(here.glob("out/shot/.work-*")) and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    (here / "killed").touch()
sys.exit(process.wait() % 256)
"""


@pytest.fixture
def node_shot(shot: Path) -> Path:
    """The shot beside the command of a node."""
    command = shot.with_name("mimo")
    command.write_text(NODE)
    command.chmod(0o755)
    return shot


def openjd(job: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [OPENJD, "run", job, "-p", f"Mimo={job.parent / 'mimo'}", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, cwd="/"
    )


def test_three_segments_one_killed_and_run_again_and_one_stitch(node_shot: Path) -> None:
    shot = node_shot
    job = shot.with_name("job.json")
    assert run("farm", "openjd", shot, "-o", job) == 0
    everything = ("--step", "Stitch", "--run-dependencies")
    first = openjd(job, *everything)
    assert first.returncode != 0
    assert (shot.parent / "killed").exists()
    assert not (shot.parent / "out" / "shot.mp4").exists()

    again = openjd(job, *everything)
    assert again.returncode == 0, again.stdout
    assert "frames 1-3 already there" in again.stdout
    assert "frames 4-6 rendered" in again.stdout
    assert "frames 7-8 rendered" in again.stdout
    assert "openjd_progress: 100" in again.stdout
    assert "Engine onnxruntime" not in again.stdout  # said once, by the process of the node
    check_result(shot)


def test_the_template_has_every_frame_and_keeps_to_the_specification(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("farm", "openjd", shot) == 0
    template = json.loads(capsys.readouterr().out)
    (frame,) = template["steps"][0]["parameterSpace"]["taskParameterDefinitions"]
    assert (frame["range"], frame["chunks"]["defaultTaskCount"]) == ("1-8", 3)
    assert template["parameterDefinitions"][1]["default"] == "shot.yaml"
    elsewhere = shot.parent / "jobs"
    elsewhere.mkdir()
    assert run("farm", "openjd", shot, "-o", elsewhere / "job.json") == 0
    assert (
        "default"
        not in json.loads((elsewhere / "job.json").read_bytes())["parameterDefinitions"][1]
    )
    check = subprocess.run([OPENJD, "check", elsewhere / "job.json"], check=False)
    assert check.returncode == 0


def test_what_fails_is_told_in_its_line(shot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("stitch", shot, "--openjd") == 2
    assert "openjd_fail: '" in capsys.readouterr().out
    assert run("render", shot, "--frames", "9", "--openjd") == 2
    assert "openjd_fail: The frames 9 are asked for" in capsys.readouterr().out


def test_the_job_for_kubernetes_keeps_to_its_schema_and_a_pod_makes_its_segment(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--image", "registry/mimo:1", "--claim", "shots", "--mount", shot.parent]
    assert run("farm", "kubernetes", shot, *where, "--queue", "renders", "--parallelism", "2") == 0
    job = json.loads(capsys.readouterr().out)
    kubernetes_validate.validate(job, kubernetes_validate.latest_version(), strict=True)
    assert job["metadata"] == {
        "name": "mimo-shot",
        "labels": {"kueue.x-k8s.io/queue-name": "renders"},
    }
    spec = job["spec"]
    assert (spec["completions"], spec["parallelism"]) == (3, 2)
    assert [rule["action"] for rule in spec["podFailurePolicy"]["rules"]] == [
        *("Ignore", "Ignore", "FailJob")
    ]
    assert spec["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"] == [75]
    (pod,) = spec["template"]["spec"]["containers"]
    assert pod["env"] == []
    arguments = [part.replace("$(JOB_COMPLETION_INDEX)", "2") for part in pod["args"]]
    frames = shot.parent / "out" / "shot" / "frames"
    with started(*arguments) as preempted:
        while not frames.is_dir() and preempted.poll() is None:
            time.sleep(0.01)
        preempted.terminate()
        preempted.communicate(timeout=PATIENCE_S)
    assert preempted.returncode == 75  # which the second rule takes for no failure
    assert run(*arguments) == 0
    assert sorted(path.name for path in frames.iterdir()) == ["frame.0007.png", "frame.0008.png"]
    assert run("render", shot, "--segment", "3") == 2
    assert "there are 3, counted from 0; ask" in capsys.readouterr().err


def test_a_volume_without_the_shot_is_refused(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--image", "i", "--claim", "c", "--mount", "/elsewhere"]
    assert run("farm", "kubernetes", shot, *where) == 2
    assert "Pods see what is below /elsewhere" in capsys.readouterr().err


def test_nodes_get_the_variables_of_the_shot_file(
    shot: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As parameters of a job, which a farm with other places may set."""
    monkeypatch.setenv("PLACE", str(shot.parent))
    shot.write_text(shot.read_text().replace("template: ", "template: $PLACE/"))
    where = ["--image", "i", "--claim", "c", "--mount", shot.parent]
    assert run("farm", "kubernetes", shot, *where) == 0
    (pod,) = json.loads(capsys.readouterr().out)["spec"]["template"]["spec"]["containers"]
    assert pod["env"] == [{"name": "PLACE", "value": str(shot.parent)}]

    job = shot.with_name("job.json")
    assert run("farm", "openjd", shot, "-o", job) == 0
    assert subprocess.run([OPENJD, "check", job], check=False).returncode == 0
    monkeypatch.delenv("PLACE")
    mimo = Path(sys.executable).with_name("mimo")
    command = [OPENJD, "run", job, "-p", f"Mimo={mimo}", "--step", "Render", "--maximum-tasks", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "frames 1-3 rendered" in ran.stdout
