"""What whoever runs a server asks of it."""

from mimo.v1 import server_pb2 as pb
from mimo.v1 import synthesis_pb2
from mimo_runtime.client.connection import Connection
from mimo_runtime.errors import ServerUnreachableError


def check_health(connection: Connection) -> None:
    """Check that a server takes work.

    Raises:
        ServerUnreachableError: it does not, or does not answer.
    """
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # what else the client does needs none

    stub = health_pb2_grpc.HealthStub(connection.channel)
    answer = connection.ask(stub.Check, health_pb2.HealthCheckRequest())
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        raise ServerUnreachableError(
            f"{connection.server} takes no work: it is ending; go to another one."
        )


def server_info(connection: Connection) -> synthesis_pb2.GetServerInfoResponse:
    """What a server runs and accepts. Raises MimoError."""
    ask = connection.synthesis.GetServerInfo
    return connection.ask(ask, synthesis_pb2.GetServerInfoRequest())


def open_streams(connection: Connection) -> pb.ListStreamsResponse:
    """What is open on a server. Raises MimoError."""
    return connection.ask(connection.operations.ListStreams, pb.ListStreamsRequest())


def drain(connection: Connection) -> pb.DrainResponse:
    """Have a server end, as a signal would. Raises MimoError."""
    return connection.ask(connection.operations.Drain, pb.DrainRequest())
