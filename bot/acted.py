"""What people read before, while and after they act on errors. Pure."""

from dataclasses import replace

from bot import blocks
from bot.answers import Answer, say
from bot.blocks import Button
from bot.figures import count
from bot.request import Act, Errors, Ignore, Reopen, Retry, Run
from bot.safe import for_mrkdwn
from bot.texts import _, plural

LISTED = 20


def _about(act: Act) -> str:
    """` for code:1003`, with long lists of numbers kept short; ` – all there are` where nothing was left out."""
    if len(act.ids) > LISTED:
        return _(" for {numbers} and {count} more").format(
            numbers=" ".join(f"#{one}" for one in act.ids[:LISTED]), count=count(len(act.ids) - LISTED)
        )
    return _(" for {filters}").format(filters=act.about) if act.about else _(" – all there are")


def refused(who_may: str) -> Answer:
    """To somebody who is no operator: `who_may` in words."""
    return say(_("Only operators may do this: {who}. Nothing was changed.").format(who=who_may))


def question(act: Act, found: int) -> Answer:
    """How many it would be, and a button that says yes."""
    asked = _ask(act, found).format(count=count(found), about=_about(act))
    agreed = Button(_label(act, found).format(count=count(found)), act.words, asked)
    lines = [blocks.plain(asked), blocks.small(_what_follows(act)), blocks.actions([agreed, _show(act)])]
    return Answer(for_mrkdwn(f"{asked}\n{_what_follows(act)}"), lines)


def _ask(act: Act, found: int) -> str:
    if isinstance(act, Ignore):
        return plural("Ignore {count} open error{about}?", "Ignore {count} open errors{about}?", found)
    if isinstance(act, Reopen):
        return plural("Reopen {count} ignored error{about}?", "Reopen {count} ignored errors{about}?", found)
    return plural("Retry {count} error{about}?", "Retry {count} errors{about}?", found)


def _label(act: Act, found: int) -> str:
    if isinstance(act, Ignore):
        return plural("Ignore {count}", "Ignore {count}", found)
    if isinstance(act, Reopen):
        return plural("Reopen {count}", "Reopen {count}", found)
    return plural("Retry {count}", "Retry {count}", found)


def _what_follows(act: Act) -> str:
    if isinstance(act, Ignore):
        return _("They are put aside until somebody edits the record again, or reopens them.")
    if isinstance(act, Reopen):
        return _("They count as open errors again. Nothing is written.")
    return _("They go back into the backlog and are tried in the next pass. Nobody is opted in by it.")


def _show(act: Act) -> Button:
    shown = replace(act.chosen, state="ignored") if isinstance(act, Reopen) else act.chosen
    words = shown.words if not act.ids else Errors().words
    return Button(_("Show them") if not act.ids else _("Errors"), words)


def progress(act: Act, done: int, found: int) -> Answer:
    """While it goes on."""
    if isinstance(act, Ignore):
        said = _("Ignoring … {done} of {count}")
    elif isinstance(act, Reopen):
        said = _("Reopening … {done} of {count}")
    else:
        said = _("Retrying … {done} of {count}")
    return say(said.format(done=count(done), count=count(found)))


def result(act: Act, done: int, may_run: bool) -> Answer:
    """What was done; and where fewer than confirmed, that they were."""
    said = [_done(act, done).format(count=count(done), about=_about(act))]
    if act.confirmed is not None and done < act.confirmed:
        sentence = _("You confirmed {count}; the others have changed since, and were left alone.")
        said.append(sentence.format(count=count(act.confirmed)))
    return say(" ".join(said), *_next(act, may_run))


def _done(act: Act, done: int) -> str:
    if isinstance(act, Ignore):
        return plural("{count} error is ignored now{about}.", "{count} errors are ignored now{about}.", done)
    if isinstance(act, Reopen):
        return plural("{count} error is open again{about}.", "{count} errors are open again{about}.", done)
    one = "{count} error is back in the backlog{about}; the next pass tries it."
    return plural(one, "{count} errors are back in the backlog{about}; the next pass tries them.", done)


def _next(act: Act, may_run: bool) -> list[Button]:
    """What one may want to do then; ignoring is undone by the same words."""
    if isinstance(act, Retry):
        buttons = [Button(_("Run a pass now"), Run().words)] if may_run else []
    elif isinstance(act, Ignore):
        buttons = [Button(_("Reopen"), Reopen(act.ids, act.chosen).words)]
    else:
        buttons = [Button(_("Retry"), Retry(act.ids, act.chosen).words)]
    return [*buttons, Button(_("Errors"), Errors().words)]


def nothing(act: Act, state: str | None, names_searched: bool) -> Answer:
    """Where none fits; `state` is that of the one error that was named. Words look through names for some only."""
    if len(act.ids) == 1:
        return say(_state(state).format(number=f"#{act.ids[0]}"), Button(_("Errors"), Errors().words))
    if isinstance(act, Reopen):
        said = _("No ignored errors{about}: there is nothing to reopen.")
    elif isinstance(act, Ignore):
        said = _("No open errors{about}: there is nothing to ignore.")
    else:
        said = _("No open errors{about}: there is nothing to retry.")
    about = _about(act) if act.about else ""
    told = [said.format(about=about)]
    if act.chosen.free and not names_searched:
        told.append(_("Names and messages are searched only for those listed in SYNC_PEOPLE_READERS."))
    return say(" ".join(told), Button(_("Errors"), Errors().words))


def _state(state: str | None) -> str:
    sentences = {
        None: _("There is no error {number}."),
        "open": _("Error {number} is open already, or has failed again since."),
        "ignored": _("Error {number} is ignored already."),
        "retrying": _("Error {number} is being retried already."),
    }
    return sentences.get(state, _("Error {number} is resolved: there is nothing left to do."))
