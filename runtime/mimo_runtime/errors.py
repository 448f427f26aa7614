"""One family of errors: each is a sentence that says what is wrong, where, and what to do.

The class decides two things and nothing else does: the exit code of the command line
(`exit_code`) and the gRPC status (`mimo_runtime.wire.status`).
"""

from typing import ClassVar


class MimoError(Exception):
    """Base of everything this program raises on purpose.

    `settings` are those that its sentence leads to, such as "source_fps": the command line adds
    which of its options they are.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str = "", *, settings: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.settings = settings


class InvalidRequestError(MimoError):
    """A setting or an argument that cannot be used: zero steps, a guidance that is no number."""

    exit_code = 2


class MediaError(MimoError):
    """A picture or video that is empty, truncated, damaged or of a kind that is not accepted."""

    exit_code = 3


class TemplateError(MimoError):
    """A template folder with a missing stream, unequal streams or a broken config.json."""

    exit_code = 3


class BundleError(MimoError):
    """A bundle that is missing, damaged, too new or does not fit what is asked of it."""

    exit_code = 4


class PlanError(MimoError):
    """A compiled plan that is missing, corrupt, of another GPU or out of date."""

    exit_code = 4


class CheckpointError(MimoError):
    """A checkpoint folder with missing files, missing weights or weights of the wrong shape."""

    exit_code = 4


class LimitExceededError(MimoError):
    """Input that is well formed but larger than this process was told to accept."""

    exit_code = 5


class ResourceError(MimoError):
    """Too little memory or disk for the work, found out before it starts."""

    exit_code = 5


class BusyError(MimoError):
    """Every session slot is taken; the same request can succeed later."""

    exit_code = 6


class ProtocolError(MimoError):
    """A stream whose messages come in an order that the contract does not allow."""

    exit_code = 7


class ServerUnreachableError(MimoError):
    """No server answered, or it went away in the middle of the work."""

    exit_code = 7


class EngineLostError(MimoError):
    """The process that ran the engines ended in the middle of the work; another one takes over."""

    exit_code = 7


class CancelledError(MimoError):
    """The user or the client asked for the work to stop."""

    exit_code = 130


class PreemptedError(MimoError):
    """The scheduler of a farm wants the machine back; the same command goes on later."""

    exit_code = 75


class OutOfRangeError(MimoError):
    """What a stream is to go on from is not kept any more."""

    exit_code = 7


class DeadlineExceededError(MimoError):
    """The time that the client allowed has passed."""

    exit_code = 124


class IdleError(MimoError):
    """A client that was silent, or slower than is accepted, while it had to send or to read."""

    exit_code = 7


class UnauthenticatedError(MimoError):
    """A caller without a token, or with one that is not known."""

    exit_code = 7


class NotFoundError(MimoError):
    """A job or a file that is not there, or is somebody else's."""

    exit_code = 2


class DamagedUploadError(MimoError):
    """Bytes that are not those that were sent: a checksum differs."""

    exit_code = 7


class ForbiddenError(MimoError):
    """A call that only who runs the server may make."""

    exit_code = 7


class UnsupportedError(MimoError):
    """Something that exists elsewhere but not here; the sentence names the way out."""

    exit_code = 8
