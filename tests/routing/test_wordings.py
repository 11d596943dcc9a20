from hypothesis import given
from hypothesis import strategies as st

from routing.wordings import Found, How, Sets, Wordings

SETS = st.lists(st.lists(st.booleans(), max_size=4), max_size=6)


@given(SETS)
def test_one_addition_tells_what_looking_at_every_set_tells(there):
    """`there` says of each member of each set whether it is there."""
    members = [[(number, place) for place, _ in enumerate(row)] for number, row in enumerate(there)]
    sets = Sets.of(members)
    bits = 0
    for number, row in enumerate(there):
        for place, is_there in enumerate(row):
            bits |= sets.bit((number, place)) if is_there else 0
    assert sets.any_whole(bits) == any(row and all(row) for row in there)


def wordings(*parts):
    made = Wordings()
    made.add("水", "part", "")
    made.add("停水", "matter", "TS")
    made.add("挺水", "other", "TS")
    made.seal(dict(parts).get)
    return made


def test_what_is_written_is_not_told_as_heard_too():
    spotted = wordings().find("停水a停谁", "TSaTS")
    told = [(each.start, each.how, each.meaning) for each in spotted.alone]
    assert (0, How.CHARACTERS, "matter") in told
    assert not [each for each in told if each[0] == 0 and each[1] is How.SOUND]
    assert (3, How.SOUND, "matter") in told
    assert (3, How.SOUND, "other") in told


def test_parts_are_only_made_when_asked_for_but_their_bits_are_told():
    made = wordings(("part", 4))
    spotted = made.find("停水", "TS")
    assert [each.meaning for each in spotted.alone] == ["matter"]
    assert spotted.bits == 4
    assert made.parts(spotted) == [Found(1, 2, How.CHARACTERS, "水", "part")]
