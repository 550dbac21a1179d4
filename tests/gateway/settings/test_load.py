"""The folder of the configuration: how it is found, and how it is read."""

from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.settings import find_config, load_settings


def write(folder: Path, **files: str) -> Path:
    """A folder with these files; two underscores stand for a folder within it."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_places_are_looked_at_in_order(tmp_path: Path) -> None:
    """The flag goes before the variable, the variable before ./config, and that before the packaged copy."""
    here = tmp_path / "here"
    config = write(here / "config", gateway="")
    packaged = write(tmp_path / "packaged", gateway="")
    (tmp_path / "flag").mkdir()
    (here / "variable").mkdir()
    env = {"MOMENT_CONFIG": "variable"}

    assert find_config(tmp_path / "flag", env, here, packaged) == tmp_path / "flag"
    assert find_config(None, env, here, packaged) == here / "variable"
    assert find_config(None, {"MOMENT_CONFIG": ""}, here, packaged) == config
    assert find_config(None, {}, tmp_path, packaged) == packaged


def test_a_folder_config_of_another_project_is_passed_over(tmp_path: Path) -> None:
    """A folder of that name without our file is somebody else's."""
    (tmp_path / "config").mkdir()
    packaged = write(tmp_path / "packaged", gateway="")

    assert find_config(None, {}, tmp_path, packaged) == packaged


@pytest.mark.parametrize(("explicit", "env"), [(Path("slip"), {}), (None, {"MOMENT_CONFIG": "slip"})])
def test_a_place_that_was_named_is_the_only_one(tmp_path: Path, explicit: Path | None, env: dict[str, str]) -> None:
    """A slip in a name never starts the gateway on another configuration."""
    write(tmp_path / "config", gateway="")

    with pytest.raises(ConfigError, match="'slip'"):
        find_config(explicit, env, tmp_path)


def test_without_any_configuration_each_place_is_named(tmp_path: Path) -> None:
    """The error says where a configuration could have been."""
    with pytest.raises(ConfigError) as caught:
        find_config(None, {}, tmp_path, tmp_path / "packaged")

    told = str(caught.value)
    assert all(place in told for place in ("--config", "$MOMENT_CONFIG", str(tmp_path / "config"), "packaged"))


def test_the_whole_folder_is_read(tmp_path: Path) -> None:
    """Settings, connectors and templates are read with one environment; templates come by name, hidden files not."""
    write(
        tmp_path,
        gateway="public:\n  port: ${PORT}\n",
        connectors="open-meteo: {base_url: '${LAB}/open-meteo'}",
        templates__noon="template: noon",
        templates__morning="template: ${NAME:-morning}",
    )
    (tmp_path / "templates" / ".morning.yaml").write_text("[", encoding="utf-8")
    (tmp_path / "templates" / "notes.txt").write_text("[", encoding="utf-8")

    settings = load_settings(tmp_path, {"PORT": "9000", "LAB": "http://lab"})

    assert settings.folder == tmp_path
    assert settings.gateway.public.port == 9000
    assert settings.connectors["open-meteo"].settings["base_url"] == "http://lab/open-meteo"
    assert [document.data for document in settings.templates] == [{"template": "morning"}, {"template": "noon"}]


def test_the_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    """Each wrong file adds its lines to one error, in the order of reading."""
    write(tmp_path, gateway="publik: 1", connectors="A: {}", templates__a="[", templates__b="x: ${NONE}")

    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})

    assert [Path(fault.mark.file).name for fault in caught.value.faults if fault.mark] == [
        "gateway.yaml",
        "connectors.yaml",
        "a.yaml",
        "b.yaml",
    ]


def test_both_files_of_settings_must_be_there(tmp_path: Path) -> None:
    """A folder without the two files is no configuration; one without templates is."""
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})
    assert len(caught.value.faults) == 2

    write(tmp_path, gateway="", connectors="")
    assert load_settings(tmp_path, {}).templates == ()


def test_a_template_that_would_be_ignored_is_told(tmp_path: Path) -> None:
    """A file whose name ends in .yml is meant as a template, and is not passed over in silence."""
    write(tmp_path, gateway="", connectors="", templates__a="template: a")
    (tmp_path / "templates" / "b.yml").write_text("template: b", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"did you mean 'b\.yaml'"):
        load_settings(tmp_path, {})
