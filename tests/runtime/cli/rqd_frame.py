"""Have OpenCue's real rqd run one frame; run by a Python that has opencue-rqd.

    python rqd_frame.py FOLDER USER_ID COMMAND

Stands in for Cuebot: hears that rqd is there, gives it the frame, and prints the exit status that
is reported. Logs and the frame's output lie in FOLDER.
"""

import os
import queue
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PATIENCE_S = 400
USER = "mimo"


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def started(folder: Path, cuebot: int, own: int, user: int) -> "subprocess.Popen[bytes]":
    """The daemon of a `user`, which calls at `cuebot` and listens at `own`."""
    config = folder / "rqd.conf"
    options = {"RQD_GRPC_PORT": own, "CUEBOT_GRPC_PORT": cuebot, "OVERRIDE_CUEBOT": "localhost"}
    options |= {"OVERRIDE_HOSTNAME": "localhost", "OVERRIDE_CORES": 2, "OVERRIDE_PROCS": 1}
    lines = [f"{name} = {value}" for name, value in options.items()]
    config.write_text("\n".join(["[Override]", *lines, ""]))
    with (folder / "rqd.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "rqd", "-c", str(config), "--nimbyoff"],
            stdout=log,
            stderr=log,
            env=os.environ | {"HOME": str(folder)},
            **({} if user == os.getuid() else {"user": user, "group": user, "extra_groups": []}),
        )


def main() -> None:
    """Run the frame."""
    import grpc
    from opencue_proto import report_pb2, report_pb2_grpc, rqd_pb2, rqd_pb2_grpc

    heard: queue.Queue[Any] = queue.Queue()

    class Reports(report_pb2_grpc.RqdReportInterfaceServicer):  # type: ignore[misc]
        """What rqd tells its Cuebot."""

        def ReportRqdStartup(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
            heard.put("ready")
            return report_pb2.RqdReportRqdStartupResponse()

        def ReportStatus(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
            return report_pb2.RqdReportStatusResponse()

        def ReportRunningFrameCompletion(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
            heard.put(request.frame_complete_report)
            return report_pb2.RqdReportRunningFrameCompletionResponse()

    folder, user, command = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    server = grpc.server(ThreadPoolExecutor(2))
    report_pb2_grpc.add_RqdReportInterfaceServicer_to_server(Reports(), server)
    cuebot, own = server.add_insecure_port("localhost:0"), free_port()
    server.start()
    daemon = started(folder, cuebot, own, user)
    try:
        heard.get(timeout=PATIENCE_S)
        frame = rqd_pb2.RunFrame(
            resource_id="1", job_id="1", job_name="shot", frame_id="1", frame_name="0001-render",
            layer_id="1", command=command, user_name=USER, uid=user or 1000, gid=user or 1000,
            log_dir=str(folder), show="testing", shot="shot", num_cores=100, ignore_nimby=True,
            log_file="frame.rqlog", log_dir_file=str(folder / "frame.rqlog"),
        )  # fmt: skip
        with grpc.insecure_channel(f"localhost:{own}") as channel:
            request = rqd_pb2.RqdStaticLaunchFrameRequest(run_frame=frame)
            rqd_pb2_grpc.RqdInterfaceStub(channel).LaunchFrame(request, timeout=PATIENCE_S)
        print(heard.get(timeout=PATIENCE_S).exit_status)  # noqa: T201
    finally:
        daemon.kill()
        daemon.wait()


if __name__ == "__main__":
    main()
