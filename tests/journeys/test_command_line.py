"""`python -m bot setup`, `check` and a file with mistakes, as an admin meets them in the terminal."""

import subprocess
import sys
from pathlib import Path

from sync.catalogue import DEFAULT
from tests.journeys.test_stopping import settings
from tests.services import HOME, Services

NOBODY = "http://localhost:1"


def of(sandbox: Services, folder: Path) -> dict[str, str]:
    """The settings of a bot between three services of its own."""
    slack, dynamics, marketo = (sandbox(name, "--limits", "none") for name in ("slack", "dynamics", "marketo"))
    return settings(slack, dynamics, marketo, folder / "sync.db")


def said(environment: dict[str, str], *words: str, answer: str = "") -> tuple[int, str]:
    """The exit code of a command and all it printed."""
    command = [sys.executable, "-m", "bot", *words]
    done = subprocess.run(command, cwd=HOME, env=environment, input=answer, capture_output=True, text=True, timeout=90)
    return done.returncode, done.stdout + done.stderr


def test_setup_lists_what_it_would_create_asks_and_creates_it(sandbox: Services, tmp_path: Path) -> None:
    environment = of(sandbox, tmp_path)
    code, words = said(environment, "setup", "--dry-run")
    assert code == 0 and "leads.dynamicsHomePhone: 'Microsoft Home Phone', string" in words
    code, words = said(environment, "setup", answer="n\n")
    assert code == 1 and words.endswith("Nothing was created.\n")
    code, words = said(environment, "setup", answer="y\n")
    assert code == 0 and "leads.dynamicsLeadId" in words.partition("Created: ")[2]
    assert said(environment, "setup", "--yes") == (0, "Marketo has every field this needs.\n")


def test_check_tells_of_a_field_that_does_not_fit_in_one_sentence(sandbox: Services, tmp_path: Path) -> None:
    own = tmp_path / "objects.toml"
    own.write_text(DEFAULT.read_text().replace("[leads.fields]", '[leads.fields]\nbadge = "new_badge"'))
    environment = of(sandbox, tmp_path) | {"SYNC_OBJECTS": str(own)}
    assert said(environment, "setup", "--yes")[0] == 0
    code, words = said(environment, "check")
    assert code == 0
    assert "note  Field: leads: badge is not kept in step, Dynamics has no column new_badge\n" in words


def test_setup_creates_nothing_for_a_table_that_dynamics_lacks(sandbox: Services, tmp_path: Path) -> None:
    own = tmp_path / "objects.toml"
    own.write_text(DEFAULT.read_text().replace('table = "campaign"', 'table = "new_visit"'))
    _code, words = said(of(sandbox, tmp_path) | {"SYNC_OBJECTS": str(own)}, "setup", "--dry-run")
    assert "Dynamics has no table new_visit, so nothing is created for campaigns." in words
    assert "customobjects/" not in words


def test_a_table_that_is_missing_has_no_other_remedy(sandbox: Services, tmp_path: Path) -> None:
    own = tmp_path / "objects.toml"
    own.write_text(DEFAULT.read_text().replace('table = "campaign"', 'table = "new_visit"'))
    _code, words = said(of(sandbox, tmp_path) | {"SYNC_OBJECTS": str(own)}, "check")
    assert "MEND  Dynamics change tracking on new_visit: Dynamics has no table new_visit\n" in words
    assert "Read on new_visit" not in words


def test_mistakes_in_the_file_end_every_command_with_their_lines(tmp_path: Path) -> None:
    own = tmp_path / "objects.toml"
    own.write_text('[leads]\ntable = "lead"\ndiretion = "both"\n')
    environment = settings(NOBODY, NOBODY, NOBODY, tmp_path / "sync.db") | {"SYNC_OBJECTS": str(own)}
    for words in ([], ["check"], ["setup"], ["live", "all"]):
        code, printed = said(environment, *words)
        assert code == 2
        assert f"{own}:3: 'diretion' is not known here; did you mean 'direction'?" in printed
        assert f"{own}:1: 'rows' is missing in [leads]" in printed


def test_live_prints_what_is_live_and_no_line_of_any_log(tmp_path: Path) -> None:
    environment = settings(NOBODY, NOBODY, NOBODY, tmp_path / "sync.db")
    assert said(environment, "live", "users") == (0, "Live from the next pass on: users to-marketo\n")
