"""What Hypothesis may choose on a random journey: whom an act is about, by number, and what is written."""

from hypothesis import strategies as some

from tests.journeys.chronicle import TEXTS
from tests.journeys.comparing import FLAGS
from tests.journeys.workday import NEW

WORDS = ("", "a", "Ä", "x" * 60, "two words ", "=1+1", "\U0001f600")

anyone = some.integers(0, 40)
number = some.integers(0, 99)
kind = some.sampled_from(["leads", "contacts"])
mail = some.sampled_from([0, 0, 0, *range(1, 9)])  # 0: none is written
sure_mail = some.integers(0, 9)
text = some.tuples(some.sampled_from(sorted(TEXTS)), some.one_of(some.just(NEW), some.sampled_from(WORDS)))
opt_out = some.tuples(some.sampled_from(sorted(FLAGS)), some.booleans())
edit = some.lists(some.one_of(text, text, opt_out), min_size=1, max_size=3)
yes_or_no = some.sampled_from([None, True, False])
customer = some.sampled_from(["", "accounts", "contacts"])
