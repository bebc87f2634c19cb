"""The list of commands, in the one place where it is kept.

To add a command: write `sim/cli/NAME.py` with a function `command` whose parameters are typer
options, and add its row here. Its module is imported only when it is invoked, so that
`fabshift --help` stays as quick as the interpreter.
"""

COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("sim.cli.list_scenarios", "The shipped scenarios, a line each."),
    "validate": ("sim.cli.validate", "Every problem of scenario files at once, with file:line:column."),
    "run": ("sim.cli.run", "One replication: the shift by quarter and stage, milestones, money, and files."),
    "claims": (
        "sim.cli.claims",
        "Each announced figure: met, missed, contradicted or untestable, with the probability.",
    ),
    "scorecard": (
        "sim.cli.scorecard",
        "What was announced, with its probability in runs, against what was reported since.",
    ),
    "lint": ("sim.cli.lint", "Inputs beyond precedent or physics, with the bound each exceeds."),
    "inputs": (
        "sim.cli.inputs",
        "Every input of a scenario that can be set: value, range, kind, source, what feeds it.",
    ),
    "figures": ("sim.cli.figures", "The ledger: every figure with its value, kind and source."),
    "explain": (
        "sim.cli.explain",
        "What a KPI depends on: the figures that move it, and the events behind a milestone.",
    ),
    "montecarlo": (
        "sim.cli.montecarlo",
        "Many replications, inputs drawn: distributions and confidence intervals.",
    ),
    "compare": (
        "sim.cli.compare",
        "Scenarios with common random numbers: paired differences, probability to be better.",
    ),
    "sweep": ("sim.cli.sweep", "A grid of one or several inputs, with common random numbers."),
    "sensitivity": ("sim.cli.sensitivity", "Which uncertain inputs drive a KPI: tornado, Morris or Sobol."),
    "discover": ("sim.cli.discover", "Conditions under which something happens; the plan of least regret."),
    "option": ("sim.cli.option", "What the freedom to choose at gates is worth, the rule and its bounds."),
    "report": ("sim.cli.report", "A run, study or comparison as one HTML page, or as a workbook."),
    "schema": ("sim.cli.schema", "JSON Schema of scenario files, for editors."),
    "new": ("sim.cli.new", "A commented starter scenario, written to NAME.yaml here."),
    "bench": ("sim.cli.bench", "Its speed beside a C event loop and SimPy, and Ciw and salabim if installed."),
}
"""Name -> (module, one line of help)."""


def overview() -> str:
    """Return the text of `fabshift --help`."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {line}" for name, (_, line) in COMMANDS.items()]
    return "\n".join(
        (
            "Usage: fabshift COMMAND [ARGS]...",
            "",
            "Simulates a plan to move chip supply in-house: how much, by when, at what cost.",
            "",
            "Commands:",
            *lines,
            "",
            "Options:",
            "  --version   The version.",
            "  -h, --help  This page; after a command, that command's options.",
            "",
            "SCENARIO is a shipped name (see list) or a path to a YAML file.",
            "Exit: 0 done; 1 a check failed, or a study's cluster was lost; 2 the input is wrong.",
        )
    )
