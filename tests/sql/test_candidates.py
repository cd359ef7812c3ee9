"""Of whom a group of atoms is computed: never of fewer than somebody asks it of."""

from dataclasses import dataclass

from tests.segments.building import DAY

from dataout.segments.atoms import AttributeAtom, CountAtom, KeyAtom, ListAtom, Source, TimeAtom
from dataout.segments.formulas import And, Exceeds, Listed, Negation, Or, PickedIn, ValueIs
from dataout.segments.values import Compare, Within
from dataout.sql.candidates import candidates

CART, VISIT, MAIL, COUNTRY, VIP, REPLY = range(6)


@dataclass(frozen=True)
class Shop:
    """Six groups: carts and visits of late, and four that take long; replies wait for mails."""

    def home(self, leaf):
        places = self.places(leaf)
        return places[0] if len(places) == 1 else None

    def places(self, leaf):
        return PLACES[leaf]

    def selects(self, group):
        return group in (CART, VISIT)

    def waits_for(self, group):
        return (MAIL,) if group == REPLY else ()


def lately(name):
    return PickedIn(TimeAtom(Source((name,)), "last"), Within(DAY))


CART_TODAY, VISIT_TODAY = lately("cart"), lately("visit")
NO_CART = Negation(CART_TODAY)
MAILED = PickedIn(TimeAtom(Source(("mail",)), "first"), None)
GERMAN = ValueIs(AttributeAtom("country"), (), (Compare("is", "DE"),))
OF_VIPS = Listed(ListAtom("vips"))
SINCE = KeyAtom(Source(("mail",)), "last")
REPLIED = Exceeds(CountAtom(Source(("reply",)), None, SINCE), "gte", 2)
BOTH = PickedIn(TimeAtom(Source(("cart", "visit")), "last"), Within(DAY))
PLACES = {
    CART_TODAY: (CART,),
    VISIT_TODAY: (VISIT,),
    MAILED: (MAIL,),
    GERMAN: (COUNTRY,),
    OF_VIPS: (VIP,),
    REPLIED: (REPLY,),
    BOTH: (CART, COUNTRY),
}


def of(*formulas):
    return candidates(formulas, Shop())


CARTS, VISITS = (CART, CART_TODAY), (VISIT, VISIT_TODAY)


def test_those_who_pass_the_rest_of_an_and():
    assert of(And((GERMAN, CART_TODAY))) == {COUNTRY: {CARTS}}


def test_also_where_it_is_negated_as_a_whole():
    assert of(Negation(And((GERMAN, CART_TODAY)))) == {COUNTRY: {CARTS}}


def test_also_inside_what_is_asked_beside_it():
    deep = And((CART_TODAY, Or((GERMAN, And((OF_VIPS, MAILED))))))
    assert of(deep) == {COUNTRY: {CARTS}, VIP: {CARTS}, MAIL: {CARTS}}


def test_everybody_where_nobody_passes_too():
    assert of(And((GERMAN, NO_CART))) == {}
    assert of(And((NO_CART, GERMAN, VISIT_TODAY))) == {COUNTRY: {VISITS}}


def test_everybody_where_an_or_lets_them_pass():
    assert of(Or((GERMAN, CART_TODAY))) == {}


def test_everybody_where_another_formula_asks_it_of_them():
    assert of(And((GERMAN, CART_TODAY)), GERMAN) == {}
    assert of(GERMAN, And((GERMAN, CART_TODAY)), And((OF_VIPS, CART_TODAY))) == {VIP: {CARTS}}


def test_all_who_pass_in_one_formula_or_another():
    asked = of(And((GERMAN, CART_TODAY)), And((VISIT_TODAY, GERMAN)))
    assert asked == {COUNTRY: {CARTS, VISITS}}


def test_what_takes_long_selects_nobody():
    assert of(And((GERMAN, OF_VIPS))) == {}


def test_an_anchor_of_those_who_are_asked_for_what_came_after_it():
    assert of(And((REPLIED, CART_TODAY))) == {REPLY: {CARTS}, MAIL: {CARTS}}
    assert of(And((MAILED, VISIT_TODAY)), And((REPLIED, CART_TODAY))) == {
        REPLY: {CARTS},
        MAIL: {CARTS, VISITS},
    }
    assert of(And((MAILED, VISIT_TODAY)), REPLIED) == {}


def test_a_part_of_several_groups_selects_nobody_and_is_asked_of_some():
    assert of(And((BOTH, OF_VIPS))) == {}
    assert of(And((BOTH, VISIT_TODAY))) == {COUNTRY: {VISITS}}
