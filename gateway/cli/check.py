"""`moment check`: the whole configuration loaded and checked, and no socket opened."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gateway.cli.exits import ExitCode, complain, nearby
from gateway.cli.options import AsJson, Config
from gateway.errors import ConfigError, ConfigFault

if TYPE_CHECKING:
    from gateway.app.assembly import Catalog


@dataclass(slots=True)
class Report:
    """What was found; filled while the configuration is looked at, then only read."""

    folder: str | None = None
    connectors: list[str] = field(default_factory=list)
    templates: list[tuple[str, int]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    faults: list[ConfigFault] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The report for a program."""
        return {
            "ok": not self.faults,
            "config": self.folder,
            "connectors": self.connectors,
            "templates": [{"id": name, "version": version} for name, version in self.templates],
            "warnings": self.warnings,
            "faults": [_fault(fault) for fault in self.faults],
        }

    def lines(self) -> list[str]:
        """The report for a person: every warning and fault, or one line of what was found."""
        found = [f"warning: {warning}" for warning in self.warnings] + [str(fault) for fault in self.faults]
        if self.faults:
            return found
        templates = [f"{name}@{version}" for name, version in self.templates]
        return [*found, f"ok: {_listed('connector', self.connectors)}, {_listed('template', templates)}"]


def check(config: Config = None, as_json: AsJson = False) -> None:
    """Check the whole configuration.

    Opens no socket, and tells every fault by file, line and column.
    """
    report = examine(config, os.environ, Path.cwd())
    typer.echo(json.dumps(report.document(), ensure_ascii=False) if as_json else "\n".join(report.lines()))
    if report.faults:
        count = len(report.faults)
        complain(f"{count} {'fault' if count == 1 else 'faults'} in the configuration")
        raise typer.Exit(ExitCode.BAD_CONFIG)


def examine(config: Path | None, env: Mapping[str, str], cwd: Path) -> Report:
    """Look at everything that can be looked at; one fault does not hide another's file."""
    from gateway.app.assembly import load_catalog
    from gateway.cli.keys import check_keys
    from gateway.settings import find_config, load_settings

    report = Report()
    try:
        folder = find_config(config, env, cwd)
        report.folder = str(folder)
        settings = load_settings(folder, env)
    except ConfigError as error:
        report.faults += [nearby(fault, cwd) for fault in error.faults]
        return report
    try:
        check_keys(settings, env)
    except ConfigError as error:
        report.faults += [nearby(fault, cwd) for fault in error.faults]
    try:
        _take(load_catalog(settings), report)
    except ConfigError as error:
        report.faults += [nearby(fault, cwd) for fault in error.faults]
    return report


def _take(catalog: "Catalog", report: Report) -> None:
    """What is loaded, and which plugin could not be: that costs its own signals only, so it is no fault."""
    from gateway.catalog.registry import Broken

    registry = catalog.registry
    parts: dict[str, object] = dict(registry.sources)
    for name, versions in catalog.templates.items():
        for version, template in versions.items():
            report.templates.append((name, version))
            report.warnings += map(str, template.warnings)
            lost = (need.origin for need in template.needs if need.source is None and need.derivation is None)
            parts |= {origin: registry.derivation(origin) for origin in lost if origin not in parts}
    report.connectors += [name for name, part in registry.sources.items() if not isinstance(part, Broken)]
    for name, part in parts.items():
        if isinstance(part, Broken):
            report.warnings.append(f"{name} of {part.distribution} cannot be loaded: {part.message}")


def _listed(noun: str, names: list[str]) -> str:
    count = f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"
    return f"{count} ({', '.join(names)})" if names else count


def _fault(fault: ConfigFault) -> dict[str, Any]:
    mark = fault.mark
    place = {"file": mark.file, "line": mark.line, "column": mark.column} if mark else {}
    nowhere = {"file": None, "line": None, "column": None}
    return {**nowhere, **place, "message": fault.message, "fix": fault.fix}
