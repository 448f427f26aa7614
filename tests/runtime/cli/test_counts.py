import pytest

from mimo_runtime.cli.counts import counted, say_truncated


@pytest.mark.parametrize(("count", "said"), [(0, "0 frames"), (1, "1 frame"), (2, "2 frames")])
def test_one_is_no_plural(count: int, said: str) -> None:
    assert counted(count, "frame") == said


def test_what_is_left_out_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    say_truncated(0)
    assert capsys.readouterr().err == ""
    say_truncated(150)
    assert "150 frames at the end" in capsys.readouterr().err
