"""From a file to a template, or to everything that is wrong with it at once; and from all files to all templates."""

from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from gateway.catalog.registry import build_registry, installed
from gateway.catalog.templates import load_templates
from gateway.errors import ConfigError
from gateway.settings import load_settings, parse_document
from throwaway_connectors import faults, registry, signals, template

BROKEN = """\
template: Broken
version: 0
bugdet: 400ms
signals:
  air: {connector: skye}
  item: {connector: news, timeout: 5}
  stock: {connector: shop, with: {variant: contxt.product, sise: context.size}}
  good: {connector: sky}
data:
  one: {from: good.conditon, type: string, default: unknown}
  two: {from: good.condition, type: string, default: null}
  three: {from: good.condition, type: string, defalt: unknown}
  four: {from: item.anything, type: number, default: x}
  five: {from: good.condition, type: integer, default: 0}
groups:
  offer: [one, two, thre]
variants:
  hero:
    - {when: "good.condition > `3`", use: a}
    - {when: good.rainy, use: b c}
    - {when: good.rainy, use: d}
"""


def test_all_that_is_wrong_with_a_file_is_told_at_once() -> None:
    """A fault of one part hides none of another; each has its place, in the order of the file."""
    assert faults(BROKEN) == [
        "t.yaml:1:11: template: should match pattern '^[a-z][a-z0-9_]{0,63}$'",
        "t.yaml:2:10: version: should be greater than or equal to 1",
        "t.yaml:3:1: unknown key 'bugdet' (did you mean 'budget'?)",
        "t.yaml:5:20: no connector 'skye' is configured (did you mean 'sky'?)",
        "t.yaml:6:36: timeout: a duration needs a unit, as in 400ms, 15s, 15m, 2h or 7d",
        "t.yaml:7:44: 'contxt.product': no such path: 'contxt' (did you mean 'context'?)",
        "t.yaml:7:60: shop takes no input 'sise'",
        "t.yaml:10:15: 'good.conditon': no such path: 'conditon' (did you mean 'condition'?)",
        "t.yaml:11:54: could come out empty: give a default other than null, or say nullable: true",
        "t.yaml:12:3: 'default' is missing",
        "t.yaml:12:47: unknown key 'defalt' (did you mean 'default'?)",
        "t.yaml:13:54: the default is no number within the field's own bounds",
        "t.yaml:14:38: 'good.condition' is string, never integer",
        "t.yaml:16:21: no field 'thre' in this template (did you mean 'three'?)",
        "t.yaml:19:14: 'good.condition > `3`': an order compares numbers, and this is string: write to_number(...)",
        "t.yaml:20:31: use: should match pattern '^[A-Za-z0-9_-]{1,64}$'",
        "t.yaml:21:7: the last rule, and no other, has no `when`: it is what holds when nothing else does",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            ["t.yaml:1:1: 'template' is missing", "t.yaml:1:1: 'version' is missing", "t.yaml:1:1: 'data' is missing"],
        ),
        ("[]", ["t.yaml:1:1: should be a mapping"]),
        ("template: t\nversion: 1\ndata: {}\n", ["t.yaml:3:7: data: should have at least 1 item"]),
        ("template: t\nversion: 1\ndata:\n", ["t.yaml:3:6: data: should have at least 1 item"]),
        ("template: t\nversion: 1\ndata: [a]\n", ["t.yaml:3:7: data: should be a mapping"]),
        (signals("a: 3"), ["t.yaml:4:6: should be a mapping"]),
        (
            signals("a: {connector: sky}") + "signal: {}\n",
            ["t.yaml:7:1: unknown key 'signal' (did you mean 'signals'?)"],
        ),
    ],
)
def test_a_file_that_is_no_template_is_told_so(text: str, expected: list[str]) -> None:
    """Whatever the file holds, the answer is a list of faults."""
    found = faults(text)

    assert len(found) == len(expected)
    assert all(line.startswith(one) for line, one in zip(found, expected, strict=True))


HEAD = signals("air: {connector: sky}")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("version: 1", "version: '1'", "2:10: version: should be a whole number"),
        ("version: 1", "version: true", "2:10: version: should be"),
        ("version: 1", "version: 1000001", "2:10: version: should be less than or equal to 1000000"),
        ("template: t", "template: a-b", "1:11: template: should match pattern"),
        ("version: 1", "version: 1\nbudget: 400", "3:9: budget: a duration needs a unit"),
        ("version: 1", "version: 1\nbudget: 0s", "3:9: budget: should be longer than 0ms"),
        ("version: 1", "version: 1\ntenant: Main", "3:9: tenant: should match pattern"),
    ],
)
def test_what_is_wrong_with_the_head_is_told_with_its_place(old: str, new: str, fault: str) -> None:
    """Id, version, tenant and budget are checked like everything else."""
    (found,) = faults(HEAD.replace(old, new))

    assert fault in found


