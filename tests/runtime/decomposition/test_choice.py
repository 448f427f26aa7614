"""Which shot and who: the main ones, those asked for, and what is said about it."""

import numpy as np
import pytest

from mimo_runtime.decomposition.choice import Selection, choose, shots_of
from mimo_runtime.decomposition.people import PeopleRecord
from mimo_runtime.errors import InvalidRequestError, MediaError

SIZE = (100, 80)
Seen = dict[int, tuple[int, int, float]]


def record(count: int, cuts: tuple[int, ...], seen: Seen) -> PeopleRecord:
    """`seen`: for each person first and last frame and the height, in the middle of the frame."""
    rows = [
        (frame, number, height)
        for frame in range(count)
        for number, (first, last, height) in seen.items()
        if first <= frame <= last
    ]
    frames = np.array([row[0] for row in rows], np.int64)
    boxes = [(50 - h / 4, 40 - h / 2, 50 + h / 4, 40 + h / 2) for _, _, h in rows]
    return PeopleRecord(
        rate_fps=10.0,
        cuts=np.isin(np.arange(count), cuts),
        starts=np.searchsorted(frames, np.arange(count + 1)),
        numbers=np.array([row[1] for row in rows], np.int64),
        recovered=np.zeros(len(rows), np.bool_),
        scores=np.full(len(rows), 0.7, np.float32),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        keypoints=np.zeros((len(rows), 17, 3), np.float32),
        presences=np.full(len(rows), np.nan, np.float32),
    )


def _spans(choice: Selection) -> tuple[int, int, int, int]:
    return choice.shot.number, choice.person.number, choice.first, choice.last


def test_shots_leave_nothing_out() -> None:
    shots = shots_of(np.array([1, 0, 0, 1, 1, 0], np.bool_))
    assert [(one.number, one.first, one.last) for one in shots] == [(1, 0, 2), (2, 3, 3), (3, 4, 5)]
    assert len(shots_of(np.zeros(1, np.bool_))) == 1


def test_the_longest_shot_with_somebody_is_taken_and_said() -> None:
    film = record(30, (4, 10), {1: (0, 3, 50), 2: (5, 8, 50)})
    choice = choose(film, SIZE)
    assert _spans(choice) == (2, 2, 5, 8)
    said = " ".join(choice.sentences(10))
    assert "3 shots" in said
    assert "Shot 2" in said
    assert "another can be chosen by its number" in said
    assert "frames 5 to 8" in said


def test_the_largest_of_three_is_taken_and_the_others_are_named() -> None:
    film = record(10, (), {1: (0, 9, 20), 2: (0, 9, 60), 3: (2, 9, 30)})
    choice = choose(film, SIZE)
    assert _spans(choice) == (1, 2, 0, 9)
    (sentence,) = choice.sentences(10)
    assert sentence.startswith("3 people were found. Person 2")
    assert "by its number: 3 (frames 2 to 9" in sentence
    assert _spans(choose(film, SIZE, person=3)) == (1, 3, 2, 9)


def test_a_person_who_was_asked_for_decides_the_shot() -> None:
    film = record(30, (4,), {1: (0, 3, 50), 2: (5, 29, 50)})
    assert _spans(choose(film, SIZE, person=1)) == (1, 1, 0, 3)
    assert _spans(choose(film, SIZE, shot=1)) == (1, 1, 0, 3)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"shot": 3}, InvalidRequestError, "no shot 3; choose one of the 2"),
        ({"shot": 2}, MediaError, "Nobody was found in shot 2"),
        ({"person": 7}, InvalidRequestError, "no person 7 in the video, only 1"),
        ({"person": 7, "shot": 1}, InvalidRequestError, "no person 7"),
    ],
)
def test_what_is_not_there_is_a_sentence(
    options: dict[str, int], error: type[Exception], words: str
) -> None:
    film = record(10, (4,), {1: (0, 3, 50)})
    with pytest.raises(error, match=words):
        choose(film, SIZE, **options)


def test_nobody_at_all_is_a_sentence() -> None:
    with pytest.raises(MediaError, match=r"Nobody was found in the video.*4 tiles"):
        choose(record(5, (), {}), SIZE, person=1)


def test_frames_of_a_part_count_from_its_first() -> None:
    film = record(10, (4,), {1: (0, 3, 50), 2: (5, 9, 50)})
    frames = list(film.frames(4, 9))
    assert [frame.index for frame in frames] == list(range(6))
    assert not any(frame.cut for frame in frames)
    assert [len(frame.people) for frame in frames] == [0, 1, 1, 1, 1, 1]
    assert frames[1].people[0].person.box.height == 50
