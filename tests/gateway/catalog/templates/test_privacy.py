"""What is a viewer's stays a viewer's: in no shared connector's query, and in no field that says otherwise."""

import pytest

from throwaway_connectors import faults, field, signals, template

ACCOUNT = "account: {connector: account}"


@pytest.mark.parametrize(
    ("origin", "path", "expected"),
    [
        ("air: {connector: sky}", "air.condition", "public"),
        ("air: {connector: sky}", "air.region", "tenant"),
        ("air: {connector: sky}", "air.seen_by", "viewer"),
        ("air: {connector: sky}", "moment.date", "public"),
        (ACCOUNT, "to_string(account.points)", "viewer"),
        ("account: {connector: account, with: {member: context.id}}", "account.holdings[0].symbol", "viewer"),
        (ACCOUNT, "account.holdings[0].symbol", "viewer"),
        (ACCOUNT, "account.extra.deep.down", "viewer"),
        ("mood: {derive: mood, with: {temperature: context.t}}", "mood.verdict", "public"),
        ("mood: {derive: mood, with: {temperature: ticket.t}}", "mood.verdict", "viewer"),
        ("shop: {connector: shop, with: {variant: ticket.favourite}}", "shop.sku", "viewer"),
        ("shop: {connector: shop, with: {variant: context.product}}", "shop.sku", "public"),
    ],
)
def test_the_privacy_of_a_field_is_that_of_its_value(origin: str, path: str, expected: str) -> None:
    """It follows from the signal's scope, from what its author says, and from what the signal was asked with."""
    made = template(field(f"from: '{path}', type: string, default: unknown", origin))

    assert made.fields[0].privacy == expected
    assert made.schema["properties"]["f"]["x-privacy"] == expected


def test_a_derive_over_a_viewers_signal_is_a_viewers() -> None:
    """Privacy goes from parent to child, over any number of steps."""
    text = signals(
        ACCOUNT,
        "mood: {derive: mood, with: {temperature: signals.account.points}}",
        "again: {derive: mood, with: {temperature: signals.mood.amount}}",
    )
    made = template(text + "  f: {from: again.verdict, type: string, default: unknown}\n")

    assert made.fields[-1].privacy == "viewer"


def test_a_template_may_raise_privacy() -> None:
    """A field may be more private than its value."""
    made = template(field("from: air.condition, type: string, default: unknown, privacy: viewer"))

    assert made.fields[0].privacy == "viewer"


@pytest.mark.parametrize(
    ("path", "stated", "inferred"),
    [("air.seen_by", "public", "viewer"), ("air.seen_by", "tenant", "viewer"), ("air.region", "public", "tenant")],
)
def test_a_template_may_never_lower_privacy(path: str, stated: str, inferred: str) -> None:
    """A field that calls a private value public does not load."""
    (found,) = faults(field(f"from: {path}, type: string, default: unknown, privacy: {stated}"))

    assert found.endswith(f": the signal's value is {inferred}: a field may be more private, never less")
    assert found.startswith("t.yaml:6:")


@pytest.mark.parametrize(
    "path",
    [
        "ticket.search",
        "to_string(ticket.search)",
        "ticket.search || context.q",
        "signals.account.holdings[0].symbol",
        "signals.account.extra.q",
        "signals.air.seen_by",
        "join(' ', [context.q, signals.air.seen_by])",
    ],
)
def test_a_shared_query_takes_no_private_text(path: str) -> None:
    """What one viewer's value could stand in is asked for no other; free text is no public identifier."""
    lines = (ACCOUNT, "air: {connector: sky}", f'found: {{connector: search, with: {{words: "{path}"}}}}')
    (found,) = faults(signals(*lines))

    assert found.startswith("t.yaml:6:")
    assert "search is shared between viewers" in found
    assert "no public identifier by shape" in found


@pytest.mark.parametrize(
    "line",
    [
        "x: {connector: shop, with: {variant: ticket.favourite}}",
        "x: {connector: shop, with: {variant: signals.account.extra.favourite}}",
        'x: {connector: quotes, each: "ticket.holdings[*].symbol"}',
        'x: {connector: quotes, each: "signals.account.holdings[*].symbol"}',
        "x: {connector: search, with: {words: context.q}}",
        "x: {connector: search, with: {words: signals.air.condition}}",
        "x: {connector: search, with: {words: signals.air.region}}",
        "x: {connector: account, with: {member: ticket.loyalty_id}}",
        "x: {derive: mood, with: {temperature: ticket.t}}",
    ],
)
def test_a_public_identifier_by_shape_may_be_a_viewers(line: str) -> None:
    """A short value with a pattern may be asked of a shared source, and what is no viewer's may be asked of any."""
    assert template(signals(ACCOUNT, "air: {connector: sky}", line)).needs[-1].name == "x"
