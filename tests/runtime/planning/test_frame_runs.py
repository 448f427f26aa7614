from mimo_runtime.planning.frame_runs import numbers_of, runs_in_words, runs_of


def test_numbers_in_words():
    assert numbers_of(range(12, 24), 1) == "13-24"
    assert numbers_of(range(3, 4), 1001) == "1004"
    assert runs_of([0, 1, 5, 7, 8]) == [range(2), range(5, 6), range(7, 9)]
    assert runs_in_words([3, 4, 5, 9]) == "3-5, 9"
