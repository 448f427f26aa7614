"""A server, its engine and its decoders killed at random moments: is a job or an asset lost?

    python -m benchmarks.server_kills --kills 50

While a client sends files and asks for jobs, one process of the server gets SIGKILL after a random
while, again and again; a server that was killed is started anew in the same state folder. At last
everything that was acknowledged must be there: assets whole, jobs ended, results what they were
said to be; and nothing else: no file, no process.
"""

import hashlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psutil

from mimo.v1 import jobs_pb2
from mimo_runtime.client.assets import put_asset
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.download import download_result
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.jobs import JobRequest, create_job, list_jobs, watch_job
from mimo_runtime.sample import BUNDLE, CHARACTER, YARD
from mimo_runtime.wire.settings import Settings

COMMAND = "from mimo_runtime.cli import main; main()"
SEED = 14
SERVERS = 0.6  # share of kills that hit the server itself
LONGEST_S = 6.0  # from one kill to the next


@dataclass(frozen=True, slots=True)
class ServerKills:
    """What was killed, and what became of what had been acknowledged.

    `begun_again` jobs lost at least one attempt; of those that had to be given up each said why.
    """

    server_kills: int
    child_kills: int
    assets: int
    jobs: int
    succeeded: int
    given_up: int
    begun_again: int


class LossError(AssertionError):
    """Something that was acknowledged is not there, or something is left over."""


@dataclass(slots=True)
class Serving:
    """A server that is started whenever it does not run; all that it ever started is known."""

    arguments: list[str]
    family: set[psutil.Process] = field(default_factory=set)
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> psutil.Process:
        """The server, once it serves."""
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-c", COMMAND, "-q", "serve", *self.arguments]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert self.process.stdout is not None
            while not (said := self.process.stdout.readline()).startswith("Serving"):
                if not said:
                    raise LossError("The server ended while it started; run it by hand.")
        found = psutil.Process(self.process.pid)
        self.family |= {found, *found.children(recursive=True)}
        return found

    def kill(self, chance: random.Random) -> str:
        """Kill the server, or one of its processes; which of the two."""
        server = self.start()
        children = server.children(recursive=True)
        self.family |= set(children)
        is_server = not children or chance.random() < SERVERS
        victim = server if is_server else chance.choice(children)
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            return "child"
        if is_server and self.process is not None:
            self.process.wait()
        return "server" if is_server else "child"

    def end(self) -> None:
        """Kill what runs. Raises LossError where processes of servers that ended go on."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        _, alive = psutil.wait_procs(self.family, timeout=60)
        if alive:
            raise LossError(f"{alive} go on without their server.")


def measure(kills: int, bundle: Path, template: Path, folder: Path) -> ServerKills:
    """Kill `kills` processes of servers in `folder`. Raises LossError."""
    chance, state, killed = random.Random(SEED), folder / "state", Counter[str]()
    address = _free_address()
    serving = Serving(
        ["--bundle", str(bundle), "--listen", address, "--state", str(state), "--threads", "1"]
    )
    inputs, assets = Inputs(CHARACTER, template), list[str]()
    with ThreadPoolExecutor(1) as client, Connection(address) as connection:
        try:
            asked: list[Future[str]] = []
            for number in range(kills):
                serving.start()
                asked.append(client.submit(_ask, connection, inputs, number, assets))
                time.sleep(chance.uniform(0, LONGEST_S))
                killed[serving.kill(chance)] += 1
            serving.start()
            jobs = [_ended(connection, each.result()) for each in asked]
            _check(connection, state, jobs, assets, folder)
        finally:
            serving.end()
    states = Counter(job.state for job in jobs)
    return ServerKills(
        server_kills=killed["server"],
        child_kills=killed["child"],
        assets=len(assets),
        jobs=len(jobs),
        succeeded=states[jobs_pb2.JOB_STATE_SUCCEEDED],
        given_up=states[jobs_pb2.JOB_STATE_FAILED],
        begun_again=sum(job.attempts > 1 for job in jobs),
    )


def _ask(connection: Connection, inputs: Inputs, number: int, assets: list[str]) -> str:
    """Send a file of its own and ask for a job, until both are acknowledged; the job's id."""
    data = random.Random(number).randbytes(300_000 + 40_000 * number)
    assets.append(put_asset(connection, data, f"{number}.bin").sha256)
    settings = Settings(steps=1 + number % 8, guidance=1)
    request = JobRequest(inputs, settings, request_id=f"request-{number}")
    return create_job(connection, request).id


def _ended(connection: Connection, job_id: str) -> jobs_pb2.Job:
    *_, last = watch_job(connection, job_id)
    return last


def _check(
    connection: Connection, state: Path, jobs: list[jobs_pb2.Job], assets: list[str], folder: Path
) -> None:
    """Raises LossError where something is missing, or left over."""
    if sorted(each.id for each in list_jobs(connection)) != sorted(job.id for job in jobs):
        raise LossError("The jobs are not those that were acknowledged.")
    files = {path.name: path for path in state.glob("assets/*/*")}
    for sha256 in assets:
        data = files[sha256].read_bytes() if sha256 in files else b""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LossError(f"The asset {sha256} is not whole.")
    for job in jobs:
        if job.state == jobs_pb2.JOB_STATE_SUCCEEDED:
            download_result(connection, job.id, folder / "out.mp4")  # which compares the SHA-256
        elif not job.error.sentence:
            raise LossError(f"The job {job.id} has ended without a word.")
    done = {f"{job.id}.mp4" for job in jobs if job.state == jobs_pb2.JOB_STATE_SUCCEEDED}
    left = {path.name for path in state.glob("results/*")} ^ done
    left |= {path.name for path in files.values() if path.suffix == ".part"}
    left |= {path.name for path in state.rglob("work/*/*")} - {"lock"}
    left |= {path.name for path in state.glob("kept/*")}
    if left:
        raise LossError(f"{sorted(left)} are missing, or nobody's.")


def _free_address() -> str:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"127.0.0.1:{found.getsockname()[1]}"


@click.command()
@click.option("--kills", type=click.IntRange(1), default=50, show_default=True)
@click.option("--bundle", type=click.Path(path_type=Path), default=BUNDLE, show_default=True)
def main(kills: int, bundle: Path) -> None:
    """Kill processes of servers that make jobs of the sample."""
    with TemporaryDirectory(prefix="mimo-kills-") as folder:
        result = measure(kills, bundle, YARD, Path(folder))
    print(json.dumps(asdict(result), indent=1))


if __name__ == "__main__":
    main()
