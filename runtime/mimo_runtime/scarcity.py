"""What the machine has too little of, told from what a call of the system raises."""

import errno

from mimo_runtime.errors import ResourceError

_SCARCE = {
    errno.ENOMEM: "memory",
    errno.EAGAIN: "memory or processes",
    errno.EMFILE: "open files",
    errno.ENFILE: "open files",
    errno.ENOSPC: "room on a disk, or of its inodes",
    errno.EDQUOT: "room on a disk that a quota leaves",
}
# What libraries say without an errno: Python, C++, ONNX Runtime, torch.
_NO_MEMORY = ("can't start new thread", "bad_alloc", "allocate memory", "tried to allocate")


def resource_error(error: BaseException) -> ResourceError | None:
    """The sentence for a call that failed for want of something; None where that is not why."""
    what = _SCARCE.get(getattr(error, "errno", None) or 0)
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY):
        what = "memory"
    if what is None:
        return None
    return ResourceError(
        f"The machine has too little {what}, or lets this process take too little of it (ulimit); "
        "try again when it is less busy, or raise the limit."
    )