def test_a_template_is_what_its_file_says() -> None:
    """Id, version, tenant and budget come as stated; what is not stated has its default."""
    bare, stated = template(HEAD), template("budget: 250ms\ntenant: acme\n" + HEAD)

    assert (bare.id, bare.version, bare.tenant, bare.budget) == ("t", 1, "main", None)
    assert (stated.tenant, stated.budget) == ("acme", 0.25)


def test_the_schema_of_data_describes_the_defaults() -> None:
    """The schema is one of 2020-12, closed, with every field required, and the defaults are valid against it."""
    text = HEAD + (
        "  t: {from: air.temperature_c, type: number, nullable: true, default: null,"
        " minimum: -90, description: Degrees}\n"
        "  w: {from: air.wind, type: object, default: {}}\n"
    )
    made = template(text)

    Draft202012Validator.check_schema(made.schema)
    validator = Draft202012Validator(made.schema)
    assert validator.is_valid(made.defaults())
    assert not validator.is_valid({**made.defaults(), "more": 1})
    assert not validator.is_valid({"today": "today", "t": 3})
    assert not validator.is_valid({**made.defaults(), "t": -91})
    assert made.schema["properties"]["t"] == {
        "description": "Degrees",
        "type": ["number", "null"],
        "minimum": -90,
        "default": None,
        "x-privacy": "public",
    }
    assert made.schema["required"] == list(made.schema["properties"]) == ["today", "t", "w"]
    assert orjson.loads(orjson.dumps(made.schema)) == made.schema


def test_several_versions_stand_side_by_side() -> None:
    """Templates are found by id and version, whatever the order of the files."""
    texts = [HEAD.replace("version: 1", f"version: {number}") for number in (3, 1, 2)]
    texts.append(HEAD.replace("template: t", "template: another"))
    made = load_templates([parse_document(text, f"{n}.yaml", {}) for n, text in enumerate(texts)], registry())

    assert {name: list(versions) for name, versions in made.items()} == {"another": [1], "t": [1, 2, 3]}
    assert all(one.version == version for versions in made.values() for version, one in versions.items())


def test_the_faults_of_all_files_are_told_together() -> None:
    """Two files of one id and version are a fault that names both places, beside the faults of any other file."""
    documents = [
        parse_document(HEAD, "a.yaml", {}),
        parse_document(HEAD.replace("sky", "skye"), "b.yaml", {}),
        parse_document("# the same\n" + HEAD, "c.yaml", {}),
    ]
    with pytest.raises(ConfigError) as caught:
        load_templates(documents, registry())

    assert str(caught.value).splitlines() == [
        "b.yaml:4:20: no connector 'skye' is configured (did you mean 'sky'?)",
        "c.yaml:3:10: version 1 of template 't' is at a.yaml:2:10 already",
    ]


def test_no_template_at_all_is_no_fault() -> None:
    """A gateway may be started before its first template is written."""
    assert load_templates([], registry()) == {}


CONFIG = Path(__file__).parents[4] / "config"


@pytest.mark.parametrize("env", [{}, {"LAB": "http://127.0.0.1:1234"}])
def test_the_shipped_configuration_loads(env: dict[str, str]) -> None:
    """The demo's template loads over the product's own connectors, and its defaults are valid against its schema."""
    settings = load_settings(CONFIG, env)
    made = load_templates(settings.templates, build_registry(settings.connectors, installed()))

    morning = made["morning"][3]
    assert [need.name for need in morning.needs] == ["weather", "stock", "loyalty", "quotes", "portfolio"]
    assert Draft202012Validator(morning.schema).is_valid(morning.defaults())
    assert {field.name for field in morning.fields if field.privacy == "viewer"} == {
        "points",
        "tier",
        "mood",
        "change_pct",
        "basis",
    }


def test_the_shipped_configuration_takes_its_keys_from_the_environment() -> None:
    """A vendor's key changes the key of the cache, and stands in none."""
    spaces = set()
    for env in ({}, {"VOUCHERIFY_APP_TOKEN": "s3cret-s3cret"}):
        settings = load_settings(CONFIG, env)
        made = load_templates(settings.templates, build_registry(settings.connectors, installed()))
        spaces.add(made["morning"][3].needs[2].space)

    assert len(spaces) == 2
    assert not any("s3cret" in space for space in spaces)
