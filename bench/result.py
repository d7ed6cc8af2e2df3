"""What a benchmark hands back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `row` is that of the table of budgets; `met` is None for what stands beside a budget and has none."""

    row: int
    what: str
    measured: str
    budget: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "NOT MET", None: ""}[self.met]
