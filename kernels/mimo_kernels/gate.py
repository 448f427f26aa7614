"""`python -m mimo_kernels.gate`: compile the kernels for GPUs that are not here, and check them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from mimo_kernels.aot import compile_launch
from mimo_kernels.architectures import ARCHITECTURES
from mimo_kernels.gate_cases import Case, cases, ends
from mimo_kernels.launch import Dtype
from mimo_kernels.rules import Facts, check, check_smallest, measure

FAST = ("sm_89", "sm_90", "sm_120")
FAST_DTYPES: tuple[Dtype, ...] = ("fp16",)
SLACK = 1.1  # of the recorded instructions per softmax element


@dataclass(frozen=True, slots=True)
class Verdict:
    """One kernel's facts (None where it did not compile) and what is wrong with it."""

    case: Case
    facts: Facts | None
    broken: tuple[str, ...]


def judge(case: Case, budgets: Mapping[str, float] | None) -> Verdict:
    """Compile and measure one kernel; `budgets` are instructions per softmax element by label."""
    try:
        facts = measure(case.label, compile_launch(case.launch, case.arch))
    except ValueError as problem:
        return Verdict(case, None, (f"{case.label} cannot be had: {problem}",))
    broken = check(facts, case.matrix, None)
    if budgets is not None and facts.per_exponential is not None:
        if case.label in budgets:
            broken = check(facts, case.matrix, round(SLACK * budgets[case.label], 2))
        else:
            broken.append(f"{case.label} has no recorded budget; record it.")
    return Verdict(case, facts, tuple(broken))


def smallest(verdicts: Iterable[Verdict]) -> list[str]:
    """A sentence for each operator none of whose judged tactics keeps to 48 KiB."""
    groups: dict[str, list[Facts]] = {}
    for verdict in verdicts:
        if verdict.facts is not None:
            groups.setdefault(verdict.case.operator, []).append(verdict.facts)
    return [text for name, facts in groups.items() for text in check_smallest(name, facts)]


@click.command()
@click.option("--arch", "archs", multiple=True, type=click.Choice(list(ARCHITECTURES)))
@click.option("--all", "everything", is_flag=True, help="Every chip, dtype and tactic.")
@click.option("--operator", default="", help="Only operators whose name holds this text.")
@click.option("--json", "as_json", is_flag=True, help="Facts and failures as JSON.")
@click.option("--budgets", type=click.Path(path_type=Path), help="Recorded instruction counts.")
@click.option("--record", is_flag=True, help="Write the counts into the file of --budgets.")
def main(
    archs: tuple[str, ...],
    everything: bool,
    operator: str,
    as_json: bool,
    budgets: Path | None,
    record: bool,
) -> None:
    """Compile every kernel ahead of time and say what is wrong; exit 1 when something is.

    Without --all: fp16, and of each operator the first and the last tactic.
    """
    chosen = archs or (tuple(ARCHITECTURES) if everything else FAST)
    listed = [case for arch in chosen for case in _cases(arch, everything, operator)]
    recorded = None if budgets is None or record else json.loads(budgets.read_text())
    verdicts = [judge(case, recorded) for case in listed]
    broken = [text for verdict in verdicts for text in verdict.broken] + smallest(verdicts)
    if record and budgets is not None:
        write_budgets(budgets, verdicts, anew=everything and not archs and not operator)
    (show_json if as_json else show)(verdicts, broken)
    raise SystemExit(1 if broken else 0)


def _cases(arch: str, everything: bool, operator: str) -> list[Case]:
    chosen = list(cases(arch)) if everything else ends(cases(arch, FAST_DTYPES))
    return [case for case in chosen if operator in case.label]


def write_budgets(path: Path, verdicts: Iterable[Verdict], anew: bool) -> None:
    """Write the measured instructions per softmax element; `anew` forgets what was recorded."""
    known = {} if anew or not path.exists() else json.loads(path.read_text())
    for verdict in verdicts:
        if verdict.facts is not None and verdict.facts.per_exponential is not None:
            known[verdict.case.label] = round(verdict.facts.per_exponential, 2)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def show_json(verdicts: Iterable[Verdict], broken: Sequence[str]) -> None:
    """Print every kernel's facts and all failures."""
    facts = [asdict(verdict.facts) for verdict in verdicts if verdict.facts]
    click.echo(json.dumps({"kernels": facts, "broken": broken}, indent=1))


def show(verdicts: Iterable[Verdict], broken: Sequence[str]) -> None:
    """Print one line per kernel, then one per failure."""
    table = Table("kernel", "registers", "stack", "shared KiB", "matrix", "per element", "ok")
    for verdict in verdicts:
        facts = verdict.facts
        if facts is None:
            table.add_row(verdict.case.label, *[""] * 5, "no")
            continue
        cost = "" if facts.per_exponential is None else f"{facts.per_exponential:.2f}"
        shared = f"{facts.shared_bytes / 1024:.1f}"
        numbers = (str(facts.registers), str(facts.stack_bytes), shared)
        ok = "no" if verdict.broken else "yes"
        table.add_row(facts.label, *numbers, " ".join(facts.matrix), cost, ok)
    console = Console(width=120)
    console.print(table)
    for text in broken:
        console.print(text, style="red")


if __name__ == "__main__":
    main()
