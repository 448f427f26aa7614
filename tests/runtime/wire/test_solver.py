"""Step tables and guidance intervals as they are written."""

import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.settings import Settings
from mimo_runtime.wire.solver import (
    Solver,
    Spacing,
    interval_text,
    parse_interval,
    parse_step_table,
    step_table_text,
)


@pytest.mark.parametrize("text", ["trailing", "even-angle", "999,700,300", "0"])
def test_a_step_table_there_and_back(text: str) -> None:
    assert step_table_text(parse_step_table(text)) == text


def test_what_step_tables_mean() -> None:
    assert parse_step_table("leading") is Spacing.LEADING
    assert parse_step_table("999, 700") == (999, 700)


@pytest.mark.parametrize("text", ["karras", "", "1,2", "5,5", "3,-1", "9,x"])
def test_a_step_table_that_is_none(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="step table"):
        Settings(step_table=text)


def test_an_interval_there_and_back() -> None:
    assert parse_interval("0.2, 0.9") == (0.2, 0.9)
    assert interval_text((0.2, 0.9)) == "0.2,0.9"
    assert interval_text(None) == ""


@pytest.mark.parametrize("text", ["", "0.5", "0.9,0.2", "-1,1", "0,2", "nan,1", "a,b"])
def test_an_interval_that_is_none(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="guidance interval"):
        Settings(guidance_interval=text)


def test_steps_and_a_list_that_do_not_agree() -> None:
    assert Settings(steps=2, step_table="9,3").steps == 2
    with pytest.raises(InvalidRequestError, match="steps is 3 and the step table lists 2"):
        Settings(steps=3, step_table="9,3")


def test_solvers_by_their_words() -> None:
    assert Settings(solver="dpmpp-2m").solver is Solver.DPMPP_2M  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError, match="give one of ddim, dpmpp-2m"):
        Settings(solver="euler")  # type: ignore[arg-type]
