"""Answers to a launch as Cuebot does; run by a Python that has OpenCue's library.

    python cuebot.py SPEC.xml

Prints its address, and keeps in SPEC.xml what it is told to launch.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    import grpc
    from opencue_proto import cue_pb2, cue_pb2_grpc, job_pb2, job_pb2_grpc

    class Jobs(job_pb2_grpc.JobInterfaceServicer):  # type: ignore[misc]
        """Takes one job."""

        def LaunchSpecAndWait(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
            Path(sys.argv[1]).write_text(request.spec)
            jobs = job_pb2.JobSeq(jobs=[job_pb2.Job(id="1", name="testing-shot-user_shot")])
            return job_pb2.JobLaunchSpecAndWaitResponse(jobs=jobs)

    class Cue(cue_pb2_grpc.CueInterfaceServicer):  # type: ignore[misc]
        """Is there."""

        def GetSystemStats(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
            return cue_pb2.CueGetSystemStatsResponse()

    server = grpc.server(ThreadPoolExecutor(2))
    job_pb2_grpc.add_JobInterfaceServicer_to_server(Jobs(), server)
    cue_pb2_grpc.add_CueInterfaceServicer_to_server(Cue(), server)
    port = server.add_insecure_port("localhost:0")
    server.start()
    sys.stdout.write(f"localhost:{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
