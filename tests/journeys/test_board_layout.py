"""The grid of panels: nothing overlaps, nothing stands out, nothing gets lost, whatever is done to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from waypost.journeys.boards import layout
from waypost.journeys.boards.document import COLUMNS, Block, Board, Layout, PhonePlace, Place, Wire
from waypost.journeys.boards.layout import SIZES, Places, add, arranged, complete, move, overlap, remove, resize, tidy

SHOWS = sorted(SIZES)


@st.composite
def grids(draw: st.DrawFn) -> Places:
    """Places as a document may hold them: anywhere, even on top of each other."""
    found = []
    for n in range(draw(st.integers(1, 9))):
        w = draw(st.integers(1, COLUMNS))
        x, y = draw(st.integers(0, COLUMNS - w)), draw(st.integers(0, 12))
        found.append(Place(block=f"p{n}", x=x, y=y, w=w, h=draw(st.integers(1, 8))))
    return tuple(found)


@st.composite
def gestures(draw: st.DrawFn) -> tuple[Places, str, int, int]:
    """A tidy grid, one of its panels, and where to; also far outside."""
    places = tidy(draw(grids()))
    chosen = draw(st.sampled_from([place.block for place in places]))
    return places, chosen, draw(st.integers(-3, 15)), draw(st.integers(-3, 40))


def sound(places: Places, blocks: set[str]) -> bool:
    """No overlap, inside the columns, no gaps above, every panel once."""
    apart = not any(overlap(a, b) for i, a in enumerate(places) for b in places[i + 1 :])
    inside = all(place.x >= 0 and place.y >= 0 and place.x + place.w <= COLUMNS for place in places)
    return apart and inside and tidy(places) == places and sorted(p.block for p in places) == sorted(blocks)


def ids(places: Places) -> set[str]:
    return {place.block for place in places}


@given(grids())
def test_tidying_leaves_no_overlap_and_no_gap_and_changes_only_heights_above(places: Places) -> None:
    found = tidy(places)
    assert sound(found, ids(places))
    assert {(p.block, p.x, p.w, p.h) for p in found} == {(p.block, p.x, p.w, p.h) for p in places}


@given(gestures())
def test_a_moved_panel_stands_in_its_columns_and_the_others_make_room(gesture: tuple[Places, str, int, int]) -> None:
    places, chosen, x, y = gesture
    found = move(places, chosen, x, y)
    assert sound(found, ids(places))
    held = next(place for place in found if place.block == chosen)
    assert held.x == min(max(x, 0), COLUMNS - held.w)
    assert {(p.block, p.w, p.h) for p in found} == {(p.block, p.w, p.h) for p in places}


@given(gestures())
def test_a_drag_that_comes_back_to_where_it_began_changes_nothing(gesture: tuple[Places, str, int, int]) -> None:
    places, chosen, _, _ = gesture
    held = next(place for place in places if place.block == chosen)
    assert move(places, chosen, held.x, held.y) == places
    assert resize(places, chosen, held.w, held.h) == places


@given(gestures())
def test_a_resized_panel_has_its_size_within_the_grid(gesture: tuple[Places, str, int, int]) -> None:
    places, chosen, w, h = gesture
    found = resize(places, chosen, w, h, least=(2, 2))
    assert sound(found, ids(places))
    held = next(place for place in found if place.block == chosen)
    assert held.h == min(max(h, 2), layout.MAX_ROWS)
    assert held.w == min(max(w, 2), COLUMNS - held.x) or held.x == COLUMNS - 1


@given(grids(), st.sampled_from(SHOWS))
def test_a_panel_is_added_below_and_taken_away_again(places: Places, show: str) -> None:
    before = tidy(places)
    found = add(before, "new", SIZES[show][:2])
    assert sound(found, {*ids(places), "new"})
    assert remove(found, "new") == before


def test_a_panel_dragged_past_the_middle_of_the_next_one_changes_places_with_it() -> None:
    one, two = Place(block="a", x=0, y=0, w=6, h=2), Place(block="b", x=0, y=2, w=6, h=4)
    assert move((one, two), "a", 0, 1) == (one, two)
    swapped = move((one, two), "a", 0, 3)
    assert [(p.block, p.y) for p in swapped] == [("b", 0), ("a", 4)]
    assert move(swapped, "a", 0, 0) == (one, two)


def board(places: Places, more: int = 0, phone: tuple[PhonePlace, ...] = ()) -> Board:
    blocks = [Block(id=p.block, kind="panel", set={"show": "text"}) for p in places]
    blocks += [Block(id=f"m{n}", kind="panel", set={"show": SHOWS[n % len(SHOWS)]}) for n in range(more)]
    return Board(id="b", name="B", blocks=(*blocks, Block(id="s", kind="kpi")), layout=Layout(wide=places, phone=phone))


@given(grids(), st.integers(0, 6), st.randoms())
def test_every_panel_gets_a_place_once_on_desk_and_phone(places: Places, more: int, dice: object) -> None:
    phone = tuple(PhonePlace(block=p.block, hidden=True) for p in places[::2])
    strange = Place(block="gone", x=0, y=0, w=12, h=3)
    made = board(places, more, phone)
    made = made.model_copy(update={"layout": made.layout.model_copy(update={"wide": (strange, *places)})})
    found, wanted = complete(made), {block.id for block in layout.panels(made)}
    assert sound(found.wide, wanted)
    assert sorted(p.block for p in found.phone) == sorted(wanted)
    assert found.phone[: len(phone)] == phone
    assert complete(made.model_copy(update={"layout": found})) == found


def test_panels_come_and_go_with_their_settings_and_wires() -> None:
    made = board((Place(block="p0", x=0, y=0, w=6, h=4), Place(block="p1", x=6, y=0, w=6, h=4)))
    made = made.model_copy(update={"wires": (Wire(from_="s", to="p0"), Wire(from_="s", to="p1"))})
    new = Place(block="p2", x=0, y=0, w=12, h=5)
    found = arranged(made, Layout(wide=(new, made.layout.wide[1])), {"p1": {}, "p2": {"show": "map", "name": "Map"}})
    assert [block.id for block in layout.panels(found)] == ["p1", "p2"]
    assert found.block("p2") == Block(id="p2", kind="panel", x=0, y=96, set={"show": "map", "name": "Map"})
    assert [wire.to for wire in found.wires] == ["p1"]
    assert [place.block for place in found.layout.wide] == ["p2", "p1"]
    assert found.block("p1") == made.block("p1")
