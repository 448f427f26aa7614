import numpy as np
import pytest

from mimo_runtime.layers.occluders.candidates import MOVING, PERSON, OccluderCandidate
from mimo_runtime.layers.occluders.tracks import OccluderTrack, OccluderTracks


def ball(
    left: int, log_odds: float = 0.0, touching: bool = True, why: str = MOVING
) -> OccluderCandidate:
    area = np.zeros((60, 200), bool)
    area[20:40, left : left + 20] = True
    return OccluderCandidate(area, why, log_odds, touching)


def follow(tracks: OccluderTracks, balls: list[OccluderCandidate]) -> list[OccluderTrack]:
    return [tracks.update([one], index)[0] for index, one in enumerate(balls)]


def test_what_moves_faster_than_its_size_is_one_thing_once_its_way_is_known() -> None:
    ways = [10, 22, 38, 58, 82, 110, 140]

    tracks = follow(OccluderTracks(), [ball(left) for left in ways])

    assert len({id(track) for track in tracks}) == 1


def test_a_thing_that_was_lost_for_a_moment_goes_on() -> None:
    tracks = OccluderTracks()
    (first,) = tracks.update([ball(10)], 0)
    tracks.update([ball(20)], 1)
    for index in (2, 3):
        tracks.update([], index)

    (later,) = tracks.update([ball(50)], 4)

    assert later is first


def test_another_thing_elsewhere_is_another() -> None:
    tracks = OccluderTracks()
    (first,) = tracks.update([ball(10)], 0)

    (other,) = tracks.update([ball(150)], 1)
    (person,) = tracks.update([ball(10, why=PERSON)], 2)

    assert len({id(one) for one in (first, other, person)}) == 3


@pytest.mark.parametrize(("touching", "front"), [(False, True), (True, False)])
def test_what_was_seen_from_afar_is_soon_forgotten_when_it_hides_somebody(
    touching: bool, front: bool
) -> None:
    before = [ball(10 + 5 * index, -1.8, touching) for index in range(10)]
    hiding = [ball(60 + 5 * index, 2.5) for index in range(2)]

    tracks = follow(OccluderTracks(), before + hiding)

    assert tracks[-1].front is front


def test_one_doubtful_look_takes_nothing_back() -> None:
    looks = [ball(10, 3.0), ball(12, 3.0), ball(14, -2.0)]

    assert follow(OccluderTracks(), looks)[-1].front
