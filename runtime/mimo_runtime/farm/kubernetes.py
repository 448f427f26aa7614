"""A shot as an indexed Job of Kubernetes, whose pods may be evicted at any moment."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import InvalidRequestError, PreemptedError
from mimo_runtime.farm.shot_file import ShotFile
from mimo_runtime.farm.steps import JobStep
from mimo_runtime.farm.task_queue import HOPELESS, RETRIES

QUEUE_LABEL: Final = "kueue.x-k8s.io/queue-name"
GRACE_S: Final = 60
_CONTAINER, _VOLUME = "render", "shots"
_INDEX = "$(JOB_COMPLETION_INDEX)"


@dataclass(frozen=True, slots=True)
class KubernetesCluster:
    """Where a Job runs: container `image`, volume `claim` mounted at `mount`, Kueue's `queue`
    (None without Kueue), and how many pods there are at a time, None for all.
    """

    image: str
    claim: str
    mount: Path
    queue: str | None = None
    parallelism: int | None = None


def job_manifest(shot: ShotFile, render: JobStep, cluster: KubernetesCluster) -> dict[str, Any]:
    """The Job of the step `render` of a shot, a segment for each pod.

    An evicted pod, and one that ended because it was told to, is started again and costs none of
    the retries of its segment; a setting or an input that cannot be used ends the Job.

    Args:
        shot: its file is below `cluster.mount`. The Job has the name of its folder; what Kubernetes
            does not take in names becomes a dash.
        render: the step that has segments; those before it are done.
        cluster: where it runs.

    Raises:
        InvalidRequestError: pods would not see the shot file.
    """
    path = shot.path.resolve()
    if not path.is_relative_to(cluster.mount):
        raise InvalidRequestError(
            f"Pods see what is below {cluster.mount}, and the shot file is {path}; mount the "
            "volume where this machine has it."
        )
    segments = len(render.segments)
    labels = {} if cluster.queue is None else {QUEUE_LABEL: cluster.queue}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": _dns_name(shot.output.name), "labels": labels},
        "spec": {
            "completionMode": "Indexed",
            "completions": segments,
            "parallelism": min(cluster.parallelism or segments, segments),
            "backoffLimitPerIndex": RETRIES,
            "podFailurePolicy": {"rules": _rules()},
            "template": {"spec": _pod(shot, render, cluster)},
        },
    }


def _rules() -> list[dict[str, Any]]:
    """What of a pod's end counts as a failure, the first that fits."""
    told = {"containerName": _CONTAINER, "operator": "In", "values": [PreemptedError.exit_code]}
    hopeless = {"containerName": _CONTAINER, "operator": "In", "values": sorted(HOPELESS)}
    return [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {"action": "Ignore", "onExitCodes": told},
        {"action": "FailJob", "onExitCodes": hopeless},
    ]


def _pod(shot: ShotFile, render: JobStep, cluster: KubernetesCluster) -> dict[str, Any]:
    container = {
        "name": _CONTAINER,
        "image": cluster.image,
        "command": ["mimo"],
        "args": [render.command, str(shot.path.resolve()), *render.options, "--segment", _INDEX],
        "env": [{"name": name, "value": value} for name, value in shot.variables.items()],
        "volumeMounts": [{"name": _VOLUME, "mountPath": str(cluster.mount)}],
    }
    claim = {"name": _VOLUME, "persistentVolumeClaim": {"claimName": cluster.claim}}
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": GRACE_S,
        "containers": [container],
        "volumes": [claim],
    }


def _dns_name(name: str) -> str:
    """A name of lower-case letters, digits and dashes, as Kubernetes takes it."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"mimo-{plain}"[:52].rstrip("-")  # pods add their index and five letters
