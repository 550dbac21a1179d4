"""The signals of a template: every input bound once, to what exists, is of its type, and may be seen there."""

import pytest

from gateway.catalog.templates import Need, Waiting
from throwaway_connectors import faults, field, signals, template

QUOTES = 'quotes: {connector: quotes, each: "ticket.holdings[*].symbol"}'
WORTH = "worth: {derive: worth, with: {holdings: ticket.holdings, quotes: signals.quotes, now: moment.now}}"


def needs(*lines: str) -> dict[str, Need]:
    """The needs of a template with these signals."""
    return {need.name: need for need in template(signals(*lines)).needs}


def bound(need: Need) -> dict[str, str]:
    """Which path fills which input."""
    return {one.name: one.path.text for one in need.inputs}


def test_the_connectors_own_wiring_is_used_unless_the_template_says_otherwise() -> None:
    """`with` replaces a path input by input; rounding stays the connector's."""
    made = needs("air: {connector: sky}", "there: {connector: sky, with: {lat: context.lat}}")

    assert bound(made["air"]) == {"lat": "where.lat", "lon": "where.lon"}
    assert bound(made["there"]) == {"lat": "context.lat", "lon": "where.lon"}
    assert {one.name: one.round for one in made["there"].inputs} == {"lat": 2, "lon": 2}


def test_a_need_has_all_that_an_open_uses() -> None:
    """Source, timeout, class, parents and the beginning of every cache key are looked up once, at load."""
    made = needs("air: {connector: sky, timeout: 120ms, class: late}", QUOTES, WORTH)
    air, quotes, worth = made["air"], made["quotes"], made["worth"]

    assert (air.timeout, air.waiting, air.origin) == (0.12, Waiting.LATE, "sky")
    assert air.source is not None
    assert air.space == f"main/sky@4/{air.source.digest}"
    assert air.attribution is not None
    assert (quotes.timeout, quotes.waiting, quotes.parents) == (0.3, Waiting.REQUIRED, frozenset())
    assert quotes.each is not None
    assert (quotes.each.name, quotes.each.path.text) == ("symbol", "ticket.holdings[*].symbol")
    assert (worth.source, worth.parents) == (None, {"quotes"})
    assert worth.derivation is not None
    assert worth.derivation.name == "worth"
    assert list(made) == ["air", "quotes", "worth"]


def test_two_tenants_share_no_cache_key() -> None:
    """The tenant of the template begins the space of each of its signals."""
    text = signals("air: {connector: sky}")
    one, other = template(text), template(text.replace("version: 1", "version: 1\ntenant: second"))

    assert one.needs[0].space.removeprefix("main") == other.needs[0].space.removeprefix("second")


def test_a_child_may_be_asked_with_the_default_of_its_parent() -> None:
    """`run_on_default` gives a child the default of each parent; of one asked once an element, no element at all."""
    shop = "shop: {connector: shop, with: {variant: signals.first.sku}, run_on_default: true}"
    made = needs("first: {connector: news}", shop, QUOTES, WORTH.replace("}}", "}, run_on_default: true}"))

    assert made["shop"].parent_defaults == {"first": {"as_of": None, "quantity": None, "price": None, "sku": None}}
    assert made["worth"].parent_defaults == {"quotes": {}}
    assert made["quotes"].parent_defaults == {}


def test_an_optional_input_may_stay_unbound_or_be_filled_by_each() -> None:
    """An input with a default needs no path; where nothing else is unbound, `each` fills it."""
    made = needs("found: {connector: search, with: {words: context.q}}", "tops: {connector: top, each: context.sizes}")

    assert bound(made["found"]) == {"words": "context.q"}
    assert made["tops"].each is not None
    assert (made["tops"].each.name, made["tops"].each.optional) == ("limit", False)


def test_a_bound_optional_input_keeps_its_default() -> None:
    """What fills an input that has a default of its own may be missing."""
    made = needs("found: {connector: search, with: {words: context.q, limit: context.n}}")

    assert {one.name: one.optional for one in made["found"].inputs} == {"words": False, "limit": True}


