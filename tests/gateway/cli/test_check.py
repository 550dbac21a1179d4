"""`moment check`: what was found in a good configuration, and every fault of a bad one with its place."""

import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECRET = "c2VjcmV0LXRoYXQtbm9ib2R5LW1heS1zZWUtMDEyMzQ1Njc4OQ"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be broken."""
    return shutil.copytree(ROOT / "config", tmp_path / "config")


def edit(path: Path, old: str, new: str) -> None:
    """Replace a piece of a file that is there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    """The number of the first line that holds a text."""
    return next(number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_the_shipped_configuration_is_good(invoke) -> None:
    """One line tells the connectors and the templates with their versions; the code is 0."""
    told = invoke("check")

    assert told.exit_code == 0
    expected = "ok: 4 connectors (open-meteo, shopify, voucherify, alpaca), 1 template (morning@3)\n"
    assert (told.stdout, told.stderr) == (expected, "")


def test_a_good_one_as_json(invoke, folder) -> None:
    """With `--json` the same is data."""
    told = invoke("check", "--config", str(folder), "--json")

    assert told.exit_code == 0
    assert json.loads(told.stdout) == {
        "ok": True,
        "config": str(folder),
        "connectors": ["open-meteo", "shopify", "voucherify", "alpaca"],
        "templates": [{"id": "morning", "version": 3}],
        "warnings": [],
        "faults": [],
    }


def test_every_fault_is_told_with_its_place_and_what_was_meant(invoke, folder) -> None:
    """An unknown key and a path that leads nowhere: file, line, column, and the nearest word; the code is 78."""
    template = folder / "templates" / "morning.yaml"
    edit(template, "weather.temperature_c,", "weather.temprature_c,")
    edit(template, "stock.price.currency,", "stock.price.curency,")

    told = invoke("check", "--config", str(folder))

    lines = told.stdout.splitlines()
    assert (told.exit_code, len(lines)) == (78, 2)
    assert lines[0].startswith(f"{template}:{line_of(template, 'temprature_c')}:")
    assert "(did you mean 'weather.temperature_c'?)" in lines[0] or "(did you mean 'temperature_c'?)" in lines[0]
    assert lines[1].startswith(f"{template}:{line_of(template, 'curency')}:")
    assert told.stderr == "moment: 2 faults in the configuration\n"


def test_faults_of_several_files_are_told_together(invoke, folder) -> None:
    """An unknown key in each of two files is told in one run, each with the key that was meant."""
    edit(folder / "gateway.yaml", "optional_grace:", "optional_grce:")
    edit(folder / "gateway.yaml", "connections: 1024", "conections: 1024")
    edit(folder / "connectors.yaml", "hosts: [127.0.0.1]\n\nshopify", "hosts: 7\n\nshopify")

    told = invoke("check", "--config", str(folder))

    assert told.exit_code == 78
    assert len(told.stdout.splitlines()) == 3
    assert "did you mean 'optional_grace'?" in told.stdout
    assert "did you mean 'connections'?" in told.stdout
    assert "connectors.yaml:" in told.stdout


def test_faults_as_json_have_their_place_in_parts(invoke, folder) -> None:
    """With `--json` a fault is file, line, column, message and fix."""
    edit(folder / "gateway.yaml", "optional_grace:", "optional_grce:")

    told = invoke("check", "--config", str(folder), "--json")

    report = json.loads(told.stdout)
    (fault,) = report["faults"]
    assert (told.exit_code, report["ok"]) == (78, False)
    assert set(fault) == {"file", "line", "column", "message", "fix"}
    assert fault["file"] == str(folder / "gateway.yaml")
    assert fault["line"] == line_of(folder / "gateway.yaml", "optional_grce")
    assert (fault["column"], fault["fix"]) == (3, "optional_grace")


def test_a_fault_names_its_file_as_it_would_be_typed(invoke, folder, monkeypatch) -> None:
    """Below the current folder the file is named from there."""
    edit(folder / "gateway.yaml", "optional_grace:", "optional_grce:")
    monkeypatch.chdir(folder.parent)

    told = invoke("check")

    assert told.exit_code == 78
    assert told.stdout.startswith("config/gateway.yaml:")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (f"{{kid: dev, alg: HS256, key: {SECRET}}}", "the kid 'dev' is kept for the key of development"),
        (f"{{kid: shop, alg: HS256, key: '{'é' * 40}'}}", "ticket key 'shop': HS256 wants"),
        (f"{{kid: shop, alg: ES256, key: {SECRET}}}", "ticket key 'shop': ES256 wants"),
    ],
)
def test_a_key_that_cannot_be_used_is_a_fault_with_its_place(invoke, folder, key, said) -> None:
    """The name kept for development, and material that is no key: told by line, and nothing of the key is told."""
    edit(folder / "gateway.yaml", "  keys: []\n", f"  keys:\n    - {key}\n")
    line = line_of(folder / "gateway.yaml", "- {kid")

    told = invoke("check", "--config", str(folder))

    assert told.exit_code == 78
    assert told.stdout.startswith(f"{folder / 'gateway.yaml'}:{line}:")
    assert said in told.stdout
    assert SECRET not in told.output
    assert "éé" not in told.output


def test_keys_and_templates_are_looked_at_in_one_run(invoke, folder) -> None:
    """A bad key does not hide a bad template."""
    edit(folder / "gateway.yaml", "  keys: []\n", f"  keys: [{{kid: dev, alg: HS256, key: {SECRET}}}]\n")
    edit(folder / "templates" / "morning.yaml", "weather.temperature_c,", "weather.temprature_c,")

    told = invoke("check", "--config", str(folder))

    assert told.exit_code == 78
    assert len(told.stdout.splitlines()) == 2


@pytest.mark.parametrize("named", ["--config", "MOMENT_CONFIG"])
def test_a_folder_that_is_not_there_is_a_bad_configuration(invoke, tmp_path, named) -> None:
    """A place that somebody named and that is none ends with 78, and no other place is looked at."""
    nowhere = str(tmp_path / "nowhere")

    told = invoke("check", "--config", nowhere) if named == "--config" else invoke("check", MOMENT_CONFIG=nowhere)

    assert told.exit_code == 78
    assert named in told.stdout


def test_a_plugin_that_cannot_be_loaded_is_a_warning(tmp_path, shell, folder) -> None:
    """It costs its own signals only: it is named with the reason, and the configuration is still good."""
    site = tmp_path / "site"
    described = site / "broken_plugin-1.2.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.2\n", encoding="utf-8")
    (described / "entry_points.txt").write_text(
        "[moment.connectors]\nbroken = no_such_module:Nothing\nbroken_sums = no_such_module:nothing\n",
        encoding="utf-8",
    )
    with (folder / "connectors.yaml").open("a", encoding="utf-8") as file:
        file.write("\nbroken: {}\n")
    (folder / "templates" / "evening.yaml").write_text(
        "template: evening\nversion: 1\n"
        "signals:\n  news: {connector: broken}\n  sums: {derive: broken_sums}\n"
        "data:\n  headline: {from: news.headline, type: string, default: none}\n",
        encoding="utf-8",
    )

    told = shell.run("check", "--config", str(folder), PYTHONPATH=str(site))

    assert told.returncode == 0, told.stdout
    first, second, found = told.stdout.splitlines()
    why = "of broken-plugin 1.2 cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"
    assert first.startswith(f"warning: broken {why}")
    assert second.startswith(f"warning: broken_sums {why}")
    assert found.startswith("ok: 4 connectors (")
