"""Voucherify's stand-in: whose membership it is, points that add up, and the vendor's errors."""

import pytest

from gateway.lab.voucherify import VENDOR, tell
from vendor_bodies import body

KEYS = {"X-App-Id": "app", "X-App-Token": "secret"}
BY_CUSTOMER = {"identification_type": "customer_id"}


@pytest.fixture
def membership(ask):
    """Asks for one member, and gives the answer."""

    def asked(member, query=BY_CUSTOMER, headers=KEYS, **more):
        return tell(ask(query, headers, path={"program": "lprg_1", "member": member}, **more))

    return asked


def test_the_body_has_the_members_of_the_real_one(membership, paths) -> None:
    """Over many members the stand-in has every member of the real body and adds only what the next tier takes."""
    real = paths(body("voucherify", "v2_membership.json"))
    ours = set().union(*(paths(membership(f"cust_{number}").body) for number in range(40)))

    assert real - ours == set()
    assert {path for path in ours - real if not path.startswith(".cards[].tier_progress.opportunities[]")} == set()


@pytest.mark.parametrize("member", ["cust_42", "a@b.example", "Zoë", "x" * 200, "1"])
def test_the_customer_asked_for_is_the_customer_told(membership, member) -> None:
    """Any id is somebody, and `member.customer_id` echoes it."""
    told = membership(member)

    assert (told.status, told.items) == (200, 1)
    assert told.body["member"]["customer_id"] == member
    assert told.body["member"]["program_id"] == told.body["program"]["id"] == "lprg_1"


@pytest.mark.parametrize(("by", "echoed"), [("customer_source_id", None), ("member_id", "id")])
def test_another_identification_echoes_what_the_vendor_echoes(membership, by, echoed) -> None:
    """A source id is echoed nowhere, a member id as the member's own."""
    member = membership("who", {"identification_type": by}).body["member"]

    assert [name for name, value in member.items() if value == "who"] == ([echoed] if echoed else [])


def test_points_add_up(membership) -> None:
    """A card's balance is what came in less what went, its tier the one that its lifetime points lie in."""
    for number in range(60):
        first = membership(f"cust_{number}").body["cards"][0]
        points, reached = first["card"]["lifetime_bucket"]["points"], first["tier_progress"]["current"]["points"]

        assert points["total"] == points["earned"] + points["added"] + points["purchased"]
        assert first["card"]["balance"]["points"] == points["total"] - points["expired"] - points["spent"] >= 0
        assert reached["min"] <= reached["current"] == points["total"]
        assert points["total"] < reached.get("max", float("inf"))


def test_members_differ_and_one_member_moves_with_the_clock(membership) -> None:
    """The same member in the same minute is the same body; another member, and a later minute, is another one."""
    first = membership("cust_1", wall=1_772_463_600).body

    assert membership("cust_1", wall=1_772_463_659).body["cards"][0]["card"] == first["cards"][0]["card"]
    later = membership("cust_1", wall=1_772_463_660).body
    assert later["cards"][0]["card"]["balance"] != first["cards"][0]["card"]["balance"]
    assert later["member"] == first["member"]
    assert membership("cust_2", wall=1_772_463_600).body["cards"] != first["cards"]


def test_nobody_is_the_vendor_s_404(membership, paths) -> None:
    """An id that begins with `nobody` is unknown, in the shape of the real error."""
    told = membership("nobody-7")

    assert told.status == 404
    assert paths(told.body) == paths(body("voucherify", "v2_error_404_member.json"))
    assert told.body["resource_id"] == "nobody-7"


@pytest.mark.parametrize("name", KEYS)
def test_both_keys_are_needed(membership, name) -> None:
    """Without the application's id or its token there is a 401 in the vendor's shape, before anything is looked up."""
    told = membership("nobody", headers={**KEYS, name: ""})

    assert told.status == told.body["code"] == 401
    assert "cards" not in told.body


def test_an_unknown_identification_is_a_400(membership) -> None:
    """Another `identification_type` is refused."""
    assert membership("cust_1", {"identification_type": "shoe_size"}).status == 400


def test_the_wrong_shape_keeps_the_member(membership) -> None:
    """The misshapen body still names its member, so that it is the cards that cannot be read."""
    good = membership("cust_1").body
    wrong = VENDOR.misshape(good)

    assert wrong["member"] == good["member"]
    assert not isinstance(wrong["cards"], list)