def test_an_origin_that_could_not_be_loaded_costs_its_own_signals_only() -> None:
    """A template over a broken plugin loads; its need names neither source nor derivation, nothing in it is a fault."""
    made = needs(
        "a: {connector: away, with: {x: ticket.x}}",
        "b: {derive: lost, with: {now: moment.now}}",
        "c: {connector: away, each: context.all}",
    )

    assert [(need.source, need.derivation) for need in made.values()] == [(None, None)] * 3
    text = field("from: a.anything.at_all, type: string, default: x", "a: {connector: away}")
    assert template(text).fields[0].signal == "a"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a: {connector: skye}", "4:18: no connector 'skye' is configured (did you mean 'sky'?)"),
        ("a: {derive: wroth}", "4:15: no derivation 'wroth' is installed (did you mean 'worth'?)"),
        ("a: {derive: news}", "4:15: no derivation 'news' is installed"),
        ("a: {connector: sky, derive: mood}", "4:6: a signal has either a connector or a derive"),
        ("a: {}", "4:6: a signal has either a connector or a derive"),
        ("a:", "4:5: a signal has either a connector or a derive"),
        ("a: {conector: sky}", "4:7: unknown key 'conector' (did you mean 'connector'?)"),
        ("a: {connector: sky, class: optinal}", "(did you mean 'optional'?)"),
        ("a: {connector: sky, timeout: 250}", "4:32: timeout: a duration needs a unit"),
        ("a: {connector: sky, timeout: 0ms}", "4:32: timeout: should be longer than 0ms"),
        ("a: {connector: sky, timeout: 1001ms}", "4:32: timeout: should be at most 1s"),
        ("a: {connector: sky, run_on_default: 'yes'}", "4:39: run_on_default: should be"),
        ("a: {derive: mood, with: {temperature: context.t}, timeout: 1s}", "takes neither each nor timeout"),
        ("a: {derive: mood, each: context.t}", "takes neither each nor timeout"),
        ("Air: {connector: sky}", "4:3: signals.Air: should match pattern"),
        ("a: {connector: sky, with: {lta: context.lat}}", "4:30: sky takes no input 'lta' (did you mean 'lat'?)"),
        ("a: {connector: news, with: {x: context.x}}", "4:31: news takes no input 'x'"),
        ("a: {connector: shop}", "4:3: input 'variant' of shop is not bound: say it under with"),
        ("a: {derive: mood}", "4:3: input 'temperature' of mood is not bound"),
        ("a: {connector: rates, with: {base: context.b}}", "4:3: input 'quote' of rates is not bound"),
        ("a: {connector: quotes, each: 'context.['}", "4:32: not a JMESPath expression"),
        ("a: {connector: news, each: context.all}", "each fills the only unbound input of news; unbound here: none"),
        (
            "a: {connector: sky, each: context.all}",
            "4:29: each fills the only unbound input of sky; unbound here: none",
        ),
        (
            "a: {connector: rates, each: context.all}",
            "4:31: each fills the only unbound input of rates; unbound here: base, quote",
        ),
        (
            "a: {connector: quotes, each: where.source}",
            "4:32: each asks once an element of a list, and 'where.source' is string",
        ),
        ("a: {connector: shop, with: {variant: 'context['}}", "4:40: not a JMESPath expression"),
        ("a: {connector: shop, with: {variant: ''}}", "4:40: with.variant: should have at least 1 character"),
        (
            "a: {connector: shop, with: {variant: contxt.p}}",
            "4:40: 'contxt.p': no such path: 'contxt' (did you mean 'context'?)",
        ),
        ("a: {connector: shop, with: {variant: moment.wekday}}", "(did you mean 'weekday'?)"),
        ("a: {connector: shop, with: {variant: where.city}}", "4:40: 'where.city': no such path: 'city'"),
        (
            "a: {connector: shop, with: {variant: 'to_strin(where.lat)'}}",
            "no such function: 'to_strin' (did you mean 'to_string'?)",
        ),
        ("a: {connector: shop, with: {variant: '@'}}", "4:40: '@' reads all that there is: begin with a name"),
        ("a: {connector: shop, with: {variant: signals.b.sku}}", "no such path: 'b'"),
        ("a: {connector: shop, with: {variant: signals}}", "4:40: 'signals' reads all signals: say which"),
        ("a: {connector: shop, with: {variant: 'signals.* | [0]'}}", "reads all signals: say which"),
        (
            "a: {connector: shop, with: {variant: moment.now}}",
            "4:40: 'moment.now' reads moment.now, which only a derive may",
        ),
        ("a: {connector: shop, with: {variant: 'moment.\"now\"'}}", "which only a derive may"),
        ("a: {connector: shop, with: {variant: 'to_string(moment)'}}", "which only a derive may"),
        (
            "a: {connector: shop, with: {variant: where.lat}}",
            "4:40: 'where.lat' is number, and input 'variant' takes string",
        ),
        (
            "a: {derive: mood, with: {temperature: moment.date}}",
            "'moment.date' is string, and input 'temperature' takes number",
        ),
        ("ticket: {connector: sky}", "4:3: a signal may not be called 'ticket'"),
        ("moment: {connector: sky}", "4:3: a signal may not be called 'moment'"),
        ("signals: {connector: sky}", "4:3: a signal may not be called 'signals'"),
        ("where: {connector: sky}", "4:3: a signal may not be called 'where'"),
        ("context: {connector: sky}", "4:3: a signal may not be called 'context'"),
    ],
)
def test_what_is_wrong_with_a_signal_is_told_with_its_place(line: str, fault: str) -> None:
    """One fault, where it stands, with the word that was probably meant."""
    (found,) = faults(signals(line))

    assert found.startswith("t.yaml:4:")
    assert fault in found


@pytest.mark.parametrize(
    ("of_template", "of_signal", "expected"),
    [
        ("", "", (0.3, True, True)),
        ("calls: {timeout: 200ms, hedge: false, retry: false}\n", "", (0.2, False, False)),
        ("calls: {timeout: 200ms, hedge: false, retry: false}\n", ", timeout: 90ms, hedge: true", (0.09, True, False)),
        ("", ", retry: false", (0.3, True, False)),
    ],
)
def test_how_a_call_is_made_is_said_once_a_template_and_once_a_signal(
    of_template: str, of_signal: str, expected: tuple[float, bool, bool]
) -> None:
    """The signal's own word goes before the template's, and that before the policy."""
    text = signals(f"air: {{connector: sky{of_signal}}}").replace("signals:", f"{of_template}signals:", 1)

    need = template(text).needs[0]

    assert (need.timeout, need.may_hedge, need.may_retry) == expected


def test_an_unknown_word_on_calls_is_a_fault() -> None:
    """A slip in how calls are made does not load in silence."""
    text = signals("air: {connector: sky}").replace("signals:", "calls: {hedges: true}\nsignals:", 1)

    assert faults(text) == ["t.yaml:3:9: calls: unknown key 'hedges' (did you mean 'hedge'?)"]
