"""What is kept in step where nobody says otherwise, under names that tests can use."""

from bot.words import vocabulary_of
from sync.catalogue import default_objects
from sync.objects import lanes_of

OBJECTS = default_objects()
LANES = lanes_of(OBJECTS)
BY_NAME = {one.name: one for one in OBJECTS}
LEADS, CONTACTS = BY_NAME["leads"], BY_NAME["contacts"]
ACCOUNTS, OPPORTUNITIES = BY_NAME["accounts"], BY_NAME["opportunities"]
VOCABULARY = vocabulary_of(OBJECTS)
