"""What SIGTERM becomes, wherever it meets the work."""

import contextlib
import os
import signal

import pytest

from mimo_runtime.cli.sigterm import preempted_on_sigterm
from mimo_runtime.errors import BundleError, PreemptedError


def end_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def load() -> None:
    """As a library does that takes every error for one of the file."""
    try:
        end_this_process()
    except Exception as error:
        raise BundleError("The component does not load.") from error


def test_it_is_told_where_a_library_makes_another_error_of_it() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(PreemptedError, match="run the same command"), preempted_on_sigterm():
        load()
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_token_has_it_where_a_library_loses_it() -> None:
    with preempted_on_sigterm() as token:
        with contextlib.suppress(PreemptedError):
            end_this_process()
        with pytest.raises(PreemptedError):
            token.check()


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(BundleError), preempted_on_sigterm():
        raise BundleError("The component does not load.")
